"""How classes overlap column by column: their boxes, and what lies where two boxes meet.

Columns go from 0 to 1 and come as one row each; the rows of a class are next to each
other, so that a class is a slice.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import combinations

import numpy as np

from metafeatures._arrays import Booleans, Floats, Integers

Weights = tuple[float, float]
Pair = tuple[Floats, Floats, Weights]

ALIKE: Weights = (1.0, 1.0)

SINGULAR = 1e-12
APART = 1e-9  # of the squared distance of means; rounding leaves 1e-15


class ClassGroups:
    """The columns of a table, split by class.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
        From 0 to 1, without missing values.
    classes : ndarray of int of shape (n_rows,)
        At least two distinct.
    most_classes, most_columns : int or None
        Only pairs of the first classes are compared; where the cost of a pair grows with
        more than the number of columns, only in the columns that part all classes best.
    weights : ndarray of shape (n_classes,), optional
        How often a row of each class counts; once without.

    Attributes
    ----------
    within_shares : ndarray of shape (n_columns,)
        Share of a column's variance that lies within classes; NaN if it does not vary.
    best : ndarray of int
        Columns that part all classes best, in their order.
    """

    def __init__(
        self,
        columns: Floats,
        classes: Integers,
        most_classes: int | None = None,
        most_columns: int | None = None,
        weights: Floats | None = None,
    ) -> None:
        order = np.argsort(classes, kind="stable")
        labels, counts = np.unique(classes, return_counts=True)
        self._weights = np.ones(labels.size) if weights is None else weights[labels]
        self._columns = columns[:, order]
        self._starts = np.cumsum(counts) - counts
        self._counts = counts
        self._n_compared = min(counts.size, most_classes or counts.size)
        self.within_shares = self._within_shares()
        best = np.argsort(self.within_shares, kind="stable")[:most_columns]
        self.best = np.sort(best)

    def pairs(self, *, best_only: bool = False) -> Iterator[Pair]:
        """Yield the columns of one class and another, for each pair that is compared.

        With them, how often a row of each counts.
        """
        columns = self._columns[self.best] if best_only else self._columns
        parts = np.split(columns, self._starts[1:], axis=1)[: self._n_compared]
        for i, j in combinations(range(len(parts)), 2):
            yield parts[i], parts[j], (float(self._weights[i]), float(self._weights[j]))

    def _within_shares(self) -> Floats:
        means = np.add.reduceat(self._columns, self._starts, axis=1) / self._counts
        mass = self._counts * self._weights
        centre = (means @ mass / mass.sum())[:, None]
        between = (means - centre) ** 2 @ mass
        deviations = self._columns - np.repeat(means, self._counts, axis=1)
        if (self._weights != 1).any():
            deviations *= np.repeat(np.sqrt(self._weights), self._counts)
        within = np.einsum("ij,ij->i", deviations, deviations)
        whole = within + between
        return np.asarray(within / np.where(whole > 0, whole, np.nan))

    @cached_property
    def directional_ratios(self) -> Floats:
        """Squared distance of two classes' means over the variance within them, best direction."""
        return np.array([_directional_ratio(*pair) for pair in self.pairs(best_only=True)])


def _directional_ratio(first: Floats, second: Floats, weights: Weights) -> float:
    """Return the squared Mahalanobis distance of two means.

    Infinite where means differ in a direction without spread within the classes: a line
    parts them. Directions in which nothing differs do not count.
    """
    way = first.mean(axis=1) - second.mean(axis=1)
    if way.size == 0:
        return 0.0
    n_rows = first.shape[1] + second.shape[1]
    mass = weights[0] * first.shape[1] + weights[1] * second.shape[1]
    parts = [
        _deviations(rows) * np.sqrt(w / mass)
        for rows, w in zip((first, second), weights, strict=True)
    ]
    root = np.concatenate(parts, axis=1)
    is_wide = way.size > n_rows
    values, vectors = np.linalg.eigh(root.T @ root if is_wide else root @ root.T)
    counts = values > SINGULAR * max(values[-1], 0.0)
    squares = (vectors[:, counts].T @ (root.T @ way if is_wide else way)) ** 2
    along = squares / values[counts] if is_wide else squares
    length = float(way @ way)
    if length - float(along.sum()) > APART * length:
        return float("inf")
    return float((along / values[counts]).sum())


def _deviations(rows: Floats) -> Floats:
    """Return a root of the rows' number times their covariance (n - 1), 0 for a single row."""
    n_rows = rows.shape[1]
    deviations = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(deviations * np.sqrt(n_rows / max(n_rows - 1, 1)))


def box_overlap(first: Floats, second: Floats, weights: Weights = ALIKE) -> float:
    """Return the volume that two classes' boxes share over that of the box around both.

    Columns in which both are one and the same number have no width and are left out.
    """
    lows, highs = _boxes(first, second)
    whole = highs.max(axis=0) - lows.min(axis=0)
    shared = np.maximum(0.0, highs.min(axis=0) - lows.max(axis=0))
    return float(np.prod(shared[whole > 0] / whole[whole > 0]))


