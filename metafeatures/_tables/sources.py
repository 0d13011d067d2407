"""Tables of any make, read a few columns or rows at a time: none is copied as a whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from pandas.api import types as dtypes

from metafeatures._arrays import Booleans, Floats, Integers
from metafeatures._native import native_table
from metafeatures._tables.cells import Cells, DenseCells, SparseCells, hash_numbers
from metafeatures._tables.unit_free import is_ranked, unit_free, unit_free_sparse

CELLS_AT_ONCE = 600_000


@dataclass(frozen=True, kw_only=True)
class NumberPart:
    """What a pass learns of some columns of numbers.

    ``cells`` are hashes of the numbers, ``ordering`` what they say whatever their unit.
    """

    positions: Integers
    cells: Cells
    ordering: Cells
    missing_counts: Integers
    rows_missing: Booleans


class Source(ABC):
    """A table that gives its cells when asked; nothing of it is modified.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    is_plain : ndarray of bool of shape (n_columns,)
        Whether a column is of real machine numbers: these are read many at a time.
    tells_kind : ndarray of bool of shape (n_columns,)
        Whether the type of a column says its kind. That of strings and objects does not:
        a single cell may make numbers of text a category.
    """

    shape: tuple[int, int]
    is_plain: Booleans
    tells_kind: Booleans

    def __len__(self) -> int:
        return self.shape[0]

    @abstractmethod
    def numbers(self, positions: Sequence[int]) -> Floats:
        """Return plain columns as numbers, one row a column; may share memory with the table."""

    @abstractmethod
    def column(self, position: int, rows: Integers | None = None) -> pd.Series[Any]:
        """Return a column, or its cells in the given rows."""

    @abstractmethod
    def take(self, rows: Integers) -> Source:
        """Return a table of some of the rows."""

    def number_parts(self, positions: Integers) -> Iterator[NumberPart]:
        """Yield hashes and gaps of plain columns, some hundred thousand cells at a time."""
        step = max(1, CELLS_AT_ONCE // max(1, len(self)))
        for start in range(0, len(positions), step):
            some = positions[start : start + step]
            values = finite(self.numbers(some.tolist()))
            missing = np.isnan(values)
            yield NumberPart(
                positions=some,
                cells=DenseCells(hash_numbers(values)),
                ordering=DenseCells(unit_free(values, is_ranked(self.shape))),
                missing_counts=missing.sum(axis=1),
                rows_missing=np.asarray(missing.any(axis=0)),
            )


class FrameSource(Source):
    """A pandas DataFrame."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.shape: tuple[int, int] = frame.shape
        self.is_plain = np.array([is_plain_number(dtype) for dtype in frame.dtypes], bool)
        self.tells_kind = np.array(
            [not (dtypes.is_object_dtype(d) or dtypes.is_string_dtype(d)) for d in frame.dtypes],
            bool,
        )

    def numbers(self, positions: Sequence[int]) -> Floats:
        """Return plain columns as numbers, one row a column."""
        with np.errstate(over="ignore"):  # long doubles beyond float64 are infinite
            return np.asarray(self.frame.iloc[:, list(positions)].to_numpy(np.float64).T)

    def column(self, position: int, rows: Integers | None = None) -> pd.Series[Any]:
        """Return a column, or its cells in the given rows."""
        column = self.frame.iloc[:, position]
        if isinstance(column.dtype, np.dtype) and not column.dtype.isnative:
            column = column.astype(column.dtype.newbyteorder("="))  # else pandas takes no rows
        return column if rows is None else column.iloc[rows]

    def take(self, rows: Integers) -> FrameSource:
        """Return a table of some of the rows."""
        return FrameSource(self.frame.iloc[rows])


PLAIN = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64,
         nw.Float32, nw.Float64)  # fmt: skip


NAMED = (nw.Boolean, nw.Categorical, nw.Enum)


