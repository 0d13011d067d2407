"""Judging a pipeline on a table: folds, metrics, and processes that can be stopped."""

from __future__ import annotations

from autometa.evaluation._cross_validation import Evaluation, cross_validate, predict
from autometa.evaluation._folds import fold_numbers, fold_seed, make_folds, shorten_folds
from autometa.evaluation._metrics import (
    METRICS,
    Predictions,
    check_metric,
    default_metric,
    depends_on_positive,
    is_defined,
    is_regression_metric,
    mean_score,
    metric_kind,
    score,
    scores,
)
from autometa.evaluation._pool import WorkerPool
from autometa.evaluation._positive import positive_class
from autometa.evaluation._process import Outcome
from autometa.evaluation._speed import STANDARD_SECONDS, reference_seconds, speed_of_this_machine

__all__ = [
    "METRICS",
    "STANDARD_SECONDS",
    "Evaluation",
    "Outcome",
    "Predictions",
    "WorkerPool",
    "check_metric",
    "cross_validate",
    "default_metric",
    "depends_on_positive",
    "fold_numbers",
    "fold_seed",
    "is_defined",
    "is_regression_metric",
    "make_folds",
    "mean_score",
    "metric_kind",
    "positive_class",
    "predict",
    "reference_seconds",
    "score",
    "scores",
    "shorten_folds",
    "speed_of_this_machine",
]
