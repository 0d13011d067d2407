"""Measures of foreign histories: which way each is better, and what scikit-learn calls it.

Histories hold scores, errors and losses under many names. A knowledge base holds
scores alone: greater is better, under the names of scikit-learn's scorers. Direction
and unit go by the name and by what the source says; a measure whose direction cannot
be known is refused, values beyond its bounds (`get_metric`) are left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from autometa._common.arrays import Booleans, Floats
from autometa.exceptions import KnowledgeBaseError
from autometa.metrics import (
    ERROR_WORDS,
    ROUNDING,
    Metric,
    bare_name,
    complement_of,
    get_metric,
    is_negated,
    plain_name,
    scorer_of,
)

LOWER_WORDS = ERROR_WORDS | {"cost", "loss", "regret"}
GREATER_WORDS = frozenset(
    ("accuracy", "auc", "correlation", "f1", "fitness", "gain", "likelihood", "performance",
     "precision", "profit", "quality", "r2", "recall", "reward", "score", "utility")
)  # fmt: skip
PERCENT = 100.0


class UnknownMeasureError(KnowledgeBaseError):
    """A measure of which nobody can say what its values mean."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How values of a measure become scores: ``offset + sign * value / unit``.

    Attributes
    ----------
    name : str
        The scorer's name.
    sign, offset : float
    unit : float
        100 where the source writes shares in per cent.
    note : str
        What was taken for granted; empty when the source said it.
    """

    name: str
    sign: float = 1.0
    offset: float = 0.0
    unit: float = 1.0
    note: str = ""

    def scores(self, values: Floats) -> Floats:
        """Return the scores, greater is better; NaN for values that none can be."""
        scores = self._converted(values)
        return np.where(self._holds(scores), scores, np.nan)

    def outside(self, values: Floats) -> Booleans:
        """Mark the finite values that lie beyond the bounds of the measure."""
        return np.isfinite(values) & ~self._holds(self._converted(values))

    def _converted(self, values: Floats) -> Floats:
        return self.offset + self.sign * values / self.unit

    def _holds(self, scores: Floats) -> Booleans:
        low, high = self._metric.low - ROUNDING, self._metric.high + ROUNDING
        return np.asarray((scores >= low) & (scores <= high))

    @property
    def _metric(self) -> Metric:
        return get_metric(self.name)


def resolve(name: str, lower_is_better: bool | None, values: Floats) -> Measure:
    """Return how a measure becomes a score.

    Parameters
    ----------
    name : str
        As the source calls it; ``neg_`` before it says that values are negated.
    lower_is_better : bool or None
        What the source says; None when it does not.
    values : ndarray
        All values there are. They tell errors that were negated before, and
        shares in per cent.

    Raises
    ------
    UnknownMeasureError
        If neither the source nor the name says which way is better, or most
        values cannot be values of the measure.
    """
    finite = values[np.isfinite(values)]
    return _in_unit(name, _directed(name, lower_is_better, finite), finite)


def _directed(name: str, lower_is_better: bool | None, values: Floats) -> Measure:
    scorer, shortfall = scorer_of(name), complement_of(name)
    if is_negated(name):
        return _negated_before(name, scorer, lower_is_better)
    if shortfall is not None:
        return _missing_to_one(name, shortfall, lower_is_better)
    if scorer is None:
        return _unheard_of(name, lower_is_better)
    is_loss = scorer.startswith("neg_")
    if values.size and values.max() <= 0 > values.min():
        if is_loss and lower_is_better is not True:
            return Measure(name=scorer)  # a loss that was negated before
        if not is_loss and lower_is_better and get_metric(scorer).low >= 0:
            return Measure(name=scorer, sign=-1.0)  # a study that minimises -accuracy
    if is_loss:
        if lower_is_better is False and values.size and values.max() > 0:
            raise UnknownMeasureError(
                f"'{name}' is better the lower, its source says that greater is better, and its "
                "values are not negated. Say what it measures (metric) or which way is better "
                "(lower_is_better)."
            )
        return Measure(name=scorer, sign=1.0 if lower_is_better is False else -1.0)
    return _missing_to_one(name, scorer, True) if lower_is_better else Measure(name=scorer)


def _negated_before(name: str, scorer: str | None, lower_is_better: bool | None) -> Measure:
    """Return the measure of a name with ``neg_``: greater is better, unless the source denies."""
    return Measure(name=scorer or bare_name(name), sign=-1.0 if lower_is_better else 1.0)


def _missing_to_one(name: str, scorer: str, lower_is_better: bool | None) -> Measure:
    if lower_is_better is False:
        raise UnknownMeasureError(
            f"'{name}' is an error, and its source says that greater is better. Say what it "
            "measures (metric) or which way is better (lower_is_better)."
        )
    note = f"'{name}' is lower-is-better: values were taken as 1 - {scorer}."
    return Measure(name=scorer, sign=-1.0, offset=1.0, note=note)


def _unheard_of(name: str, lower_is_better: bool | None) -> Measure:
    if lower_is_better is not None:
        return _plainly(name, lower_is_better)
    words = set(plain_name(name).split("_"))
    lower, greater = bool(LOWER_WORDS & words), bool(GREATER_WORDS & words)
    if not lower and not greater:
        raise UnknownMeasureError(
            f"Nobody can tell whether '{name}' is better when it is greater or lower. Say which: "
            "lower_is_better=True or False (--lower-is-better, --greater-is-better), or what it "
            "measures: metric=NAME (-m NAME)."
        )
    which = "lower" if lower else "greater"
    note = f"'{name}' was taken as {which}-is-better, going by its name."
    return replace(_plainly(name, lower), note=note)


def _plainly(name: str, lower: bool) -> Measure:
    return Measure(name=f"neg_{name}", sign=-1.0) if lower else Measure(name=name)


def _in_unit(name: str, measure: Measure, values: Floats) -> Measure:
    """Return the measure in per cent where its values are; refuse it where they fit nothing."""
    n_outside = int(measure.outside(values).sum())
    if not n_outside:
        return measure
    metric = get_metric(measure.name)
    present = values[values != 0]
    is_percent = metric.is_share and values.min() >= 0 and values.max() <= PERCENT
    # An error of .5 % is common, an accuracy below 1 % is not: it is a share among per cents.
    is_mixed = measure.sign > 0 and bool((present <= 1).any())
    if is_percent and not is_mixed and float(np.median(present)) > 1:
        note = f"'{name}' goes up to {values.max():g}: values were taken as per cent."
        return replace(measure, unit=PERCENT, note=f"{measure.note} {note}".strip())
    has_both = is_percent and values.max() > 2  # 1.02 is an odd share, 87 another unit
    if 2 * n_outside >= len(values) or has_both:
        raise UnknownMeasureError(
            f"'{name}' becomes '{measure.name}', which lies in {metric.low:g} .. {metric.high:g}. "
            f"Got values from {values.min():g} to {values.max():g}: its unit cannot be known. Say "
            "what it measures (metric) and which way is better (lower_is_better)."
        )
    return measure


def negated_name(name: str, scorer: str | None = None) -> str:
    """Return what a loss is called once it is negated."""
    if scorer is not None and scorer.startswith("neg_"):
        return scorer
    return name if name.startswith("neg_") else f"neg_{name}"


def is_measure(name: str) -> bool:
    """Say whether the name is known for one of a measure."""
    return scorer_of(name) is not None or complement_of(name) is not None


def task_type_of(metrics: Collection[str]) -> str:
    """Return what a task that was judged by these scorers is: one scorer of numbers decides.

    Examples
    --------
    >>> task_type_of(["accuracy"]), task_type_of(["neg_root_mean_squared_error", "smape"])
    ('classification', 'regression')
    """
    return "regression" if "regression" in _kinds_of(metrics) else "classification"


def are_at_odds(metrics: Collection[str]) -> bool:
    """Say whether some scorers judge classes and others numbers."""
    return len(_kinds_of(metrics)) > 1


def _kinds_of(metrics: Collection[str]) -> set[str]:
    return {kind for kind in (get_metric(name).kind for name in metrics) if kind is not None}