class NarwhalsSource(Source):
    """A table of polars, pyarrow or another library that narwhals reads, column by column."""

    def __init__(self, frame: nw.DataFrame[Any]) -> None:
        wide = [name for name, dtype in frame.schema.items() if dtype in (nw.Int128, nw.UInt128)]
        self.frame = frame.with_columns(nw.col(*wide).cast(nw.Float64)) if wide else frame
        self.shape = frame.shape
        self.is_plain = np.array([dtype in PLAIN for dtype in self.frame.schema.values()], bool)
        self.tells_kind = np.array(
            [d.is_numeric() or d.is_temporal() or d in NAMED for d in self.frame.schema.values()],
            bool,
        )

    def numbers(self, positions: Sequence[int]) -> Floats:
        """Return plain columns as numbers, one row a column."""
        values = np.empty((len(positions), len(self)))
        for row, position in zip(values, positions, strict=True):
            row[:] = self.frame[:, int(position)].to_numpy()
        return values

    def column(self, position: int, rows: Integers | None = None) -> pd.Series[Any]:
        """Return a column, or its cells in the given rows."""
        column = self.frame[:, position]
        if rows is None:
            return _to_pandas(column)
        try:
            return _to_pandas(column[rows])
        except NotImplementedError:  # pyarrow cannot take rows of some of its types
            return _to_pandas(column).iloc[rows]

    def take(self, rows: Integers) -> Source:
        """Return a table of some of the rows."""
        try:
            return NarwhalsSource(self.frame[rows])
        except NotImplementedError:
            columns = [self.column(i, rows).reset_index(drop=True) for i in range(self.shape[1])]
            return FrameSource(pd.concat(columns, axis=1))


def _to_pandas(column: nw.Series[Any]) -> pd.Series[Any]:
    """Return a column of narwhals; pyarrow's own way is ten times as fast as that of narwhals."""
    native = column.to_native()
    series: pd.Series[Any] = (native if hasattr(native, "to_pandas") else column).to_pandas()
    return series


class SparseSource(Source):
    """A SciPy sparse matrix; cells that are not stored hold 0.

    A matrix that is not CSC is turned into one: as much memory again as its stored cells.
    """

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix.tocsc()
        if not self.matrix.has_canonical_format:
            self.matrix = self.matrix.copy()
            self.matrix.sum_duplicates()
        self.shape = matrix.shape
        self.is_plain = np.full(self.shape[1], is_plain_number(matrix.dtype))
        self.tells_kind = np.ones(self.shape[1], bool)

    def numbers(self, positions: Sequence[int]) -> Floats:
        """Return plain columns as numbers, one row a column."""
        return np.asarray(self.matrix[:, list(positions)].toarray().T, np.float64)

    def column(self, position: int, rows: Integers | None = None) -> pd.Series[Any]:
        """Return a column, or its cells in the given rows."""
        column = self.matrix[:, [position]].toarray()[:, 0]
        return pd.Series(column if rows is None else column[rows], name=f"x{position}")

    def take(self, rows: Integers) -> SparseSource:
        """Return a table of some of the rows."""
        return SparseSource(self.matrix[rows])

    def number_parts(self, positions: Integers) -> Iterator[NumberPart]:
        """Yield hashes and gaps of all the columns at once: only stored cells count."""
        if not len(positions):
            return
        every = len(positions) == self.shape[1]
        matrix = self.matrix if every else self.matrix[:, positions]
        values, rows, starts = finite(matrix.data), matrix.indices, matrix.indptr
        codes, zeros = unit_free_sparse(values, starts, len(self), is_ranked(self.shape))
        missing = np.isnan(values)
        before = np.append(0, np.cumsum(missing))
        rows_missing = np.zeros(len(self), bool)
        rows_missing[rows[missing]] = True
        yield NumberPart(
            positions=positions,
            cells=SparseCells(values, rows, starts, len(self)),
            ordering=SparseCells(codes, rows, starts, len(self), zeros),
            missing_counts=before[starts[1:]] - before[starts[:-1]],
            rows_missing=rows_missing,
        )


def as_source(X: Any) -> Source:
    """Return a table of any supported kind as a source of cells."""
    if isinstance(X, Source):
        return X
    table = native_table(X)
    if isinstance(table, pd.DataFrame):
        return FrameSource(table)
    return NarwhalsSource(table) if isinstance(table, nw.DataFrame) else SparseSource(table)


def is_plain_number(dtype: Any) -> bool:
    """Tell whether a dtype is one of NumPy's real number types, in this machine's byte order."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiu" and dtype.isnative


def finite(values: Floats) -> Floats:
    """Return a contiguous copy with infinities replaced by NaN."""
    with np.errstate(over="ignore"):
        values = np.array(values, dtype=np.float64, order="C")
    values[np.isinf(values)] = np.nan
    return values
