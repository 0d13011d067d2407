"""Estimators that care for their target: scaled for regression, encoded for classification.

A target that is never below 0 and has a long tail, such as a price or a count, is learnt
better through its logarithm, or by an objective whose errors grow with the mean. A model of
logarithms predicts about the median of each row, which absolute errors ask for and which lies
below the mean; the objectives "poisson" and "tweedie" predict the mean, for squared errors.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler


class TargetScaler(StandardScaler):  # type: ignore[misc]
    """StandardScaler that gives predictions back in double precision.

    XGBoost predicts in single precision, in which a target far from 0 has few digits.
    """

    def inverse_transform(self, X: Any, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """Return values in the unit of the target."""
        values: np.ndarray[Any, Any] = super().inverse_transform(np.asarray(X, "float64"), copy)
        return values


class PositiveScaler(StandardScaler):  # type: ignore[misc]
    """Divides a target by its mean and leaves its zero: for objectives with a logarithmic link.

    A target that goes below 0 is moved up to 0; one of zeros alone is 1.
    """

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Learn the mean, and how far the target goes below 0."""
        super().fit(X, y, sample_weight)
        lowest = np.minimum(np.min(X, axis=0), 0.0)
        mean = np.mean(X, axis=0) - lowest
        self.mean_ = np.where(mean > 0, lowest, lowest - 1.0)
        self.scale_ = np.where(mean > 0, mean, 1.0)
        return self

    def inverse_transform(self, X: Any, copy: Any = None) -> Any:
        """Return values in the unit of the target, in double precision."""
        return super().inverse_transform(np.asarray(X, "float64"), copy)


class LogScaler(StandardScaler):  # type: ignore[misc]
    """Takes the logarithm of a target, which then has mean 0 and variance 1.

    Counts, and other targets with zeros, have something added before: 1 where they are whole
    numbers, else the median of those above the lowest. Predictions go no further beyond the
    greatest value than one standard deviation of logarithms, and not below 0 (or the lowest).
    """

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Learn what is added, and the mean and the spread of the logarithms."""
        values = np.asarray(X, "float64")
        self.lowest_, self.offset_ = min(float(values.min()), 0.0), 0.0
        if values.min() <= 0:
            above = values[values > values.min()] - values.min()
            is_whole = len(above) == 0 or bool((values == np.round(values)).all())
            self.offset_ = (1.0 if is_whole else float(np.median(above))) - float(values.min())
        logs = np.log(values + self.offset_)
        super().fit(logs, y, sample_weight)
        self.greatest_ = float(logs.max() + self.scale_[0])
        return self

    def transform(self, X: Any, copy: Any = None) -> Any:
        """Return logarithms of mean 0 and variance 1."""
        return super().transform(np.log(np.asarray(X, "float64") + self.offset_), copy)

    def inverse_transform(self, X: Any, copy: Any = None) -> Any:
        """Return values in the unit of the target."""
        logs = super().inverse_transform(np.asarray(X, "float64"), copy)
        values = np.exp(np.minimum(logs, self.greatest_)) - self.offset_
        return np.maximum(values, self.lowest_)


IDENTITY, LOG = "identity", "log"


def with_target(regressor: Any, target: str = IDENTITY) -> TransformedTargetRegressor:
    """Return ``regressor`` fitted on the target in the form that suits it.

    Parameters
    ----------
    regressor : estimator
    target : str
        "identity" is of mean 0 and variance 1, "log" its logarithm; any other is an objective
        of the regressor that wants a target of 0 and above.
    """
    scalers = {IDENTITY: TargetScaler, LOG: LogScaler}
    scaler = scalers.get(target, PositiveScaler)()
    return TransformedTargetRegressor(regressor=regressor, transformer=scaler)


def in_double(shares: Any) -> np.ndarray[Any, Any]:
    """Return probabilities in double precision, whose rows sum to 1.

    XGBoost's are in single precision, where sums are off by 1e-7: metrics then warn.
    """
    values = np.asarray(shares, dtype=np.float64)
    return np.asarray(values / values.sum(axis=1, keepdims=True))


class ClassEncoder(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that wants classes numbered from 0, for classes of any name.

    Parameters
    ----------
    classifier : estimator
        Fitted on the class numbers.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The names, in the order of ``predict_proba``'s columns.
    """

    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **arguments: Any) -> Self:
        """Fit the classifier on the class numbers; it is given ``arguments`` as they are."""
        self.classes_, numbers = np.unique(np.asarray(y), return_inverse=True)
        given = (
            arguments if sample_weight is None else {"sample_weight": sample_weight, **arguments}
        )
        self.classifier_ = clone(self.classifier).fit(X, numbers, **given)
        return self

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Return the most probable class of each row."""
        names: np.ndarray[Any, Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return names

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Return an array of shape (n_rows, n_classes); rows sum to 1."""
        return in_double(self.classifier_.predict_proba(X))


def inner_estimator(model: Any) -> Any:
    """Return the library's estimator in a model of `with_target` or `ClassEncoder`.

    It is the fitted one where the model is, else as it will be cloned; any other model is
    returned itself.
    """
    for name in ("regressor", "classifier"):
        if hasattr(model, name):
            return getattr(model, f"{name}_", getattr(model, name))
    return model
