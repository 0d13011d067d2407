"""Scorers of the user's own as metrics: what `make_scorer` returns, and ``(estimator, X, y)``.

Predictions are made once and every metric reads them, so such a scorer is given predictions
that were stored: its function, or an estimator that repeats them, in the user's own labels.
The estimator is no fitted pipeline: the choice of members and the interval of the score ask for
thousands of scores, for averages of models that no pipeline predicts. What was not predicted
before is refused, never guessed.
"""

from __future__ import annotations

import inspect
import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names, make_scorer

from autometa._common.arrays import AnyArray
from autometa.exceptions import MetricError
from autometa.metrics._closest import closest_family
from autometa.metrics._fingerprint import fingerprint
from autometa.metrics._metric import Kind, Metric
from autometa.metrics._registry import every_metric, replace_registered, was_registered

WANTED = (
    "'metric' must be a scorer name, what sklearn.metrics.make_scorer returns, or a function of "
    "(estimator, X, y) that returns one number, greater is better."
)
REPLAYED = (
    "A scorer's estimator repeats predictions of the X that the scorer was given, or of a part of "
    "its rows, such as X.iloc[:10]."
)
# Metrics of the same response order setups most alike; see `by_closeness`.
FAMILIES = {"predict": "balanced", "predict_proba": "ranking"}
MetricLike = str | Callable[..., Any] | None  # a name, or a scorer
N_SAMPLE = 12  # rows of each class on which a scorer is tried before any work
N_COMPARED = 300  # rows on which it is compared with other metrics
N_NUMBERS = 200  # rows of numbers, where the largest and the least may be what it fails on


def name_of_scorer(scorer: Any) -> str | None:
    """Return the name under which scikit-learn has a scorer; None when it is the user's own."""
    if not _is_made(scorer):
        return None
    parts = _parts(scorer)
    return next((name for name in get_scorer_names() if _parts(get_scorer(name)) == parts), None)


@dataclass(frozen=True, kw_only=True)
class ScoredRows:
    """Rows of the table on which a scorer will be asked.

    Attributes
    ----------
    X : DataFrame
        Any other table is not given to scorers.
    y : ndarray of shape (n_rows,)
        Class numbers, or target values.
    weights : ndarray of shape (n_rows,) or None
    """

    X: Any
    y: AnyArray
    weights: AnyArray | None = None

    def take(self, rows: AnyArray) -> ScoredRows:
        """Return some of the rows."""
        X = self.X.iloc[rows] if isinstance(self.X, pd.DataFrame) else None
        weights = None if self.weights is None else self.weights[rows]
        return ScoredRows(X=X, y=self.y[rows], weights=weights)


def register_scorer(
    scorer: Any,
    task_type: str,
    classes: AnyArray,
    positive: int,
    rows: ScoredRows | None = None,
) -> str:
    """Make a metric of a scorer, known here and to the workers that start later; return its name.

    Parameters
    ----------
    scorer : scorer or callable
        Of scikit-learn, or a function of (estimator, X, y). The estimator repeats predictions
        that were made before, of the rows of ``X`` or a part of them: it has ``predict``, for
        classes ``predict_proba``, ``decision_function`` and ``classes_``.
    task_type : {"binary", "multiclass", "regression"}
    classes : ndarray of shape (n_classes,)
        The user's labels by class number.
    positive : int
        Number of the positive class of a binary task.
    rows : ScoredRows or None, default=None
        What the scorer is tried on; None makes up a few.

    Raises
    ------
    MetricError
        If it is no scorer, or fails on predictions of such a task.
    """
    own = name_of_scorer(scorer)
    if own is not None:
        return own
    if not callable(scorer):
        raise MetricError(f"{WANTED} Got {type(scorer).__name__}.")
    labels = np.roll(classes, -1) if len(classes) == 2 and positive == 0 else classes
    metric = _metric_of(scorer, cast(Kind, _kind(task_type)), labels)
    _try_out(metric, labels, positive, _sample(rows, len(labels)))
    _try_to_send(metric)
    if rows is not None:
        metric = replace(metric, family=_family(metric, task_type, len(labels), positive, rows))
    replace_registered(metric)
    return metric.name


def _kind(task_type: str) -> str:
    return "regression" if task_type == "regression" else "classification"


def _is_made(scorer: Any) -> bool:
    """Tell whether `make_scorer` made it."""
    return all(hasattr(scorer, name) for name in ("_score_func", "_sign", "_kwargs"))


def _parts(scorer: Any) -> tuple[Any, ...]:
    response = getattr(scorer, "_response_method", "predict")
    response = response if isinstance(response, str) else tuple(response)
    kwargs = repr(sorted(scorer._kwargs.items()))  # arrays have no single truth value
    return scorer._score_func, scorer._sign, kwargs, response


