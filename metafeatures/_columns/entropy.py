"""Entropy and mutual information of columns of levels, in bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from metafeatures._arrays import AnyIntegers, Floats, Integers


def entropy(counts: npt.NDArray[Any]) -> float:
    """Return the Shannon entropy of counts, in bits.

    Parameters
    ----------
    counts : ndarray of shape (n_levels,)
        Numbers or weights of rows. Empty levels are allowed and contribute nothing.

    Returns
    -------
    float
        From 0 to ``log2(n_levels)``; 0 without rows.

    Examples
    --------
    >>> entropy(np.array([5, 5, 0]))
    1.0
    """
    n_rows = counts.sum()
    occupied = counts[counts > 0]
    return float(occupied @ np.log2(n_rows / occupied) / n_rows) if n_rows else 0.0


def joint_counts(first: AnyIntegers, second: AnyIntegers) -> Integers:
    """Return how often each pair of levels occurs; pairs that never do may be left out."""
    joint, _, is_small = _joint_levels(first, second)
    return np.bincount(joint) if is_small else np.unique(joint, return_counts=True)[1]


def joint_cells(first: AnyIntegers, second: AnyIntegers) -> tuple[Integers, Integers, Integers]:
    """Return the pairs of levels that occur, first and second apart, and how often each does."""
    joint, n_second, is_small = _joint_levels(first, second)
    if is_small:
        counts = np.bincount(joint)
        cells = np.flatnonzero(counts)
        counts = counts[cells]
    else:
        cells, counts = np.unique(joint, return_counts=True)
    return cells // n_second, cells % n_second, counts


def _joint_levels(first: AnyIntegers, second: AnyIntegers) -> tuple[Integers, int, bool]:
    """Return pairs as one number, the factor of the first, and whether a table of them is small."""
    n_second = int(second.max(initial=0)) + 1
    n_cells = (int(first.max(initial=0)) + 1) * n_second
    joint = first.astype(np.int64) * n_second + second
    return joint, n_second, n_cells <= 8 * joint.size


def mutual_bits(first: AnyIntegers, second: AnyIntegers, weights: Floats | None = None) -> float:
    """Return the mutual information of two columns of levels, in bits.

    ``weights`` say how often a row of each level of the second column counts; once without.

    Examples
    --------
    >>> mutual_bits(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]))
    1.0
    >>> mutual_bits(np.array([0, 1, 1]), np.array([0, 1, 1]), np.array([2.0, 1.0]))
    1.0
    """
    if weights is None:
        both = entropy(joint_counts(first, second))
        return max(0.0, entropy(np.bincount(first)) + entropy(np.bincount(second)) - both)
    firsts, seconds, counts = joint_cells(first, second)
    mass = counts * weights[seconds]
    alone = entropy(np.bincount(firsts, mass)) + entropy(np.bincount(seconds, mass))
    return max(0.0, alone - entropy(mass))


def beyond_chance(first: AnyIntegers, second: AnyIntegers, weights: Floats | None = None) -> float:
    """Return mutual information less what chance gives, in bits, at least 0.

    Chance is measured on the second column moved by half the rows, which come in
    pseudo-random order. So a column of many levels is not taken for a telling one.
    ``weights`` are those of `mutual_bits`.
    """
    moved = np.roll(second, second.size // 2)
    if weights is None:
        together = entropy(joint_counts(first, second))
        return max(0.0, entropy(joint_counts(first, moved)) - together)
    return max(0.0, mutual_bits(first, second, weights) - mutual_bits(first, moved, weights))
