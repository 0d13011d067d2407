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
    order, ordered = _order_present(values)
    if ordered.size == 0:
        return np.zeros(values.size, np.int32)
    starts = np.flatnonzero(np.append(True, ordered[1:] > ordered[:-1]))
    if starts.size > n_bins:
        starts = _equal_starts(starts, ordered.size, n_bins)
    return _codes_of_runs(order, np.append(starts[1:], ordered.size), values.size)


def _order_present(values: Floats) -> tuple[Integers, Floats]:
    """Return where the present values are, smallest first, and the values in that order."""
    order = np.argsort(values)
    ordered = values[order]
    n_present = values.size - int(np.isnan(ordered).sum())
    return order[:n_present], ordered[:n_present]


def _codes_of_runs(order: Integers, ends: Integers, n_values: int) -> Codes:
    """Return 1 for the values up to the first end, 2 for those up to the second, and so on."""
    codes = np.zeros(n_values, np.int32)
    levels = np.arange(1, ends.size + 1, dtype=np.int32)
    codes[order] = np.repeat(levels, np.diff(ends, prepend=0))
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
    """Return the number of intervals for a column: the cube root of its rows, rounded down.

    Examples
    --------
    >>> n_intervals(999), n_intervals(1000)
    (9, 10)
    """
    root = int(np.rint(n_rows ** (1 / 3)))  # a power of floats is a little below the root of a cube
    return root if root**3 <= n_rows else root - 1


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
    order, ordered = _order_present(values)
    if ordered.size == 0:
        return np.zeros(values.size, np.int32)
    ends = _quantiles_of_sorted(ordered, np.linspace(0, 1, n_parts + 1)[1:])
    is_new = np.append(True, np.diff(ends) > SAME * min(1.0, ends[-1] - ordered[0]))
    cuts = np.searchsorted(ordered, ends[is_new], side="right")
    return _codes_of_runs(order, np.append(cuts, ordered.size), values.size)


def _quantiles_of_sorted(ordered: Floats, probabilities: Floats) -> Floats:
    """Return what `numpy.quantile` does, to the last bit, without sorting again."""
    place = probabilities * (ordered.size - 1)
    below = place.astype(np.int64)
    weight = place - below
    low, high = ordered[below], ordered[np.minimum(below + 1, ordered.size - 1)]
    step = high - low
    return np.where(weight < 0.5, low + step * weight, high - step * (1 - weight))
