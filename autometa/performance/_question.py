"""Questions: which tasks and which metric of a knowledge base answer what was asked."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from autometa.exceptions import (
    KnowledgeBaseMismatchError,
    KnowledgeBaseWarning,
    MetricError,
    ParameterError,
)
from autometa.knowledge_base import KnowledgeBase, is_alike
from autometa.metrics import by_closeness, canonical_name, get_metric, scorer_names

_CLASSIFICATION = ("binary", "multiclass", "classification")
_TASK_TYPES: dict[str, tuple[str, ...]] = {
    "binary": ("binary", "classification"),
    "multiclass": ("multiclass", "classification"),
    "classification": _CLASSIFICATION,
    "regression": ("regression",),
}


@dataclass(frozen=True)
class Question:
    """What one advisor learns to answer.

    Attributes
    ----------
    task_types : tuple of str
    metric : str
    borrowed : tuple of tuple
        Where else to look, nearest first: task types and a metric whose order of
        setups is much the same.
    fold_kind : str
        Runs scored on such folds come first, others are borrowed.
    """

    task_types: tuple[str, ...]
    metric: str
    borrowed: tuple[tuple[tuple[str, ...], str], ...] = ()
    fold_kind: str = "shuffled"


class QuestionResolver:
    """Turns what a user asks into the question the knowledge base can answer best.

    Parameters
    ----------
    kb : KnowledgeBase
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._n_scores = kb.score_counts()

    def questions(self) -> list[Question]:
        """Return each kind of task that has runs, with its most measured metric."""
        types = set(self._n_scores.index.get_level_values("task_type"))
        kinds = [k for k in ("classification", "regression") if types & set(_TASK_TYPES[k])]
        return [self.question(kind, None) for kind in kinds]

    def all_questions(self) -> list[Question]:
        """Return every question about one task type that has an answer."""
        counts = self._n_scores.reset_index()
        asked = counts[["task_type", "metric"]].drop_duplicates()
        return list(dict.fromkeys(self.question(t, m) for t, m in asked.itertuples(index=False)))

    def n_metrics(self) -> int:
        """Return the number of metrics over all task types."""
        return int(self._n_scores.index.get_level_values("metric").nunique())

    def task_type(self, task_type: str | None) -> str:
        """Return the task type asked for; None is the only one of the knowledge base."""
        if task_type is not None:
            if task_type not in _TASK_TYPES:
                raise ParameterError(
                    f"'task_type' must be one of {sorted(_TASK_TYPES)}. Got {task_type!r} instead."
                )
            return task_type
        types = set(self._n_scores.index.get_level_values("task_type"))
        if len(types) == 1:
            return str(next(iter(types)))
        if types <= set(_CLASSIFICATION):  # one question: their runs are learnt from together
            return "classification"
        raise ParameterError(
            f"The knowledge base holds tasks of the types {sorted(types)}; say which is meant by "
            "'task_type'."
        )

    def of_kind(self, question: Question, fold_kind: str) -> Question:
        """Return a question about folds of a kind; as it is where no run is of that kind.

        What is learnt for the usual folds then answers it.
        """
        if is_alike(question.fold_kind, fold_kind):
            return question
        if not any(is_alike(fold_kind, kind) for kind in self._fold_kinds):
            return question
        return replace(question, fold_kind=fold_kind)

    @cached_property
    def _fold_kinds(self) -> set[str]:
        return self._kb.fold_kinds()

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
        own_types = set(self._n_scores.index.get_level_values("task_type"))
        types = tuple(name for name in _TASK_TYPES[task_type] if name in own_types)
        counts = self._counts(types)
        if counts.empty:
            raise KnowledgeBaseMismatchError(
                f"The knowledge base holds no scored runs on {task_type} tasks, only on "
                f"{sorted(own_types)}. "
                "Add runs on such tasks, or ask for one of these types."
            )
        if metric is None:  # the most measured one: most runs can be learnt from
            return self._with_borrowed(types, str(counts.index[0]), task_type)
        metric = canonical_name(metric, task_type) if metric not in counts.index else metric
        if metric in counts.index:
            return self._with_borrowed(types, metric, task_type)
        names = [str(name) for name in counts.index]
        _check_judges(metric, names, task_type)
        closest = by_closeness(metric, names)[0]
        warnings.warn(
            f"The knowledge base has no history of '{metric}' on {task_type} tasks. The order, "
            f"the scores and their intervals are those of '{closest}', the closest metric it "
            "knows.",
            KnowledgeBaseWarning,
            stacklevel=4,
        )
        return self._with_borrowed(types, closest, task_type)

    def _counts(self, task_types: Sequence[str]) -> pd.Series[int]:
        """Return the runs of each metric on tasks of these types, most first."""
        of_types = self._n_scores.index.get_level_values("task_type").isin(task_types)
        counts = self._n_scores[of_types].groupby(level="metric").sum()
        return counts.sort_values(ascending=False, kind="stable")

    def _with_borrowed(self, types: tuple[str, ...], metric: str, task_type: str) -> Question:
        """Return the question, and what else of the same kind of tasks can help to answer it."""
        kind = _TASK_TYPES["regression" if task_type == "regression" else "classification"]
        borrowed = []
        # another metric of the same tasks orders setups more alike than the same of other tasks
        for name in (types, *((other,) for other in kind if other not in types)):
            counts = self._counts(name)
            near = by_closeness(metric, [str(m) for m in counts.index])
            borrowed += [(name, m) for m in near if (name, m) != (types, metric)]
        return Question(types, metric, tuple(borrowed))


def _check_judges(metric: str, names: Sequence[str], task_type: str) -> None:
    """Raise when ``metric`` is unknown, or does not apply to tasks of this type."""
    facts = get_metric(metric)
    if facts.family:
        if (facts.kind == "regression") != (task_type == "regression"):
            raise MetricError(
                f"The metric '{metric}' does not apply to {task_type} tasks. The knowledge base "
                f"holds {sorted(names)} for these."
            )
    elif metric not in scorer_names():
        raise MetricError(
            f"'metric' must be a metric of the knowledge base, {sorted(names)}, or a scorer name "
            f"of scikit-learn. Got {metric!r} instead."
        )
