"""ScoreScale: a scale on which errors of prediction are alike everywhere.

An accuracy is such a scale as it is. Errors (RMSE, log loss) span decades, and
R2 falls without bound: they are taken by the logarithm of what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_UNBOUNDED_BELOW = ("r2", "explained_variance", "d2_")


@dataclass(frozen=True)
class ScoreScale:
    """A monotone map between a metric and its even scale.

    Attributes
    ----------
    best : float
        The score nothing can exceed; infinite when the metric has none.
    worst : float
        The score nothing can fall below; may be infinite.
    unit : float
        What is added to the distance to ``best`` before its logarithm is taken;
        0 when the scale is even as it is.
    """

    best: float
    worst: float
    unit: float

    @classmethod
    def of(cls, scores: Array, metric: str) -> ScoreScale:
        """Return the scale of a metric from its name and the scores seen; NaN allowed."""
        known = scores[np.isfinite(scores)]
        lowest, highest = (known.min(), known.max()) if known.size else (0.0, 1.0)
        falls = metric.startswith(_UNBOUNDED_BELOW)
        if highest <= 1 and lowest >= -1 and not falls and not metric.startswith("neg_"):
            return cls(best=1.0, worst=0.0 if lowest >= 0 else -1.0, unit=0.0)
        if highest <= 0 and metric.startswith("neg_"):
            return cls(best=0.0, worst=-np.inf, unit=_unit(-known))
        if highest <= 1 and falls:
            return cls(best=1.0, worst=-np.inf, unit=_unit(1.0 - known))
        return cls(best=np.inf, worst=-np.inf, unit=0.0)

    def to_even(self, scores: Array) -> Array:
        """Return the scores on the even scale."""
        if self.unit == 0.0:
            return scores.copy()
        return np.asarray(-np.log(self.best - scores + self.unit))

    def from_even(self, even: Array) -> Array:
        """Return the scores of the metric itself, within its bounds."""
        scores = even
        if self.unit > 0.0:
            scores = self.best + self.unit - np.exp(np.clip(-even, -700.0, 700.0))
        return np.asarray(np.clip(scores, self.worst, self.best))


def _unit(distance: Array) -> float:
    """Return 1 % of the typical distance to the best score, so that 0 has a logarithm."""
    typical = float(np.median(distance))
    return 0.01 * typical if typical > 0 else 0.01 * max(float(distance.mean()), 1e-6)
