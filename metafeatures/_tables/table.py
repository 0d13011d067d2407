"""One pass over a table: what its columns hold, and hashes that name its columns and rows.

A column is known by what it holds, not by its name or place: its key is a hash of its
cells in any order. Columns of the same cells in another arrangement (two flags, equally
often true) are distinguished by the rows that their cells stand in. What a cell holds is
taken whatever its unit and the name of its level: as a rank, or a frequency. Only rows
whose hashes are equal are compared cell by cell, and repeated rows are counted that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from metafeatures._arrays import AnyIntegers, Booleans, Codes, Floats, Hashes, Integers
from metafeatures._tables.cells import MISSING, Cells, DenseCells, hash_numbers
from metafeatures._tables.ingest import Column, read_column, texts_of
from metafeatures._tables.rows import mix
from metafeatures._tables.sources import CELLS_AT_ONCE, Source, as_source, finite
from metafeatures._tables.unit_free import coarse, is_ranked, unit_free
from metafeatures.columns import ColumnKind, DateOrder, to_numeric

HALF = np.uint64((1 << 26) - 1)  # sums over 2^27 rows are exact in a float
KIND_KEYS: dict[ColumnKind, int] = {"numeric": 1, "categorical": 2, "datetime": 3, "text": 4}


class Table:
    """A table that was read once; not kept longer than a sample takes.

    Parameters
    ----------
    X : Source, or what `as_source` takes, of shape (n_rows, n_columns)
        Not modified.
    y : ndarray of shape (n_rows,)
        Numbers (floats) or class codes: rows with other targets are other rows.

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
    by_hash : ndarray of int of shape (n_rows,)
        Rows in the order of their hashes.
    """

    def __init__(self, X: Any, y: npt.NDArray[Any]) -> None:
        self.source: Source = as_source(X)
        n_rows, n_columns = self.source.shape
        self.kinds = np.full(n_columns, "numeric", dtype=object)
        self.missing_counts = np.zeros(n_columns, np.int64)
        self.keys, self._exact_keys = np.zeros((2, n_columns), np.uint64)
        self._y = np.asarray(y)
        self._shift = np.uint64(coarse(self.source.shape))
        self._salts = mix(self._of_target()) | np.uint64(1)
        self._ordering = mix(self._salts)
        self._identity = hash_numbers(np.asarray(y, np.float64))
        self._codes: dict[int, AnyIntegers] = {}
        self._orders: dict[int, DateOrder | None] = {}
        has_missing = np.zeros(n_rows, bool)
        self._read_numbers(has_missing)
        self._read_others(has_missing)
        self.n_rows_missing = int(has_missing.sum())
        self.n_repeated_columns = self._part_twins()
        self.row_hashes, self.by_hash = self._part_ties()
        del self._salts, self._identity

    def _of_target(self) -> Hashes:
        """Return what the target says whatever its unit, or the names of its classes."""
        if self._y.dtype.kind == "f":
            y = self._y[None, :].astype(np.float64)
            return unit_free(y, is_ranked(self.source.shape)).ravel() >> self._shift
        return np.asarray(np.bincount(self._y)[self._y], np.uint64)

    def class_sums(self, n_classes: int) -> tuple[Integers, Integers]:
        """Return two numbers a class that follow from what its rows hold, not from its name."""
        return _sums_of_hashes(self._y, mix(self._ordering), n_classes)

    def _read_numbers(self, has_missing: Booleans) -> None:
        for part in self.source.number_parts(np.flatnonzero(self.source.is_plain)):
            self.missing_counts[part.positions] = part.missing_counts
            has_missing |= part.rows_missing
            self._name(part.positions, part.cells, part.ordering)

    def _read_others(self, has_missing: Booleans) -> None:
        for position in np.flatnonzero(~self.source.is_plain):
            column = read_column(self.source.column(int(position)))
            self.kinds[position] = column.kind
            self.missing_counts[position] = column.missing.sum()
            has_missing |= column.missing
            self._orders[int(position)] = column.order
            if column.codes is not None:
                self._codes[int(position)] = column.codes
            self._name(np.array([position]), *self._hashes_of(column))

    def _hashes_of(self, column: Column) -> tuple[Cells, Cells]:
        """Return hashes of a column's cells, and of what they say whatever unit and names.

        Of a category that is how frequent its level is.
        """
        ordering = column.hashes
        if column.values is not None:
            ordering = unit_free(column.values[None, :], is_ranked(self.source.shape))[0]
        elif column.codes is not None:
            counts = np.append(_count(column.codes), 0).astype(np.uint64)
            ordering = np.where(column.missing, MISSING, counts[column.codes] << self._shift)
        return DenseCells(column.hashes[None, :]), DenseCells(ordering[None, :])

    def _name(self, positions: Integers, cells: Cells, ordering: Cells) -> None:
        """Give columns their keys, and tell the rows what they hold.

        A column that does not vary tells the rows nothing: with it or without it, their order
        is the same.
        """
        kinds = np.array([KIND_KEYS[kind] for kind in self.kinds[positions]], np.uint64)
        self._exact_keys[positions] = mix(cells.sums() ^ kinds)
        self.keys[positions] = keys = mix(ordering.sums_with(self._salts, int(self._shift)) ^ kinds)
        vary = ordering.vary()
        self._ordering += ordering.part(vary).row_sums(keys[vary])
        self._identity += cells.row_products(mix(positions.astype(np.uint64)) | np.uint64(1))

    def _cells(self, positions: Integers) -> Iterator[tuple[Integers, Cells, Cells]]:
        """Yield the hashes of some columns again."""
        is_plain = self.source.is_plain[positions]
        for part in self.source.number_parts(positions[is_plain]):
            yield part.positions, part.cells, part.ordering
        for position in positions[~is_plain]:
            column = read_column(self.source.column(int(position)))
            yield np.array([position]), *self._hashes_of(column)

    def _part_twins(self) -> int:
        """Give columns with the same key keys of their own; return how many are repetitions.

        Twins say the same whatever their unit; repetitions hold the same cells.
        """
        _, group, sizes = np.unique(self.keys, return_inverse=True, return_counts=True)
        twins = np.flatnonzero(sizes[group] > 1)
        rows = mix(self._ordering) | np.uint64(1)
        places = mix(np.arange(len(self.source), dtype=np.uint64)) | np.uint64(1)
        keys = self.keys.copy()
        arranged, placed = np.zeros((2, keys.size), np.uint64)
        for positions, cells, ordering in self._cells(twins):
            arranged[positions] = ordering.sums_with(rows, int(self._shift))
            placed[positions] = cells.sums_with(places)
        exact = self._exact_keys
        order = twins[np.lexsort((exact[twins], arranged[twins], keys[twins]))]
        nth = _count_up((keys[order], arranged[order])) + np.uint64(1)
        self.keys[order] = mix(mix(keys[order] ^ arranged[order]) + nth)
        corrections = np.zeros_like(self._ordering)
        for positions, _, ordering in self._cells(twins):
            vary = ordering.vary()
            some, positions = ordering.part(vary), positions[vary]
            corrections += some.row_sums(self.keys[positions]) - some.row_sums(keys[positions])
        self._ordering += corrections
        order = twins[np.lexsort((placed[twins], exact[twins]))]
        return int((_count_up((exact[order], placed[order])) > 0).sum())

    def _part_ties(self) -> tuple[Hashes, Integers]:
        """Return a hash of each row, and the rows in that order.

        Rows of equal hashes whose cells differ are ordered by their cells.
        """
        by_hash = np.argsort(self._ordering, kind="stable")
        ordered, identity = self._ordering[by_hash], self._identity[by_hash]
        follows = ordered[1:] == ordered[:-1]
        differ = np.flatnonzero(follows & (identity[1:] != identity[:-1]))
        if not differ.size:
            return self._ordering, by_hash
        group = np.append(0, np.cumsum(~follows))
        is_tied = np.zeros(group[-1] + 1, bool)
        is_tied[group[differ]] = True
        tied = by_hash[is_tied[group]]
        own = self._class_hashes() if self._y.dtype.kind != "f" else hash_numbers(self._y)
        for positions, cells, _ in self._cells(np.arange(self.source.shape[1])):
            own += cells.row_sums(self._exact_keys[positions])
        hashes = self._ordering.copy()
        hashes[tied] = mix(hashes[tied] ^ mix(own[tied]))
        return hashes, np.argsort(hashes, kind="stable")

    def _class_hashes(self) -> Hashes:
        """Return a hash of the class of each row; its name counts where nothing else tells it."""
        low, high = self.class_sums(int(self._y.max()) + 1)
        order = np.lexsort((np.arange(low.size), low, high))
        rank = np.empty(order.size, np.uint64)
        rank[order] = np.arange(order.size)
        return np.asarray(mix(rank)[self._y])

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

        0 is the level that is most frequent in all rows (ties by what its rows hold, then by
        text), -1 is missing; levels that the given rows do not show have no code.
        """
        codes = self._codes[position]
        counts = _count(codes)
        shown, first, places = np.unique(codes[rows], return_index=True, return_inverse=True)
        is_level = shown >= 0
        texts = texts_of(self.source.column(position, rows[first[is_level]]))
        frequency = counts[shown[is_level]]
        low, high = np.zeros((2, frequency.size), np.int64)
        if np.unique(frequency).size < frequency.size:
            sums = _sums_of_hashes(codes, mix(self._ordering), counts.size)
            low, high = (some[shown[is_level]] for some in sums)
        order = np.lexsort((texts, low, high, -frequency))
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


def _count(codes: AnyIntegers) -> Integers:
    """Return the rows of each level."""
    return np.bincount(codes.astype(np.intp) + 1)[1:]


def _count_up(sorted_keys: tuple[Hashes, ...]) -> Hashes:
    """Return how many come before each in its run of equal keys."""
    n = sorted_keys[0].size
    is_first = np.append(True, np.any([k[1:] != k[:-1] for k in sorted_keys], axis=0))[:n]
    places = np.arange(n)
    return np.asarray(places - np.maximum.accumulate(np.where(is_first, places, 0)), np.uint64)


def _sums_of_hashes(
    groups: npt.NDArray[np.integer[Any]], hashes: Hashes, n_groups: int
) -> tuple[Integers, Integers]:
    """Return two exact sums over each group (-1 is none) of 26 bits of each hash."""
    is_member = groups >= 0
    members = groups[is_member].astype(np.intp)
    low, high = hashes[is_member] & HALF, hashes[is_member] >> np.uint64(38)
    sums = [np.bincount(members, part.astype(np.float64), n_groups) for part in (low, high)]
    return sums[0].astype(np.int64), sums[1].astype(np.int64)
