"""Statistical meta-features that ask about the target: its distribution, and what tells of it.

The target's own distribution is described for regression only (class shares say it
for classes). Computed on at most ``max_rows`` rows, rare classes weighed as in the whole
table, and 500 numeric columns. Column and target are compared on the rows where the
column is present; columns with fewer than 10 such rows (or than all, in tables that
have fewer) count in no summary: two values always lie on a line.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.stats import rankdata

from metafeatures._arrays import Booleans, Codes, Floats, Integers
from metafeatures._columns.arrays import standardize
from metafeatures._registry import CLASSIFICATION, REGRESSION, register

NO_SPREAD = "no numeric column varies over 10 present rows"
MIN_PRESENT = 10
CONSTANT = 1e-24  # what rounding leaves of the variance of equal numbers is less
BEYOND = 1.5 + 1e-9  # quartile ranges; a value on the border must not depend on rounding
KELLEY = "T. L. Kelley. An unbiased correlation ratio measure. PNAS, 1935."
SOME = ("mean", "sd", "median", "max")

statistical = partial(register, family="statistical", cost="columns")
of_numbers = partial(statistical, task_types=REGRESSION)
of_classes = partial(statistical, task_types=CLASSIFICATION, undefined=NO_SPREAD)


@of_numbers(low=0, unit="target", varies_with=("target",))
def target_sd(sorted_target: Floats, target_exponent: int) -> float:
    """Return the standard deviation of the target, in the target's own unit."""
    return float(np.ldexp(sorted_target.std(), target_exponent))


@of_numbers()
def target_skewness(standardized_target: Floats) -> float:
    """Return the skewness m3 / m2^1.5 of the target."""
    return float((standardized_target**3).mean())


@of_numbers(low=-2)
def target_kurtosis(standardized_target: Floats) -> float:
    """Return the excess kurtosis m4 / m2^2 - 3 of the target."""
    return float((standardized_target**4).mean() - 3)


@of_numbers(low=-1, high=1)
def target_quantile_skewness(sorted_target: Floats) -> float:
    """Return the skewness (q90 + q10 - 2 q50) / (q90 - q10) of the target; 0 if these are equal."""
    low, middle, high = np.quantile(sorted_target, [0.1, 0.5, 0.9])
    return float((high + low - 2 * middle) / (high - low)) if high > low else 0.0


@of_numbers(low=0)
def target_tail_weight(sorted_target: Floats) -> float:
    """Return the largest distance from the target's median, in standard deviations."""
    z = standardize(sorted_target[None, :])[0]
    return float(np.abs(z - np.median(z)).max())


@of_numbers(low=0, high=1, unit="share")
def target_distinct_share(sorted_target: Floats) -> float:
    """Return distinct over all values of the target."""
    return float((1 + (np.diff(sorted_target) > 0).sum()) / sorted_target.size)


@of_numbers(low=0, high=1, unit="share")
def target_mode_share(sorted_target: Floats) -> float:
    """Return the share of the target's most frequent value."""
    starts = np.flatnonzero(np.append(True, np.diff(sorted_target) > 0))
    return float(np.diff(np.append(starts, sorted_target.size)).max() / sorted_target.size)


@of_numbers(low=0, high=1, unit="share", varies_with=("target",))
def target_zero_share(sorted_target: Floats) -> float:
    """Return the share of zeros in the target."""
    return float((sorted_target == 0).mean())


@of_numbers(low=0, high=1, unit="share", varies_with=("target",))
def target_negative_share(sorted_target: Floats) -> float:
    """Return the share of negative values in the target."""
    return float((sorted_target < 0).mean())


@of_numbers(low=0, high=1, unit="share")
def target_outlier_share(sorted_target: Floats) -> float:
    """Return the share of the target more than 1.5 interquartile ranges outside the quartiles."""
    low, high = np.quantile(sorted_target, [0.25, 0.75])
    margin = BEYOND * (high - low)
    is_outlier = (sorted_target < low - margin) | (sorted_target > high + margin)
    return float(is_outlier.mean())