def least_overlap(first: Floats, second: Floats, weights: Weights = ALIKE) -> float:
    """Return the smallest share of rows, over columns, that lie where the classes overlap."""
    lows, highs = _boxes(first, second)
    low, high = lows.max(axis=0)[:, None], highs.min(axis=0)[:, None]
    inside = [
        weight * np.count_nonzero((rows >= low) & (rows <= high), axis=1)
        for rows, weight in zip((first, second), weights, strict=True)
    ]
    mass = weights[0] * first.shape[1] + weights[1] * second.shape[1]
    return float((inside[0] + inside[1]).min(initial=mass) / mass)


def _boxes(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and the largest number of each class in each column."""
    lows = np.array([first.min(axis=1), second.min(axis=1)])
    highs = np.array([first.max(axis=1), second.max(axis=1)])
    return lows, highs


def collective_overlap(first: Floats, second: Floats, weights: Weights = ALIKE) -> float:
    """Return the share of rows that no column parts, taken one after the other.

    Each time the column with the fewest rows where the classes overlap is used up, the
    first among equals, and the rows outside are taken away.
    """
    overlap = _Overlap(first, second, weights)
    mass = overlap.n_left
    while overlap.any_left and overlap.part():
        pass
    return float(overlap.n_left / mass) if overlap.any_left else 0.0


class _Overlap:
    """Rows of two classes that are left, and where the classes overlap among them."""

    def __init__(self, first: Floats, second: Floats, weights: Weights) -> None:
        self._n_first = first.shape[1]
        self._weights = weights
        self._values = np.concatenate([first, second], axis=1)
        self._is_first = np.arange(self._values.shape[1]) < self._n_first
        self._is_left = np.ones(self._values.shape[1], bool)
        self._is_open = np.ones(len(first), bool)
        self._lows, self._highs = _boxes(first, second)
        self._inside = self._lies_inside(slice(None))
        self._n_inside = self._count(self._inside)
        self.n_left = float(self._count(self._is_left[None, :])[0])

    @property
    def any_left(self) -> bool:
        """Whether a row is left."""
        return bool(self._is_left.any())

    def _count(self, flags: Booleans) -> Floats:
        """Return the weight of the flagged rows, one row of flags a column."""
        first = np.count_nonzero(flags[:, : self._n_first], axis=1)
        second = np.count_nonzero(flags[:, self._n_first :], axis=1)
        return np.asarray(self._weights[0] * first + self._weights[1] * second)

    def _lies_inside(self, columns: Integers | slice) -> Booleans:
        low = self._lows[:, columns].max(axis=0)[:, None]
        high = self._highs[:, columns].min(axis=0)[:, None]
        values = self._values[columns]
        return np.asarray((values >= low) & (values <= high) & self._is_left)

    def part(self) -> bool:
        """Use up a column; False when none is left that takes a row away."""
        open_columns = np.flatnonzero(self._is_open)
        if open_columns.size == 0:
            return False
        column = open_columns[self._n_inside[open_columns].argmin()]
        gone = self._is_left & ~self._inside[column]
        if not gone.any():
            return False
        self._is_open[column] = False
        self._take_away(np.flatnonzero(gone))
        return True

    def _take_away(self, rows: Integers) -> None:
        self._is_left[rows] = False
        self.n_left = float(self._count(self._is_left[None, :])[0])
        n_first = int(np.searchsorted(rows, self._n_first))
        for weight, some in zip(self._weights, (rows[:n_first], rows[n_first:]), strict=True):
            self._n_inside -= weight * np.count_nonzero(self._inside[:, some], axis=1)
        self._inside[:, rows] = False
        gone = self._values[:, rows]
        is_stale = np.zeros(len(gone), bool)
        for k, own in enumerate((self._is_first[rows], ~self._is_first[rows])):
            some = gone[:, own]
            is_stale |= (some <= self._lows[k, :, None]).any(axis=1)
            is_stale |= (some >= self._highs[k, :, None]).any(axis=1)
        if is_stale.any():
            self._measure(np.flatnonzero(is_stale & self._is_open))

    def _measure(self, columns: Integers) -> None:
        """Find the boxes again, of columns in which a row at the border is gone."""
        for k, own in enumerate((self._is_first, ~self._is_first)):
            values = self._values[columns[:, None], np.flatnonzero(own & self._is_left)]
            self._lows[k, columns] = values.min(axis=1, initial=np.inf)
            self._highs[k, columns] = values.max(axis=1, initial=-np.inf)
        self._inside[columns] = self._lies_inside(columns)
        self._n_inside[columns] = self._count(self._inside[columns])
