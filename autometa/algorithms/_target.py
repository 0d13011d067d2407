"""Estimators that care for their target: scaled for regression, encoded for classification."""

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


def with_scaled_target(regressor: Any) -> TransformedTargetRegressor:
    """Return ``regressor`` fitted on a target of mean 0 and variance 1."""
    return TransformedTargetRegressor(regressor=regressor, transformer=TargetScaler())


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

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the classifier on the class numbers."""
        self.classes_, numbers = np.unique(np.asarray(y), return_inverse=True)
        given = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.classifier_ = clone(self.classifier).fit(X, numbers, **given)
        return self

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Return the most probable class of each row."""
        names: np.ndarray[Any, Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return names

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Return an array of shape (n_rows, n_classes); rows sum to 1."""
        return in_double(self.classifier_.predict_proba(X))
