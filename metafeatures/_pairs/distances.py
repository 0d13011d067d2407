"""One pass over all pairs of rows, some rows at a time; never a matrix of all pairs.

Squared distances are one matrix product of rows to which their squared lengths and a
one were added. Rows are centred first, so that what rounding takes is small.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from metafeatures._arrays import Floats, Integers

CELLS_AT_ONCE = 1 << 19
MIN_ROWS_AT_ONCE = 16
MAX_ROWS_AT_ONCE = 512


def centre(points: Floats) -> tuple[Floats, float]:
    """Return rows less their mean, divided by a power of two, and that power.

    The largest number is then between one half and one, unless all are 0: squares
    neither overflow nor vanish.
    """
    centred = points - points.mean(axis=0)
    scale = float(np.exp2(np.frexp(np.abs(centred).max(initial=0.0))[1]))
    return centred / scale, scale


def strips(centred: Floats, starts: Integers | None = None) -> Iterator[tuple[slice, Floats]]:
    """Yield some rows, as a slice, and their squared distances from all rows.

    What is yielded is overwritten by the next. Rounding leaves about 1e-15 of the squared
    lengths of the two rows, which may be negative; a row's distance from itself is 0.

    Parameters
    ----------
    centred : ndarray of shape (n_rows, n_columns)
        From `centre`.
    starts : ndarray of int, optional
        First row of each group; rows that come together are then of one group.
    """
    n_rows = len(centred)
    lengths = np.einsum("ij,ij->i", centred, centred)
    left = np.column_stack([-2.0 * centred, lengths, np.ones(n_rows)])
    right = np.vstack([centred.T, np.ones(n_rows), lengths])
    n_at_once = int(np.clip(CELLS_AT_ONCE // n_rows, MIN_ROWS_AT_ONCE, MAX_ROWS_AT_ONCE))
    buffer = np.empty((n_at_once, n_rows))
    for rows in _slices(n_rows, n_at_once, starts):
        squared = buffer[: rows.stop - rows.start]
        np.dot(left[rows], right, out=squared)
        squared[np.arange(len(squared)), np.arange(rows.start, rows.stop)] = 0.0
        yield rows, squared


def _slices(n_rows: int, n_at_once: int, starts: Integers | None) -> Iterator[slice]:
    bounds = [0, n_rows] if starts is None else [*starts.tolist(), n_rows]
    for first, end in pairwise(bounds):
        for start in range(first, end, n_at_once):
            yield slice(start, min(start + n_at_once, end))


def to_distances(squared: Floats) -> Floats:
    """Take the roots of squared distances, in place."""
    np.abs(squared, out=squared)
    return np.sqrt(squared, out=squared)


def by_group(groups: Integers) -> tuple[Integers, Integers, Integers]:
    """Return the order that brings groups together, where each starts, and their sizes.

    Groups are counted from 0 without gaps.
    """
    counts = np.bincount(groups)
    starts = np.append(0, np.cumsum(counts)[:-1])
    return np.argsort(groups, kind="stable"), starts, np.asarray(counts, np.int64)
