"""FeatureSpace: meta-features of any scale as coordinates that can be compared.

Sizes and other skewed meta-features are taken by their logarithm, then every
coordinate has mean 0 and standard deviation 1 over the earlier tasks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from autometa._common.arrays import Matrix

_SKEWED = 1.5  # third moment: an exponential distribution has 2, a uniform one 0
_ROUNDING = 1e-12  # of the largest number; sums of a thousand rows agree to about 1e-14
_REACH = 6.0  # standard deviations; beyond, further away says nothing more


class FeatureSpace:
    """Coordinates of tasks, learnt from the described ones.

    Parameters
    ----------
    metafeatures : DataFrame of shape (n_tasks, n_metafeatures)
        NaN allowed. Columns that never vary but for rounding are left out.
    """

    def __init__(self, metafeatures: pd.DataFrame) -> None:
        varying = [name for name in metafeatures.columns if _varies(metafeatures[name])]
        self.names: Sequence[str] = varying
        values = metafeatures[varying].to_numpy(dtype=np.float64)
        self._median = np.nanmedian(values, axis=0) if varying else np.empty(0)
        self._unit = _unit(values, self._median)
        self._log = np.array([_skewness(column) > _SKEWED for column in values.T], dtype=np.bool_)
        stretched = self._stretch(values)
        self._mean = np.nanmean(stretched, axis=0) if varying else np.empty(0)
        spread = np.nanstd(stretched, axis=0) if varying else np.empty(0)
        self._spread = np.where(spread > 0, spread, 1.0)

    def coordinates(self, metafeatures: pd.DataFrame) -> Matrix:
        """Return one row a task; NaN where a meta-feature is undefined or missing."""
        values = metafeatures.reindex(columns=self.names).to_numpy(dtype=np.float64)
        values = np.where(np.isfinite(values), values, np.nan)
        scaled = (self._stretch(values) - self._mean) / self._spread
        return np.asarray(np.clip(scaled, -_REACH, _REACH))

    def _stretch(self, values: Matrix) -> Matrix:
        """Signed logarithm of the skewed columns, linear within a unit of their median."""
        return np.where(self._log, np.arcsinh((values - self._median) / self._unit), values)


def _varies(values: pd.Series[float]) -> bool:
    """Say whether numbers differ by more than machines and versions do in rounding them."""
    finite = values.to_numpy(dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    return bool(finite.size and np.ptp(finite) > _ROUNDING * np.abs(finite).max())


def filled(coordinates: Matrix) -> Matrix:
    """Return coordinates with the mean, 0, in place of what is undefined."""
    return np.nan_to_num(coordinates, nan=0.0)


def shared(left: Matrix, right: Matrix) -> Matrix:
    """Return the share of the coordinates defined in either that is defined in both, left by right.

    1 where there are no coordinates.
    """
    if left.shape[1] == 0:
        return np.ones((len(left), len(right)))
    one, other = (np.isfinite(points).astype(np.float64) for points in (left, right))
    both = one @ other.T
    either = one.sum(axis=1)[:, None] + other.sum(axis=1) - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0))


def wide_distances(left: Matrix, right: Matrix) -> Matrix:
    """Return distances that allow for what is defined on one side only; infinite with none in both.

    An undefined coordinate is at the mean, give or take the standard deviation 1.
    """
    one, other = (np.isfinite(points).astype(np.float64) for points in (left, right))
    both = one @ other.T
    n_one_sided = one.sum(axis=1)[:, None] + other.sum(axis=1) - 2.0 * both
    squares = distances(filled(left), filled(right)) ** 2
    wide = np.sqrt(squares + n_one_sided / max(left.shape[1], 1))
    return np.asarray(np.where((both > 0) | (left.shape[1] == 0), wide, np.inf))


def _unit(values: Matrix, median: Matrix) -> Matrix:
    """Return a tenth of the typical distance to the median: where the logarithm sets in."""
    if values.shape[1] == 0:
        return np.empty(0)
    far = np.abs(values - median)
    typical = np.nanmedian(far, axis=0)
    return 0.1 * np.where(typical > 0, typical, np.nanmean(far, axis=0))


def _skewness(column: Matrix) -> float:
    """Return the absolute third standardised moment of the finite values."""
    finite = column[np.isfinite(column)]
    scaled = (finite - finite.mean()) / finite.std()
    return float(abs(np.mean(scaled**3)))


def distances(left: Matrix, right: Matrix) -> Matrix:
    """Return root mean squared differences over the coordinates, left by right."""
    n_coordinates = max(left.shape[1], 1)
    squares = (left**2).sum(1)[:, None] + (right**2).sum(1) - 2.0 * left @ right.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0) / n_coordinates))
