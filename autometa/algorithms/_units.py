"""Columns whose numbers single precision or a fixed threshold would blur, in a unit of their own.

scikit-learn's trees, XGBoost and CatBoost see float32; quantiles closer than 1e-7 are one, and
LightGBM reads 1e-35 as zero. Seconds of one hour in 2024 are then three values, and lengths of
atoms in metres are one.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

LARGEST = float(np.finfo("float32").max)
FEW_STEPS = 2**10  # of the 2**24 that float32 has from 0 to its value
NARROWEST, WIDEST = 1e-4, 1e30  # spreads that leave room to thresholds and to squares

Unit = tuple[float, float]


def unit_of(values: npt.NDArray[np.float64]) -> Unit | None:
    """Return an origin and a unit to count a column in, or None where it is well as it is.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Numbers or NaN, two distinct ones or more.

    Returns
    -------
    (float, float) or None
        The unit is a power of two, so that dividing by it rounds nothing.
    """
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    largest, spread = max(abs(low), abs(high)), high - low
    is_far = spread * 2**24 < largest * FEW_STEPS
    if not is_far and spread >= NARROWEST and largest <= WIDEST:
        return None
    origin = _middle(values[~np.isnan(values)]) if is_far else 0.0
    with np.errstate(over="ignore"):
        sizes = np.abs(values - origin)
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    exponent = math.frexp(_middle(sizes))[1] - 1  # counts are then around 1
    return origin, math.ldexp(1.0, exponent)


def _middle(values: npt.NDArray[np.float64]) -> float:
    """Return the upper median: the mean of two values could be beyond all numbers."""
    place = len(values) // 2
    return float(np.partition(values, place)[place])


def count_in(values: npt.NDArray[np.float64], unit: Unit | None) -> None:
    """Count numbers in another unit, in place; those beyond float32 are cut to its ends."""
    with np.errstate(over="ignore"):
        if unit is not None:
            values -= unit[0]
            values /= unit[1]
    np.clip(values, -LARGEST, LARGEST, out=values)