def _metric_of(scorer: Any, kind: Kind, labels: AnyArray) -> Metric:
    is_made = _is_made(scorer)
    function = scorer._score_func if is_made else scorer
    parameters = set(inspect.signature(function).parameters)
    takes_labels = is_made and scorer._response_method == "predict"
    own: Callable[..., Any]
    if is_made:
        own = _OfFunction(function, dict(scorer._kwargs), labels, takes_labels, parameters)
    else:
        own = _OfReplay(function, labels)
    call = _Weighted(own) if "sample_weight" in parameters else own
    response = "predict" if takes_labels or kind == "regression" else "predict_proba"
    sign = scorer._sign if is_made else 1
    return Metric(
        name=_free_name(function, scorer._kwargs if is_made else {}, sign, labels),
        kind=kind,
        has_positive=len(labels) == 2,
        family=FAMILIES[response] if kind == "classification" else "squared",
        scorer=make_scorer(call, response_method=response, greater_is_better=sign > 0),
        fingerprint=fingerprint(function),
    )


def _free_name(function: Any, kwargs: dict[str, Any], sign: int, labels: AnyArray) -> str:
    """Return a name that says what is computed, and of which labels where these are not numbers.

    The same scorer on the same labels has the same name in each process: a study is continued
    by it and by its `fingerprint`.
    """
    base = getattr(function, "__name__", type(function).__name__).strip("<>")
    given = ", ".join(f"{key}={value!r}" for key, value in sorted(kwargs.items()))
    name = ("neg_" if sign < 0 else "") + base + (f"({given})" if given else "")
    if len(labels) and labels.tolist() != list(range(len(labels))):
        shown = ", ".join(map(str, labels[:3])) + (", ..." if len(labels) > 3 else "")
        name += f"[{shown}]"
    taken = {word for metric in every_metric().values() for word in (metric.name, *metric.aliases)}
    return f"own {name}" if name in taken and not was_registered(name) else name


class _OfFunction:
    """A function of truth and response, given the user's labels instead of class numbers."""

    def __init__(
        self,
        function: Callable[..., Any],
        kwargs: dict[str, Any],
        labels: AnyArray,
        takes_labels: bool,
        parameters: set[str],
    ) -> None:
        self.function, self.labels, self.takes_labels = function, labels, takes_labels
        self.kwargs = kwargs
        is_of_positive = kwargs.get("average", "binary") == "binary" and len(labels) == 2
        if is_of_positive and "pos_label" in parameters:
            self.kwargs = {"pos_label": labels.tolist()[1], **kwargs}
        # the module of the user, by which workers are given what they cannot import
        self.__module__ = getattr(function, "__module__", __name__)

    def __call__(self, truth: AnyArray, response: AnyArray, **more: Any) -> Any:
        if not len(self.labels):
            return self.function(truth, response, **self.kwargs, **more)
        if self.takes_labels:
            response = self.labels[response]
        elif response.ndim == 1 and self.kwargs.get("pos_label") == self.labels.tolist()[0]:
            response = 1.0 - response  # asked about the class that is not the run's positive one
        return self.function(self.labels[truth], response, **self.kwargs, **more)


class _OfReplay:
    """A function of (estimator, X, y), given an estimator that repeats what was predicted."""

    reads_rows = True  # it is given the rows of the table, as `_value` asks

    def __init__(self, function: Callable[..., Any], labels: AnyArray) -> None:
        self.function, self.labels = function, labels
        self.__module__ = getattr(function, "__module__", __name__)

    def __call__(self, truth: AnyArray, response: AnyArray, X: Any = None, **more: Any) -> Any:
        if not isinstance(X, pd.DataFrame):  # a sparse matrix would have to be made dense
            X = pd.DataFrame(index=pd.RangeIndex(len(truth)))
        rows, X = _Rows(X), X.copy()  # the function may write into the one it is given
        if not len(self.labels):
            return self.function(_Numbers(response, rows), X, truth, **more)
        shares = np.column_stack([1.0 - response, response]) if response.ndim == 1 else response
        order = np.argsort(self.labels) if len(self.labels) == 2 else slice(None)
        model = _Classes(shares[:, order], self.labels[order], rows)
        return self.function(model, X, self.labels[truth], **more)


class _Weighted:
    """A scorer's function whose signature says that it takes what each row counts for."""

    def __init__(self, own: Callable[..., Any]) -> None:
        self.own = own
        self.reads_rows = getattr(own, "reads_rows", False)
        self.__module__ = own.__module__

    def __call__(
        self, truth: AnyArray, response: AnyArray, sample_weight: Any = None, **more: Any
    ) -> Any:
        return self.own(truth, response, sample_weight=sample_weight, **more)


class _Rows:
    """The rows that were predicted, and where those that a scorer asks about are among them."""

    def __init__(self, X: pd.DataFrame) -> None:
        self.X = X

    def places(self, asked: Any) -> AnyArray:
        """Return the positions of rows; refuse rows that were not predicted as they are."""
        if not isinstance(asked, pd.DataFrame):
            raise MetricError(f"{REPLAYED} Got {type(asked).__name__}.")
        if asked.index.equals(self.X.index):
            places = np.arange(len(asked))
        else:
            firsts = np.flatnonzero(~self.X.index.duplicated())  # redrawn rows come twice
            found = self.X.index[firsts].get_indexer(asked.index)
            if (found < 0).any():
                other = asked.index[found < 0][0]
                raise MetricError(f"{REPLAYED} Got a row {other!r} that is not among them.")
            places = firsts[found]
        lacking = self.X.columns.difference(asked.columns)
        if len(lacking):
            raise MetricError(f"{REPLAYED} Got rows without their column '{lacking[0]}'.")
        expected = self.X.iloc[places]
        for name in self.X.columns:
            if not asked[name].equals(expected[name]):
                raise MetricError(f"{REPLAYED} Got rows whose column '{name}' was changed.")
        return places


