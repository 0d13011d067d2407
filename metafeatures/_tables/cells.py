"""Hashes of cells, dense or sparse: what names the columns and the rows of a table.

All sums wrap around; they do not depend on the order of what is summed.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from metafeatures._arrays import AnyIntegers, Booleans, Floats, Hashes
from metafeatures._tables.rows import mix

# Any number with well mixed bits would do; this is the multiplier of Knuth's MMIX generator.
MISSING = np.uint64(0x5851F42D4C957F2D)


def hash_numbers(values: Floats) -> Hashes:
    """Return a hash of each number; all missing values hash alike, and 0 like -0."""
    bits = (values + 0.0).view(np.uint64)  # -0 + 0 is 0
    return mix(np.where(np.isnan(values), MISSING, bits))


class Cells(Protocol):
    """Hashes of the cells of some columns, and the sums that are asked of them."""

    def sums(self) -> Hashes:
        """Return the sum of each column."""

    def sums_with(self, salts: Hashes, shift: int = 0) -> Hashes:
        """Return the sum of each column after its cells were multiplied by their row's salt.

        Without their last ``shift`` bits.
        """

    def row_sums(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were mixed with the key of their column."""

    def row_products(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were multiplied by their column's key."""

    def vary(self) -> Booleans:
        """Tell for each column whether two of its cells differ."""

    def part(self, columns: Booleans) -> Cells:
        """Return some of the columns."""


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

    def sums_with(self, salts: Hashes, shift: int = 0) -> Hashes:
        """Return the sum of each column after its cells were multiplied by their row's salt.

        Without their last ``shift`` bits.
        """
        cells = self.hashes >> np.uint64(shift) if shift else self.hashes
        return np.asarray((cells * salts).sum(axis=1, dtype=np.uint64))

    def row_sums(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were mixed with the key of their column."""
        return np.asarray(mix(self.hashes ^ keys[:, None]).sum(axis=0, dtype=np.uint64))

    def row_products(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were multiplied by their column's key."""
        return np.asarray((self.hashes * keys[:, None]).sum(axis=0, dtype=np.uint64))

    def vary(self) -> Booleans:
        """Tell for each column whether two of its cells differ."""
        return np.array([bool((column != column[0]).any()) for column in self.hashes], bool)

    def part(self, columns: Booleans) -> DenseCells:
        """Return some of the columns."""
        return self if columns.all() else DenseCells(self.hashes[columns])


class SparseCells:
    """Hashes of the cells that are stored; the others hold 0 and cost nothing.

    Parameters
    ----------
    values, rows : ndarray of shape (n_stored,)
        Numbers by column, or their hashes, and the rows that they stand in.
    starts : ndarray of shape (n_columns + 1,)
        Where each column starts.
    n_rows : int
    zeros : ndarray of shape (n_columns,), optional
        Hash of the cells of each column that are not stored, if not that of the number 0.
    """

    def __init__(
        self,
        values: npt.NDArray[Any],
        rows: AnyIntegers,
        starts: AnyIntegers,
        n_rows: int,
        zeros: Hashes | None = None,
    ) -> None:
        self.rows, self.starts, self.n_rows = rows, starts, n_rows
        is_hashed = values.dtype == np.uint64
        self.hashes = np.asarray(values, np.uint64) if is_hashed else hash_numbers(values)
        self.sizes = np.diff(starts)
        zero = hash_numbers(np.zeros(1))
        self.zeros = np.full(self.sizes.size, zero[0]) if zeros is None else zeros

    def sums(self) -> Hashes:
        """Return the sum of each column."""
        rest = self.zeros * (self.n_rows - self.sizes).astype(np.uint64)
        return np.asarray(self._by_column(self.hashes) + rest)

    def sums_with(self, salts: Hashes, shift: int = 0) -> Hashes:
        """Return the sum of each column after its cells were multiplied by their row's salt.

        Without their last ``shift`` bits.
        """
        own, bits = salts[self.rows], np.uint64(shift)
        rest = salts.sum(dtype=np.uint64, keepdims=True) - self._by_column(own)
        stored = self._by_column((self.hashes >> bits) * own)
        return np.asarray(stored + (self.zeros >> bits) * rest)

    def row_sums(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were mixed with the key of their column."""
        return self._by_row(mix(self.hashes ^ self._spread(keys)), mix(self.zeros ^ keys))

    def row_products(self, keys: Hashes) -> Hashes:
        """Return the sum of each row after its cells were multiplied by their column's key."""
        return self._by_row(self.hashes * self._spread(keys), self.zeros * keys)

    def vary(self) -> Booleans:
        """Tell for each column whether two of its cells differ."""
        first = self.zeros.copy()  # one that is not stored, where there is one
        is_full = self.sizes == self.n_rows
        first[is_full] = self.hashes[self.starts[:-1][is_full]]
        differs = self.hashes != self._spread(first)
        total = np.append(0, np.cumsum(differs))
        return np.asarray(total[self.starts[1:]] > total[self.starts[:-1]])

    def part(self, columns: Booleans) -> SparseCells:
        """Return some of the columns."""
        if columns.all():
            return self
        kept = self._spread(columns)
        starts = np.append(0, np.cumsum(self.sizes[columns]))
        hashes, rows, zeros = self.hashes[kept], self.rows[kept], self.zeros[columns]
        return SparseCells(hashes, rows, starts, self.n_rows, zeros)

    def _spread(self, of_columns: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.repeat(of_columns, self.sizes)

    def _by_row(self, stored: Hashes, zeros: Hashes) -> Hashes:
        """Add up rows: stored cells in place of the zeros of their columns."""
        answer = np.full(self.n_rows, zeros.sum(dtype=np.uint64))
        np.add.at(answer, self.rows, stored - np.repeat(zeros, self.sizes))
        return answer

    def _by_column(self, stored: Hashes) -> Hashes:
        # `np.add.reduceat` gives a column without cells the first cell of the next.
        totals = np.zeros(stored.size + 1, np.uint64)
        stored.cumsum(dtype=np.uint64, out=totals[1:])
        return np.asarray(totals[self.starts[1:]] - totals[self.starts[:-1]])
