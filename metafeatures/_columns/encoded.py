"""Columns as numbers, sorted, centred and summed up once for all who ask about them.

One row of an array is one column. A statistic of a column is one of its present values;
what looks at columns together has means for the missing ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from metafeatures._arrays import Booleans, Floats, Integers
from metafeatures._columns.arrays import pairwise_correlation, quantiles, standardize

LARGEST = 1e70  # its fourth power, which kurtosis takes, is still far from the largest float


class EncodedColumns:
    """Columns of numbers, and what many statistics of them have in common.

    Parameters
    ----------
    values : ndarray of shape (n_columns, n_rows)
        NaN where missing.
    ordered : ndarray of shape (n_columns, n_rows), optional
        Each column sorted, missing values last.
    is_huge : ndarray of bool of shape (n_columns,), optional
        Columns known to hold numbers beyond 1e70. Squares of squares of such numbers
        overflow: statistics in a column's own unit leave them out.
    max_paired_columns, max_paired_rows : int, optional
        Bounds of `paired` and `spanning`.
    """

    def __init__(
        self,
        values: Floats,
        ordered: Floats | None = None,
        is_huge: Booleans | None = None,
        max_paired_columns: int | None = None,
        max_paired_rows: int | None = None,
    ) -> None:
        self.values = values
        self._ordered = ordered
        self._is_huge = is_huge
        self._max_paired_columns = max_paired_columns
        self._max_paired_rows = max_paired_rows

    @classmethod
    def of(
        cls,
        encoded: Floats,
        sorted_numbers: Floats,
        exponents: Integers,
        max_paired_columns: int | None,
        max_paired_rows: int | None,
    ) -> EncodedColumns:
        """Return columns of which the first are numbers, already sorted.

        Powers of two were taken out of numbers whose ``exponents`` are not 0: these are huge.
        """
        n = len(sorted_numbers)
        is_huge = np.append(exponents != 0, np.zeros(len(encoded) - n, bool))
        ordered = np.concatenate([sorted_numbers, np.sort(encoded[n:], axis=1)])
        return cls(encoded, ordered, is_huge, max_paired_columns, max_paired_rows)

    @cached_property
    def paired(self) -> EncodedColumns:
        """The first columns on the first rows: as many as can be compared in pairs."""
        return self.part(self._max_paired_columns, self._max_paired_rows)

    @cached_property
    def spanning(self) -> EncodedColumns:
        """The first columns on all rows: as many as can be decomposed together."""
        return self.part(self._max_paired_columns, None)

    def part(self, max_columns: int | None, max_rows: int | None) -> EncodedColumns:
        """Return the first columns on the first rows; itself where these are all."""
        few = self.values[:max_columns, :max_rows]
        if few.shape == self.values.shape:
            return self
        return EncodedColumns(few, is_huge=self.is_huge[:max_columns])

    @cached_property
    def ordered(self) -> Floats:
        """Each column sorted, missing values last."""
        return np.sort(self.values, axis=1) if self._ordered is None else self._ordered

    @cached_property
    def counts(self) -> Integers:
        """Present values of each column."""
        return np.asarray((~np.isnan(self.values)).sum(axis=1), np.int64)

    @cached_property
    def lowest(self) -> Floats:
        """Smallest present value of each column; NaN without any."""
        return self.ordered[:, 0]

    @cached_property
    def highest(self) -> Floats:
        """Largest present value of each column; NaN without any."""
        last = np.maximum(self.counts - 1, 0)[:, None]
        return np.asarray(np.take_along_axis(self.ordered, last, axis=1)[:, 0])

    @cached_property
    def is_huge(self) -> Booleans:
        """Whether a column holds numbers beyond 1e70."""
        given = False if self._is_huge is None else self._is_huge
        return np.asarray(given | (np.maximum(-self.lowest, self.highest) > LARGEST))

    @cached_property
    def varies(self) -> Booleans:
        """Whether a column has two distinct present values."""
        return np.asarray(self.lowest < self.highest)

    @cached_property
    def quartiles(self) -> Floats:
        """Lower quartile, median and upper quartile of each column, as columns."""
        return quantiles(self.ordered, self.counts, np.array([0.25, 0.5, 0.75]))

    @cached_property
    def means(self) -> Floats:
        """Mean of each column; NaN without a present value."""
        values = np.nan_to_num(self.values) if self._has_gaps else self.values
        return np.asarray(values.sum(axis=1) / np.where(self.counts > 0, self.counts, np.nan))

    @cached_property
    def _has_gaps(self) -> bool:
        return bool((self.counts < self.values.shape[1]).any())

    @cached_property
    def centred(self) -> Floats:
        """Columns less their means; 0 where missing, and everywhere if they do not vary."""
        centred = self.values - self.means[:, None]
        if self._has_gaps:
            np.nan_to_num(centred, copy=False)
        centred[~self.varies] = 0.0
        return np.asarray(centred)

    @cached_property
    def squares(self) -> Floats:
        """Sum of the squares of `centred` over each column."""
        return np.asarray(np.einsum("ij,ij->i", self.centred, self.centred))

    @cached_property
    def variances(self) -> Floats:
        """Variance (n - 1) of each column; NaN with fewer than two present values."""
        return np.asarray(self.squares / np.where(self.counts > 1, self.counts - 1, np.nan))

    @cached_property
    def covariance(self) -> Floats:
        """Covariance (n - 1) of all columns but huge ones, means for missing values."""
        some = self.centred if not self.is_huge.any() else self.centred[~self.is_huge]
        return np.asarray(some @ some.T / max(1, some.shape[1] - 1))

    @cached_property
    def correlation(self) -> Floats:
        """Correlation of all columns, each pair where both are present; NaN if one is constant."""
        if not self._has_gaps:
            length = np.sqrt(np.where(self.squares > 0, self.squares, np.nan))[:, None]
            unit = self.centred / length
            return np.clip(unit @ unit.T, -1.0, 1.0)
        return pairwise_correlation(standardize(self.values))

    def in_scale(self, statistic: Floats) -> Floats:
        """Return a statistic of each column, NaN for huge columns."""
        return np.where(self.is_huge, np.nan, statistic)

    def of_ordered(self, function: Callable[[Floats], Floats]) -> Floats:
        """Return what ``function`` says of sorted columns without missing values.

        It is called on all columns of as many present values at once.
        """
        answer = np.full(len(self.values), np.nan)
        for n in np.unique(self.counts[self.counts > 0]):
            some = self.counts == n
            block = self.ordered if some.all() else self.ordered[some]
            answer[some] = function(block[:, :n])
        return answer


def shape(standardized: Floats) -> tuple[Floats, Floats]:
    """Return skewness m3 / m2^1.5 and excess kurtosis m4 / m2^2 - 3 of each row.

    NaN for rows without a present value.
    """
    counts = (~np.isnan(standardized)).sum(axis=1)
    below = np.where(counts > 0, counts, np.nan)
    has_gaps = (counts < standardized.shape[1]).any()
    values = np.nan_to_num(standardized) if has_gaps else standardized
    squares = values * values
    thirds = np.einsum("ij,ij->i", squares, values)
    fourths = np.einsum("ij,ij->i", squares, squares)
    return np.asarray(thirds / below), np.asarray(fourths / below - 3)


def encoded_shape(
    numeric: tuple[Floats, Floats], numeric_places: Integers, encoded: Floats
) -> tuple[Floats, Floats]:
    """Return the `shape` of encoded columns, given that of the numeric ones among them."""
    others = shape(standardize(encoded[numeric_places.size :]))
    skewness, kurtosis = (
        np.append(of_numeric[numeric_places], other)
        for of_numeric, other in zip(numeric, others, strict=True)
    )
    return skewness, kurtosis
