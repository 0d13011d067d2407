"""Numbers as levels: what information theory needs of a numeric column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from metafeatures._arrays import Codes, Floats, Integers

N_BINS = 10
SAME = 1e-8


def bin_numbers(values: Floats, weights: Floats | None = None, n_bins: int = N_BINS) -> list[Codes]:
    """Return each row of numbers as levels: 0 is missing, 1, 2, ... are bins in order.

    A row of at most ``n_bins`` distinct numbers keeps them as they are; others are cut
    into bins of equal frequency, equal numbers staying together. ``weights`` say how
    often a place counts, once without them.

    Examples
    --------
    >>> bin_numbers(np.array([[0.5, np.nan, 7.0, 0.5]]))[0].tolist()
    [1, 0, 2, 1]
    """
    return [_bin(row, weights, n_bins) for row in values]


def _bin(values: Floats, weights: Floats | None, n_bins: int) -> Codes:
    order, ordered = _order_present(values)
    if ordered.size == 0:
        return np.zeros(values.size, np.int32)
    ends = np.flatnonzero(np.append(ordered[1:] > ordered[:-1], True)) + 1
    if ends.size > n_bins:
        mass = ends if weights is None else weights[order].cumsum()[ends - 1]
        ends = ends[_fair_runs(mass, n_bins)]
    return _codes_of_runs(order, ends, values.size)


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


def _fair_runs(mass: npt.NDArray[Any], n_bins: int) -> list[int]:
    """Return the last run of each bin, given how much lies up to the end of each run.

    Each bin ends at the end of the run nearest to its fair share of what is left, so
    that a very frequent value leaves the other bins to the other values.
    """
    chosen: list[int] = []
    start, last = 0.0, mass.size - 1
    for bins_left in range(n_bins, 1, -1):
        fair = start + (mass[last] - start) / bins_left
        run = min(int(np.searchsorted(mass, fair)), last)
        if run and mass[run - 1] > start and fair - mass[run - 1] < mass[run] - fair:
            run -= 1
        if run == last:
            break
        start = mass[run]
        chosen.append(run)
    return [*chosen, last]


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


def cut_at_quantiles(values: Floats, n_parts: int, n_random: int | None = None) -> list[Codes]:
    """Return each row of numbers as levels: 0 is missing, 1, 2, ... are intervals in order.

    Unlike `bin_numbers`, the intervals end at quantiles (included) whatever number of
    values lies between them: the cut that the literature and pymfe use. Quantiles are
    those of the first ``n_random`` places; what lies beyond the last is an interval more.

    Examples
    --------
    >>> cut_at_quantiles(np.array([[0.5, np.nan, 7.0, 0.6]]), 2)[0].tolist()
    [1, 0, 2, 1]
    """
    return [_cut(row, n_parts, n_random) for row in values]


def _cut(values: Floats, n_parts: int, n_random: int | None) -> Codes:
    order, ordered = _order_present(values)
    if ordered.size == 0:
        return np.zeros(values.size, np.int32)
    drawn = ordered if n_random is None else ordered[order < n_random]
    drawn = drawn if drawn.size else ordered
    ends = _quantiles_of_sorted(drawn, np.linspace(0, 1, n_parts + 1)[1:])
    # of the middle half: a range with one number far off would make all the others the same
    middle = ends[3 * n_parts // 4] - ends[n_parts // 4]
    is_new = np.append(True, np.diff(ends) > SAME * min(1.0, middle))
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
