"""One pass over a table: what its columns hold, and hashes that name its columns and rows.

A column is known by what it holds, not by its name or place: its key is a hash of its
cells in any order. Columns of the same cells in another arrangement (two flags, equally
often true) are told apart by the rows that their cells stand in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from metafeatures._tables.cells import Cells, DenseCells, hash_numbers
from metafeatures._tables.ingest import Codes as CompactCodes
from metafeatures._tables.ingest import read_column, texts_of
from metafeatures._tables.rows import mix
from metafeatures._tables.sources import CELLS_AT_ONCE, Source, as_source, finite
from metafeatures.columns import ColumnKind, DateOrder, to_numeric

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

KIND_KEYS: dict[ColumnKind, int] = {"numeric": 1, "categorical": 2, "datetime": 3, "text": 4}


class Table:
    """A table that was read once; not kept longer than a sample takes.

    Parameters
    ----------
    X : Source, or what `as_source` takes, of shape (n_rows, n_columns)
        Not modified.
    y : ndarray of shape (n_rows,)
        Numbers or class codes: rows with other targets are other rows.

    Attributes
    ----------
    kinds : ndarray of str of shape (n_columns,)
    missing_counts : ndarray of int of shape (n_columns,)
    n_rows_missing : int
        Rows with a missing cell.
    n_repeated_columns : int
        Columns that hold the same cells in the same rows as an earlier one.
    keys : ndarray of uint64 of shape (n_columns,)
        Order of the columns; no two are the same.
    row_hashes : ndarray of uint64 of shape (n_rows,)
        The same for rows that repeat each other.
    """

    def __init__(self, X: Any, y: npt.NDArray[Any]) -> None:
        self.source: Source = as_source(X)
        n_rows, n_columns = self.source.shape
        self.kinds = np.full(n_columns, "numeric", dtype=object)
        self.missing_counts = np.zeros(n_columns, np.int64)
        self.keys = np.zeros(n_columns, np.uint64)
        self.row_hashes = mix(hash_numbers(np.asarray(y, np.float64)))
        self._codes: dict[int, CompactCodes] = {}
        self._orders: dict[int, DateOrder | None] = {}
        has_missing = np.zeros(n_rows, bool)
        self._read_numbers(has_missing)
        self._read_others(has_missing)
        self.n_rows_missing = int(has_missing.sum())
        self.n_repeated_columns = self._part_twins()

    def _read_numbers(self, has_missing: npt.NDArray[np.bool_]) -> None:
        for part in self.source.number_parts(np.flatnonzero(self.source.is_plain)):
            self.missing_counts[part.positions] = part.missing_counts
            has_missing |= part.rows_missing
            self._name(part.positions, part.cells)

    def _read_others(self, has_missing: npt.NDArray[np.bool_]) -> None:
        for position in np.flatnonzero(~self.source.is_plain):
            column = read_column(self.source.column(int(position)))
            self.kinds[position] = column.kind
            self.missing_counts[position] = column.missing.sum()
            has_missing |= column.missing
            self._orders[int(position)] = column.order
            if column.codes is not None:
                self._codes[int(position)] = column.codes
            self._name(np.array([position]), DenseCells(column.hashes[None, :]))

    def _name(self, positions: Integers, cells: Cells) -> None:
        """Give columns their keys, and tell the rows what they hold."""
        kinds = np.array([KIND_KEYS[kind] for kind in self.kinds[positions]], np.uint64)
        self.keys[positions] = keys = mix(cells.sums() ^ kinds)
        self.row_hashes += cells.row_sums(keys)

    def _cells(self, positions: Integers) -> Iterator[tuple[Integers, Cells]]:
        """Yield the hashes of some columns again."""
        is_plain = self.source.is_plain[positions]
        for part in self.source.number_parts(positions[is_plain]):
            yield part.positions, part.cells
        for position in positions[~is_plain]:
            hashes = read_column(self.source.column(int(position))).hashes
            yield np.array([position]), DenseCells(hashes[None, :])

    def _part_twins(self) -> int:
        """Give columns with the same key keys of their own; return how many are repetitions."""
        _, group, sizes = np.unique(self.keys, return_inverse=True, return_counts=True)
        twins = np.flatnonzero(sizes[group] > 1)
        rows = mix(self.row_hashes)
        places = mix(np.arange(len(self.source), dtype=np.uint64))
        keys, arranged = self.keys.copy(), np.zeros_like(self.keys)
        placed: dict[int, int] = {}
        for positions, cells in self._cells(twins):
            arranged[positions] = cells.sums_with(rows)
            placed |= dict(zip(positions.tolist(), cells.sums_with(places).tolist(), strict=True))
        known: dict[tuple[int, int], int] = {}
        for position in twins.tolist():
            twin = int(keys[position]), int(arranged[position])
            known[twin] = nth = known.get(twin, 0) + 1
            own = mix(keys[[position]] ^ arranged[[position]]) + np.uint64(nth)
            self.keys[position] = mix(own)[0]
        corrections = np.zeros_like(self.row_hashes)
        for positions, cells in self._cells(twins):
            corrections += cells.row_sums(self.keys[positions]) - cells.row_sums(keys[positions])
        self.row_hashes += corrections
        return len(twins) - len({(int(keys[i]), placed[i]) for i in twins.tolist()})

    def in_order(self, kind: ColumnKind, n_most: int) -> list[int]:
        """Return the positions of at most ``n_most`` columns of a kind, in the order of keys."""
        positions = np.flatnonzero(self.kinds == kind)
        return [int(i) for i in positions[np.argsort(self.keys[positions])][:n_most]]

    def numbers(self, positions: Sequence[int], rows: Integers) -> Floats:
        """Return the given columns as numbers on the given rows, NaN where missing."""
        values = np.empty((len(positions), len(rows)))
        columns = np.asarray(positions, np.int64)
        plain = np.flatnonzero(self.source.is_plain[columns])
        step = max(1, CELLS_AT_ONCE // len(self.source))
        for start in range(0, plain.size, step):
            some = plain[start : start + step]
            values[some] = self.source.numbers(columns[some].tolist())[:, rows]
        for i in np.setdiff1d(np.arange(columns.size), plain):
            column = self.source.column(positions[i], rows)
            values[i] = to_numeric(column, self.kinds[positions[i]], self._orders.get(positions[i]))
        return finite(values)

    def codes(self, position: int, rows: Integers) -> tuple[Codes, Integers]:
        """Return a category on the given rows as codes, and the place of each code in the alphabet.

        0 is the level that is most frequent in all rows (ties by text), -1 is missing;
        levels that the given rows do not show have no code.
        """
        codes = self._codes[position]
        counts = _count(codes)
        shown, first, places = np.unique(codes[rows], return_index=True, return_inverse=True)
        is_level = shown >= 0
        texts = texts_of(self.source.column(position, rows[first[is_level]]))
        order = np.lexsort((texts, -counts[shown[is_level]]))
        ranks = np.full(shown.size, -1, np.int32)
        ranks[np.flatnonzero(is_level)[order]] = np.arange(order.size)
        alphabet = np.empty(order.size, np.int64)
        alphabet[np.argsort(texts[order], kind="stable")] = np.arange(order.size)
        return ranks[places], alphabet

    def lengths(self, position: int, rows: Integers) -> Floats:
        """Return the number of characters of a column's cells, NaN where missing."""
        cells = self.source.column(position, rows)
        missing = cells.isna().to_numpy()
        return np.where(missing, np.nan, [len(text) for text in texts_of(cells)])

    def cardinalities(self) -> Integers:
        """Return the number of levels of each categorical column."""
        counts = [_count(codes) for codes in self._codes.values()]
        return np.array([(count > 0).sum() for count in counts], dtype=np.int64)


def _count(codes: CompactCodes) -> Integers:
    """Return the rows of each level."""
    return np.bincount(codes.astype(np.intp) + 1)[1:]