class _Numbers(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    def __init__(self, values: AnyArray, rows: _Rows) -> None:
        self.values, self.rows = values, rows

    def predict(self, X: Any) -> AnyArray:
        return np.asarray(self.values[self.rows.places(X)])


class _Classes(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    def __init__(self, shares: npt.NDArray[np.float64], classes: AnyArray, rows: _Rows) -> None:
        self.shares, self.classes, self.rows = shares, classes, rows
        self.classes_ = classes

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        return np.asarray(self.shares[self.rows.places(X)])

    def predict(self, X: Any) -> AnyArray:
        return np.asarray(self.classes[self.predict_proba(X).argmax(axis=1)])

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        shares = self.predict_proba(X)
        return np.asarray(shares[:, 1] - 0.5 if len(self.classes) == 2 else shares)


def _try_to_send(metric: Metric) -> None:
    """Raise unless a scorer can be sent to workers, before all of them are sent it."""
    import cloudpickle  # functions of a notebook have no module to import

    try:
        cloudpickle.dumps(metric)
    except (TypeError, AttributeError, pickle.PicklingError) as error:  # a lock, an open file
        raise MetricError(
            f"{WANTED} '{metric.name}' cannot be sent to worker processes: {error}. Open files, "
            "locks and connections inside the function, not around it."
        ) from error


def _sample(rows: ScoredRows | None, n_classes: int) -> ScoredRows:
    """Return rows of the table, some of each class or of the whole range of the target."""
    if rows is None:
        made = np.arange(N_SAMPLE * n_classes) % n_classes if n_classes else np.arange(1.0, 12.0)
        return ScoredRows(X=None, y=made)
    if n_classes:
        by_class = [np.flatnonzero(rows.y == number)[:N_SAMPLE] for number in range(n_classes)]
        return rows.take(np.sort(np.concatenate(by_class)))
    order = np.argsort(rows.y, kind="stable")
    spread = np.linspace(0, len(order) - 1, min(N_NUMBERS, len(order))).astype(np.intp)
    return rows.take(np.sort(order[spread]))


def _family(metric: Metric, task_type: str, n: int, positive: int, rows: ScoredRows) -> str:
    """Return the family of metrics that rank predictions of the table as a scorer does."""
    drawn = np.random.default_rng(0).permutation(len(rows.y))[:N_COMPARED]
    some = rows.take(np.sort(drawn))
    truth = (some.y == positive).astype(np.intp) if n == 2 else some.y
    if len(np.unique(truth)) < max(2, n):
        return metric.family
    function = metric.scorer._score_func
    more = _beside(function, some)

    def scored(values: AnyArray) -> float:
        response = values[:, 1] if n == 2 else values
        if n and metric.scorer._response_method == "predict":
            response = values.argmax(axis=1)
        return float(metric.scorer._sign * function(truth, response, **more))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of predictions without a positive, or all alike
            return closest_family(scored, truth, task_type, n, metric.family)
    except Exception:  # of the user's code, of predictions that a model need not make
        return metric.family


def _beside(function: Any, rows: ScoredRows) -> dict[str, Any]:
    """Return what a scorer's function is given of the rows beside their predictions."""
    more = {"X": rows.X} if getattr(function, "reads_rows", False) else {}
    if rows.weights is not None and isinstance(function, _Weighted):
        more["sample_weight"] = rows.weights
    return more


def _try_out(metric: Metric, labels: AnyArray, positive: int, rows: ScoredRows) -> None:
    """Raise unless a scorer gives a number for nearly right predictions of such rows."""
    scorer = metric.scorer
    n, truth = len(labels), rows.y
    if n == 2:
        truth = (truth == positive).astype(np.intp)
    if n:
        noise = np.random.default_rng(0).dirichlet(np.ones(n), len(truth))
        shares = 0.6 * np.eye(n)[truth] + 0.4 * noise
        response = truth if scorer._response_method == "predict" else shares
        response = shares[:, 1] if response is shares and n == 2 else response
    else:
        response = truth + 0.1
    function = scorer._score_func
    try:
        value = float(function(truth, response, **_beside(function, rows)))
    except Exception as error:  # of the user's code, whatever it raises
        raise MetricError(
            f"{WANTED} '{metric.name}' fails on predictions of such a task: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not np.isfinite(value):
        shown = "NaN" if np.isnan(value) else value
        raise MetricError(
            f"{WANTED} '{metric.name}' gives {shown} for predictions that are nearly right."
        )
