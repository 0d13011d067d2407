"""Facts about a metric that follow from its name: bounds, unit, and the tasks it can judge.

The one place that knows them: importers check values by it, intervals end at its bounds,
errors are compared in units of the target by it. Nothing here looks at scores; a name
that is not known has no bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import inf

ROUNDING = 1e-6  # scores in single precision may exceed their bounds by as much

_FRACTIONS = (
    "accuracy",
    "average_precision",
    "balanced_accuracy",
    "completeness_score",
    "f1",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "jaccard",
    "normalized_mutual_info_score",
    "precision",
    "rand_score",
    "recall",
    "roc_auc",
    "top_k_accuracy",
    "v_measure_score",
)
_AVERAGES = ("macro", "micro", "samples", "weighted", "ovo", "ovr", "ovo_weighted", "ovr_weighted")
_SIGNED = (
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "correlation_coefficient",
    "kappa",
    "matthews_corrcoef",
)
_AT_MOST_ONE = (
    "d2_absolute_error_score",
    "d2_brier_score",
    "d2_log_loss_score",
    "explained_variance",
    "r2",
)
_AT_LEAST_ZERO = ("mutual_info_score", "positive_likelihood_ratio")
# Negated, these are 0 at best. A bare "loss" or "cost" is not: many studies minimise -accuracy.
_NEVER_BELOW_ZERO = frozenset(
    ("deviance", "distance", "duration", "err", "error", "mae", "mape", "mse", "rmse", "rmsle",
     "runtime", "seconds", "smape", "time")
)  # fmt: skip
_LOSSES_FROM_ZERO = frozenset(
    ("neg_hamming_loss", "neg_hinge_loss", "neg_log_loss", "neg_zero_one_loss",
     "neg_negative_likelihood_ratio")
)  # fmt: skip
_TARGET_POWERS = {
    "neg_root_mean_squared_error": 1,
    "neg_mean_absolute_error": 1,
    "neg_median_absolute_error": 1,
    "neg_max_error": 1,
    "neg_mean_squared_error": 2,
}
_OTHER_REGRESSION = (
    "d2_absolute_error_score",
    "explained_variance",
    "neg_mean_absolute_percentage_error",
    "neg_mean_gamma_deviance",
    "neg_mean_poisson_deviance",
    "neg_mean_squared_log_error",
    "neg_root_mean_squared_log_error",
    "neg_smape",
    "r2",
)
REGRESSION = frozenset({*_TARGET_POWERS, *_OTHER_REGRESSION})
_CLASSIFICATION_LOSSES = ("neg_brier_score", "neg_log_loss", "d2_brier_score", "d2_log_loss_score")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What is known of a metric by its name; scores are greater-is-better.

    Attributes
    ----------
    name : str
    low, high : float
        The least and the greatest score there can be; infinite where there is no bound.
    task_kind : {"classification", "regression"} or None
        The tasks it judges; None where the name does not say.
    target_power : int or None
        The score has the unit of the target to this power; None where it has no unit.
    """

    name: str
    low: float
    high: float
    task_kind: str | None
    target_power: int | None

    @property
    def is_share(self) -> bool:
        """Whether scores are shares of one: what sources may write in per cent."""
        return (self.low, self.high) == (0.0, 1.0)

    def holds(self, score: float) -> bool:
        """Say whether a score can be one of this metric."""
        return self.low - ROUNDING <= score <= self.high + ROUNDING


@cache
def metric_of(name: str) -> Metric:
    """Return what is known of a metric.

    Examples
    --------
    >>> metric_of("accuracy").is_share, metric_of("neg_mean_squared_error").target_power
    (True, 2)
    """
    low, high = score_range(name)
    return Metric(
        name=name,
        low=low,
        high=high,
        task_kind=_task_kind(name),
        target_power=_TARGET_POWERS.get(name),
    )


def score_range(metric: str) -> tuple[float, float]:
    """Return the least and the greatest score that a metric can have.

    Metrics are known by scikit-learn's scorer names; others have no bounds.

    Examples
    --------
    >>> score_range("roc_auc_ovr")
    (0.0, 1.0)
    >>> score_range("neg_log_loss"), score_range("objective")
    ((-inf, 0.0), (-inf, inf))
    """
    if _without_average(metric) in _FRACTIONS:
        return 0.0, 1.0
    if metric in _SIGNED:
        return -1.0, 1.0
    if metric in _AT_MOST_ONE:
        return -inf, 1.0
    if metric in _AT_LEAST_ZERO:
        return 0.0, inf
    if metric == "neg_brier_score":
        return -2.0, 0.0
    is_error = metric.startswith("neg_") and _NEVER_BELOW_ZERO & set(re.split(r"\W|_", metric))
    return (-inf, 0.0) if is_error or metric in _LOSSES_FROM_ZERO else (-inf, inf)


def _without_average(metric: str) -> str:
    for average in _AVERAGES:
        metric = metric.removesuffix(f"_{average}")
    return metric


def _task_kind(metric: str) -> str | None:
    if metric in REGRESSION:
        return "regression"
    is_of_classes = _without_average(metric) in _FRACTIONS or metric in _CLASSIFICATION_LOSSES
    return "classification" if is_of_classes or metric in ("kappa", "matthews_corrcoef") else None
