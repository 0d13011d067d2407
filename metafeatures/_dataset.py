"""What many meta-features share, computed once per table and only when asked for.

A measure names what it needs; the names are the attributes of `Dataset`. Arrays of
column values have one row a column, so that a column is contiguous in memory.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from metafeatures._arrays import pairwise_correlation, quantiles, standardize, tame
from metafeatures._bins import bin_codes, bin_numbers, cut_at_quantiles, n_intervals
from metafeatures._class_distances import ClassDistances, class_distances
from metafeatures._class_groups import ClassGroups
from metafeatures._compared_rows import RowsOfClasses, RowsOfNumbers
from metafeatures._dimensionality import share_of_components
from metafeatures._discriminant import column_directions, correlate_with_classes
from metafeatures._encoded import EncodedColumns, encoded_shape, shape
from metafeatures._encoding import encode, fill, to_unit_range
from metafeatures._entropy import entropy, mutual_bits
from metafeatures._folds import Fold, LandmarkSample, make_folds, pick_rows
from metafeatures._joint import NominalColumns
from metafeatures._landmarks import LandmarkScores
from metafeatures._linear_pairs import ClassMargins, margins_of_pairs
from metafeatures._mixed import mix, principal_components
from metafeatures._nearness import Nearness, nearness_of_classes, nearness_of_numbers
from metafeatures._rows import row_order, take_sample
from metafeatures._sources import Source
from metafeatures._table import Table
from metafeatures._task import Target
from metafeatures._ten_folds import ClassFolds, NumberFolds, spread_columns
from metafeatures._tree import GrownTree, alphabetical, few_enough, grow

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

MAX_COLUMNS = 500
MAX_PAIR_COLUMNS = 100
MAX_PAIR_ROWS = 5_000
MAX_INFORMATION_COLUMNS = 200
MAX_NEAR_ROWS = 1_500
MAX_FOLD_COLUMNS = 100
MAX_PAIR_CLASSES = 10
MAX_TOLD_COLUMNS = 30


class Dataset:
    """A table and its target, with everything that measures ask for.

    Parameters
    ----------
    X : DataFrame, Source or Table of shape (n_rows, n_columns)
        Not modified, and not kept longer than the columns are read.
    target : Target
        From `read_target`.
    max_rows : int or None
        Rows that column statistics see: a sample, the same whatever the order of rows.
    seed : int
        Decides the sample, the folds and the random landmarkers.
    n_jobs : int, default=1
        Threads for the tree ensembles.
    random_state : int, optional
        The user's own number, for what other libraries draw with it; ``seed`` without one.
    """

    def __init__(
        self,
        X: pd.DataFrame | Source | Table,
        target: Target,
        *,
        max_rows: int | None,
        seed: int,
        n_jobs: int = 1,
        random_state: int | None = None,
    ) -> None:
        self.target = target
        self.is_regression = target.is_regression
        self.seed = seed
        self.random_state = seed if random_state is None else random_state
        self.n_jobs = n_jobs
        self.is_bounded = max_rows is not None
        values = target.numbers if self.is_regression else target.codes
        table = X if isinstance(X, Table) else Table(X, values)
        self.n_rows, self.n_columns = table.source.shape
        most = MAX_COLUMNS if self.is_bounded else self.n_columns
        self.kinds = table.kinds
        self.missing_counts = table.missing_counts
        self.n_rows_missing = table.n_rows_missing
        self.n_repeated_columns = table.n_repeated_columns
        self.cardinalities = table.cardinalities()
        order, self.n_repeated_rows = row_order(table.row_hashes, seed)
        self.sample = rows = take_sample(order, target, max_rows)
        numeric, dated, categorical, texts = (
            table.in_order(kind, most) for kind in ("numeric", "datetime", "categorical", "text")
        )
        self.numeric_places, self.date_places, self.category_places = map(
            np.argsort, (numeric, dated, categorical)
        )
        self.numbers, self.exponents = tame(table.numbers(numeric, rows))
        self.dates = table.numbers(dated, rows)
        coded = [table.codes(i, rows) for i in categorical]
        self.codes = [codes for codes, _ in coded]
        self.alphabets = [alphabet for _, alphabet in coded]
        lengths = [table.lengths(i, rows) for i in texts]
        self.text_lengths = np.array(lengths).reshape(-1, rows.size)

    def _most(self, bound: int) -> int | None:
        """Return a bound, or None when everything was asked for."""
        return bound if self.is_bounded else None

    # --- counts, on all rows ---

    @property
    def class_counts(self) -> Integers:
        """Rows per class, most frequent first."""
        return self.target.class_counts

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

    # --- every column as numbers, on the sample and on rows that are compared in pairs ---

    @cached_property
    def encoded(self) -> Floats:
        """Numbers, dates, then indicators of categories, in the table's order; one row a column."""
        numbers = np.concatenate(
            [self.numbers[self.numeric_places], self.dates[self.date_places]], axis=0
        )
        codes = [self.codes[i] for i in self.category_places]
        alphabets = [self.alphabets[i] for i in self.category_places]
        return encode(numbers, codes, alphabets, self._most(MAX_COLUMNS))

    @cached_property
    def encoded_columns(self) -> EncodedColumns:
        """`encoded`, sorted, centred and summed up."""
        numbers, exponents = self.sorted_numbers, self.exponents
        places, most = self.numeric_places, map(self._most, (MAX_PAIR_COLUMNS, MAX_PAIR_ROWS))
        return EncodedColumns.of(self.encoded, numbers[places], exponents[places], *most)

    @cached_property
    def encoded_shape(self) -> tuple[Floats, Floats]:
        """Skewness and excess kurtosis of each encoded column."""
        return encoded_shape(self.numeric_shape, self.numeric_places, self.encoded)

    @cached_property
    def canonical_correlations(self) -> Floats:
        """Canonical correlations of encoded columns and classes, largest first."""
        return correlate_with_classes(
            column_directions(self.encoded_columns.spanning), self.classes
        )

    @cached_property
    def tree_rows(self) -> Integers:
        """Places among `near_rows` of the rows that a tree is grown on."""
        n_most = few_enough(len(self.encoded)) if self.is_bounded else None
        return np.arange(self.near_rows.size)[:n_most]

    @cached_property
    def tree(self) -> GrownTree | None:
        """A tree that fits the target on `tree_rows`; None without a column."""
        rows, labels = self.tree_rows, self.target.labels
        known: Floats | Integers = (
            self.near_target[rows]
            if self.is_regression
            else alphabetical(self.classes[self.near_rows[rows]], labels)
        )
        return grow(self.near_points[rows], known, self.is_regression, self.random_state)

    @cached_property
    def near_rows(self) -> Integers:
        """Places in the sample of the rows that are compared in pairs: at most 1,500."""
        if not self.is_bounded or self.sample.size <= MAX_NEAR_ROWS:
            return np.arange(self.sample.size)
        place = np.empty(self.n_rows, np.int64)
        place[self.sample] = np.arange(self.sample.size)
        return place[take_sample(self.sample, self.target, MAX_NEAR_ROWS)]

    @cached_property
    def near_points(self) -> Floats:
        """`encoded` on `near_rows`, missing values filled with means; one row a row."""
        return np.ascontiguousarray(fill(self.encoded[:, self.near_rows]).T)

    @cached_property
    def near_unit_points(self) -> Floats:
        """`near_points`, each column from 0 to 1 (0 if constant)."""
        return np.ascontiguousarray(to_unit_range(self.near_points.T).T)

    @cached_property
    def near_classes(self) -> Integers:
        """Class of each of `near_rows`, counted without gaps."""
        return np.asarray(np.unique(self.classes[self.near_rows], return_inverse=True)[1])

    @cached_property
    def near_target(self) -> Floats:
        """Number to predict of each of `near_rows`."""
        return np.asarray(self.target_numbers[self.near_rows])

    @cached_property
    def class_distances(self) -> ClassDistances:
        """Distances of `near_points` within and between classes."""
        return class_distances(self.near_points, self.near_classes)

    @cached_property
    def near_standardized_target(self) -> Floats:
        """`near_target` minus mean over standard deviation."""
        return np.asarray(np.nan_to_num(standardize(self.near_target[None, :])[0]))

    @cached_property
    def nearness(self) -> Nearness:
        """Surroundings of each of `near_unit_points`."""
        if self.is_regression:
            target = self.near_standardized_target
            return nearness_of_numbers(self.near_unit_points, target)
        return nearness_of_classes(self.near_unit_points, self.near_classes)

    # --- complexity ---

    @cached_property
    def class_groups(self) -> ClassGroups:
        """`encoded` by class, missing values filled with means, each column from 0 to 1."""
        bounds = self._most(MAX_PAIR_CLASSES), self._most(MAX_PAIR_COLUMNS)
        return ClassGroups(to_unit_range(fill(self.encoded)), self.classes, *bounds)

    @cached_property
    def class_margins(self) -> ClassMargins:
        """Margins of `near_rows` to planes between pairs of classes."""
        points = self.near_unit_points[:, self.class_groups.best]
        return margins_of_pairs(points, self.near_classes, self._most(MAX_PAIR_CLASSES))

    @cached_property
    def rows_of_classes(self) -> RowsOfClasses:
        """`near_unit_points`, compared with each other."""
        return RowsOfClasses(self.near_unit_points, self.near_classes)

    @cached_property
    def rows_of_numbers(self) -> RowsOfNumbers:
        """`near_unit_points`, compared with each other."""
        most = self._most(MAX_TOLD_COLUMNS)
        return RowsOfNumbers(self.near_unit_points, self.near_target, most)

    @cached_property
    def component_share(self) -> float:
        """Share of the principal components of `encoded` that hold 95 % of the variance."""
        return share_of_components(fill(self.encoded))

    # --- landmarkers ---

    @cached_property
    def class_folds(self) -> ClassFolds:
        """`near_points` in ten folds, for classes."""
        return ClassFolds(self._fold_points, self.near_classes)

    @cached_property
    def number_folds(self) -> NumberFolds:
        """`near_points` in ten folds, for a number to predict."""
        return NumberFolds(self._fold_points, self.near_standardized_target)

    @cached_property
    def _fold_points(self) -> Floats:
        return spread_columns(self.near_points, self._most(MAX_FOLD_COLUMNS))

    @cached_property
    def landmark_sample(self) -> LandmarkSample:
        """Rows that landmarkers see, and why there are none if so."""
        return pick_rows(self.target, self.sample)

    @cached_property
    def folds(self) -> list[Fold]:
        """Splits of the landmark sample, encoded; empty when landmarkers are undefined."""
        return make_folds(self)

    @cached_property
    def landmarks(self) -> LandmarkScores:
        """Scores of the landmarkers, each computed when first asked for."""
        return LandmarkScores(self.folds, self.seed, self.n_jobs)


def _in_place(columns: list[Codes], places: Integers) -> list[Codes]:
    """Return columns in the table's order; those beyond a bound are not there."""
    return [columns[i] for i in places if i < len(columns)]
