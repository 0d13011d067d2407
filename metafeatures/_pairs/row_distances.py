"""Distances between rows whose columns go from 0 to 1, in single precision.

Single precision makes distances equal that differ by rounding alone, so that ties are
ties. All of them are held while they take at most 512 MB; beyond that each part is
computed again whenever it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.spatial.distance import cdist

from metafeatures._arrays import Floats, Integers, Singles

MOST_BYTES_HELD = 1 << 29
CELLS_AT_ONCE = 1 << 18


class RowDistances:
    """Distances between the rows of a table.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Each column from 0 to 1. Without columns all distances are 0.
    kind : {"gower", "euclidean"}
        Mean absolute difference of the columns, or the root of the sum of squares.
    """

    def __init__(self, points: Floats, kind: Literal["gower", "euclidean"]) -> None:
        self.points = points if points.shape[1] else np.zeros((len(points), 1))
        self.kind = kind
        self.n_rows = len(points)
        self.is_held = 4 * self.n_rows**2 <= MOST_BYTES_HELD

    def blocks(self) -> Iterator[tuple[slice, Singles]]:
        """Yield some rows, as a slice, and their distances from all rows."""
        for rows in slices(self.n_rows, self.n_rows):
            yield rows, self._held[rows] if self.is_held else self.to_all(self.points[rows])

    def row(self, i: int) -> Singles:
        """Return the distances of one row from all."""
        held: Singles = self._held[i] if self.is_held else self.to_all(self.points[[i]])[0]
        return held

    def among(self, rows: Integers) -> Iterator[tuple[slice, Singles]]:
        """Yield some of ``rows``, as a slice, and their distances from all of them."""
        others = self.points[rows]
        for part in slices(rows.size, rows.size):
            if self.is_held:
                yield part, self._held[rows[part, None], rows]
            else:
                yield part, self._between(others[part], others)

    def to_all(self, others: Floats) -> Singles:
        """Return the distances of other points from all rows."""
        return self._between(others, self.points)

    def _between(self, some: Floats, others: Floats) -> Singles:
        if self.kind == "euclidean":
            return np.asarray(cdist(some, others, "euclidean"), np.float32)
        sums = cdist(some, others, "cityblock")
        sums /= some.shape[1]
        return np.asarray(sums, np.float32)

    @cached_property
    def _held(self) -> Singles:
        distances = np.empty((self.n_rows, self.n_rows), np.float32)
        for rows in slices(self.n_rows, self.n_rows):
            part = self._between(self.points[rows], self.points[rows.start :])
            distances[rows, rows.start :] = part
            distances[rows.stop :, rows] = part[:, len(part) :].T
        return distances


def slices(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Yield slices of rows, so that those of ``n_columns`` columns fit the cache."""
    n_at_once = max(1, CELLS_AT_ONCE // max(n_columns, 1))
    for start in range(0, n_rows, n_at_once):
        yield slice(start, min(start + n_at_once, n_rows))


def spanning_tree(distances: RowDistances) -> tuple[Integers, Integers]:
    """Return the two ends of each edge of a minimum spanning tree (Prim's algorithm).

    Among edges of equal length, that of the first row goes first.

    References
    ----------
    .. [1] R. C. Prim. Shortest connection networks and some generalizations. Bell System
       Technical Journal, 1957.
    """
    n_rows = distances.n_rows
    nearest = distances.row(0).copy()
    joint = np.zeros(n_rows, np.int64)
    is_out = np.ones(n_rows, bool)
    closer = np.empty(n_rows, bool)
    i = 0
    for _ in range(n_rows - 1):
        is_out[i] = False
        nearest[i] = np.inf
        i = int(nearest.argmin())
        row = distances.row(i)
        np.less(row, nearest, out=closer)
        closer &= is_out
        closer[i] = False
        np.copyto(nearest, row, where=closer)
        joint[closer] = i
    return np.arange(1, n_rows), joint[1:]
