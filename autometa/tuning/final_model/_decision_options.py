"""What `tune_threshold` means for a table and a metric."""

from __future__ import annotations

from numbers import Real
from typing import Literal

import numpy as np

from autometa.exceptions import MetricError, ParameterError
from autometa.metrics import check_metric, judges_labels
from autometa.tables import Table
from autometa.tuning.final_model._deciding import NO_CHOICE, DecisionPolicy
from autometa.tuning.final_model._decision import DecisionRule

TuneThreshold = bool | float | str | Literal["auto"]

# Their best thresholds predict nearly all rows, or nearly none: what they leave out counts too.
ONE_SIDED = frozenset({"recall", "precision"})
RARE_SHARE = 0.1  # of the rows; a class so rare is hardly ever the more probable of two
RARE_METRIC = "f1"  # of the rare class: it weighs what is missed against false alarms


def check_tune_threshold(value: TuneThreshold) -> None:
    """Raise unless it is "auto", True, False, a number between 0 and 1, or a name.

    Raises
    ------
    ParameterError
        If it is something else.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if isinstance(value, bool | str) or (is_number and 0 < float(value) < 1):
        return
    raise ParameterError(
        "'tune_threshold' must be 'auto', True, False, a probability between 0 and 1, or the name "
        f"of a metric of labels. Got {value!r}."
    )


def policy_of(
    tune_threshold: TuneThreshold, metric: str, table: Table, positive: int
) -> DecisionPolicy:
    """Return how classes are to be made of probabilities.

    Raises
    ------
    MetricError
        If ``tune_threshold`` names an unknown metric, or one that is of other tasks.
    ParameterError
        If it does not suit the table.
    """
    if tune_threshold is False:
        return NO_CHOICE
    if not table.n_classes:
        if tune_threshold == "auto":
            return NO_CHOICE
        raise ParameterError(
            f"'tune_threshold' is of classes. Got {tune_threshold!r} for numbers; leave it out."
        )
    if tune_threshold is True:
        return _forced(metric, positive)
    if isinstance(tune_threshold, str):
        if tune_threshold == "auto":
            return _automatic(metric, table, positive)
        return _forced(_named(tune_threshold, table.task_type), positive)
    if table.n_classes != 2:
        raise ParameterError(
            "A number as 'tune_threshold' is the probability from which the positive one of two "
            f"classes is predicted. Got {tune_threshold!r} for {table.n_classes} classes; give "
            "True or the name of a metric."
        )
    return DecisionPolicy(fixed=DecisionRule.of_threshold(float(tune_threshold), positive))


def _named(name: str, task_type: str) -> str:
    """Return the metric that `tune_threshold` names; an error then speaks of that."""
    try:
        return check_metric(name, task_type)
    except MetricError as error:
        close = f" Did you mean '{error.suggestions[0]}'?" if error.suggestions else ""
        raise MetricError(
            "'tune_threshold' must be 'auto', True, False, a probability between 0 and 1, or the "
            f"name of a metric of labels that applies to {task_type} tasks, such as "
            f"'balanced_accuracy'. Got {name!r}.{close}",
            name=name,
            suggestions=error.suggestions,
        ) from error


def _automatic(metric: str, table: Table, positive: int) -> DecisionPolicy:
    if judges_labels(metric):
        is_one_sided = metric in ONE_SIDED and table.n_classes == 2
        return NO_CHOICE if is_one_sided else DecisionPolicy(metric=metric, positive=positive)
    counts = np.bincount(table.y, minlength=table.n_classes)
    if table.n_classes == 2 and counts.min() < RARE_SHARE * len(table.y):
        return DecisionPolicy(metric=RARE_METRIC, positive=int(counts.argmin()))
    return NO_CHOICE


def _forced(metric: str, positive: int) -> DecisionPolicy:
    if not judges_labels(metric):
        raise ParameterError(
            f"'tune_threshold' chooses for a metric of labels. '{metric}' judges probabilities or "
            "an order, which no threshold changes; name one such as 'balanced_accuracy'."
        )
    return DecisionPolicy(metric=metric, positive=positive, is_forced=True)
