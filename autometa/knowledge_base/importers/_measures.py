"""Measures of foreign histories: which way each is better, and what scikit-learn calls it.

Histories hold scores, errors and losses under many names. A knowledge base holds
scores alone: greater is better, under the names of scikit-learn's scorers. Direction
and unit go by the name and by what the source says; a measure whose direction cannot
be known is refused, values beyond its bounds (`metric_of`) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._metrics import ROUNDING, Metric, metric_of

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

GAINS: Mapping[str, tuple[str, ...]] = {
    "accuracy": ("acc", "accuracy_score", "classification_accuracy", "predictive_accuracy"),
    "average_precision": ("ap", "auprc", "pr_auc", "average_precision_score", "aucpr"),
    "balanced_accuracy": ("bac", "bacc", "balanced_acc", "balanced_accuracy_score"),
    "explained_variance": ("explained_variance_score",),
    "f1": ("f1_score", "f_score"),
    "f1_macro": ("macro_f1", "mean_f_measure"),
    "f1_weighted": ("f_measure", "weighted_f1"),
    "matthews_corrcoef": ("mcc", "matthews_correlation_coefficient"),
    "precision": ("precision_score",),
    "r2": ("r2_score", "rsq", "r_squared"),
    "recall": ("recall_score",),
    "roc_auc": ("auc", "auroc", "roc_auc_score", "area_under_roc_curve"),
    "kappa": ("cohen_kappa", "cohen_kappa_score", "kappa"),
}
LOSSES: Mapping[str, tuple[str, ...]] = {
    "neg_brier_score": ("brier", "brier_score", "brier_score_loss"),
    "neg_log_loss": ("cross_entropy", "log_loss", "logloss", "nll"),
    "neg_max_error": ("max_error",),
    "neg_mean_absolute_error": ("mae", "mean_absolute_error"),
    "neg_mean_absolute_percentage_error": ("mape", "mean_absolute_percentage_error"),
    "neg_mean_squared_error": ("mse", "mean_squared_error"),
    "neg_mean_squared_log_error": ("msle", "mean_squared_log_error"),
    "neg_median_absolute_error": ("medae", "median_absolute_error"),
    "neg_root_mean_squared_error": ("rmse", "root_mean_squared_error"),
    "neg_root_mean_squared_log_error": ("rmsle", "root_mean_squared_log_error"),
    "neg_smape": ("smape", "symmetric_mean_absolute_percentage_error"),
}
SHORTFALLS: Mapping[str, tuple[str, ...]] = {  # errors that are 1 - score
    "accuracy": ("error_rate", "mmce", "misclassification", "misclassification_rate",
                 "classification_error", "zero_one_loss"),
    "balanced_accuracy": ("balanced_error", "balanced_error_rate", "ber"),
}  # fmt: skip
LOWER_WORDS = frozenset(
    ("cost", "deviance", "distance", "duration", "err", "error", "loss", "mae", "mape", "mse",
     "regret", "rmse", "runtime", "seconds", "smape", "time")
)  # fmt: skip
GREATER_WORDS = frozenset(
    ("accuracy", "auc", "correlation", "f1", "fitness", "gain", "likelihood", "performance",
     "precision", "profit", "quality", "r2", "recall", "reward", "score", "utility")
)  # fmt: skip
PREFIXES = re.compile(r"^(?:(?:scores?|mean|test|val|valid|validation|cv)_)+")
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

    def outside(self, values: Floats) -> Mask:
        """Mark the finite values that lie beyond the bounds of the measure."""
        return np.isfinite(values) & ~self._holds(self._converted(values))

    def _converted(self, values: Floats) -> Floats:
        return self.offset + self.sign * values / self.unit

    def _holds(self, scores: Floats) -> Mask:
        low, high = self._metric.low - ROUNDING, self._metric.high + ROUNDING
        return np.asarray((scores >= low) & (scores <= high))

    @property
    def _metric(self) -> Metric:
        return metric_of(self.name)


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
    known, shortfall = scorer_of(name), shortfall_of(name)
    if _is_negated(name):
        return _negated_before(name, known, lower_is_better)
    if shortfall is not None:
        return _missing_to_one(name, shortfall, lower_is_better)
    if known is None:
        return _unheard_of(name, lower_is_better)
    is_loss = known.startswith("neg_")
    if values.size and values.max() <= 0 > values.min():
        if is_loss and lower_is_better is not True:
            return Measure(name=known)  # a loss that was negated before
        if not is_loss and lower_is_better and metric_of(known).low >= 0:
            return Measure(name=known, sign=-1.0)  # a study that minimises -accuracy
    if is_loss:
        if lower_is_better is False and values.size and values.max() > 0:
            raise UnknownMeasureError(
                f"'{name}' is better the lower, its source says that greater is better, and its "
                "values are not negated. Say what it measures (metric) or which way is better "
                "(lower_is_better)."
            )
        return Measure(name=known, sign=1.0 if lower_is_better is False else -1.0)
    return _missing_to_one(name, known, True) if lower_is_better else Measure(name=known)


def _negated_before(name: str, known: str | None, lower_is_better: bool | None) -> Measure:
    """Return the measure of a name with ``neg_``: greater is better, unless the source denies."""
    scorer = known or _bare(name)
    return Measure(name=scorer, sign=-1.0 if lower_is_better else 1.0)


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
    words = set(_plain(name).split("_"))
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
    metric = metric_of(measure.name)
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


def negated_name(name: str, known: str | None = None) -> str:
    """Return what a loss is called once it is negated."""
    if known is not None and known.startswith("neg_"):
        return known
    return name if name.startswith("neg_") else f"neg_{name}"


def scorer_of(name: str) -> str | None:
    """Return the scorer that measures the same, or None.

    Examples
    --------
    >>> scorer_of("RMSE"), scorer_of("predictive_accuracy"), scorer_of("PAR10")
    ('neg_root_mean_squared_error', 'accuracy', None)
    >>> scorer_of("neg_logloss"), scorer_of("neg_accuracy")
    ('neg_log_loss', None)
    """
    for tried in (_plain(name), _bare(name)):
        if tried in _scorers():
            return tried
        if tried in _synonyms():
            return _synonyms()[tried]
    known = scorer_of(_bare(name).removeprefix("neg_")) if _is_negated(name) else None
    return known if known is not None and known.startswith("neg_") else None


def shortfall_of(name: str) -> str | None:
    """Return the scorer of which this error is what is missing to 1, or None."""
    plain = _plain(name)
    return next((scorer for scorer, names in SHORTFALLS.items() if plain in names), None)


def is_measure(name: str) -> bool:
    """Say whether the name is known for one of a measure."""
    return scorer_of(name) is not None or shortfall_of(name) is not None


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
    return {kind for kind in (metric_of(name).task_kind for name in metrics) if kind is not None}


@cache
def _scorers() -> frozenset[str]:
    from sklearn.metrics import get_scorer_names

    return frozenset(get_scorer_names())


@cache
def _synonyms() -> dict[str, str]:
    return {name: scorer for table in (GAINS, LOSSES) for scorer in table for name in table[scorer]}


def _bare(name: str) -> str:
    """Return a name without what only says where it was measured: ``mean_test_f1`` is ``f1``."""
    return PREFIXES.sub("", _plain(name))


def _is_negated(name: str) -> bool:
    return _bare(name).startswith("neg_")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