@of_numbers(low=0, high=1, varies_with=("target",))
def target_is_whole(sorted_target: Floats, target_exponent: int) -> float:
    """Return 1 when the target holds whole numbers only, else 0."""
    numbers = np.ldexp(sorted_target, target_exponent)
    return float((numbers == np.round(numbers)).all())


@of_numbers(low=0, high=1, undefined=NO_SPREAD, summaries=SOME)
def target_correlation(standardized: Floats, standardized_target: Floats) -> Floats:
    """Return the absolute Pearson correlation of a numeric column with the target."""
    return _absolute_correlation(standardized, standardized_target)


@of_numbers(low=0, high=1, undefined=NO_SPREAD, summaries=SOME, rows="n_paired_rows")
def target_rank_correlation(column_ranks: Floats, standardized_target: Floats) -> Floats:
    """Return the absolute Spearman correlation of a numeric column with the target."""
    target = standardized_target[: column_ranks.shape[1]]
    answer = _absolute_correlation(column_ranks, np.asarray(rankdata(target)))
    for i in np.flatnonzero(np.isnan(column_ranks).any(axis=1) & ~np.isnan(answer)):
        present = ~np.isnan(column_ranks[i])
        ranks = np.asarray(rankdata(target[present]))
        answer[i] = _absolute_correlation(column_ranks[i : i + 1, present], ranks)[0]
    return answer


def _is_enough(columns: Floats) -> Booleans:
    """Tell of each row whether enough of it is present to be compared with the target."""
    n_present = (~np.isnan(columns)).sum(axis=1)
    return np.asarray(n_present >= min(MIN_PRESENT, columns.shape[1]))


def _absolute_correlation(columns: Floats, target: Floats) -> Floats:
    """Correlate each row with the target, on the places where the row is present."""
    present = ~np.isnan(columns)
    n_present = np.maximum(present.sum(axis=1), 1)
    filled = np.where(present, columns, 0.0)
    mean = filled.sum(axis=1) / n_present
    centred = np.where(present, columns - mean[:, None], 0.0)
    target_mean = present @ target / n_present
    target_variance = present @ target**2 / n_present - target_mean**2
    covariance = centred @ target / n_present
    variance = (centred**2).sum(axis=1) / n_present
    below = variance * target_variance
    usable = (variance > 1e-20) & (target_variance > 1e-12) & _is_enough(columns)
    result = np.full(len(columns), np.nan)
    result[usable] = np.abs(covariance[usable]) / np.sqrt(below[usable])
    return np.asarray(np.clip(result, 0.0, 1.0))


@of_numbers(low=0, high=1, undefined="the table has text columns only", summaries=SOME)
def explained_variance(levels: list[Codes], standardized_target: Floats) -> Floats:
    """Return the share of the target's variance between a column's levels, adjusted."""
    return np.array([epsilon_squared(column, standardized_target) for column in levels])


@of_numbers(low=-1, high=1, undefined=NO_SPREAD, summaries=SOME)
def target_nonlinearity(
    standardized: Floats, numeric_levels: list[Codes], standardized_target: Floats
) -> Floats:
    """Return the target's variance explained by a numeric column's bins less that by a line.

    Both are adjusted, and of the rows where the column is present.
    """
    some = standardized[: len(numeric_levels)]
    linear = _absolute_correlation(some, standardized_target) ** 2
    n = (~np.isnan(some)).sum(axis=1)
    linear = np.clip(1 - (1 - linear) * (n - 1) / np.maximum(n - 2, 1), 0.0, 1.0)
    present = [column > 0 for column in numeric_levels]
    binned = [
        epsilon_squared(column[seen], standardized_target[seen])
        for column, seen in zip(numeric_levels, present, strict=True)
    ]
    return np.asarray(np.array(binned) - linear)


