"""The tasks of a knowledge base as points, beside which a new table is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from autometa._common.arrays import Matrix
from autometa.exceptions import ParameterError
from autometa.knowledge_base import (
    KnowledgeBase,
    KnowledgeBaseLike,
    base_of,
    open_knowledge_base,
)

if TYPE_CHECKING:
    from autometa.recommendation import Recommendation


def described_table(recs: Sequence[Recommendation]) -> pd.Series[float]:
    """Return the meta-features by which advice was given.

    Raises
    ------
    ParameterError
        If they are not known.
    """
    values = getattr(recs, "metafeatures", None)
    if values is None:
        raise ParameterError(
            "The picture needs the meta-features of the table, which stored advice and advice "
            "without a description do not hold. Give what autometa.recommend(X, y) returns, or "
            "'metafeatures', as autometa.describe(X, y) returns them."
        )
    found: pd.Series[float] = values
    return found


def known_tasks(
    recs: Sequence[Recommendation], knowledge_base: KnowledgeBaseLike
) -> tuple[KnowledgeBase, pd.DataFrame]:
    """Return the knowledge base of advice, and the meta-features of its tasks of that type.

    One that is not given is the one that the advice says it rests on.
    """
    if knowledge_base is None:
        about = getattr(recs, "knowledge_base", {})
        knowledge_base = about.get("name") or about.get("path")
    opened = open_knowledge_base(knowledge_base)
    if opened is False:
        raise ParameterError(
            "The picture is of known tasks. Got knowledge_base=False; give None for the one that "
            "the advice rests on."
        )
    kb = base_of(opened)  # the default one is read once
    wanted = _task_types(recs)
    tasks = kb.tasks.set_index("task_id")["task_type"].astype(str)
    chosen = tasks.index[tasks.isin(wanted)] if wanted else tasks.index
    return kb, kb.metafeatures.loc[kb.metafeatures.index.isin(chosen)]


def _task_types(recs: Sequence[Recommendation]) -> tuple[str, ...]:
    """Return the types of tasks that advice is drawn from: both of classification are near."""
    task = getattr(recs, "task", None)
    task_type = task.task_type if task else (recs[0].task_type if len(recs) else "")
    if not task_type:
        return ()
    if task_type == "regression":
        return ("regression",)
    return ("binary", "multiclass", "classification")


def positions(known: pd.DataFrame, new: pd.Series[float]) -> tuple[Matrix, Matrix]:
    """Return every meta-feature as the share of known tasks that have less.

    Meta-features have units of their own and long tails; places among the known tasks are alike
    in all. A value that is missing stands in the middle, where it says nothing. Below all known
    tasks is 0, above all 1.

    Returns
    -------
    known : ndarray of shape (n_tasks, n_metafeatures)
    new : ndarray of shape (n_metafeatures,)
    """
    values = known.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    point = new.reindex(known.columns).to_numpy(np.float64)
    places = [_places(values[:, i], np.r_[values[:, i], point[i]]) for i in range(values.shape[1])]
    table = np.array(places).T if places else np.empty((len(values) + 1, 0))
    return table[:-1], table[-1]


def _places(known: Matrix, values: Matrix) -> Matrix:
    """Return the share of known values below each, equal ones counting half."""
    ordered = np.sort(known[np.isfinite(known)])
    if not len(ordered):
        return np.full(len(values), 0.5)
    below = np.searchsorted(ordered, values, "left")
    up_to = np.searchsorted(ordered, values, "right")
    places = (below + up_to) / (2.0 * len(ordered))
    return np.where(np.isfinite(values), places, 0.5)
