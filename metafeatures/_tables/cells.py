"""Hashes of cells, dense or sparse: what names the columns and the rows of a table.

All sums wrap around; they do not depend on the order of what is summed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from metafeatures._tables.rows import mix

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.integer]

MISSING = np.uint64(0x5851F42D4C957F2D)


def hash_numbers(values: Floats) -> Hashes:
    """Return a hash of each number; all missing values hash alike, and 0 like -0."""
    bits = (values + 0.0).view(np.uint64)
    return mix(np.where(np.isnan(values), MISSING, bits))


class Cells(Protocol):
    """Hashes of the cells of some columns, and the three sums that are asked of them."""

    def sums(self) -> Hashes:
        """Return the sum of each column."""

    def sums_with(self, salts: Hashes) -> Hashes:
        """Return the sum of each column after its cells were mixed with the salt of their row."""

    def row_sums(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were mixed with the key of their column."""


class DenseCells:
    """Hashes of all cells.

    Parameters
    ----------
    hashes : ndarray of shape (n_columns, n_rows)
    """

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = hashes

    def sums(self) -> Hashes:
        """Return the sum of each column."""
        return np.asarray(self.hashes.sum(axis=1, dtype=np.uint64))

    def sums_with(self, salts: Hashes) -> Hashes:
        """Return the sum of each column after its cells were mixed with the salt of their row."""
        return np.asarray(mix(self.hashes ^ salts).sum(axis=1, dtype=np.uint64))

    def row_sums(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were mixed with the key of their column."""
        return np.asarray(mix(self.hashes ^ keys[:, None]).sum(axis=0, dtype=np.uint64))


class SparseCells:
    """Hashes of the cells that are stored; the others hold 0 and cost nothing.

    Parameters
    ----------
    values, rows : ndarray of shape (n_stored,)
        Numbers by column, and the rows that they stand in.
    starts : ndarray of shape (n_columns + 1,)
        Where each column starts.
    n_rows : int
    """

    def __init__(self, values: Floats, rows: Integers, starts: Integers, n_rows: int) -> None:
        self.rows, self.starts, self.n_rows = rows, starts, n_rows
        self.hashes = hash_numbers(values)
        self.zero = hash_numbers(np.zeros(1))

    def sums(self) -> Hashes:
        """Return the sum of each column."""
        rest = self.zero * np.uint64(self.n_rows)
        return np.asarray(self._by_column(self.hashes - self.zero) + rest)

    def sums_with(self, salts: Hashes) -> Hashes:
        """Return the sum of each column after its cells were mixed with the salt of their row."""
        zeros = mix(self.zero ^ salts)
        stored = mix(self.hashes ^ salts[self.rows]) - zeros[self.rows]
        return np.asarray(self._by_column(stored) + zeros.sum(dtype=np.uint64, keepdims=True))

    def row_sums(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were mixed with the key of their column."""
        zeros = mix(self.zero ^ keys)
        sizes = np.diff(self.starts)
        stored = mix(self.hashes ^ np.repeat(keys, sizes)) - np.repeat(zeros, sizes)
        answer = np.full(self.n_rows, zeros.sum(dtype=np.uint64))
        np.add.at(answer, self.rows, stored)
        return answer

    def _by_column(self, stored: Hashes) -> Hashes:
        totals = np.zeros(stored.size + 1, np.uint64)
        stored.cumsum(dtype=np.uint64, out=totals[1:])
        return np.asarray(totals[self.starts[1:]] - totals[self.starts[:-1]])
