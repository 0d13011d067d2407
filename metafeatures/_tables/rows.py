"""Puts the rows of a table in an order of their own, and samples them.

The order follows from the cells alone: rows are sorted by a hash of what they hold, whatever
the unit of numbers and the names of levels and classes. So
a prefix of the rows is a random sample; what is brought along for rare classes comes after
it and has weights that take the bringing back. Shuffled rows, shuffled columns and other
column names give the same sample and, to the last bit, the same meta-features. Repeated
rows hash apart by their count, else a prefix would take all or none of them.
"""

from __future__ import annotations

import numpy as np

from metafeatures._arrays import Booleans, Floats, Hashes, Integers
from metafeatures._task import Target

AT_ONCE = 1 << 16
MIN_CLASS_ROWS = 30


def mix(values: Hashes) -> Hashes:
    """Return a well-spread hash of each 64-bit integer (the finaliser of SplitMix64).

    References
    ----------
    .. [1] G. L. Steele, D. Lea and C. H. Flood. Fast splittable pseudorandom number
       generators. OOPSLA 2014.
    """
    mixed = values.ravel() + np.uint64(0x9E3779B97F4A7C15)
    scratch = np.empty(min(AT_ONCE, mixed.size), np.uint64)
    for start in range(0, mixed.size, AT_ONCE):  # a part fits the cache
        part = mixed[start : start + AT_ONCE]
        shifted = scratch[: part.size]
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
            np.right_shift(part, np.uint64(shift), out=shifted)
            part ^= shifted
            if factor != 1:
                part *= np.uint64(factor)
    return mixed.reshape(values.shape)


def row_order(
    row_hashes: Hashes, seed: int, by_hash: Integers | None = None
) -> tuple[Integers, int]:
    """Return the rows in pseudo-random order, and how many rows repeat an earlier one.

    ``by_hash`` are the rows in the order of their hashes, if that is at hand.
    """
    n_rows = row_hashes.size
    if by_hash is None:
        by_hash = np.argsort(row_hashes, kind="stable")
    ordered = row_hashes[by_hash]
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    starts = np.maximum.accumulate(np.where(is_first, np.arange(n_rows), 0))
    nth = (np.arange(n_rows) - starts).astype(np.uint64)
    keys = mix(mix(ordered ^ np.uint64(seed)) + nth * np.uint64(0xD1B54A32D192ED03))
    return by_hash[np.argsort(keys, kind="stable")], int(n_rows - is_first.sum())


def take_sample(
    order: Integers, target: Target, max_rows: int | None, n_of_class: int = MIN_CLASS_ROWS
) -> Integers:
    """Return the first ``max_rows`` rows of ``order``, except where that would hide the target.

    Up to ``n_of_class`` rows of every class come along, as far as that takes half the
    sample, and a number to predict has at least two values: the last rows make room for them. They
    stand at the end: see `n_random`.
    """
    if max_rows is None or max_rows >= order.size:
        return order
    if target.is_regression:
        numbers = target.numbers[order]
        is_needed = np.zeros(order.size, bool)
        is_needed[np.argmax(numbers != numbers[0])] = True
    else:
        quota = min(n_of_class, max(1, max_rows // (2 * target.class_counts.size)))
        is_needed = _is_among_first(target.codes[order], quota)
    n_others = max(0, max_rows - int(is_needed.sum()))
    others = np.flatnonzero(~is_needed)[:n_others]
    chosen = np.sort(np.append(np.flatnonzero(is_needed)[:max_rows], others))
    return order[chosen]


def n_random(order: Integers, sample: Integers) -> int:
    """Return how many rows of a sample are a random sample: the first ones of the order.

    Examples
    --------
    >>> n_random(np.array([4, 2, 0, 1, 3]), np.array([4, 2, 3]))
    2
    """
    is_other = sample != order[: sample.size]
    return int(is_other.argmax()) if is_other.any() else int(sample.size)


def class_weights(classes: Integers, class_counts: Integers) -> Floats | None:
    """Return what a row of each class stands for, 1 on average over the given rows.

    Parameters
    ----------
    classes : ndarray of int of shape (n_rows,)
        Of the rows that are looked at.
    class_counts : ndarray of int of shape (n_classes,)
        Of all rows.

    Returns
    -------
    ndarray of shape (n_classes,) or None
        None when all rows are looked at: none stands for another.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 1, 1]), np.array([9, 3]))
    array([1.5, 0.5])
    """
    if classes.size >= class_counts.sum():
        return None
    seen = np.bincount(classes, minlength=class_counts.size)
    weights = np.where(seen > 0, class_counts / np.maximum(seen, 1), 0.0)
    return np.asarray(weights * (classes.size / (weights @ seen)))


def _is_among_first(codes: Integers, n: int) -> Booleans:
    """Tell for each row whether it is one of the first ``n`` of its class."""
    by_class = np.argsort(codes, kind="stable")
    ordered = codes[by_class]
    starts = np.searchsorted(ordered, ordered, side="left")
    result = np.empty(codes.size, bool)
    result[by_class] = np.arange(codes.size) - starts < n
    return result
