"""Numbers as levels: what information theory needs of a numeric column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]

N_BINS = 10
SAME = 1e-8


def bin_numbers(values: Floats, n_bins: int = N_BINS) -> list[Codes]:
    """Return each row of numbers as levels: 0 is missing, 1, 2, ... are bins in order.

    A row of at most ``n_bins`` distinct numbers keeps them as they are; others are cut
    into bins of equal frequency, equal numbers staying together.

    Examples
    --------
    >>> bin_numbers(np.array([[0.5, np.nan, 7.0, 0.5]]))[0].tolist()
    [1, 0, 2, 1]
    """
    return [_bin(row, n_bins) for row in values]


def _bin(values: Floats, n_bins: int) -> Codes:
    is_present = ~np.isnan(values)
    ordered = np.sort(values[is_present])
    if ordered.size == 0:
        return np.zeros(values.size, np.int32)
    starts = np.flatnonzero(np.append(True, ordered[1:] > ordered[:-1]))
    if starts.size > n_bins:
        starts = _equal_starts(starts, ordered.size, n_bins)
    codes = np.searchsorted(ordered[starts], values, side="right").astype(np.int32)
    codes[~is_present] = 0
    return codes


def _equal_starts(starts: Integers, n_values: int, n_bins: int) -> Integers:
    """Return where bins start, given where runs of equal values do.

    Each bin ends at the end of the run nearest to its fair share of what is left, so
    that a very frequent value leaves the other bins to the other values.
    """
    ends = np.append(starts[1:], n_values)
    chosen, start = [0], 0
    for bins_left in range(n_bins, 1, -1):
        fair = start + (n_values - start) / bins_left
        run = int(np.searchsorted(ends, fair))
        if run and ends[run - 1] > start and fair - ends[run - 1] < ends[run] - fair:
            run -= 1
        start = int(ends[run])
        if start == n_values:
            break
        chosen.append(start)
    return np.array(chosen)


def bin_codes(codes: Codes) -> Codes:
    """Return category codes as levels: 0 is missing (code -1), 1, 2, ... are categories."""
    return codes + np.int32(1)


def n_intervals(n_rows: int) -> int:
    """Return the number of intervals for a column: the cube root of its rows, rounded down."""
    return int(n_rows ** (1 / 3))


def cut_at_quantiles(values: Floats, n_parts: int) -> list[Codes]:
    """Return each row of numbers as levels: 0 is missing, 1, 2, ... are intervals in order.

    Unlike `bin_numbers`, the intervals end at quantiles (included) whatever number of
    values lies between them: the cut that the literature and pymfe use.

    Examples
    --------
    >>> cut_at_quantiles(np.array([[0.5, np.nan, 7.0, 0.6]]), 2)[0].tolist()
    [1, 0, 2, 1]
    """
    return [_cut(row, n_parts) for row in values]


def _cut(values: Floats, n_parts: int) -> Codes:
    is_present = ~np.isnan(values)
    present = values[is_present]
    codes = np.zeros(values.size, np.int32)
    if present.size:
        ends = np.quantile(present, np.linspace(0, 1, n_parts + 1)[1:])
        width = ends[-1] - present.min()
        is_new = np.append(True, np.diff(ends) > SAME * min(1.0, width))
        codes[is_present] = 1 + np.searchsorted(ends[is_new], present, side="left")
    return codes
