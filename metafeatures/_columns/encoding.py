"""Two views of a whole table: every column as numbers, and every column as levels.

Both keep the columns in the order of the table: numbers first and then categories as
numbers, categories first and then numbers as levels. Text belongs to neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]

MAX_INDICATORS = 1_000


def encode(
    numbers: Floats, codes: Sequence[Codes], alphabets: Sequence[Integers], max_columns: int | None
) -> Floats:
    """Return numbers, then an indicator of each level of each category; one row a column.

    The first category has an indicator of every level; the others go without their
    alphabetically first, which the rest imply. A missing category is no level. At most
    ``max_columns`` and never more than 1,000 indicators: the most frequent levels first.
    """
    most = MAX_INDICATORS if max_columns is None else max(0, max_columns - len(numbers))
    indicators = list(_indicators(codes, alphabets, min(most, MAX_INDICATORS)))
    return np.concatenate([numbers, *indicators]) if indicators else numbers


def _indicators(
    codes: Sequence[Codes], alphabets: Sequence[Integers], most: int
) -> Iterator[Floats]:
    n_shown = 0
    for nth, (column, alphabet) in enumerate(zip(codes, alphabets, strict=True)):
        levels = np.flatnonzero(np.bincount(column[column >= 0]))
        if nth:
            levels = levels[alphabet[levels] != alphabet[levels].min(initial=0)]
        levels = levels[: most - n_shown]
        levels = levels[np.argsort(alphabet[levels])]
        n_shown += levels.size
        yield (column == levels[:, None]).astype(np.float64)


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
