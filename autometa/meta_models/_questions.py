"""Questions: which tasks and which metric of a knowledge base answer what was asked."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from autometa.exceptions import (
    KnowledgeBaseMismatchError,
    KnowledgeBaseWarning,
    MetricError,
    ParameterError,
)
from autometa.knowledge_base import KnowledgeBase

_CLASSIFICATION = ("binary", "multiclass", "classification")
_TASK_TYPES: dict[str, tuple[str, ...]] = {
    "binary": ("binary", "classification"),
    "multiclass": ("multiclass", "classification"),
    "classification": _CLASSIFICATION,
    "regression": ("regression",),
}

# Metrics of one family order setups nearly alike. The first of each is asked
# first; a metric of no family is best answered by the metric with most runs.
_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("roc_auc", "roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted",
     "average_precision"),
    ("neg_log_loss", "neg_brier_score", "d2_log_loss_score", "d2_brier_score"),
    ("balanced_accuracy", "f1_macro", "recall_macro", "precision_macro", "jaccard_macro",
     "matthews_corrcoef", "f1", "recall", "precision", "jaccard"),
    ("accuracy", "f1_micro", "f1_weighted", "recall_micro", "recall_weighted", "precision_micro",
     "precision_weighted", "jaccard_micro", "jaccard_weighted", "top_k_accuracy"),
    ("neg_root_mean_squared_error", "neg_mean_squared_error", "r2", "explained_variance",
     "neg_max_error"),
    ("neg_mean_absolute_error", "neg_median_absolute_error", "d2_absolute_error_score"),
    ("neg_mean_absolute_percentage_error", "neg_root_mean_squared_log_error",
     "neg_mean_squared_log_error", "neg_mean_poisson_deviance", "neg_mean_gamma_deviance"),
)  # fmt: skip
_N_CLASSIFICATION = 4  # families; the others are of regression
_NEXT_FAMILIES = {0: (1, 2, 3), 1: (0, 2, 3), 2: (3, 0, 1), 3: (2, 0, 1), 4: (5, 6), 5: (4, 6),
                  6: (5, 4)}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What one advisor learns to answer."""

    task_types: tuple[str, ...]
    metric: str


class QuestionDesk:
    """Turns what a user asks into the question the knowledge base can answer best.

    Parameters
    ----------
    kb : KnowledgeBase
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self._n_runs = kb.score_counts()

    def questions(self) -> list[Question]:
        """Return each kind of task that has runs, with its most measured metric."""
        known = set(self._n_runs.index.get_level_values("task_type"))
        kinds = [k for k in ("classification", "regression") if known & set(_TASK_TYPES[k])]
        return [self.question(kind, None) for kind in kinds]

    def n_metrics(self) -> int:
        """Return the number of metrics over all task types."""
        return int(self._n_runs.index.get_level_values("metric").nunique())

    def task_type(self, task_type: str | None) -> str:
        """Return the task type asked for; None is the only kind there is."""
        if task_type is not None:
            if task_type not in _TASK_TYPES:
                raise ParameterError(
                    f"'task_type' must be one of {sorted(_TASK_TYPES)}. Got {task_type!r} instead."
                )
            return task_type
        known = set(self._n_runs.index.get_level_values("task_type"))
        if len(known) == 1:
            return str(next(iter(known)))
        if known <= set(_CLASSIFICATION):
            return "classification"
        raise ParameterError(
            f"The knowledge base holds tasks of the types {sorted(known)}; say which is meant by "
            "'task_type'."
        )

    def question(self, task_type: str, metric: str | None) -> Question:
        """Return the question to learn for a task type and metric.

        A metric without history is answered by the closest one with some, with
        a KnowledgeBaseWarning.

        Raises
        ------
        KnowledgeBaseMismatchError
            If no task of that type has a score.
        MetricError
            If the metric is none of scikit-learn's, or one of another task type.
        """
        known_types = set(self._n_runs.index.get_level_values("task_type"))
        types = tuple(name for name in _TASK_TYPES[task_type] if name in known_types)
        there = self._n_runs[self._n_runs.index.get_level_values("task_type").isin(types)]
        if there.empty:
            raise KnowledgeBaseMismatchError(
                f"The knowledge base holds no scored runs on {task_type} tasks, only on "
                f"{sorted(known_types)}. "
                "Add runs on such tasks, or ask for one of these types."
            )
        counts = there.groupby(level="metric").sum().sort_values(ascending=False, kind="stable")
        if metric is None:
            return Question(types, str(counts.index[0]))
        if metric in counts.index:
            return Question(types, metric)
        closest = _closest(metric, [str(name) for name in counts.index], task_type)
        warnings.warn(
            f"The knowledge base has no history of '{metric}' on {task_type} tasks. The order, "
            f"the scores and their intervals are those of '{closest}', the closest metric it "
            "knows.",
            KnowledgeBaseWarning,
            stacklevel=4,
        )
        return Question(types, closest)


def _closest(metric: str, known: list[str], task_type: str) -> str:
    family = next((i for i, members in enumerate(_FAMILIES) if metric in members), None)
    if family is None:
        _check_name(metric, known)
        return known[0]
    if (family < _N_CLASSIFICATION) != (task_type != "regression"):
        raise MetricError(
            f"The metric '{metric}' cannot judge {task_type} tasks. The knowledge base knows "
            f"{sorted(known)} for these."
        )
    for near in (family, *_NEXT_FAMILIES[family]):
        for member in _FAMILIES[near]:
            if member in known:
                return member
    return known[0]


def _check_name(metric: str, known: list[str]) -> None:
    from sklearn.metrics import get_scorer_names

    if metric not in get_scorer_names():
        raise MetricError(
            f"'metric' must be a metric of the knowledge base, {sorted(known)}, or a scorer name "
            f"of scikit-learn. Got {metric!r} instead."
        )
