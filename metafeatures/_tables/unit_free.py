"""What numbers say whatever their unit: the rank of a cell in its column.

Rows are put in an order, and columns are known, by what their cells hold. Were that the
numbers themselves, a table in other units would have other samples and other folds. Of
tables too large to be sorted, cells are steps of a part of the column's range, from its
smallest: unit and offset do not matter there either, up to rounding. Rows are distinguished by fine
steps, of which rounding may move one, and that row only; columns by coarse ones.
"""

from __future__ import annotations

import numpy as np

from metafeatures._arrays import AnyIntegers, Booleans, Floats, Hashes
from metafeatures._tables.cells import MISSING

MAX_RANKED_CELLS = 1 << 21  # a quarter of a second of sorting
N_STEPS = 2.0**32
COARSE = 12  # bits left out: what rounds another unit hardly ever crosses a coarse step


def is_ranked(shape: tuple[int, int]) -> bool:
    """Tell whether a table is small enough for its columns to be sorted."""
    return shape[0] * shape[1] <= MAX_RANKED_CELLS


def unit_free(values: Floats, by_rank: bool) -> Hashes:
    """Return a whole number a cell: how many cells of its row are smaller, or steps from the least.

    Parameters
    ----------
    values : ndarray of shape (n_columns, n_rows)
        NaN where missing: all missing cells have one number.
    by_rank : bool
        Steps without.

    Examples
    --------
    >>> unit_free(np.array([[0.5, 7.0, 7.0, -1.0]]), by_rank=True).tolist()
    [[1, 2, 2, 0]]
    """
    missing = np.isnan(values)
    has_gaps = bool(missing.any())
    codes = _ranks(values) if by_rank else _steps(values, has_gaps)
    if has_gaps:
        codes[missing] = MISSING
    return codes


def coarse(shape: tuple[int, int]) -> int:
    """Return how many bits of the numbers of a table are too fine to know a column by."""
    return 0 if is_ranked(shape) else COARSE


def _ranks(values: Floats) -> Hashes:
    ranks = np.empty(values.shape, np.uint64)
    steps = np.arange(values.shape[1], dtype=np.uint64)
    for row, answer in zip(values, ranks, strict=True):
        order = np.argsort(row)
        ordered = row[order]
        places = np.zeros(row.size, np.uint64)
        places[1:] = steps[1:] * (ordered[1:] != ordered[:-1])
        answer[order] = np.maximum.accumulate(places)
    return ranks


def _steps(values: Floats, has_gaps: bool) -> Hashes:
    if has_gaps:
        low = np.fmin.reduce(values, axis=1, initial=np.inf)[:, None]
        high = np.fmax.reduce(values, axis=1, initial=-np.inf)[:, None]
    else:
        low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    return _to_steps(values, low, high)


def _to_steps(values: Floats, low: Floats, high: Floats) -> Hashes:
    """Return steps from the least, 0 where nothing varies; halves, so that none overflows."""
    with np.errstate(invalid="ignore", over="ignore"):
        half = high / 2 - low / 2
        steps = values * 0.5
        steps -= low / 2
        steps *= N_STEPS / np.where(half > 0, half, np.inf)
        np.rint(steps, out=steps)
        return steps.astype(np.int64).view(np.uint64)  # what NaN becomes is not looked at


def unit_free_sparse(
    values: Floats, starts: AnyIntegers, n_rows: int, by_rank: bool
) -> tuple[Hashes, Hashes]:
    """Return what `unit_free` does for stored cells of columns, and for the others of each.

    Parameters
    ----------
    values : ndarray of shape (n_stored,)
        By column; the others hold 0.
    starts : ndarray of int of shape (n_columns + 1,)
        Where each column starts.
    """
    sizes = np.diff(starts)
    column = np.repeat(np.arange(sizes.size), sizes)
    has_zeros = sizes < n_rows
    if not by_rank:
        low, high = _extremes(values, starts, has_zeros)
        codes = _to_steps(values, low[column], high[column])
        zeros = _to_steps(np.where(has_zeros, 0.0, low), low, high)
        return np.where(np.isnan(values), MISSING, codes), zeros
    order = np.lexsort((values, column))
    ordered = values[order]
    is_new = np.append(True, (ordered[1:] != ordered[:-1]) | (np.diff(column) > 0))[: order.size]
    first = np.maximum.accumulate(np.where(is_new, np.arange(order.size), 0))
    ranks = first - starts[column]
    ranks += np.where(ordered > 0, (n_rows - sizes)[column], 0)
    codes = np.empty(values.size, np.uint64)
    codes[order] = ranks.astype(np.uint64)
    zeros = np.bincount(column, values < 0, minlength=sizes.size).astype(np.uint64)
    return np.where(np.isnan(values), MISSING, codes), zeros


def _extremes(values: Floats, starts: AnyIntegers, has_zeros: Booleans) -> tuple[Floats, Floats]:
    """Return the smallest and the largest cell of each column; infinite if all are missing."""
    low = np.where(has_zeros, 0.0, np.inf)
    high = np.where(has_zeros, 0.0, -np.inf)
    stored = np.flatnonzero(np.diff(starts) > 0)
    if stored.size:
        at = starts[stored]
        low[stored] = np.fmin(low[stored], np.fmin.reduceat(values, at))
        high[stored] = np.fmax(high[stored], np.fmax.reduceat(values, at))
    return low, high
