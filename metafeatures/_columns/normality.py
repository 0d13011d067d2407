"""The test of Shapiro and Wilk on many sorted columns at once."""

from __future__ import annotations

import numpy as np
from numpy.polynomial.polynomial import polyval
from scipy.special import ndtr, ndtri

from metafeatures._arrays import Floats

MAX_NORMAL_ROWS = 5_000  # Royston's fit covers no more
LAST_WEIGHT = (0.0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056)
NEXT_WEIGHT = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
SMALL_SHIFT = (-2.273, 0.459)
SMALL_MEAN = (0.5440, -0.39978, 0.025054, -6.714e-4)
SMALL_LOG_SD = (1.3822, -0.77857, 0.062767, -0.0020322)
LARGE_MEAN = (-1.5861, -0.31082, -0.083751, 0.0038915)
LARGE_LOG_SD = (-0.4803, -0.082676, 0.0030302)


def shapiro_wilk(ordered: Floats) -> Floats:
    """Return how likely normal values lie no straighter than each sorted row (the p-value).

    NaN for rows of fewer than three values or one distinct value. Royston's fit covers
    3 to 5,000 values.

    References
    ----------
    .. [1] P. Royston. Remark AS R94: a remark on algorithm AS 181: the W-test for
       normality. Applied Statistics, 1995.

    Examples
    --------
    >>> shapiro_wilk(np.array([[1.0, 2.0, 3.0]])).round(3)
    array([1.])
    """
    n = ordered.shape[1]
    if n < 3:
        return np.full(len(ordered), np.nan)
    width = (ordered[:, -1] - ordered[:, 0])[:, None]
    centred = (ordered - ordered[:, :1]) / np.where(width > 0, width, np.nan)
    centred -= centred.mean(axis=1, keepdims=True)
    squares = np.einsum("ij,ij->i", centred, centred)
    straightness = np.minimum((centred @ _weights(n)) ** 2 / squares, 1.0)
    return _exact_p(straightness) if n == 3 else _fitted_p(straightness, n)


def _weights(n: int) -> Floats:
    """Return the weight of each order statistic of ``n`` values, of length one."""
    if n == 3:
        return np.array([-np.sqrt(0.5), 0.0, np.sqrt(0.5)])
    scores = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    square = float(scores @ scores)
    root = 1 / np.sqrt(n)
    ends = [polyval(root, LAST_WEIGHT) + scores[-1] / np.sqrt(square)]
    if n > 5:
        ends.append(polyval(root, NEXT_WEIGHT) + scores[-2] / np.sqrt(square))
    k = len(ends)
    inner = (square - 2 * (scores[-k:] @ scores[-k:])) / (1 - 2 * sum(end**2 for end in ends))
    weights = scores / np.sqrt(inner)
    weights[-k:] = ends[::-1]
    weights[:k] = [-end for end in ends]
    return np.asarray(weights)


def _exact_p(straightness: Floats) -> Floats:
    """Return the p-value for three values."""
    p = 6 / np.pi * (np.arcsin(np.sqrt(straightness)) - np.arcsin(np.sqrt(0.75)))
    return np.asarray(np.clip(p, 0.0, 1.0))


def _fitted_p(straightness: Floats, n: int) -> Floats:
    """Return the p-value for four values and more: a log of 1 - W is nearly normal."""
    bend = np.log(np.maximum(1 - straightness, 1e-300))
    if n <= 11:
        shift = polyval(n, SMALL_SHIFT)
        bend = -np.log(np.maximum(shift - bend, 1e-300))
        mean, sd = polyval(n, SMALL_MEAN), np.exp(polyval(n, SMALL_LOG_SD))
    else:
        mean, sd = polyval(np.log(n), LARGE_MEAN), np.exp(polyval(np.log(n), LARGE_LOG_SD))
    return np.asarray(ndtr(-(bend - mean) / sd))
