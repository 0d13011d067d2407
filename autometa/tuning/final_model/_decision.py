"""DecisionRule: which class is predicted from probabilities; chosen on out-of-fold rows.

A rule is one weight a class: the class with the greatest weighted probability is predicted.
Of two classes that is a threshold: with weights ``1 - t`` for the positive class and ``t`` for
the other, it is predicted from a probability of ``t``. Weighted probabilities that are scaled
to sum to 1 are predictions like any other, so every metric of labels reads them.

References
----------
C. Elkan. The Foundations of Cost-Sensitive Learning. IJCAI 2001.
G. Forman, M. Scholz. Apples-to-Apples in Cross-Validation Studies. SIGKDD Explorations, 2010.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa._common.arrays import Floats

DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """How `predict` makes a class of probabilities.

    Attributes
    ----------
    weights : tuple of float
        One a class, by class number; the class with the greatest product of weight and
        probability is predicted. Empty for the most probable class.
    metric : str or None
        What the weights were chosen for; None where they were given, or not chosen.
    default_score, tuned_score : float
        Scores under ``metric`` of the most probable class, and of this rule when it is chosen
        on other rows than it is judged on. NaN where no rule was tried.
    """

    weights: tuple[float, ...] = ()
    metric: str | None = None
    default_score: float = float("nan")
    tuned_score: float = float("nan")

    @classmethod
    def of_threshold(cls, threshold: float, positive: int) -> DecisionRule:
        """Return the rule of two classes that predicts the positive one from a threshold."""
        weights = [threshold, threshold]
        weights[positive] = 1.0 - threshold
        return cls(weights=tuple(weights))

    @property
    def is_default(self) -> bool:
        """Whether the most probable class is predicted."""
        return len(set(self.weights)) < 2

    def threshold(self, positive: int) -> float:
        """Return the probability from which the positive one of two classes is predicted."""
        if self.is_default:
            return DEFAULT_THRESHOLD
        other = self.weights[1 - positive]
        return other / (other + self.weights[positive])

    def apply(self, values: Floats) -> Floats:
        """Return weighted probabilities, scaled to sum to 1: their greatest is predicted."""
        if self.is_default:
            return values
        weighted = values * np.asarray(self.weights)
        return np.asarray(weighted / weighted.sum(axis=1, keepdims=True), dtype="float64")

    def describe(self, classes: npt.NDArray[Any], positive: int) -> dict[str, Any]:
        """Return the rule in the user's labels, as plain values."""
        labels = classes.tolist()
        is_binary = len(labels) == 2
        weights = dict(zip(map(str, labels), self.weights, strict=True)) if self.weights else {}
        return {
            "threshold": self.threshold(positive) if is_binary else None,
            "class_weights": {} if is_binary or self.is_default else weights,
            "metric": self.metric,
            "default_score": self.default_score,
            "tuned_score": self.tuned_score,
        }


MOST_PROBABLE = DecisionRule()
