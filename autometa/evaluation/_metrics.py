"""Metrics by scikit-learn's scorer names, computed from predictions that are already made.

One evaluation gives every metric of its task type at once: predictions are made
once and each scorer reads them. Scores are always greater-is-better.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from autometa.exceptions import MetricError

METRICS: dict[str, tuple[str, ...]] = {
    "binary": (
        "roc_auc",
        "neg_log_loss",
        "accuracy",
        "balanced_accuracy",
        "f1",
        "average_precision",
        "neg_brier_score",
        "matthews_corrcoef",
    ),
    "multiclass": (
        "neg_log_loss",
        "roc_auc_ovr",
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
        "matthews_corrcoef",
    ),
    "regression": (
        "neg_root_mean_squared_error",
        "r2",
        "neg_mean_absolute_error",
        "neg_median_absolute_error",
        "neg_mean_absolute_percentage_error",
    ),
}


def default_metric(task_type: str) -> str:
    """Return what a task is judged by when nobody says: ROC AUC, log loss or RMSE."""
    return METRICS[task_type][0]


def check_metric(metric: str | None, task_type: str) -> str:
    """Return the metric to use; None gives the default of the task type.

    Raises
    ------
    MetricError
        If scikit-learn has no scorer of that name, or it cannot judge tasks of
        this type.
    """
    if metric is None:
        return default_metric(task_type)
    if metric not in get_scorer_names():
        close = difflib.get_close_matches(str(metric), get_scorer_names(), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise MetricError(
            f"'metric' must be a scorer name of scikit-learn. Got {metric!r}.{hint} "
            "sklearn.metrics.get_scorer_names() lists them."
        )
    sample = _sample_predictions(task_type)
    if np.isnan(score(metric, sample)):
        raise MetricError(
            f"The metric '{metric}' cannot judge {task_type} tasks. Metrics kept for these: "
            f"{', '.join(METRICS[task_type])}."
        )
    return metric


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model said of some rows, beside the truth.

    Attributes
    ----------
    y : ndarray of shape (n_rows,)
        The truth: class numbers from 0, or target values.
    values : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Class probabilities (rows sum to 1), or predicted target values.
    n_classes : int
        0 for regression.
    """

    y: npt.NDArray[Any]
    values: npt.NDArray[np.float64]
    n_classes: int = 0

    def rows(self, index: npt.NDArray[np.intp]) -> Predictions:
        """Return the predictions of some rows."""
        return Predictions(y=self.y[index], values=self.values[index], n_classes=self.n_classes)


class _Oracle(BaseEstimator):  # type: ignore[misc]
    """An 'estimator' that returns predictions already made: scorers cannot tell."""

    def __init__(self, values: npt.NDArray[np.float64]) -> None:
        self.values = values

    def __sklearn_is_fitted__(self) -> bool:
        return True


class _ClassOracle(ClassifierMixin, _Oracle):  # type: ignore[misc]
    @property
    def classes_(self) -> npt.NDArray[np.intp]:
        return np.arange(self.values.shape[1])

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        return self.values

    def predict(self, X: Any) -> npt.NDArray[np.intp]:
        classes: npt.NDArray[np.intp] = self.values.argmax(axis=1)
        return classes


class _ValueOracle(RegressorMixin, _Oracle):  # type: ignore[misc]
    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        return self.values


def score(metric: str, predictions: Predictions) -> float:
    """Return the score of predictions under a scorer name; NaN where it is undefined.

    A score is undefined when the rows do not hold what it needs (ROC AUC of
    rows of one class, say) or the scorer cannot judge such a task.
    """
    oracle = _ClassOracle if predictions.n_classes else _ValueOracle
    try:
        value = get_scorer(metric)(
            oracle(predictions.values), predictions.y[:, None], predictions.y
        )
    except (ValueError, AttributeError, TypeError):
        return float("nan")
    return float(value) if np.isfinite(value) else float("nan")


def scores(metrics: Iterable[str], predictions: Predictions) -> dict[str, float]:
    """Return the score of predictions under each metric."""
    return {metric: score(metric, predictions) for metric in metrics}


def _sample_predictions(task_type: str) -> Predictions:
    if task_type == "regression":
        y = np.arange(1.0, 7.0)
        return Predictions(y=y, values=y + 0.1)
    n_classes = 2 if task_type == "binary" else 3
    y = np.arange(6) % n_classes
    return Predictions(
        y=y, values=np.eye(n_classes)[y] * 0.8 + 0.2 / n_classes, n_classes=n_classes
    )
