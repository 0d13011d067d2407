"""One pass over a table: what its columns hold, and hashes that name its columns and rows.

A column is known by what it holds, not by its name or place: its key is a hash of its
cells in any order. Columns of the same cells in another arrangement (two flags, equally
often true) are told apart by the rows that their cells stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metafeatures._ingest import (
    Column,
    cell_hashes,
    finite,
    hash_numbers,
    is_missing,
    is_plain_number,
    numeric_blocks,
    read_column,
)
from metafeatures._rows import mix
from metafeatures.columns import ColumnKind

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

KIND_KEYS: dict[ColumnKind, int] = {"numeric": 1, "categorical": 2, "datetime": 3, "text": 4}


class Table:
    """A table that was read once; not kept longer than a sample takes.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_columns)
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

    def __init__(self, X: pd.DataFrame, y: npt.NDArray[Any]) -> None:
        self.X = X
        n_rows, n_columns = X.shape
        self.kinds = np.full(n_columns, "numeric", dtype=object)
        self.missing_counts = np.zeros(n_columns, np.int64)
        self.keys = np.zeros(n_columns, np.uint64)
        self.row_hashes = mix(hash_numbers(np.asarray(y, np.float64)))
        self._columns: dict[int, Column] = {}
        has_missing = np.zeros(n_rows, bool)
        self._read_numbers(has_missing)
        self._read_others(has_missing)
        self.n_rows_missing = int(has_missing.sum())
        self.n_repeated_columns = self._part_twins()

    def _read_numbers(self, has_missing: npt.NDArray[np.bool_]) -> None:
        for positions, values in numeric_blocks(self.X):
            missing = np.isnan(values)
            self.missing_counts[positions] = missing.sum(axis=1)
            has_missing |= missing.any(axis=0)
            cells = hash_numbers(values)
            keys = mix(cells.sum(axis=1, dtype=np.uint64) ^ np.uint64(KIND_KEYS["numeric"]))
            self.keys[positions] = keys
            self.row_hashes += mix(cells ^ keys[:, None]).sum(axis=0, dtype=np.uint64)

    def _read_others(self, has_missing: npt.NDArray[np.bool_]) -> None:
        for position, dtype in enumerate(self.X.dtypes):
            if is_plain_number(dtype):
                continue
            column = read_column(self.X.iloc[:, position])
            self._columns[position] = column
            self.kinds[position] = column.kind
            missing = is_missing(column)
            self.missing_counts[position] = missing.sum()
            has_missing |= missing
            cells = cell_hashes(column)
            total = cells.sum(dtype=np.uint64, keepdims=True)
            key = mix(total ^ np.uint64(KIND_KEYS[column.kind]))
            self.keys[position] = key[0]
            self.row_hashes += mix(cells ^ key)

    def _cells(self, position: int) -> Hashes:
        column = self._columns.get(position)
        if column is not None:
            return cell_hashes(column)
        return hash_numbers(finite(self.X.iloc[:, position].to_numpy(np.float64)))

    def _part_twins(self) -> int:
        """Give columns with the same key keys of their own; return how many are repetitions."""
        _, group, sizes = np.unique(self.keys, return_inverse=True, return_counts=True)
        twins = np.flatnonzero(sizes[group] > 1)
        rows = mix(self.row_hashes)
        places = mix(np.arange(len(self.X), dtype=np.uint64))
        known: dict[tuple[int, int], int] = {}
        cells_in_rows: set[tuple[int, int]] = set()
        corrections = np.zeros_like(self.row_hashes)
        for position in map(int, twins):
            cells, key = self._cells(position), self.keys[[position]]
            arranged = mix(cells ^ rows).sum(dtype=np.uint64, keepdims=True)
            cells_in_rows.add((int(key[0]), int(mix(cells ^ places).sum(dtype=np.uint64))))
            nth = known[int(key[0]), int(arranged[0])] = (
                known.get((int(key[0]), int(arranged[0])), 0) + 1
            )
            self.keys[position] = own = mix(mix(key ^ arranged) + np.uint64(nth))[0]
            corrections += mix(cells ^ own) - mix(cells ^ key)
        self.row_hashes += corrections
        return len(twins) - len(cells_in_rows)

    def in_order(self, kind: ColumnKind, n_most: int) -> list[int]:
        """Return the positions of at most ``n_most`` columns of a kind, in the order of keys."""
        positions = np.flatnonzero(self.kinds == kind)
        return [int(i) for i in positions[np.argsort(self.keys[positions])][:n_most]]

    def numbers(self, positions: Sequence[int], rows: Integers) -> Floats:
        """Return the given columns as numbers on the given rows, NaN where missing."""
        values = np.empty((len(positions), len(rows)))
        for row, position in zip(values, positions, strict=True):
            column = self._columns.get(position)
            row[:] = (
                self.X.iloc[:, position].to_numpy()[rows]
                if column is None
                else column.numbers[rows]
            )
        return finite(values)

    def codes(self, position: int, rows: Integers) -> Codes:
        """Return a column as codes, 0 the most frequent level (ties by text), -1 missing."""
        column = self._columns[position]
        counts = np.bincount(column.codes + 1, minlength=len(column.texts) + 1)[1:]
        order = np.lexsort((column.texts, -counts))
        ranks = np.empty(len(order) + 1, np.int32)
        ranks[order] = np.arange(len(order))
        ranks[-1] = -1
        return ranks[column.codes[rows]]

    def alphabet(self, position: int) -> Integers:
        """Return the place of each level in the order of texts, by code of `codes`."""
        column = self._columns[position]
        counts = np.bincount(column.codes + 1, minlength=len(column.texts) + 1)[1:]
        texts = column.texts[np.lexsort((column.texts, -counts))]
        places = np.empty(len(texts), np.int64)
        places[np.argsort(texts, kind="stable")] = np.arange(len(texts))
        return places

    def lengths(self, position: int, rows: Integers) -> Floats:
        """Return the number of characters of a column's cells, NaN where missing."""
        column = self._columns[position]
        by_level = np.array([*map(len, column.texts), np.nan])
        return by_level[column.codes[rows]]

    def cardinalities(self) -> Integers:
        """Return the number of levels of each categorical column."""
        columns = [self._columns[int(i)] for i in np.flatnonzero(self.kinds == "categorical")]
        counts = [np.bincount(column.codes + 1)[1:] for column in columns]
        return np.array([(count > 0).sum() for count in counts], dtype=np.int64)
