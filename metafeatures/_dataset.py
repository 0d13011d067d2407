"""What many meta-features share, computed once per table and only when asked for.

A measure names what it needs; the names are the attributes of `Dataset`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from metafeatures._arrays import Booleans, Codes, Floats, Integers
from metafeatures._column_views import MAX_PAIR_COLUMNS, MAX_PAIR_ROWS, Columns
from metafeatures._columns.arrays import standardize
from metafeatures._columns.directions import (
    column_directions,
    correlate_with_classes,
    share_of_components,
)
from metafeatures._columns.encoded import EncodedColumns, encoded_shape
from metafeatures._columns.encoding import fill, indicators, levels_shown, places, to_unit_range
from metafeatures._columns.normality import MAX_NORMAL_ROWS
from metafeatures._models.folds import Fold, LandmarkSample, make_folds, pick_rows
from metafeatures._models.landmarks import LandmarkScores
from metafeatures._models.ten_folds import ClassFolds, NumberFolds, spread_columns
from metafeatures._models.tree import GrownTree, alphabetical, few_enough, grow
from metafeatures._pairs.class_distances import ClassDistances, class_distances
from metafeatures._pairs.class_groups import ClassGroups
from metafeatures._pairs.compared_rows import RowsOfClasses, RowsOfNumbers
from metafeatures._pairs.linear_pairs import ClassMargins, margins_of_pairs
from metafeatures._pairs.nearness import Nearness, nearness_of_classes, nearness_of_numbers
from metafeatures._sample import MAX_COLUMNS

MAX_NEAR_ROWS = 1_500
MIN_NEAR_ROWS = 10
MAX_FOLD_COLUMNS = 100
MAX_PAIR_CLASSES = 10
MAX_TOLD_COLUMNS = 30


class Dataset(Columns):
    """A sample of a table, its columns, and its rows compared: all that measures ask for.

    See `Sample` for the parameters.
    """

    # --- rows looked at ---

    @property
    def n_sampled_rows(self) -> int:
        """Rows of the sample."""
        return int(self.sample.size)

    @property
    def n_normal_rows(self) -> int:
        """Rows that a test of normality takes."""
        return min(self.n_random, MAX_NORMAL_ROWS)

    @property
    def n_interacting_rows(self) -> int:
        """Rows on which pairs of columns tell the target."""
        return int(self.interacting_rows[0].size)

    @property
    def n_near_rows(self) -> int:
        """Rows that are compared in pairs."""
        return int(self.near_rows.size)

    @property
    def n_tree_rows(self) -> int:
        """Rows that a tree is grown on."""
        return int(self.tree_rows.size)

    @property
    def n_landmark_rows(self) -> int:
        """Rows that landmarkers see."""
        return int(self.landmark_sample.rows.size)

    # --- every column as numbers, on the sample and on rows that are compared in pairs ---

    @cached_property
    def encoded(self) -> Floats:
        """Numbers, dates, then indicators of categories, in the table's order; one row a column.

        At most 500: the most frequent levels, and numbers and categories by their shares.
        """
        numeric, dated, n_indicators = self._encoded_places
        codes, alphabets = self._categories_in_place
        numbers = [self.all_numbers[numeric], self.all_dates[dated]]
        if not codes:
            return np.concatenate(numbers)
        shown = self._levels_shown
        return np.concatenate([*numbers, indicators(codes, alphabets, shown, n_indicators)])

    @cached_property
    def encoding_note(self) -> str:
        """How many of the columns that there would be `encoded` has; empty for all."""
        n_all = self._n_to_encode
        if len(self.encoded) == n_all:
            return ""
        return f"{len(self.encoded):,} of at least {n_all:,} columns of numbers and levels"

    @cached_property
    def encoded_share(self) -> float:
        """Share of the columns that there would be which `encoded` has; 1 without any."""
        return len(self.encoded) / self._n_to_encode if self._n_to_encode else 1.0

    @cached_property
    def _n_to_encode(self) -> int:
        n_all = self._n_numbers + sum(levels.size for levels in self._levels_shown)
        return n_all + self.n_columns - int((self.kinds == "text").sum()) - self._n_loaded

    @property
    def _n_numbers(self) -> int:
        return len(self.all_numbers) + len(self.all_dates)

    @property
    def _n_loaded(self) -> int:
        return self._n_numbers + len(self.all_codes)

    @cached_property
    def _categories_in_place(self) -> tuple[list[Codes], list[Integers]]:
        """Codes and alphabets of categories, in the table's order."""
        order = self.category_places
        return [self.all_codes[i] for i in order], [self.alphabets[i] for i in order]

    @cached_property
    def _levels_shown(self) -> list[Integers]:
        return levels_shown(*self._categories_in_place)

    @cached_property
    def _encoded_places(self) -> tuple[Integers, Integers, int]:
        """Numbers and dates that are encoded, in the table's order; number of indicators."""
        n_levels, most = sum(some.size for some in self._levels_shown), self._most(MAX_COLUMNS)
        n_indicators = places(self._n_numbers, len(self.all_codes), n_levels, most)
        numeric, dated = self.numeric_places, self.date_places
        if most is not None and self._n_numbers + n_indicators > most:
            part = (most - n_indicators) / self._n_numbers
            numeric = numeric[numeric < round(part * numeric.size)]
            dated = dated[dated < most - n_indicators - numeric.size]
        return numeric, dated, n_indicators

    @cached_property
    def encoded_columns(self) -> EncodedColumns:
        """`encoded`, sorted, centred and summed up."""
        numbers, exponents, numeric = self.sorted_numbers, self.exponents, self._encoded_places[0]
        most = map(self._most, (MAX_PAIR_COLUMNS, MAX_PAIR_ROWS))
        encoded = self.encoded[:, : self.n_random]
        return EncodedColumns.of(encoded, numbers[numeric], exponents[numeric], *most)

    @cached_property
    def target_columns(self) -> EncodedColumns:
        """The same on all rows of the sample, for what asks for the target, too."""
        if self.n_random == self.sample.size:
            return self.encoded_columns
        most = map(self._most, (MAX_PAIR_COLUMNS, MAX_PAIR_ROWS))
        return EncodedColumns(self.encoded, None, self._huge_columns, *most)

    @property
    def _huge_columns(self) -> Booleans:
        exponents = self.exponents[self._encoded_places[0]]
        return np.append(exponents != 0, np.zeros(len(self.encoded) - exponents.size, bool))

    @cached_property
    def encoded_shape(self) -> tuple[Floats, Floats]:
        """Skewness and excess kurtosis of each encoded column."""
        encoded = self.encoded[:, : self.n_random]
        return encoded_shape(self.numeric_shape, self._encoded_places[0], encoded)

    @cached_property
    def canonical_correlations(self) -> Floats:
        """Canonical correlations of encoded columns and classes, largest first."""
        weights = self.row_weights
        directions = column_directions(self.target_columns.spanning, weights)
        return correlate_with_classes(directions, self.classes, weights)

    @cached_property
    def tree_rows(self) -> Integers:
        """Places among `near_rows` of the rows that a tree is grown on."""
        n_near, n_most = self.near_rows.size, few_enough(len(self.encoded))
        if not self.is_bounded or n_near <= n_most:
            return np.arange(n_near)
        is_grown_on = np.isin(self.near_rows, self.places_of(n_most, MIN_NEAR_ROWS))
        return np.flatnonzero(is_grown_on)[:n_most]

    @cached_property
    def tree(self) -> GrownTree | None:
        """A tree that fits the target on `tree_rows`; None without a column."""
        rows, labels = self.tree_rows, self.target.labels
        target: Floats | Integers = (
            self.near_target[rows]
            if self.is_regression
            else alphabetical(self.classes[self.near_rows[rows]], labels)
        )
        return grow(self.near_points[rows], target, self.is_regression, self.random_state)

    @cached_property
    def near_rows(self) -> Integers:
        """Places in the sample of the rows that are compared in pairs: at most 1,500.

        Up to 10 of each class are brought along, one a fold: as pairs of rows have no weights,
        more would make a rare class count for too much.
        """
        return self.places_of(MAX_NEAR_ROWS, MIN_NEAR_ROWS)

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
        columns = to_unit_range(fill(self.encoded))
        return ClassGroups(columns, self.classes, *bounds, self.class_weights)

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
        return share_of_components(fill(self.encoded[:, : self.n_random]))

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
        return make_folds(self, self.landmark_sample.rows)

    @cached_property
    def landmarks(self) -> LandmarkScores:
        """Scores of the landmarkers, each computed when first asked for."""
        return LandmarkScores(self.folds, self.seed, self.n_jobs)
