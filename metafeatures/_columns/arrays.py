"""Arithmetic on many columns at once, with missing values; one row of an array is one column."""

from __future__ import annotations

import numpy as np

from metafeatures._arrays import Floats, Integers

TAKEN_OUT = 600
MIN_SHARED = 10


def standardize(values: Floats) -> Floats:
    """Return each row minus its mean over its standard deviation (n), ignoring NaN.

    Rows without two distinct values are NaN. Values are scaled before they are squared,
    so that numbers near the largest float neither overflow nor vanish.
    """
    result = np.full_like(values, np.nan)
    if values.shape[1] == 0:
        return result
    present = ~np.isnan(values)
    if present.all():
        return _standardize_complete(values)
    low = np.where(present, values, np.inf).min(axis=1)
    high = np.where(present, values, -np.inf).max(axis=1)
    varies = low < high
    centre = low[varies] / 2 + high[varies] / 2
    half = high[varies] / 2 - low[varies] / 2
    varies[varies] = half > 0
    keep = half > 0
    scaled = (values[varies] - centre[keep, None]) / half[keep, None]
    n_present = present[varies].sum(axis=1)[:, None]
    filled = np.where(present[varies], scaled, 0.0)
    mean = filled.sum(axis=1, keepdims=True) / n_present
    deviation = np.where(present[varies], scaled - mean, 0.0)
    sd = np.sqrt((deviation**2).sum(axis=1, keepdims=True) / n_present)
    result[varies] = np.where(present[varies], deviation / sd, np.nan)
    return result


def _standardize_complete(values: Floats) -> Floats:
    low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    half = high / 2 - low / 2
    result = values - (low / 2 + high / 2)
    result /= np.where(half > 0, half, np.nan)
    result -= result.mean(axis=1, keepdims=True)
    result /= np.sqrt(np.einsum("ij,ij->i", result, result) / values.shape[1])[:, None]
    return np.asarray(result)


def quantiles(ordered: Floats, counts: Integers, probabilities: Floats) -> Floats:
    """Return linearly interpolated quantiles of sorted rows whose first ``counts`` are present.

    Rows without a present value are NaN.
    """
    if ordered.shape[1] == 0 or ordered.shape[0] == 0:
        return np.full((ordered.shape[0], probabilities.size), np.nan)
    last = np.maximum(counts - 1, 0)[:, None]
    place = last * probabilities
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, last)
    weight = place - below
    low = np.take_along_axis(ordered, below, axis=1)
    high = np.take_along_axis(ordered, above, axis=1)
    return np.asarray(low * (1 - weight) + high * weight)


def pairwise_correlation(standardized: Floats) -> Floats:
    """Return the correlations of rows of numbers, each pair on the places where both are present.

    NaN where fewer than ten places are shared (or than there are: a line goes through any two
    values) or one of the two does not vary there.
    """
    missing = np.isnan(standardized)
    if not missing.any() and standardized.shape[1]:
        centred = standardized - standardized.mean(axis=1, keepdims=True)
        covariance = centred @ centred.T / standardized.shape[1]
        variances = covariance.diagonal()
        return _to_correlation(covariance, np.outer(variances, variances))
    present = (~missing).astype(np.float64)
    filled = np.nan_to_num(standardized)
    n_shared = present @ present.T
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (filled @ present.T) / n_shared
        squares = (filled**2 @ present.T) / n_shared
        products = (filled @ filled.T) / n_shared - means * means.T
    variances = squares - means**2
    correlation = _to_correlation(products, variances * variances.T)
    correlation[n_shared < min(MIN_SHARED, standardized.shape[1])] = np.nan
    return correlation


def _to_correlation(covariance: Floats, variances: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = covariance / np.sqrt(variances)
    correlation[~(variances > 1e-20)] = np.nan
    return np.clip(correlation, -1.0, 1.0)


def tame(values: Floats) -> tuple[Floats, Integers]:
    """Return rows whose numbers can be subtracted and squared, and the powers of two taken out.

    Rows that hold a number beyond 1e150 are divided by a power of two; nearly all
    tables have none.
    """
    size = np.nanmax(np.abs(values), axis=1, initial=0.0)
    exponents = np.where(size > 1e150, TAKEN_OUT, 0)
    if exponents.any():
        values = values * np.exp2(-exponents)[:, None]
    return values, exponents
