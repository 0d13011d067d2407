"""How much more alike some pairs of rows are than pairs drawn at random, column by column.

The distance of two cells is 0 or 1 for levels, and the squared difference of their ranks for
numbers and dates. The likeness of pairs is ``1 - their mean distance / that of random pairs``: an
intraclass correlation of ranks, 0 where rows are independent, 1 where pairs agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom, norm

from autometa._common.arrays import Floats, Integers, Matrix, Positions
from autometa.dependence._rows import Column

ONE_MISSING = 1 / 6  # the mean squared difference of two uniform numbers: no more than by chance
MIN_PAIRS = 20  # of fewer, the mean of distances is not near to normal


@dataclass(frozen=True)
class Pairs:
    """Rows that are compared: ``first[i]`` with ``second[i]``."""

    first: Positions
    second: Positions

    def __len__(self) -> int:
        return len(self.first)


def random_pairs(n_rows: int, rng: np.random.Generator) -> Pairs:
    """Return each row, but for an odd one, with another one that is drawn at random."""
    order = rng.permutation(n_rows)
    half = n_rows // 2
    return Pairs(order[:half], order[half : 2 * half])


def pairs_within(codes: Integers, rng: np.random.Generator) -> Pairs:
    """Return pairs of rows of one level.

    A row is in one pair at most, so that pairs are independent where rows are; rows without a
    level are in none.
    """
    rows = np.flatnonzero(codes >= 0)
    rows = rows[np.lexsort((rng.random(len(rows)), codes[rows]))]
    ordered = codes[rows]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    place = np.arange(len(rows)) - np.repeat(starts, np.diff(np.r_[starts, len(rows)]))
    firsts = np.flatnonzero((place[:-1] % 2 == 0) & (ordered[1:] == ordered[:-1]))
    return Pairs(rows[firsts], rows[firsts + 1])


@dataclass(frozen=True)
class Likeness:
    """What some pairs have over others, by column.

    Attributes
    ----------
    values : ndarray of float
        1 - mean distance / mean distance of the others; NaN where these do not differ.
    p_values : ndarray of float
        How often independent rows would be as much alike or more, one-sided. For levels
        exact (Fisher's test of equal pairs); for ranks from the normal distribution of means,
        which is on the safe side: squared differences have their long tail on the other one.
    """

    values: Floats
    p_values: Floats


class Distances:
    """Distances of pairs of rows in each of some columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = [column.name for column in columns]
        self._is_ordered = np.array([column.is_ordered for column in columns], bool)
        ordered = [column.ranks for column in columns if column.is_ordered]
        levels = [column.codes for column in columns if not column.is_ordered]
        self._ranks = np.column_stack(ordered) if ordered else None
        self._levels = np.column_stack(levels) if levels else None

    def of(self, pairs: Pairs) -> Matrix:
        """Return an array of shape (n_pairs, n_columns)."""
        distances = np.empty((len(pairs), len(self.names)))
        if self._ranks is not None:
            a, b = self._ranks[pairs.first], self._ranks[pairs.second]
            squared = (a - b) ** 2
            squared[np.isnan(squared)] = ONE_MISSING
            squared[np.isnan(a) & np.isnan(b)] = 0.0
            distances[:, self._is_ordered] = squared
        if self._levels is not None:
            distances[:, ~self._is_ordered] = (
                self._levels[pairs.first] != self._levels[pairs.second]
            )
        return distances

    def compare(self, near: Pairs, others: Pairs) -> Likeness:
        """Return how much more alike near pairs are than others, column by column."""
        if len(near) < MIN_PAIRS or len(others) < MIN_PAIRS:
            n_columns = len(self.names)
            return Likeness(np.full(n_columns, np.nan), np.ones(n_columns))
        a, b = self.of(near), self.of(others)
        means = b.mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(means > 0, 1 - a.mean(axis=0) / means, np.nan)
        p_values = np.where(self._is_ordered, _of_means(a, b), _of_levels(a, b))
        return Likeness(values, p_values)


def _of_means(near: Matrix, others: Matrix) -> Floats:
    """Return how often means would differ so by chance, given the variance of both together."""
    pooled = np.vstack([near, others]).var(axis=0)
    error = np.sqrt(pooled * (1 / len(near) + 1 / len(others)))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (others.mean(axis=0) - near.mean(axis=0)) / error
    return np.where(np.isfinite(z), norm.sf(z), 1.0)


def _of_levels(near: Matrix, others: Matrix) -> Floats:
    """Return how often near pairs would have so many of all equal pairs by chance."""
    equal, equal_others = (near == 0).sum(axis=0), (others == 0).sum(axis=0)
    n_pairs = len(near) + len(others)
    return np.asarray(hypergeom.sf(equal - 1, n_pairs, equal + equal_others, len(near)))
