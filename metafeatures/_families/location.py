"""Statistical meta-features of the whole table as numbers: where columns lie, how they spread.

Numbers and dates are taken as they are and categories as indicators of their levels, in
the order of the table; text is left out. A statistic of a column is one of its present
values, in the column's own unit; columns with numbers beyond 1e70, whose squares no
float holds, are left out of these. At most ``max_rows`` rows and 500 columns, pairs on
5,000 rows and 100 columns.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Codes, Floats, Integers
from metafeatures._columns.encoded import EncodedColumns
from metafeatures._columns.normality import MAX_NORMAL_ROWS, shapiro_wilk
from metafeatures._registry import DEFAULT_SUMMARIES, register

NO_VALUES = "no column but text and numbers beyond 1e70 has a present value"
NO_SPREAD = "no column but text varies"
WITH_RANGE = (*DEFAULT_SUMMARIES, "range")
WITH_QUARTILES = ("mean", "sd", "min", "q25", "median", "q75", "max")
TINY = 1e-10
TRIMMED = 0.2
BEYOND = 1.5 + 1e-9  # quartile ranges; a value on the border must not depend on rounding
NORMAL_CONSISTENT = 1.4826
STRONG = 0.5
SIGNIFICANT = 0.05
CASTIELLO = (
    "C. Castiello, G. Castellano and A. M. Fanelli. Meta-data: characterization of input "
    "features for meta-learning. MDAI, 2005."
)
ALI = (
    "S. Ali and K. A. Smith-Miles. A meta-learning approach to automatic kernel selection for "
    "support vector machines. Neurocomputing, 2006."
)
ENGELS = (
    "R. Engels and C. Theusinger. Using a data metric for preprocessing advice for data mining "
    "applications. ECAI, 1998."
)
MICHIE = (
    "D. Michie, D. J. Spiegelhalter and C. C. Taylor. Machine Learning, Neural and "
    "Statistical Classification. 1994."
)
JOANES = (
    "D. N. Joanes and C. A. Gill. Comparing measures of sample skewness and kurtosis. "
    "The Statistician, 1998."
)
KOPF = "C. Köpf and I. Iglezakis. Combination of task description strategies. 2002."
ROYSTON = "P. Royston. Remark AS R94: a remark on algorithm AS 181. Applied Statistics, 1995."
SALAMA = (
    "M. A. Salama, A. E. Hassanien and K. Revett. Employment of neural network and rough set "
    "in meta-learning. Memetic Computing, 2013."
)

statistical = partial(register, family="statistical", by_place=True)
UNITS = ("units",)
PLACES = ("units", "offsets")

columns = partial(statistical, cost="columns", undefined=NO_VALUES, summaries=DEFAULT_SUMMARIES)
located = partial(columns, unit="the column's", varies_with=PLACES)
spreads = partial(columns, low=0, varies_with=UNITS)
pairs = partial(statistical, cost="pairs", low=0, undefined="fewer than two columns are not text")


@located(summaries=WITH_RANGE, reference=ENGELS, pymfe="mean")
def encoded_mean(encoded_columns: EncodedColumns) -> Floats:
    """Return the mean of a column, categories as indicators."""
    return encoded_columns.in_scale(encoded_columns.means)


@located(reference=ENGELS, pymfe="median")
def encoded_median(encoded_columns: EncodedColumns) -> Floats:
    """Return the median of a column, categories as indicators."""
    return encoded_columns.in_scale(encoded_columns.quartiles[:, 1])


@located(reference=ENGELS, pymfe="t_mean")
def encoded_trimmed_mean(encoded_columns: EncodedColumns) -> Floats:
    """Return the mean of a column without a fifth of its values at either end."""

    def trim(ordered: Floats) -> Floats:
        n_cut = int(TRIMMED * ordered.shape[1])
        return np.asarray(ordered[:, n_cut : ordered.shape[1] - n_cut].mean(axis=1))

    return encoded_columns.in_scale(encoded_columns.of_ordered(trim))


@located(
    low=0,
    undefined="every column has a negative value, or none a present one",
    reference=ALI,
    pymfe="g_mean",
)
def encoded_geometric_mean(encoded_columns: EncodedColumns) -> Floats:
    """Return the geometric mean of a column without negative values; 0 if one is below 1e-10."""
    lowest = encoded_columns.lowest
    means = np.where(lowest >= 0, 0.0, np.nan)
    some = lowest >= TINY
    logs = np.nansum(np.log(encoded_columns.ordered[some]), axis=1)
    means[some] = np.exp(logs / encoded_columns.counts[some])
    return encoded_columns.in_scale(means)


@located(
    low=0,
    undefined="every column has a negative value, or none a present one",
    reference=ALI,
    pymfe="h_mean",
)
def encoded_harmonic_mean(encoded_columns: EncodedColumns) -> Floats:
    """Return the harmonic mean of a column without negative values; 0 if one is 0."""
    lowest = encoded_columns.lowest
    means = np.where(lowest == 0, 0.0, np.nan)
    some = lowest > 0
    inverse = np.nansum(lowest[some, None] / encoded_columns.ordered[some], axis=1)
    means[some] = encoded_columns.counts[some] * lowest[some] / inverse
    return encoded_columns.in_scale(means)


@located(reference=ENGELS, pymfe="min")
def encoded_min(encoded_columns: EncodedColumns) -> Floats:
    """Return the smallest value of a column, categories as indicators."""
    return encoded_columns.in_scale(encoded_columns.lowest)


@located(reference=ENGELS, pymfe="max")
def encoded_max(encoded_columns: EncodedColumns) -> Floats:
    """Return the largest value of a column, categories as indicators."""
    return encoded_columns.in_scale(encoded_columns.highest)


@spreads(unit="the column's", reference=ALI, pymfe="range")
def encoded_range(encoded_columns: EncodedColumns) -> Floats:
    """Return the largest less the smallest value of a column."""
    return encoded_columns.in_scale(encoded_columns.highest - encoded_columns.lowest)


@spreads(unit="the column's", reference=ALI, pymfe="iq_range")
def encoded_quartile_range(encoded_columns: EncodedColumns) -> Floats:
    """Return the upper less the lower quartile of a column."""
    low, _, high = encoded_columns.quartiles.T
    return encoded_columns.in_scale(high - low)


@spreads(unit="the column's", reference=ALI, pymfe="mad")
def encoded_median_deviation(encoded_columns: EncodedColumns) -> Floats:
    """Return 1.4826 times the median distance of a column's values from their median."""

    def deviate(ordered: Floats) -> Floats:
        middle = np.median(ordered, axis=1, keepdims=True)
        return np.asarray(np.median(np.abs(ordered - middle), axis=1))

    distances = encoded_columns.of_ordered(deviate)
    return encoded_columns.in_scale(NORMAL_CONSISTENT * distances)


