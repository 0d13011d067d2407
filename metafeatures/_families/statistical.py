"""Statistical meta-features: how numeric columns are distributed, and how they go together.

Computed on at most ``max_rows`` rows and 500 numeric columns (500 more are not better
known than 500), pairs on 5,000 rows and 100 columns, components on 5,000 rows. Values
do not change when a column is shifted or scaled, except where they say so. Columns with
one distinct value have no shape: they count in none of the summaries that need one.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import ndtri

from metafeatures._arrays import AnyArray, Floats, Integers, Objects
from metafeatures._columns.arrays import standardize
from metafeatures._registry import register

NO_NUMBERS = "no numeric column has a present value"
NO_SPREAD = "no numeric column varies"
BEYOND = 1.5 + 1e-9  # quartile ranges; a value on the border must not depend on rounding
NO_PAIRS = "fewer than two numeric columns vary"
SOME = ("mean", "sd", "min", "median", "max")
MICHIE = (
    "D. Michie, D. J. Spiegelhalter and C. C. Taylor. Machine Learning, Neural and "
    "Statistical Classification. 1994."
)
SALAMA = (
    "M. A. Salama, A. E. Hassanien and K. Revett. Employment of neural network and rough set "
    "in meta-learning. Memetic Computing, 2013."
)
SHAPIRO = (
    "S. S. Shapiro and R. S. Francia. An approximate analysis of variance test for normality. "
    "Journal of the American Statistical Association, 1972."
)
ROY = "O. Roy and M. Vetterli. The effective rank. EUSIPCO, 2007."
ROBUST = "R. A. Groeneveld and G. Meeden. Measuring skewness and kurtosis. The Statistician, 1984."

columns = partial(register, family="statistical", cost="columns", undefined=NO_SPREAD)
shares = partial(columns, low=0, high=1, unit="share", undefined=NO_NUMBERS)
pairs = partial(register, family="statistical", cost="pairs", undefined=NO_PAIRS)


@columns(summaries=SOME, reference=MICHIE)
def skewness(numeric_shape: tuple[Floats, Floats]) -> Floats:
    """Return the skewness m3 / m2^1.5 of a numeric column."""
    return numeric_shape[0]


@columns(low=-2, summaries=SOME, reference=MICHIE)
def kurtosis(numeric_shape: tuple[Floats, Floats]) -> Floats:
    """Return the excess kurtosis m4 / m2^2 - 3 of a numeric column."""
    return numeric_shape[1]


@columns(low=-1, high=1, summaries=("mean", "sd", "min", "max"), reference=ROBUST)
def quantile_skewness(numeric_quantiles: Floats) -> Floats:
    """Return the skewness (q90 + q10 - 2 q50) / (q90 - q10) of a numeric column."""
    low, middle, high = numeric_quantiles[:, [1, 3, 5]].T
    return _ratio((high - middle) - (middle - low), high - low)


@columns(low=0, summaries=("mean", "sd", "max"))
def tail_weight(numeric_quantiles: Floats) -> Floats:
    """Return log((q99 - q1) / (q75 - q25)) of a numeric column."""
    lowest, low, high, highest = numeric_quantiles[:, [0, 2, 4, 6]].T
    return np.log(_ratio(highest - lowest, high - low))


def _ratio(above: AnyArray, below: AnyArray) -> Floats:
    """Divide; NaN where ``below`` is not positive."""
    return np.asarray(np.asarray(above, np.float64) / np.where(below > 0, below, np.nan))


@shares(summaries=("mean", "sd", "max"), reference="J. W. Tukey. Exploratory Data Analysis. 1977.")
def outlier_share(
    sorted_numbers: Floats, numeric_quantiles: Floats, present_counts: Integers
) -> Floats:
    """Return the share of values more than 1.5 interquartile ranges outside the quartiles."""
    low, high = numeric_quantiles[:, [2]], numeric_quantiles[:, [4]]
    margin = BEYOND * (high - low)
    is_outlier = (sorted_numbers < low - margin) | (sorted_numbers > high + margin)
    return _ratio(is_outlier.sum(axis=1), present_counts)


@shares(summaries=("mean", "sd", "max"), varies_with=("offsets",))
def zero_share(numbers: Floats, present_counts: Integers) -> Floats:
    """Return the share of zeros among the present values of a numeric column."""
    return _ratio((numbers == 0).sum(axis=1), present_counts)


@shares(summaries=("mean", "sd", "min", "max"))
def distinct_share(distinct_counts: Integers, present_counts: Integers) -> Floats:
    """Return distinct over present values of a numeric column."""
    return _ratio(distinct_counts, present_counts)


@shares(summaries=("mean", "max"))
def mode_share(sorted_numbers: Floats, present_counts: Integers) -> Floats:
    """Return the share of the most frequent value of a numeric column."""
    return _ratio(_longest_runs(sorted_numbers), present_counts)


def _longest_runs(ordered: Floats) -> Floats:
    """Return the length of the longest run of equal values of each sorted row."""
    longest = np.zeros(len(ordered))
    for i, row in enumerate(ordered):
        starts = np.flatnonzero(np.append(True, row[1:] > row[:-1]))
        present = int((~np.isnan(row)).sum())
        starts = starts[starts < present]
        longest[i] = np.diff(np.append(starts, present)).max(initial=0)
    return longest


@shares(varies_with=("units", "offsets"))
def whole_number_share(numbers: Floats, present_counts: Integers, exponents: Integers) -> float:
    """Return the share of numeric columns that hold whole numbers only."""
    numbers = np.ldexp(numbers, exponents[:, None])
    is_whole = (np.isnan(numbers) | (numbers == np.round(numbers))).all(axis=1)
    seen = present_counts > 0
    return float(is_whole[seen].mean()) if seen.any() else float("nan")


@shares()
def few_values_share(distinct_counts: Integers, present_counts: Integers) -> float:
    """Return the share of numeric columns with at most 10 distinct values."""
    seen = present_counts > 0
    return float((distinct_counts[seen] <= 10).mean()) if seen.any() else float("nan")


@shares(undefined="")
def constant_share(kinds: Objects, distinct_counts: Integers, cardinalities: Integers) -> float:
    """Return the share of numeric and categorical columns with at most one distinct value."""
    return _share_of_columns(kinds, distinct_counts <= 1, cardinalities <= 1)


@shares(undefined="")
def binary_share(kinds: Objects, distinct_counts: Integers, cardinalities: Integers) -> float:
    """Return the share of numeric and categorical columns with two distinct values."""
    return _share_of_columns(kinds, distinct_counts == 2, cardinalities == 2)


def _share_of_columns(kinds: Objects, of_numbers: AnyArray, of_categories: AnyArray) -> float:
    """Return the share of flags: some numeric columns stand for all, categories for themselves."""
    n_numeric = int((kinds == "numeric").sum())
    n_flagged = n_numeric * float(of_numbers.mean()) if of_numbers.size else 0.0
    return (n_flagged + int(of_categories.sum())) / max(1, n_numeric + of_categories.size)


@columns(
    low=0,
    high=1,
    summaries=("mean", "sd", "min"),
    reference=SHAPIRO,
)
def normality(
    sorted_numbers: Floats, present_counts: Integers, distinct_counts: Integers
) -> Floats:
    """Return the squared correlation of a numeric column's order statistics with normal ones."""
    answer = np.full(len(sorted_numbers), np.nan)
    varies = distinct_counts > 1
    for n in np.unique(present_counts[varies]):
        some = varies & (present_counts == n)
        expected = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
        ordered = standardize(sorted_numbers[some, :n])
        answer[some] = (ordered @ expected) ** 2 / (n * (expected @ expected))
    return np.asarray(np.clip(answer, 0.0, 1.0))


