"""What measures share of columns, computed once per table and only when asked for.

Arrays of column values have one row a column, so that a column is contiguous in memory.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.stats import rankdata

from metafeatures._arrays import Codes, Floats, Integers
from metafeatures._columns.arrays import pairwise_correlation, quantiles, standardize, tame
from metafeatures._columns.bins import bin_codes, bin_numbers, cut_at_quantiles, n_intervals
from metafeatures._columns.encoded import shape
from metafeatures._columns.entropy import entropy, mutual_bits
from metafeatures._columns.joint import NominalColumns
from metafeatures._columns.mixed import mix, principal_components
from metafeatures._sample import MAX_COLUMNS, Sample
from metafeatures._tables.rows import class_weights
from metafeatures.columns import ColumnKind

MAX_PAIR_COLUMNS = 100
MAX_PAIR_ROWS = 5_000
MAX_INFORMATION_COLUMNS = 200


class Columns(Sample):
    """Columns and target of a sample: numbers, levels, and what follows from them."""

    # --- numeric columns, on the sample ---

    @cached_property
    def sorted_numbers(self) -> Floats:
        """Numeric columns, each sorted, missing values last."""
        return np.sort(self.numbers, axis=1)

    @cached_property
    def present_counts(self) -> Integers:
        """Present values of each numeric column."""
        return np.asarray((~np.isnan(self.numbers)).sum(axis=1), np.int64)

    @cached_property
    def distinct_counts(self) -> Integers:
        """Distinct present values of each numeric column."""
        changes = self.sorted_numbers[:, 1:] > self.sorted_numbers[:, :-1]
        return np.asarray(changes.sum(axis=1), np.int64) + (self.present_counts > 0)

    @cached_property
    def standardized(self) -> Floats:
        """Numeric columns minus mean over standard deviation; NaN where missing or constant.

        On all rows of the sample.
        """
        return standardize(self.all_numbers)

    @cached_property
    def _random_standardized(self) -> Floats:
        """The same on the rows drawn at random."""
        is_all = self.n_random == self.sample.size
        return self.standardized if is_all else standardize(self.numbers)

    @cached_property
    def numeric_shape(self) -> tuple[Floats, Floats]:
        """Skewness and excess kurtosis of each numeric column."""
        return shape(self._random_standardized)

    @cached_property
    def numeric_quantiles(self) -> Floats:
        """Quantiles at 1, 10, 25, 50, 75, 90 and 99 % of each numeric column, as columns."""
        probabilities = np.array([0.01, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99])
        return quantiles(self.sorted_numbers, self.present_counts, probabilities)

    @cached_property
    def spanning_columns(self) -> Floats:
        """Standardised numeric columns that vary, capped in rows.

        Standardised on these rows: an outlier among the others would leave them an offset,
        and offsets of several columns look like a component.
        """
        some = self._random_standardized
        most = self._most(MAX_PAIR_ROWS)
        if most is not None and most < some.shape[1]:
            some = standardize(self.numbers[:, :most])
        return some[~np.isnan(some).all(axis=1)]

    @cached_property
    def paired_columns(self) -> Floats:
        """`spanning_columns`, capped in columns, too."""
        return self.spanning_columns[: self._most(MAX_PAIR_COLUMNS)]

    @cached_property
    def n_paired_rows(self) -> int:
        """Rows on which pairs of columns are compared."""
        return min(self.n_random, MAX_PAIR_ROWS) if self.is_bounded else self.n_random

    @cached_property
    def column_ranks(self) -> Floats:
        """Ranks of numeric columns, ties averaged, NaN where missing; capped in rows."""
        columns = self.numbers[:, : self._most(MAX_PAIR_ROWS)]
        ranks = np.asarray(rankdata(columns, axis=1, nan_policy="propagate"))
        gaps = np.isnan(columns).any(axis=1)
        ranks[gaps] = rankdata(columns[gaps], axis=1, nan_policy="omit")
        return ranks

    @cached_property
    def correlations(self) -> Floats:
        """Pearson's correlation of numeric columns, on rows where both are present."""
        return pairwise_correlation(self.paired_columns)

    @cached_property
    def component_variances(self) -> Floats:
        """Shares of variance of the principal components, largest first."""
        return self._components[0]

    @cached_property
    def first_component(self) -> Floats:
        """Rows projected on the first principal component, standardised."""
        return np.asarray(standardize(self._components[1][None, :])[0])

    @cached_property
    def _components(self) -> tuple[Floats, Floats]:
        return principal_components(np.nan_to_num(self.spanning_columns))

    @cached_property
    def mixed_components(self) -> tuple[Floats, Floats]:
        """Shares of variance of the components of numbers and levels, and rows on the first."""
        return principal_components(mix(self.spanning_columns, self.codes, self._most(MAX_COLUMNS)))

    # --- target, on the sample ---

    @cached_property
    def target_numbers(self) -> Floats:
        """Number to predict of each sampled row."""
        return np.asarray(tame(self.target.numbers[self.sample][None, :])[0][0])

    @cached_property
    def target_exponent(self) -> int:
        """Power of two that was taken out of the numbers to predict; 0 but for huge ones."""
        return int(tame(self.target.numbers[self.sample][None, :])[1][0])

    @cached_property
    def sorted_target(self) -> Floats:
        """Sampled numbers to predict, sorted."""
        return np.sort(self.target_numbers)

    @cached_property
    def standardized_target(self) -> Floats:
        """Numbers to predict, minus mean over standard deviation."""
        return np.asarray(standardize(self.target_numbers[None, :])[0])

    @cached_property
    def target_levels(self) -> Integers:
        """Classes, or up to 10 equally frequent bins of the number to predict."""
        if not self.is_regression:
            return self.classes
        return np.asarray(bin_numbers(self.target_numbers[None, :])[0], np.int64)

    # --- levels, on the sample ---

    @cached_property
    def interacting_rows(self) -> tuple[Integers, Integers, Floats | None]:
        """Rows on which pairs of columns tell the target: places, target, weights of classes."""
        rows = self.places_of(MAX_PAIR_ROWS)
        weights = None
        if not self.is_regression:
            weights = class_weights(self.classes[rows], self.class_counts)
        return rows, self.target_levels[rows], weights

    @cached_property
    def numeric_levels(self) -> list[Codes]:
        """Numeric columns in up to 10 equally frequent bins; missing is a level of its own."""
        return bin_numbers(self.all_numbers[: self._in_proportion("numeric")], self.row_weights)

    @cached_property
    def levels(self) -> list[Codes]:
        """Every column but text as levels: numbers and dates in bins, then categories."""
        return [
            *self.numeric_levels,
            *bin_numbers(self.all_dates[: self._in_proportion("datetime")], self.row_weights),
            *map(bin_codes, self.all_codes[: self._in_proportion("categorical")]),
        ]

    def _in_proportion(self, kind: ColumnKind) -> int | None:
        """Return how many columns of a kind are looked at as levels: kinds keep their shares.

        Up to 200 of the most frequent kind, and as large a part of the others: a mean over
        columns would otherwise be one of the rarer kind.
        """
        counts = [int((self.kinds == one).sum()) for one in ("numeric", "datetime", "categorical")]
        if not self.is_bounded or max(counts) <= MAX_INFORMATION_COLUMNS:
            return None
        part = MAX_INFORMATION_COLUMNS / max(counts)
        return int(np.ceil(part * int((self.kinds == kind).sum()) - 1e-9))

    @cached_property
    def categories(self) -> list[Codes]:
        """Categorical columns as levels; missing is a level of its own."""
        most = self._most(MAX_INFORMATION_COLUMNS)
        return [bin_codes(column) for column in self.all_codes[:most]]

    @cached_property
    def nominal(self) -> list[Codes]:
        """Every column but text as levels, in the table's order: categories, numbers, dates.

        Numbers and dates are cut at quantiles into as many intervals as the cube root
        of all rows.
        """
        n_codes = self._in_proportion("categorical")
        n_numeric, n_dates = self._in_proportion("numeric"), self._in_proportion("datetime")
        cut = n_intervals(self.n_rows), self.n_random
        return [
            *_in_place([bin_codes(c) for c in self.all_codes[:n_codes]], self.category_places),
            *_in_place(cut_at_quantiles(self.all_numbers[:n_numeric], *cut), self.numeric_places),
            *_in_place(cut_at_quantiles(self.all_dates[:n_dates], *cut), self.date_places),
        ]

    @cached_property
    def nominal_columns(self) -> NominalColumns:
        """`nominal`, counted alone and together with the target's levels."""
        return NominalColumns(self.nominal, self.target_levels, self.class_weights)

    @cached_property
    def target_entropy_bits(self) -> float:
        """Entropy of the target's levels, in bits."""
        return entropy(np.bincount(self.target_levels, self.row_weights))

    @cached_property
    def target_information(self) -> Floats:
        """Mutual information of each column of levels and the target, in bits."""
        target, weights = self.target_levels, self.class_weights
        return np.array([mutual_bits(column, target, weights) for column in self.levels])

    @cached_property
    def target_information_beyond_chance(self) -> Floats:
        """The same, less the information of columns whose rows were moved by half."""
        moved = np.roll(self.target_levels, self.target_levels.size // 2)
        weights = self.class_weights
        chance = np.array([mutual_bits(column, moved, weights) for column in self.levels])
        return np.asarray(np.clip(self.target_information - chance, 0.0, None))

    @cached_property
    def missing_levels(self) -> list[Codes]:
        """For each column of levels with missing values, whether one is missing."""
        return [(column == 0).astype(np.int32) for column in self.levels if (column == 0).any()]


def _in_place(columns: list[Codes], places: Integers) -> list[Codes]:
    """Return columns in the table's order; those beyond a bound are not there."""
    return [columns[i] for i in places if i < len(columns)]
