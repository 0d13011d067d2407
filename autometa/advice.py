"""recommend(): from a table to ordered candidates, before any training."""

from __future__ import annotations

import dataclasses
import os
from functools import lru_cache, partial
from typing import Any, Literal

import pandas as pd
from sklearn.pipeline import Pipeline

from autometa.algorithms import every_algorithm, get_algorithm, list_algorithms
from autometa.evaluation import cached_reference_seconds
from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBase, default_knowledge_base, default_state
from autometa.meta_models import MetaModel, Request
from autometa.metrics import check_metric, metric_kind, positive_class
from autometa.recommendation import Recommendation
from autometa.tables import Table, check_table
from metafeatures import MetaFeatureExtractor, list_metafeatures


def recommend(
    X: Any,
    y: Any,
    task_type: str | None = None,
    metric: str | None = None,
    n: int = 10,
    time_budget: float | None = None,
    knowledge_base: KnowledgeBase | str | os.PathLike[str] | bool | None = None,
    max_predict_ms: float | None = None,
    pos_label: Any = None,
) -> list[Recommendation]:
    """Return the most promising setups for a table, best first; nothing is trained on it.

    Parameters
    ----------
    X : DataFrame, array or sparse matrix of shape (n_rows, n_columns)
        Numbers, categories, booleans, dates, text; missing values allowed.
    y : array-like of shape (n_rows,)
        Class labels or numbers, none missing.
    task_type : {"binary", "multiclass", "regression"} or None
        None reads it from ``y``.
    metric : str or None
        A scorer name of scikit-learn, greater is better. None is ROC AUC for
        binary tasks, negated log loss for multiclass, negated root mean squared
        error for regression.
    n : int, default=10
        How many setups; fewer come when fewer are known.
    time_budget : float or None
        Seconds there will be for training. The order is then by gain per
        second: cheap setups first.
    knowledge_base : KnowledgeBase, path or None
        What to learn from; None (and True) is the one that ships with autometa, with what
        the user added (`autometa kb add`) on top.
    max_predict_ms : float or None
        Milliseconds that predicting one row may take, on average over some hundred
        rows or more. Setups that are expected to need longer are left out.
    pos_label : object or None
        The positive class of a binary task; refused when it is not one of the two.
        The order does not depend on it: past runs were scored with the greater label
        as the positive class, which says as much of the one as of the other.

    Returns
    -------
    list of Recommendation
        All different. ``.build()`` gives the unfitted pipeline.

    Raises
    ------
    DatasetError
        If the table or the target cannot be used.
    MetricError
        If the metric is unknown or cannot judge such a task.
    ParameterError
        If ``n`` or ``time_budget`` is out of range.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> len(recommend(X, y, n=3))
    3
    """
    table = check_table(X, y, task_type, metric_kind=metric_kind(metric))
    positive_class(table.y, table.classes, pos_label)
    return recommend_for_table(
        table,
        metric=metric,
        n=n,
        time_budget=time_budget,
        knowledge_base=_needed(open_knowledge_base(knowledge_base)),
        max_predict_ms=max_predict_ms,
    )


def open_knowledge_base(
    knowledge_base: KnowledgeBase | str | os.PathLike[str] | bool | None,
) -> KnowledgeBase | Literal[False] | None:
    """Return a knowledge base that may be given by its path; True is None, the default one.

    Raises
    ------
    KnowledgeBaseError
        If there is none at the path.
    ParameterError
        If it is none of these.
    """
    if isinstance(knowledge_base, str | os.PathLike):
        return KnowledgeBase.load(knowledge_base)
    if knowledge_base is None or knowledge_base is True:
        return None
    if knowledge_base is False or isinstance(knowledge_base, KnowledgeBase):
        return knowledge_base
    raise ParameterError(
        "'knowledge_base' must be a KnowledgeBase, the path of one, True, False or None. "
        f"Got {type(knowledge_base).__name__}."
    )


