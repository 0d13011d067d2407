"""Numbers as levels: what information theory needs of a numeric column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]

N_BINS = 10


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
    distinct = ordered[np.append(True, ordered[1:] > ordered[:-1])]
    if distinct.size > n_bins:
        cuts = ordered[np.arange(1, n_bins) * ordered.size // n_bins]
        distinct = np.unique(np.append(ordered[0], cuts))
    codes = np.searchsorted(distinct, values, side="right").astype(np.int32)
    codes[~is_present] = 0
    return codes


def bin_codes(codes: Codes) -> Codes:
    """Return category codes as levels: 0 is missing (code -1), 1, 2, ... are categories."""
    return codes + np.int32(1)