@columns(summaries=("sd", "max"), varies_with=("units",))
def log_scale(sorted_numbers: Floats, present_counts: Integers, exponents: Integers) -> Floats:
    """Return log10 of a numeric column's standard deviation over that of the median column."""
    logs = _log_deviations(sorted_numbers, present_counts) + exponents * np.log10(2)
    seen = logs[~np.isnan(logs)]
    return np.asarray(logs - np.median(seen) if seen.size else logs)


def _log_deviations(values: Floats, present_counts: Integers) -> Floats:
    """Return log10 of each row's standard deviation; scaled first, so that none overflows."""
    values = values - values[:, :1]  # sorted: an offset would hide how they differ
    size = np.nanmax(values, axis=1, initial=0.0)
    scaled = values / np.where(size > 0, size, 1.0)[:, None]
    present = np.maximum(present_counts, 1)
    mean = np.nansum(scaled, axis=1) / present
    sd = np.sqrt(np.nansum((scaled - mean[:, None]) ** 2, axis=1) / present)
    varies = sd > 1e-14
    logs = np.full(len(values), np.nan)
    logs[varies] = np.log10(sd[varies]) + np.log10(size[varies])
    return logs


@pairs(low=0, high=1, summaries=SOME, same_as="encoded_correlation", reference=MICHIE)
def correlation(correlations: Floats) -> Floats:
    """Return the absolute Pearson correlation of two numeric columns."""
    return np.abs(correlations[np.triu_indices(len(correlations), k=1)])


@pairs(
    low=0,
    high=1,
    unit="share",
    reference=SALAMA,
)
def strong_correlation_share(correlations: Floats) -> float:
    """Return the share of pairs of numeric columns with an absolute correlation >= 0.5."""
    values = np.abs(correlations[np.triu_indices(len(correlations), k=1)])
    values = values[~np.isnan(values)]
    return float((values >= 0.5).mean()) if values.size else float("nan")


@pairs(low=0, high=1, undefined=NO_SPREAD)
def first_component_share(component_variances: Floats) -> float:
    """Return the share of variance of the first principal component of the numeric columns."""
    return float(component_variances[0]) if component_variances.size else float("nan")


@pairs(low=0, high=1, undefined=NO_SPREAD, same_as="mixed_components_95_share")
def components_95_share(component_variances: Floats) -> float:
    """Return the share of principal components that 95 % of the numeric columns' variance takes."""
    if not component_variances.size:
        return float("nan")
    n_needed = int((component_variances.cumsum() < 0.95 - 1e-12).sum()) + 1
    return n_needed / component_variances.size


@pairs(
    low=0,
    high=1,
    undefined=NO_SPREAD,
    reference=ROY,
)
def effective_rank_share(component_variances: Floats) -> float:
    """Return exp(entropy of the components' variances) over the number of numeric columns."""
    if not component_variances.size:
        return float("nan")
    occupied = component_variances[component_variances > 0]
    entropy = -(occupied * np.log(occupied)).sum()
    return float(min(1.0, np.exp(entropy) / component_variances.size))


@pairs(low=0, undefined=NO_SPREAD, same_as="mixed_component_skewness")
def first_component_skewness(first_component: Floats) -> float:
    """Return the absolute skewness of the rows on the first principal component."""
    return float(np.abs((first_component**3).mean())) if first_component.size else float("nan")


@pairs(low=-2, undefined=NO_SPREAD, same_as="mixed_component_kurtosis")
def first_component_kurtosis(first_component: Floats) -> float:
    """Return the excess kurtosis of the rows on the first principal component."""
    return float((first_component**4).mean() - 3) if first_component.size else float("nan")