def epsilon_squared(levels: Codes, target: Floats) -> float:
    """Return the adjusted share of a number's variance that lies between levels, at least 0.

    By chance alone it is 0 on average; so it is when every row has a level of its own.

    References
    ----------
    .. [1] T. L. Kelley. An unbiased correlation ratio measure. PNAS, 1935.

    Examples
    --------
    >>> epsilon_squared(np.array([1, 1, 2, 2]), np.array([1.0, 1.0, 3.0, 3.0]))
    1.0
    """
    if target.size == 0:
        return 0.0
    counts = np.bincount(levels)
    sums = np.bincount(levels, weights=target)
    seen = counts > 0
    freedom = target.size - int(seen.sum())
    total = float(((target - target.mean()) ** 2).sum())
    if freedom == 0 or total == 0:
        return 0.0
    between = float((sums[seen] ** 2 / counts[seen]).sum() - target.size * target.mean() ** 2)
    within = max(0.0, total - between)
    return max(0.0, 1 - within / total * (target.size - 1) / freedom)


@of_classes(
    low=0,
    high=1,
    summaries=SOME,
    reference=KELLEY,
)
def class_separation(
    standardized: Floats, classes: Integers, class_weights: Floats | None
) -> Floats:
    """Return the share of a numeric column's variance between classes, adjusted, at least 0.

    By chance alone it is 0 on average, as `explained_variance`.
    """
    n_present, means, variances = _by_class(standardized, classes)
    mass = n_present
    if class_weights is not None:
        mass = n_present * class_weights[np.unique(classes)]
    total = mass.sum(axis=1)
    mean = (mass * means).sum(axis=1) / np.where(total > 0, total, 1)
    between = (mass * (means - mean[:, None]) ** 2).sum(axis=1)
    within = (mass * variances).sum(axis=1)
    whole = np.where(_is_enough(standardized), between + within, 0.0)
    rest = within / np.where(whole > 0, whole, np.nan)
    n, freedom = n_present.sum(axis=1), n_present.sum(axis=1) - (n_present > 0).sum(axis=1)
    adjusted = 1 - rest * (n - 1) / np.maximum(freedom, 1)
    return np.where(np.isnan(rest), np.nan, np.clip(np.where(freedom > 0, adjusted, 0.0), 0, 1))


@of_classes(low=0, summaries=("mean", "max"), undefined="no numeric column varies in two classes")
def class_spread_ratio(standardized: Floats, classes: Integers) -> Floats:
    """Return the log of a numeric column's largest over smallest standard deviation within a class.

    Classes with fewer than 5 present values, or within which the column does not vary,
    are left out.
    """
    n_present, _, variances = _by_class(standardized, classes)
    is_seen = (n_present >= 5) & (variances > CONSTANT)
    largest = np.where(is_seen, variances, -np.inf).max(axis=1)
    smallest = np.where(is_seen, variances, np.inf).min(axis=1)
    enough = is_seen.sum(axis=1) >= 2
    result = np.full(len(standardized), np.nan)
    result[enough] = 0.5 * np.log(largest[enough] / smallest[enough])
    return result


def _by_class(standardized: Floats, classes: Integers) -> tuple[Floats, Floats, Floats]:
    """Return present values, mean and variance of each row in each class."""
    order = np.argsort(classes, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(classes[order]) > 0))
    values = standardized[:, order]
    present = (~np.isnan(values)).astype(np.float64)
    filled = np.nan_to_num(values)
    n_present = np.add.reduceat(present, starts, axis=1)
    below = np.maximum(n_present, 1)
    means = np.add.reduceat(filled, starts, axis=1) / below
    # from deviations: beside an outlier elsewhere, squares less a square are rounding errors
    deviations = (filled - np.repeat(means, np.diff(starts, append=classes.size), axis=1)) * present
    variances = np.add.reduceat(deviations**2, starts, axis=1) / below
    return n_present, means, variances
