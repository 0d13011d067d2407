"""What measures share of columns, computed once per table and only when asked for.

Arrays of column values have one row a column, so that a column is contiguous in memory.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from metafeatures._columns.arrays import pairwise_correlation, quantiles, standardize, tame
from metafeatures._columns.bins import bin_codes, bin_numbers, cut_at_quantiles, n_intervals
from metafeatures._columns.encoded import shape
from metafeatures._columns.entropy import entropy, mutual_bits
from metafeatures._columns.joint import NominalColumns
from metafeatures._columns.mixed import mix, principal_components
from metafeatures._sample import Sample

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

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
        """Numeric columns minus mean over standard deviation; NaN where missing or constant."""
        return standardize(self.numbers)

    @cached_property
    def numeric_shape(self) -> tuple[Floats, Floats]:
        """Skewness and excess kurtosis of each numeric column."""
        return shape(self.standardized)

    @cached_property
    def numeric_quantiles(self) -> Floats:
        """Quantiles at 1, 10, 25, 50, 75, 90 and 99 % of each numeric column, as columns."""
        probabilities = np.array([0.01, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99])
        return quantiles(self.sorted_numbers, self.present_counts, probabilities)

    @cached_property
    def paired_columns(self) -> Floats:
        """Standardised numeric columns that vary, capped in rows and columns."""
        some = self.standardized[:, : self._most(MAX_PAIR_ROWS)]
        varies = ~np.isnan(self.standardized).all(axis=1)
        return some[varies][: self._most(MAX_PAIR_COLUMNS)]

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
        return principal_components(np.nan_to_num(self.paired_columns))

    @cached_property
    def mixed_components(self) -> tuple[Floats, Floats]:
        """Shares of variance of the components of numbers and levels, and rows on the first."""
        most = self._most(MAX_PAIR_COLUMNS)
        return principal_components(mix(self.paired_columns, self.codes, most))

    # --- target, on the sample ---

    @cached_property
    def classes(self) -> Integers:
        """Class of each sampled row, 0 the most frequent."""
        return self.target.codes[self.sample]

    @cached_property
    def target_numbers(self) -> Floats:
        """Number to predict of each sampled row."""
        return np.asarray(tame(self.target.numbers[self.sample][None, :])[0][0])

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
    def numeric_levels(self) -> list[Codes]:
        """Numeric columns in up to 10 equally frequent bins; missing is a level of its own."""
        return bin_numbers(self.numbers[: self._most(MAX_INFORMATION_COLUMNS)])

    @cached_property
    def levels(self) -> list[Codes]:
        """Every column but text as levels: numbers and dates in bins, then categories."""
        most = self._most(MAX_INFORMATION_COLUMNS)
        return [
            *self.numeric_levels,
            *bin_numbers(self.dates[:most]),
            *map(bin_codes, self.codes[:most]),
        ]

    @cached_property
    def categories(self) -> list[Codes]:
        """Categorical columns as levels; missing is a level of its own."""
        return [bin_codes(column) for column in self.codes[: self._most(MAX_INFORMATION_COLUMNS)]]

    @cached_property
    def nominal(self) -> list[Codes]:
        """Every column but text as levels, in the table's order: categories, numbers, dates.

        Numbers and dates are cut at quantiles into as many intervals as the cube root
        of the rows.
        """
        most, n_parts = self._most(MAX_INFORMATION_COLUMNS), n_intervals(self.sample.size)
        return [
            *_in_place([bin_codes(column) for column in self.codes[:most]], self.category_places),
            *_in_place(cut_at_quantiles(self.numbers[:most], n_parts), self.numeric_places),
            *_in_place(cut_at_quantiles(self.dates[:most], n_parts), self.date_places),
        ]

    @cached_property
    def nominal_columns(self) -> NominalColumns:
        """`nominal`, counted alone and together with the target's levels."""
        return NominalColumns(self.nominal, self.target_levels)

    @cached_property
    def target_entropy_bits(self) -> float:
        """Entropy of the target's levels on the sample, in bits."""
        return entropy(np.bincount(self.target_levels))

    @cached_property
    def target_information(self) -> Floats:
        """Mutual information of each column of levels and the target, in bits."""
        return np.array([mutual_bits(column, self.target_levels) for column in self.levels])

    @cached_property
    def target_information_beyond_chance(self) -> Floats:
        """The same, less the information of columns whose rows were moved by half."""
        moved = np.roll(self.target_levels, self.target_levels.size // 2)
        chance = np.array([mutual_bits(column, moved) for column in self.levels])
        return np.asarray(np.clip(self.target_information - chance, 0.0, None))

    @cached_property
    def missing_levels(self) -> list[Codes]:
        """For each column of levels with missing values, whether one is missing."""
        return [(column == 0).astype(np.int32) for column in self.levels if (column == 0).any()]


def _in_place(columns: list[Codes], places: Integers) -> list[Codes]:
    """Return columns in the table's order; those beyond a bound are not there."""
    return [columns[i] for i in places if i < len(columns)]
