"""Metrics by scikit-learn's scorer names: what each is, and scores of predictions already made."""

from __future__ import annotations

from autometa.metrics._aliases import (
    bare_name,
    canonical_name,
    complement_of,
    is_negated,
    plain_name,
    scorer_of,
)
from autometa.metrics._custom import MetricLike, ScoredRows
from autometa.metrics._listing import list_metrics
from autometa.metrics._lookup import (
    ERROR_WORDS,
    by_closeness,
    default_metric,
    get_metric,
    measured_metrics,
    on_one_scale,
)
from autometa.metrics._metric import ROUNDING, FastScore, Metric
from autometa.metrics._positive import positive_class
from autometa.metrics._registry import every_metric, register_metric
from autometa.metrics._scoring import (
    Predictions,
    check_metric,
    depends_on_positive,
    failure_of_scorer,
    is_defined,
    is_regression_metric,
    judges_labels,
    mean_score,
    metric_kind,
    reads_rows,
    score,
    scorer_names,
    scores,
    takes_weights,
)

__all__ = [
    "ERROR_WORDS",
    "ROUNDING",
    "FastScore",
    "Metric",
    "MetricLike",
    "Predictions",
    "ScoredRows",
    "bare_name",
    "by_closeness",
    "canonical_name",
    "check_metric",
    "complement_of",
    "default_metric",
    "depends_on_positive",
    "every_metric",
    "failure_of_scorer",
    "get_metric",
    "is_defined",
    "is_negated",
    "is_regression_metric",
    "judges_labels",
    "list_metrics",
    "mean_score",
    "measured_metrics",
    "metric_kind",
    "on_one_scale",
    "plain_name",
    "positive_class",
    "reads_rows",
    "register_metric",
    "score",
    "scorer_names",
    "scorer_of",
    "scores",
    "takes_weights",
]