def _needed(knowledge_base: KnowledgeBase | Literal[False] | None) -> KnowledgeBase | None:
    if knowledge_base is False:
        raise ParameterError(
            "recommend needs a knowledge base. Got knowledge_base=False; give None for the one "
            "that ships, or use autometa.tune, which searches without."
        )
    return knowledge_base


def recommend_for_table(
    table: Table,
    *,
    metric: str | None = None,
    n: int = 10,
    time_budget: float | None = None,
    knowledge_base: KnowledgeBase | None = None,
    metafeatures: pd.Series[float] | None = None,
    max_predict_ms: float | None = None,
) -> list[Recommendation]:
    """Return what `recommend` does, for a table already checked (and perhaps described)."""
    if not isinstance(n, int) or n < 1:
        raise ParameterError(
            f"The 'n' parameter of recommend must be an int >= 1. Got {n} instead."
        )
    Request(time_budget=time_budget, max_predict_ms=max_predict_ms)  # refuses before any work
    metric = check_metric(metric, table.task_type)
    state = default_state() if knowledge_base is None else ()
    base = _default(state) if knowledge_base is None else knowledge_base
    if metafeatures is None:
        metafeatures = describe_table(table, base)
    model = _default_model(state) if knowledge_base is None else MetaModel(random_state=0).fit(base)
    found = model.recommend(
        metafeatures,
        n=n,
        task_type=table.task_type,
        metric=metric,
        time_budget=time_budget,
        algorithms=_candidates(base, table, is_default=knowledge_base is None),
        reference_seconds=cached_reference_seconds,
        max_predict_ms=max_predict_ms,
    )
    builder = partial(
        build_setup, task_type=table.task_type, n_rows=len(table.y), is_sparse=table.is_sparse
    )
    return [dataclasses.replace(recommendation, _builder=builder) for recommendation in found]


def describe_table(table: Table, knowledge_base: KnowledgeBase) -> pd.Series[float] | None:
    """Return the meta-features of a checked table that a knowledge base knows, None if none."""
    catalogue = set(list_metafeatures(table.task_type)["name"])
    names = [name for name in knowledge_base.metafeatures.columns if name in catalogue]
    if not names:
        return None
    extractor = MetaFeatureExtractor(names=names, random_state=0)
    return table.describe(extractor)


def usable_algorithms(table: Table) -> list[str]:
    """Return the algorithms that are installed and take a table of this size."""
    found = list_algorithms(
        table.task_type, len(table.y), table.n_classes, table.is_sparse, table.n_rarest
    )
    return [algorithm.name for algorithm in found]


def _candidates(knowledge_base: KnowledgeBase, table: Table, is_default: bool) -> list[str]:
    """Return the algorithms of a knowledge base, less those known not to take this table.

    Of foreign ones, which cannot be built here, only those that were asked for:
    what a user added to the default knowledge base is learnt from, not recommended.
    """
    if is_default:
        return sorted({*usable_algorithms(table)} & set(knowledge_base.algorithms))
    unusable = {algorithm.name for algorithm in every_algorithm()} - set(usable_algorithms(table))
    return sorted(set(knowledge_base.algorithms) - unusable)


def build_setup(
    algorithm: str,
    config: dict[str, Any],
    *,
    task_type: str,
    n_rows: int | None = None,
    is_sparse: bool = False,
) -> Pipeline:
    """Return the unfitted pipeline of a setup for a table of ``n_rows`` rows."""
    return get_algorithm(algorithm).build(config, task_type, is_sparse=is_sparse, n_rows=n_rows)


@lru_cache(maxsize=1)
def _default(state: tuple[str, ...]) -> KnowledgeBase:
    """Return the default knowledge base, read once for each content of it."""
    return default_knowledge_base()


@lru_cache(maxsize=1)
def _default_model(state: tuple[str, ...]) -> MetaModel:
    return MetaModel(random_state=0).fit(_default(state))
