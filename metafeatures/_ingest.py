"""Reads a table column by column, and puts its rows and columns in an order of their own.

The order follows from the cells alone: rows and columns are sorted by a hash of what
they hold. So a prefix of the rows is a random sample, and shuffled rows, shuffled
columns and other column names give the same sample and, to the last bit, the same
meta-features. Repeated rows hash apart by their count, else a prefix would take all
or none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from metafeatures.columns import ColumnKind, column_kind, to_numeric
from metafeatures.exceptions import MetaFeatureDataError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

CELLS_AT_ONCE = 4_000_000
MISSING = np.uint64(0x9E3779B97F4A7C15)
KEYS = {"numeric": 1, "categorical": 2, "datetime": 3, "text": 4}


@dataclass(frozen=True, kw_only=True)
class Column:
    """What was learned of one column on all rows; ``position`` is its place in the table."""

    position: int
    kind: ColumnKind
    key: int
    n_missing: int
    values: Floats | None = None
    codes: npt.NDArray[np.int32] | None = None
    levels: npt.NDArray[Any] | None = None


def mix(values: Hashes) -> Hashes:
    """Return a well-spread hash of each 64-bit integer (the finaliser of SplitMix64).

    References
    ----------
    .. [1] G. L. Steele, D. Lea and C. H. Flood. Fast splittable pseudorandom number
       generators. OOPSLA 2014.
    """
    mixed = values + MISSING
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def hash_numbers(values: Floats) -> Hashes:
    """Return a hash of each number; all missing values hash alike, and 0 like -0."""
    bits = (values + 0.0).view(np.uint64)
    return mix(np.where(np.isnan(values), MISSING, bits))


def hash_levels(levels: npt.NDArray[Any], codes: npt.NDArray[np.int32]) -> Hashes:
    """Return a hash of each cell of a column given as codes; -1 is missing."""
    texts = np.array([str(level) for level in levels], dtype=object)
    hashes = np.append(pd.util.hash_array(texts, categorize=False), MISSING)
    return hashes[codes]


def row_order(row_hashes: Hashes, seed: int) -> tuple[Integers, int]:
    """Return the rows in pseudo-random order, and how many rows repeat an earlier one."""
    n_rows = row_hashes.size
    by_hash = np.argsort(row_hashes, kind="stable")
    ordered = row_hashes[by_hash]
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    starts = np.maximum.accumulate(np.where(is_first, np.arange(n_rows), 0))
    nth = (np.arange(n_rows) - starts).astype(np.uint64)
    keys = mix(mix(ordered ^ np.uint64(seed)) + nth * np.uint64(0xD1B54A32D192ED03))
    return by_hash[np.argsort(keys, kind="stable")], int(n_rows - is_first.sum())


def is_plain_number(dtype: Any) -> bool:
    """Tell whether a dtype is one of NumPy's real number types."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiu"


def numeric_blocks(X: pd.DataFrame) -> Iterator[tuple[list[int], Floats]]:
    """Yield the columns of NumPy's number types, some at a time, as (positions, values).

    Values have one row a column; infinities are NaN. A table need not fit in memory
    twice for this.
    """
    positions = [i for i, dtype in enumerate(X.dtypes) if is_plain_number(dtype)]
    step = max(1, CELLS_AT_ONCE // max(1, len(X)))
    for start in range(0, len(positions), step):
        some = positions[start : start + step]
        yield some, finite(X.iloc[:, some].to_numpy(np.float64).T)


def finite(values: Floats) -> Floats:
    """Return a contiguous copy with infinities replaced by NaN."""
    values = np.array(values, dtype=np.float64, order="C")
    values[np.isinf(values)] = np.nan
    return values


def read_column(X: pd.DataFrame, position: int) -> Column:
    """Read one column that is not of a plain number type."""
    column = X.iloc[:, position]
    dtype = column.dtype
    if dtypes.is_complex_dtype(dtype):
        raise MetaFeatureDataError(
            f"Columns must hold real numbers, categories, dates or text. Got complex numbers "
            f"in column {column.name!r}; give real and imaginary part a column each."
        )
    if dtypes.is_datetime64_any_dtype(dtype) or dtypes.is_timedelta64_dtype(dtype):
        kind = column_kind(column)
        return _numbers(position, kind, finite(to_numeric(column, kind).to_numpy()))
    codes, levels = _factorize(column)
    kind = column_kind(column if isinstance(dtype, pd.CategoricalDtype) else pd.Series(levels))
    if kind in ("numeric", "datetime"):
        numbers = finite(to_numeric(pd.Series(levels), kind).to_numpy())
        return _numbers(position, kind, np.append(numbers, np.nan)[codes])
    hashes = hash_levels(np.asarray(levels, dtype=object), codes)
    return Column(
        position=position,
        kind=kind,
        key=column_key(hashes, kind),
        n_missing=int((codes < 0).sum()),
        codes=codes,
        levels=np.asarray(levels, dtype=object),
    )


def _numbers(position: int, kind: ColumnKind, values: Floats) -> Column:
    key = column_key(hash_numbers(values), kind)
    n_missing = int(np.isnan(values).sum())
    return Column(position=position, kind=kind, key=key, n_missing=n_missing, values=values)


def _factorize(column: pd.Series[Any]) -> tuple[npt.NDArray[np.int32], Any]:
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(np.int32), column.cat.categories
    try:
        codes, levels = pd.factorize(column, use_na_sentinel=True)
    except TypeError:
        codes, levels = pd.factorize(column.map(str, na_action="ignore"), use_na_sentinel=True)
    return codes.astype(np.int32), levels


def column_key(hashes: Hashes, kind: ColumnKind) -> int:
    """Return a hash of a column's cells that does not depend on their order."""
    return int(hashes.sum(dtype=np.uint64)) ^ KEYS[kind]


def cell_hashes(column: Column) -> Hashes:
    """Return the hash of each cell of a column that was read with `read_column`."""
    if column.values is not None:
        return hash_numbers(column.values)
    assert column.levels is not None
    assert column.codes is not None
    return hash_levels(column.levels, column.codes)


def is_missing(column: Column) -> npt.NDArray[np.bool_]:
    """Tell which cells of a column are missing."""
    if column.values is not None:
        return np.isnan(column.values)
    assert column.codes is not None
    return column.codes < 0


def in_row(hashes: Hashes, key: int) -> Hashes:
    """Return what cells add to their rows' hashes: the same cell counts apart by column."""
    return mix(hashes ^ mix(np.array([key], dtype=np.uint64)))
