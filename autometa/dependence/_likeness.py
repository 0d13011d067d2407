"""How much more alike some pairs of rows are than pairs drawn at random, column by column.

The distance of two cells is 0 or 1 for levels, and the squared difference of their ranks for
numbers and dates. The likeness of pairs is ``1 - their mean distance / that of random pairs``: an
intraclass correlation of ranks, 0 where rows are independent, 1 where pairs agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

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
    """Return each row with another one, drawn at random."""
    order = rng.permutation(n_rows)
    return Pairs(order, np.roll(order, 1))


def chained(codes: Integers, rng: np.random.Generator) -> tuple[Pairs, Pairs]:
    """Return pairs of rows of one level, and pairs of rows of neighbouring levels.

    Rows are sorted by level, in random order within. A row is in one pair of a kind at most, so
    that pairs are independent where rows are; rows without a level are in none.
    """
    rows = np.flatnonzero(codes >= 0)
    rows = rows[np.lexsort((rng.random(len(rows)), codes[rows]))]
    sorted_codes = codes[rows]
    starts = np.flatnonzero(np.r_[True, sorted_codes[1:] != sorted_codes[:-1]])
    place = np.arange(len(rows)) - np.repeat(starts, np.diff(np.r_[starts, len(rows)]))
    is_first = (place[:-1] % 2 == 0) & (sorted_codes[1:] == sorted_codes[:-1])
    firsts = np.flatnonzero(is_first)
    # the last row of a level with the first of the next: other rows than of the level after it,
    # unless a level has one row only
    ends = starts[1:] - 1
    return Pairs(rows[firsts], rows[firsts + 1]), Pairs(rows[ends], rows[ends + 1])


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


@dataclass(frozen=True)
class Likeness:
    """What some pairs have over others, by column.

    Attributes
    ----------
    values : ndarray of float
        1 - mean distance / mean distance of the others; NaN where these do not differ.
    p_values : ndarray of float
        How often independent rows would be as much alike or more, one-sided.
    """

    values: Floats
    p_values: Floats


def likeness(near: Matrix, others: Matrix) -> Likeness:
    """Return how much more alike near pairs are than others, given both kinds' distances."""
    n_columns = near.shape[1]
    if len(near) < MIN_PAIRS or len(others) < MIN_PAIRS:
        return Likeness(np.full(n_columns, np.nan), np.ones(n_columns))
    means = others.mean(axis=0)
    error = np.sqrt(others.var(axis=0) * (1 / len(near) + 1 / len(others)))
    with np.errstate(divide="ignore", invalid="ignore"):
        values = 1 - near.mean(axis=0) / means
        z = (means - near.mean(axis=0)) / error
    p_values = np.where(np.isfinite(z), norm.sf(z), 1.0)
    return Likeness(np.where(means > 0, values, np.nan), p_values)
