"""What a WarmStartSampler is given, checked before any trial."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Protocol

import optuna
import pandas as pd
from optuna.samplers import TPESampler

from autometa._common.fold_kinds import FOLD_KINDS
from autometa.exceptions import KnowledgeBaseMismatchError, KnowledgeBaseWarning, ParameterError
from autometa.knowledge_base import KnowledgeBase, KnowledgeBaseLike, resolve_knowledge_base
from autometa.performance import PastPerformance


class HasPerformance(Protocol):
    """What has learnt from a knowledge base, as a fitted MetaModel has."""

    performance_: PastPerformance


def check_fold_kind(fold_kind: str) -> None:
    """Check that there are such folds."""
    if fold_kind not in FOLD_KINDS:
        raise ParameterError(
            "The 'fold_kind' parameter of WarmStartSampler must be one of "
            f"{', '.join(FOLD_KINDS)}. Got {fold_kind!r} instead."
        )


def resolved(knowledge_base: KnowledgeBaseLike) -> KnowledgeBase:
    """Return the knowledge base that a sampler learns from."""
    kb = resolve_knowledge_base(knowledge_base)
    if kb is None:
        raise ParameterError(
            "WarmStartSampler needs a knowledge base. Got False; give None for the default one."
        )
    return kb


def performance_of(model: HasPerformance, knowledge_base: KnowledgeBaseLike) -> PastPerformance:
    """Return what a fitted model has learnt."""
    if knowledge_base is not None:
        raise ParameterError(
            "WarmStartSampler takes a 'knowledge_base' or a 'model' that was fitted to one. "
            "Got both."
        )
    performance = getattr(model, "performance_", None)
    if not isinstance(performance, PastPerformance):
        raise ParameterError(
            "The 'model' parameter of WarmStartSampler must be a fitted MetaModel. "
            f"Got {model!r} instead: call its fit(knowledge_base) first."
        )
    return performance


def checked_names(names: Mapping[str, str] | None) -> dict[str, str]:
    """Return what parameters are called in the history; refuse two that are called alike."""
    checked = dict(names or {})
    twice = sorted({one for one in checked.values() if list(checked.values()).count(one) > 1})
    if twice:
        raise ParameterError(
            "The 'names' parameter of WarmStartSampler must give each parameter of the study a "
            f"hyperparameter of its own. Got two for {twice}."
        )
    return checked


def check_occurs(kb: KnowledgeBase, column: str, value: str | None) -> None:
    """Check that the knowledge base has runs of such a metric or algorithm."""
    if value is None:
        return
    counts = kb.counts()
    names = sorted(counts.tasks_of_metric if column == "metric" else counts.scores_of_algorithm)
    if value not in names:
        raise KnowledgeBaseMismatchError(
            f"The knowledge base has no runs with {column} '{value}'. It has {names[:10]}."
        )


def described(
    kb: KnowledgeBase, metafeatures: pd.Series[float] | Mapping[str, float] | None
) -> pd.Series[float] | None:
    """Return the meta-features as a Series; warn when the knowledge base has none of them."""
    if metafeatures is None:
        return None
    row = pd.Series(dict(metafeatures), dtype="float64")
    if not len(kb.metafeatures.columns.intersection(row.index)):
        warnings.warn(
            f"The knowledge base describes its tasks by {len(kb.metafeatures.columns)} "
            f"meta-features, none of which is among the {len(row)} given: all tasks count alike.",
            KnowledgeBaseWarning,
            stacklevel=3,
        )
        return None
    return row


def default_base(seed: int | None) -> TPESampler:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return TPESampler(seed=seed, multivariate=True, group=True)
