"""The graph that joins near rows of the same class: its edges, triangles and hubs.

Edges are between rows of a class only, so that each class is a graph of its own, held
as one bit a pair of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from metafeatures._arrays import Booleans, Bytes, Floats, Integers
from metafeatures._pairs.eigenvector import principal
from metafeatures._pairs.row_distances import RowDistances, slices

NEAR = 0.15
SAME = 1e-6
WORDS_AT_ONCE = 8


def n_neighbors(n_rows: int) -> int:
    """Return 15 % of the rows, rounded, at least one: how many neighbours a row reaches."""
    return max(1, round(NEAR * n_rows))


class ClassGraph:
    """Rows of the same class of which one is among the 15 % nearest rows of the other.

    Rows as near as the last of these are among them, however many.

    Parameters
    ----------
    distances : RowDistances
    classes : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps.
    reach : ndarray of shape (n_rows,)
        Distance up to which other rows are near, by row.

    Attributes
    ----------
    n_edges, n_wedges : int
        Pairs of joined rows, and pairs of these that share a row.
    n_closed : int
        Wedges whose ends are joined: three times the number of triangles.
    """

    def __init__(self, distances: RowDistances, classes: Integers, reach: Floats) -> None:
        self.n_rows = classes.size
        self.n_edges = self.n_wedges = self.n_closed = 0
        self._parts: list[tuple[Integers, Bytes]] = []
        for label in range(int(classes.max()) + 1):
            rows = np.flatnonzero(classes == label)
            is_joined = _joined(distances, rows, reach[rows])
            degrees = np.count_nonzero(is_joined, axis=1)
            self.n_edges += int(degrees.sum()) // 2
            self.n_wedges += int((degrees * (degrees - 1)).sum()) // 2
            self.n_closed += 3 * count_triangles(is_joined)
            self._parts.append((rows, np.packbits(is_joined, axis=1)))

    @cached_property
    def hub_scores(self) -> Floats:
        """Principal eigenvector of the adjacency matrix, largest entry 1; 0 without edges.

        It lives on the component of the graph with the largest eigenvalue (on all of them,
        each with largest entry 1, if several have the same).
        """
        scores = np.zeros(self.n_rows)
        largest = 0.0
        for rows, packed in self._parts:
            is_joined = np.unpackbits(packed, axis=1, count=rows.size).view(bool)
            for places in components(is_joined):
                part = is_joined if places.size == rows.size else is_joined[places][:, places]
                if np.count_nonzero(part, axis=1).max() < largest * (1 - SAME):
                    continue  # no eigenvalue is beyond the largest degree
                value, vector = principal(part)
                if value > largest * (1 + SAME):
                    scores[:] = 0.0
                if value >= largest * (1 - SAME):
                    scores[rows[places]] = vector / vector.max()
                    largest = max(value, largest)
        return scores


def _joined(distances: RowDistances, rows: Integers, reach: Floats) -> Booleans:
    """Return which rows of a class reach each other, one way or the other."""
    is_joined = np.empty((rows.size, rows.size), bool)
    for part, block in distances.among(rows):
        np.less_equal(block, reach.astype(np.float32)[part, None], out=is_joined[part])
    is_joined |= is_joined.T.copy()
    np.fill_diagonal(is_joined, False)
    return is_joined


def count_triangles(is_joined: Booleans) -> int:
    """Return the number of triangles of a graph.

    Each is found once, from the edge of its first two rows, whose later neighbours are
    compared as bits.

    Examples
    --------
    >>> count_triangles(~np.eye(4, dtype=bool))
    4
    """
    n_rows = len(is_joined)
    second, first = np.divmod(np.flatnonzero(np.tril(is_joined)), n_rows)
    n_words = -(-n_rows // 64)
    packed = np.zeros((n_rows, 8 * n_words), np.uint8)
    packed[:, : -(-n_rows // 8)] = np.packbits(np.triu(is_joined), axis=1)
    words = packed.view(np.uint64)
    total = 0
    for start in range(0, n_words, WORDS_AT_ONCE):
        later = np.ascontiguousarray(words[:, start : start + WORDS_AT_ONCE])
        n_edges = int(np.searchsorted(second, 64 * (start + WORDS_AT_ONCE)))
        for part in slices(n_edges, 4 * WORDS_AT_ONCE):
            common = later.take(first[part], axis=0)
            common &= later.take(second[part], axis=0)
            total += int(np.bitwise_count(common).sum(dtype=np.int64))
    return total


def components(is_joined: Booleans) -> Iterator[Integers]:
    """Yield the rows of each connected component of more than one row."""
    is_left = is_joined.any(axis=1)
    while is_left.any():
        is_found = np.zeros(is_left.size, bool)
        border = np.array([is_left.argmax()])
        while border.size:
            is_found[border] = True
            border = np.flatnonzero(is_joined[border].any(axis=0) & ~is_found)
        is_left &= ~is_found
        yield np.flatnonzero(is_found)
