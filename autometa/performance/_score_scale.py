"""ScoreScale: a scale on which errors of prediction are alike everywhere.

An accuracy is such a scale as it is. Errors (RMSE, log loss) span decades, and
R2 falls without bound: they are taken by the logarithm of what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Floats
from autometa.metrics import get_metric


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
    def of(cls, scores: Floats, metric: str) -> ScoreScale:
        """Return the scale of a metric: bounds by its name, the unit by the scores seen.

        A metric that the catalogue lacks has no bounds, whatever scores were seen.

        Parameters
        ----------
        scores : ndarray
            NaN allowed; those that the metric cannot have do not count.
        metric : str
        """
        low, high = get_metric(metric).low, get_metric(metric).high
        is_even = not np.isfinite(high) or (np.isfinite(low) and high > 0)
        if is_even:
            return cls(best=high, worst=low, unit=0.0)
        finite = scores[np.isfinite(scores)]
        return cls(best=high, worst=low, unit=_unit(high - finite[finite <= high]))

    def to_even(self, scores: Floats) -> Floats:
        """Return the scores on the even scale."""
        if self.unit == 0.0:
            return scores.copy()
        behind = np.maximum(self.best - scores, 0.0)  # rounding may carry a score past the best
        return np.asarray(-np.log(behind + self.unit))

    def from_even(self, even: Floats) -> Floats:
        """Return the scores of the metric itself, within its bounds."""
        scores = even
        if self.unit > 0.0:
            scores = self.best + self.unit - np.exp(np.clip(-even, -700.0, 700.0))
        return np.asarray(np.clip(scores, self.worst, self.best))


def _unit(distance: Floats) -> float:
    """Return 1 % of the typical distance to the best score, so that 0 has a logarithm."""
    if not distance.size:
        return 0.01
    typical = float(np.median(distance))
    return 0.01 * typical if typical > 0 else 0.01 * max(float(distance.mean()), 1e-6)
