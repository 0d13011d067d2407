"""Metrics by scikit-learn's scorer names, computed from predictions that are already made.

One evaluation gives every metric of its task type at once: predictions are made
once and each metric reads them. Scores are always greater-is-better. Whether a
score exists is decided from the labels of the rows, never from the value returned:
scikit-learn gives 0 or 1 for some scores that do not exist.
"""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import get_scorer, get_scorer_names, roc_auc_score

from autometa._common.arrays import AnyArray, Floats
from autometa.exceptions import MetricError
from autometa.metrics._aliases import canonical_name, plain_name
from autometa.metrics._custom import MetricLike, ScoredRows, name_of_scorer, register_scorer
from autometa.metrics._lookup import default_metric, get_metric, measured_metrics
from autometa.metrics._registry import every_metric, once_for_all_metrics, was_registered

N_CLASSES = {"binary": 2, "multiclass": 3, "regression": 0}  # where nobody says how many


@once_for_all_metrics
def scorer_names() -> tuple[str, ...]:
    """Return the metrics that can be computed: scikit-learn's scorers, and those that bring one."""
    own = {metric.name for metric in every_metric().values() if metric.scorer is not None}
    return tuple(sorted({*get_scorer_names(), *own}))


def is_regression_metric(metric: str) -> bool:
    """Whether a scorer name of scikit-learn judges numbers rather than classes."""
    return get_metric(metric).kind == "regression"


def metric_kind(metric: MetricLike) -> str | None:
    """Return ``regression`` or ``classification``, None for no metric or one that is unknown.

    A scorer of the user's own is unknown, unless it reads probabilities.
    """
    if metric is not None and not isinstance(metric, str):
        response = getattr(metric, "_response_method", "predict")
        own = name_of_scorer(metric)
        return metric_kind(own) if own else None if response == "predict" else "classification"
    name = None if metric is None else canonical_name(metric)
    if name is None or name not in scorer_names():
        return None
    return "regression" if is_regression_metric(name) else "classification"


def depends_on_positive(metric: str) -> bool:
    """Whether a metric of two classes changes when the other one is the positive class."""
    return get_metric(metric).has_positive


def judges_labels(metric: str) -> bool:
    """Whether a metric of classes judges predicted labels, not probabilities or an order."""
    return get_metric(metric).kind != "regression" and _scorer(metric).takes_labels


def takes_weights(metric: str) -> bool:
    """Whether a metric's function takes what each row counts."""
    return "sample_weight" in _scorer(metric).parameters


def reads_rows(metric: str) -> bool:
    """Whether a metric reads the rows of the table, as functions of (estimator, X, y) do."""
    return was_registered(metric) and bool(getattr(_scorer(metric).function, "reads_rows", False))


