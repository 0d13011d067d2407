"""Folds forward in time: trained on earlier rows, tested on the next ones.

Rows of one stamp stay together: where the same day is on both sides of a split, the model
has seen the day. Each model learns from at least the first half of the rows, so that its
score is near to that of the final model, which is fitted on all of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autometa._common.arrays import AnyArray, Positions
from autometa.validation._gap import Gap
from autometa.validation._shuffled_folds import Fold

FIRST_SHARE = 0.5  # of the rows, that the first fold trains on
GROUP_SHARE = 2 / 3  # of the rows, before the one moment that splits groups and time at once


def forward_folds(times: AnyArray, n_folds: int, gap: Gap) -> list[Fold]:
    """Return folds in the order of time; fewer where there are too few stamps.

    Parameters
    ----------
    times : ndarray of shape (n_rows,)
        Two distinct values at least.
    n_folds : int
    gap : Gap
    """
    starts = _starts(times, n_folds)
    ends = [*starts[1:], None]
    folds = []
    for start, end in zip(starts, ends, strict=True):
        is_held_out = times >= start if end is None else (times >= start) & (times < end)
        folds.append((before(times, start, gap), np.flatnonzero(is_held_out)))
    return folds


def _starts(times: AnyArray, n_folds: int) -> list[Any]:
    """Return the stamps at which blocks of about as many rows begin, in the later rows."""
    ordered = np.sort(times)
    first = int(FIRST_SHARE * len(ordered))
    places = first + (np.arange(n_folds) * (len(ordered) - first)) // n_folds
    starts = np.unique(ordered[places])
    starts = starts[starts > ordered[0]]
    # Where one stamp fills the first half and more, what comes after it is held out.
    return list(starts) if len(starts) else [ordered[ordered > ordered[0]][0]]


def split_moment(times: AnyArray) -> Any:
    """Return the one stamp from which on rows are held out, for groups and time at once."""
    ordered = np.sort(times)
    moment = ordered[int(GROUP_SHARE * len(ordered))]
    return moment if moment > ordered[0] else ordered[ordered > ordered[0]][0]


def before(times: AnyArray, start: Any, gap: Gap) -> Positions:
    """Return the rows that lie before ``start`` by more than the gap."""
    early = times < start
    if gap.rows:
        ordered = np.sort(times[early])
        n_left = len(ordered) - gap.rows
        # the stamp of the first row that is left out goes whole
        early &= times < ordered[n_left] if n_left > 0 else np.zeros(len(times), dtype=bool)
    if gap.time:
        early &= times < start - gap.time
    return np.flatnonzero(early)


def beside(times: AnyArray, held_out: Positions, gap: Gap) -> Positions:
    """Return the rows that lie before or after some by more than the gap."""
    start, end = times[held_out].min(), times[held_out].max()
    return np.union1d(before(times, start, gap), before(-times, -end, gap))


def block_numbers(times: AnyArray, n_blocks: int) -> Positions:
    """Return by row the number of its block of neighbouring stamps; stamps stay whole.

    Blocks hold about as many rows; there are fewer where there are fewer stamps.
    """
    ordered = np.sort(times)
    places = (np.arange(1, n_blocks) * len(ordered)) // n_blocks
    edges = np.unique(ordered[places])
    numbers = np.searchsorted(edges, times, side="right")
    return np.asarray(np.unique(numbers, return_inverse=True)[1], dtype=np.intp)