@spreads(
    unit="the column's",
    undefined="no column but text and numbers beyond 1e70 has two present values",
    summaries=WITH_RANGE,
    reference=ENGELS,
    pymfe="sd",
)
def encoded_sd(encoded_columns: EncodedColumns) -> Floats:
    """Return the standard deviation (n - 1) of a column."""
    return encoded_columns.in_scale(np.sqrt(encoded_columns.variances))


@spreads(
    unit="the column's, squared",
    undefined="no column but text and numbers beyond 1e70 has two present values",
    reference=CASTIELLO,
    pymfe="var",
)
def encoded_variance(encoded_columns: EncodedColumns) -> Floats:
    """Return the variance (n - 1) of a column."""
    return encoded_columns.in_scale(encoded_columns.variances)


@columns(undefined=NO_SPREAD, summaries=WITH_QUARTILES, reference=JOANES, pymfe="skewness")
def encoded_skewness(
    encoded_shape: tuple[Floats, Floats], encoded_columns: EncodedColumns
) -> Floats:
    """Return the skewness m3 / s^3 of a column, s its standard deviation (n - 1)."""
    n = encoded_columns.counts
    return np.asarray(encoded_shape[0] * (1 - 1 / np.maximum(n, 1)) ** 1.5)


@columns(low=-3, undefined=NO_SPREAD, summaries=WITH_QUARTILES, reference=JOANES, pymfe="kurtosis")
def encoded_kurtosis(
    encoded_shape: tuple[Floats, Floats], encoded_columns: EncodedColumns
) -> Floats:
    """Return the excess kurtosis m4 / s^4 - 3 of a column, s its standard deviation (n - 1)."""
    n = encoded_columns.counts
    return np.asarray((encoded_shape[1] + 3) * (1 - 1 / np.maximum(n, 1)) ** 2 - 3)