def check_metric(
    metric: MetricLike,
    task_type: str,
    classes: AnyArray | None = None,
    positive: int = 1,
    rows: ScoredRows | None = None,
) -> str:
    """Return the scorer name of the metric to use; None gives the default of the task type.

    Everyday names are taken too: ``rmse``, ``auc``, ``log_loss``. A scorer becomes a metric
    (see `register_scorer`), which ``classes``, ``positive`` and ``rows`` are for.

    Raises
    ------
    MetricError
        If scikit-learn has no scorer of that name, or it does not apply to tasks of
        this type.
    """
    if metric is None:
        return default_metric(task_type)
    if not isinstance(metric, str):
        labels = np.arange(N_CLASSES[task_type]) if classes is None else classes
        name = register_scorer(metric, task_type, labels, positive, rows)
        return (
            name if classes is not None and was_registered(name) else check_metric(name, task_type)
        )
    asked, metric = metric, canonical_name(metric, task_type)
    if metric not in scorer_names():
        close = difflib.get_close_matches(plain_name(str(asked)), scorer_names(), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise MetricError(
            f"'metric' must be a scorer name of scikit-learn. Got {asked!r}.{hint} "
            "list_metrics() and 'autometa metrics' list them.",
            name=str(asked),
            suggestions=close,
        )
    is_of_this_kind = is_regression_metric(metric) == (task_type == "regression")
    if not (is_of_this_kind and np.isfinite(score(metric, _sample_predictions(task_type)))):
        raise MetricError(
            f"The metric '{asked}' does not apply to {task_type} tasks. Metrics kept for these: "
            f"{', '.join(measured_metrics(task_type))}."
        )
    return metric


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model predicts for some rows, beside the truth.

    Attributes
    ----------
    y : ndarray of shape (n_rows,)
        The truth: class numbers from 0, or target values.
    values : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Class probabilities (rows sum to 1), or predicted target values.
    n_classes : int
        0 for regression.
    positive : int
        Number of the positive class of a binary task.
    weights : ndarray of shape (n_rows,) or None
        What each row counts; None is 1. Metrics that know no weights ignore it.
    X : DataFrame or None
        The rows themselves, for metrics that read them (see `reads_rows`).
    """

    y: npt.NDArray[Any]
    values: Floats
    n_classes: int = 0
    positive: int = 1
    weights: Floats | None = None
    X: Any = None

    def rows(self, index: npt.NDArray[Any]) -> Predictions:
        """Return the predictions of some rows, by position or mask."""
        return Predictions(
            y=self.y[index],
            values=self.values[index],
            n_classes=self.n_classes,
            positive=self.positive,
            weights=None if self.weights is None else self.weights[index],
            X=self.X.iloc[index] if isinstance(self.X, pd.DataFrame) else None,
        )


def is_defined(metric: str, y: npt.NDArray[Any], n_classes: int = 0, positive: int = 1) -> bool:
    """Whether rows with these labels have a score under a metric.

    Precision, recall, F1, Jaccard and average precision need a row of the positive
    class; accuracy, log loss and Brier score any row; other metrics of classes, like
    ROC AUC, balanced accuracy and Matthews' coefficient, rows of two classes. R² and
    its kin need two different values; other metrics of numbers any row.
    """
    if not len(y):
        return False
    needs = get_metric(metric).needs or ("variety" if n_classes else "rows")
    if needs == "positives" and n_classes == 2:
        return bool((y == positive).any())
    if needs == "rows":
        return True
    return bool((y != y[0]).any())


def score(metric: str, predictions: Predictions, *, is_strict: bool = False) -> float:
    """Return the score of predictions under a scorer name, greater is better.

    Averages over classes are over the classes that the rows hold: a class
    without rows has no recall, F1 or ROC AUC.

    Parameters
    ----------
    metric : str
    predictions : Predictions
    is_strict : bool, default=False
        Whether the error of a scorer of the user's own is raised. Without it the score is
        ``-inf``, as for rows that were redrawn or left out and that nobody asked about.

    Raises
    ------
    MetricError
        If ``is_strict`` and a scorer of the user's own fails, or returns no finite number where
        the labels define one; it carries what that said.

    Returns
    -------
    float
        NaN when the labels of the rows leave the score undefined (`is_defined`);
        ``-inf`` when they do not, but the predictions cannot be scored (a logarithm
        of negative values, an overflow): the worst there is, not a missing value.
    """
    p = predictions
    if not is_defined(metric, p.y, p.n_classes, p.positive):
        return float("nan")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # e.g. precision without a positive prediction is 0
            value = float(_value(metric, p))
    except Exception as error:
        if is_strict and was_registered(metric):
            raise MetricError(
                f"The scorer '{metric}' failed: {_said(error)}", name=metric
            ) from error
        if not (was_registered(metric) or isinstance(error, ValueError | TypeError)):
            raise
        return float("-inf")
    if np.isfinite(value):
        return value
    if is_strict and was_registered(metric):  # infinity is no score to compare setups by
        raise MetricError(f"The scorer '{metric}' returned {value}, no finite number.", name=metric)
    return float("-inf")


def failure_of_scorer(metric: str, message: str) -> str:
    """Return what the message of a failed trial says of the user's own scorer.

    Returns
    -------
    str
        From the name of the scorer on; "" where something else failed.
    """
    begins = f"The scorer '{metric}' "
    if not was_registered(metric) or begins not in message:
        return ""
    return begins + message.partition(begins)[2]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def scores(metrics: Iterable[str], predictions: Predictions) -> dict[str, float]:
    """Return the score of predictions under each metric.

    Raises
    ------
    MetricError
        If a scorer of the user's own fails.
    """
    return {metric: score(metric, predictions, is_strict=True) for metric in metrics}


def mean_score(fold_scores: Iterable[float]) -> float:
    """Return the mean over the folds whose score is defined; NaN when it is on none."""
    defined = [value for value in fold_scores if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")


@dataclass(frozen=True, kw_only=True)
class _Scorer:
    """What a scorer computes, and from what."""

    function: Callable[..., Any]
    sign: int
    kwargs: dict[str, Any]
    takes_labels: bool
    parameters: frozenset[str]


@once_for_all_metrics
def _scorer(name: str) -> _Scorer:
    """Take a scorer apart, so that its function can be given the task's labels.

    A scorer keeps what it is made of under private names; a test compares every
    one with what the scorer itself returns.
    """
    own = get_metric(name).scorer
    scorer = get_scorer(name) if own is None else own
    return _Scorer(
        function=scorer._score_func,
        sign=scorer._sign,
        kwargs=dict(scorer._kwargs),
        takes_labels=scorer._response_method == "predict",
        parameters=frozenset(inspect.signature(scorer._score_func).parameters),
    )


def _value(name: str, p: Predictions) -> float:
    if not p.n_classes:
        return _call(name, p, p.y, p.values)
    if p.n_classes == 2:
        return _binary(name, p)
    present = np.unique(p.y)
    if name.startswith("roc_auc_ovo"):
        return _one_vs_one(p, present, is_weighted=name.endswith("weighted"))
    if name.startswith("roc_auc_ovr") or name == "average_precision":
        return _one_vs_rest(name, p, present)
    if _scorer(name).takes_labels:
        labels = present if name.endswith("_macro") else None
        return _call(name, p, p.y, p.values.argmax(axis=1), labels)
    return _call(name, p, p.y, p.values, np.arange(p.n_classes))


def _binary(name: str, p: Predictions) -> float:
    """Call the function with the positive class as number 1: every one takes that for positive."""
    is_positive = (p.y == p.positive).astype(int)
    if _scorer(name).takes_labels:
        # As `predict` of the final model does, a tie goes to the class of the smaller number.
        predicted = (p.values.argmax(axis=1) == p.positive).astype(int)
        return _call(name, p, is_positive, predicted)
    return _call(name, p, is_positive, p.values[:, p.positive], np.arange(2))


def _one_vs_rest(name: str, p: Predictions, present: npt.NDArray[Any]) -> float:
    """Average over the classes that the rows hold of each against all others."""
    scorer = _scorer(name)
    average = scorer.kwargs.get("average", "macro")
    truth = (p.y[:, None] == present).astype(int)
    return float(
        scorer.function(truth, p.values[:, present], average=average, sample_weight=p.weights)
    )


def _one_vs_one(p: Predictions, present: npt.NDArray[Any], *, is_weighted: bool) -> float:
    """Average over the pairs of classes that the rows hold (Hand and Till 2001).

    A row of weight 2 counts as two rows, in the areas and in the size of a pair;
    scikit-learn's own function takes no weights for pairs.
    """
    counts = np.ones(len(p.y)) if p.weights is None else p.weights
    pairs, sizes = [], []
    for pair in combinations(present, 2):
        rows = np.isin(p.y, pair)
        areas = [
            roc_auc_score(p.y[rows] == c, p.values[rows, c], sample_weight=counts[rows])
            for c in pair
        ]
        pairs.append(np.mean(areas))
        sizes.append(counts[rows].sum())
    return float(np.average(pairs, weights=sizes if is_weighted else None))


def _call(
    name: str,
    p: Predictions,
    truth: npt.NDArray[Any],
    response: npt.NDArray[Any],
    labels: npt.NDArray[Any] | None = None,
) -> float:
    scorer = _scorer(name)
    more: dict[str, Any] = {}
    if labels is not None and "labels" in scorer.parameters:
        more["labels"] = labels
    if p.weights is not None and "sample_weight" in scorer.parameters:
        more["sample_weight"] = p.weights
    if p.X is not None and getattr(scorer.function, "reads_rows", False):
        more["X"] = p.X
    return float(scorer.sign * scorer.function(truth, response, **scorer.kwargs, **more))


def _sample_predictions(task_type: str) -> Predictions:
    if task_type == "regression":
        y = np.arange(1.0, 7.0)
        return Predictions(y=y, values=y + 0.1)
    n_classes = 2 if task_type == "binary" else 3
    y = np.arange(6) % n_classes
    return Predictions(
        y=y, values=np.eye(n_classes)[y] * 0.8 + 0.2 / n_classes, n_classes=n_classes
    )
