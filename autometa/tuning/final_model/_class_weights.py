"""ClassWeightedClassifier: a fitted classifier whose probabilities are weighted by class.

It stands by itself: generated scripts contain its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin


class ClassWeightedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Predicts the class with the greatest product of weight and probability.

    Parameters
    ----------
    estimator : classifier
        One with ``predict_proba``.
    class_weights : sequence of float
        One a class, in the order of ``classes_``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    """

    def __init__(self, estimator: Any, *, class_weights: Sequence[float]) -> None:
        self.estimator = estimator
        self.class_weights = class_weights

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the classifier; the weights stay as they are."""
        self.estimator.fit(X, y)
        return self

    @property
    def classes_(self) -> Any:
        """Labels by class number."""
        return self.estimator.classes_

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self.estimator, "classes_")

    def predict_proba(self, X: Any) -> Any:
        """Return the probabilities of the classifier, without weights."""
        return self.estimator.predict_proba(X)

    def predict(self, X: Any) -> Any:
        """Return the label with the greatest weighted probability."""
        weighted = self.predict_proba(X) * np.asarray(self.class_weights)
        return self.classes_[weighted.argmax(axis=1)]
