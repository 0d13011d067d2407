"""Two views of a whole table: every column as numbers, and every column as levels.

Both keep the columns in the order of the table: numbers first and then categories as
numbers, categories first and then numbers as levels. Text belongs to neither.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metafeatures._arrays import Codes, Floats, Integers

MAX_INDICATORS = 1_000


def places(n_numbers: int, n_categories: int, n_indicators: int, most: int | None) -> int:
    """Return how many of the columns of an encoded table are indicators; the others are numbers.

    All if there is room for all. Else numbers leave categories their share of the
    ``most`` columns, so that neither takes all of them.

    Examples
    --------
    >>> places(20, 2, 2000, 500), places(500, 1, 3, 500), places(400, 100, 900, 500)
    (480, 1, 100)
    """
    if most is None or n_numbers + n_indicators <= most:
        return min(n_indicators, MAX_INDICATORS)
    share = -(-most * n_categories // max(1, n_numbers + n_categories))
    return min(n_indicators, MAX_INDICATORS, max(most - n_numbers, share))


def levels_shown(codes: Sequence[Codes], alphabets: Sequence[Integers]) -> list[Integers]:
    """Return the levels of each category that have an indicator, if there is room for all.

    The first category has one for every level; the others go without their
    alphabetically first, which the rest imply. A missing category is no level.
    """
    shown = []
    for nth, (column, alphabet) in enumerate(zip(codes, alphabets, strict=True)):
        levels = np.flatnonzero(np.bincount(column[column >= 0]))
        if nth:
            levels = levels[alphabet[levels] != alphabet[levels].min(initial=0)]
        shown.append(levels)
    return shown


def indicators(
    codes: Sequence[Codes],
    alphabets: Sequence[Integers],
    shown: Sequence[Integers],
    n_most: int,
) -> Floats:
    """Return columns of zeros and ones, of each category in turn, its levels by alphabet.

    The ``n_most`` most frequent levels over all categories: an identifier has many
    levels, but none that is frequent.
    """
    counts = [np.bincount(c[c >= 0])[some] for c, some in zip(codes, shown, strict=True)]
    frequency = np.concatenate(counts) if counts else np.empty(0, np.int64)
    is_kept = np.zeros(frequency.size, bool)
    is_kept[np.argsort(-frequency, kind="stable")[:n_most]] = True
    kept = np.split(is_kept, np.cumsum([some.size for some in shown])[:-1]) if shown else []
    blocks = []
    for column, alphabet, some, keep in zip(codes, alphabets, shown, kept, strict=True):
        levels = some[keep]
        levels = levels[np.argsort(alphabet[levels])]
        blocks.append((column == levels[:, None]).astype(np.float64))
    n_rows = codes[0].size if codes else 0
    return np.concatenate(blocks) if blocks else np.empty((0, n_rows))


def fill(columns: Floats) -> Floats:
    """Return columns with the mean of the present values for missing ones, 0 without any."""
    missing = np.isnan(columns)
    if not missing.any():
        return columns
    counts = np.maximum((~missing).sum(axis=1), 1)
    means = np.where(missing, 0.0, columns).sum(axis=1) / counts
    return np.where(missing, means[:, None], columns)


def to_unit_range(columns: Floats) -> Floats:
    """Return columns less their minimum, over their range; 0 where there is none."""
    low = columns.min(axis=1, keepdims=True)
    width = np.ptp(columns, axis=1, keepdims=True)
    return np.asarray((columns - low) / np.where(width > 0, width, 1.0))