@statistical(low=0, unit="columns", reference=KOPF, pymfe="nr_outliers")
def n_outlier_columns(encoded_columns: EncodedColumns, encoded_share: float) -> float:
    """Return the number of columns with a value over 1.5 quartile ranges outside the quartiles."""
    low, _, high = encoded_columns.quartiles.T
    margin = BEYOND * (high - low)
    is_far = (encoded_columns.lowest < low - margin) | (encoded_columns.highest > high + margin)
    return float(is_far.sum()) / encoded_share


@statistical(
    low=0,
    unit="columns",
    rows="n_normal_rows",
    reference=ROYSTON,
    differs="pymfe's nr_norm: of more than 5,000 rows it takes the first; a constant is normal",
)
def n_normal_columns(encoded_columns: EncodedColumns, encoded_share: float) -> float:
    """Return the number of columns whose values up to 5,000 rows pass Shapiro and Wilk's test."""
    some = encoded_columns.part(None, MAX_NORMAL_ROWS)
    return float((some.of_ordered(shapiro_wilk) > SIGNIFICANT).sum()) / encoded_share


@register(
    family="statistical",
    cost="columns",
    low=0,
    high=1,
    summaries=DEFAULT_SUMMARIES,
    undefined="no column but text has two present values",
    reference=SALAMA,
    pymfe="sparsity",
)
def sparsity(
    present_counts: Integers, distinct_counts: Integers, dates: Floats, codes: list[Codes]
) -> Floats:
    """Return (n / distinct values - 1) / (n - 1) of a column but text: 0 all differ, 1 constant."""
    ordered = EncodedColumns(dates).ordered
    levels = [np.bincount(column[column >= 0]) for column in codes]
    n_present = [*present_counts, *(~np.isnan(dates)).sum(axis=1), *(c.sum() for c in levels)]
    n_dates = 1 + (ordered[:, 1:] > ordered[:, :-1]).sum(axis=1)
    n_distinct = [*distinct_counts, *n_dates, *((c > 0).sum() for c in levels)]
    n = np.where(np.array(n_present) > 1, n_present, np.nan)
    return np.asarray((n / n_distinct - 1) / (n - 1))


@pairs(
    high=1,
    undefined="fewer than two columns but text vary",
    summaries=WITH_RANGE,
    reference=CASTIELLO,
    pymfe="cor",
)
def encoded_correlation(encoded_columns: EncodedColumns) -> Floats:
    """Return the absolute Pearson correlation of two columns, categories as indicators."""
    return _pairs_of(encoded_columns.paired.correlation)


def _pairs_of(matrix: Floats) -> Floats:
    return np.abs(matrix[np.triu_indices(len(matrix), k=1)])


@pairs(high=1, unit="share", reference=SALAMA, pymfe="nr_cor_attr")
def encoded_strong_correlation_share(encoded_columns: EncodedColumns) -> float:
    """Return the share of pairs of columns, constants too, with a correlation beyond +-0.5."""
    values = _pairs_of(encoded_columns.paired.correlation)
    return float((values >= STRONG).mean()) if values.size else float("nan")


@pairs(
    unit="the columns', multiplied",
    varies_with=UNITS,
    summaries=DEFAULT_SUMMARIES,
    reference=CASTIELLO,
    pymfe="cov",
)
def encoded_covariance(encoded_columns: EncodedColumns) -> Floats:
    """Return the absolute covariance (n - 1) of two columns, missing values at the mean."""
    return _pairs_of(encoded_columns.paired.covariance)


@pairs(
    unit="the column's, squared",
    varies_with=UNITS,
    undefined=NO_VALUES,
    summaries=DEFAULT_SUMMARIES,
    reference=ALI,
    pymfe="eigenvalues",
)
def covariance_eigenvalue(encoded_columns: EncodedColumns) -> Floats:
    """Return the variance of a principal component of the columns, not scaled."""
    covariance = encoded_columns.paired.covariance
    return np.clip(np.linalg.eigvalsh(covariance), 0.0, None) if covariance.size else np.empty(0)
