"""Question: a checked table, and what `tune` is asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

from sklearn.utils import check_random_state

from autometa._common.warning import warn_user
from autometa.datasets import check_named, named_table
from autometa.dependence import warn_of_dependence
from autometa.exceptions import DatasetWarning, ParameterError
from autometa.knowledge_base import KnowledgeBase, open_knowledge_base
from autometa.meta_models import MetaModel
from autometa.metrics import (
    ScoredRows,
    check_metric,
    depends_on_positive,
    metric_kind,
    positive_class,
)
from autometa.tables import Table
from autometa.tuning._options import TuneOptions
from autometa.tuning.final_model._deciding import NO_CHOICE, DecisionPolicy
from autometa.tuning.final_model._decision_options import policy_of
from autometa.tuning.saved._saving import types_not_saved
from autometa.tuning.scheduling._plan import choose_algorithms, left_out

MAX_SEED = 2**31 - 1 - 100  # scikit-learn takes 31 bits; refits and resumed runs count up from it


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A checked table, and what is asked about it.

    Attributes
    ----------
    table : Table
    metric : str
    positive : int
        Number of the positive class of a binary task.
    algorithms : tuple of str
        What may be chosen.
    seed : int
    knowledge_base : KnowledgeBase, MetaModel, False or None
        None is the default one; a model answers from the one it was fitted to.
    decision : DecisionPolicy
        How `predict` makes classes of probabilities.
    notes : tuple of str
        What could not be taken as it was asked, and what the folds would hide.
    """

    table: Table
    metric: str
    positive: int
    algorithms: tuple[str, ...]
    seed: int
    knowledge_base: KnowledgeBase | MetaModel | Literal[False] | None
    decision: DecisionPolicy = NO_CHOICE
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, X: Any, y: Any, options: TuneOptions) -> Self:
        """Check a table and its target, and the options that depend on them.

        Raises
        ------
        DatasetError
            If the table or the target cannot be used.
        MetricError
            If the metric is unknown or does not apply to such a task.
        ParameterError
            If another option does not suit the table.
        """
        named = named_table(X, y, name=options.name, target=options.target)
        table = check_named(
            named,
            options.task_type,
            metric_kind(options.metric),
            options.validation,
            options.sample_weight,
        )
        algorithms = choose_algorithms(options.algorithms, table)
        notes = warn_of_dependence(table, options.validation, options.time_budget, named.X)
        if options.algorithms is None:
            notes += tuple(left_out(algorithms, table))
        _say_not_saved(table)
        positive = positive_class(table.y, table.classes, options.pos_label)
        metric = check_metric(
            options.metric,
            table.task_type,
            table.classes,
            positive,
            ScoredRows(X=table.X, y=table.y, weights=table.weights),
        )
        return cls(
            table=table,
            metric=metric,
            positive=positive,
            algorithms=algorithms,
            seed=_seed(options.random_state),
            knowledge_base=options.model or open_knowledge_base(options.knowledge_base),
            decision=policy_of(options.tune_threshold, metric, table, positive),
            notes=notes,
        )

    @property
    def pos_label(self) -> Any:
        """The positive class of a binary task; None for other tasks."""
        return self.table.classes.tolist()[self.positive] if self.table.n_classes == 2 else None

    @property
    def study_label(self) -> str | None:
        """The positive class where scores depend on it: it is part of the name of the study."""
        if not depends_on_positive(self.metric):
            return None
        return str(self.table.classes.tolist()[self.positive])


def _say_not_saved(table: Table) -> None:
    """Say it of labels before the minutes are spent, not when the model is to be saved."""
    types = types_not_saved(table.classes)
    if types:
        warn_user(
            DatasetWarning(
                f"Labels of the type {', '.join(types)} are predicted as they are, but a model "
                "that predicts them cannot be saved: it holds numbers and text. Give text, as "
                "y.astype(str) does, if it is to be."
            )
        )


def _seed(random_state: Any) -> int:
    try:
        return int(check_random_state(random_state).randint(MAX_SEED))
    except ValueError as error:
        raise ParameterError(
            "'random_state' must be an int from 0 to 2**32 - 1, a RandomState or None. Got "
            f"{random_state!r}."
        ) from error
