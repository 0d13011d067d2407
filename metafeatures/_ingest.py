"""Reads a table column by column: kinds, missing cells, and a hash of every cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from metafeatures._rows import mix
from metafeatures.columns import ColumnKind, column_kind, to_numeric
from metafeatures.exceptions import MetaFeatureDataError

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]

CELLS_AT_ONCE = 1_000_000
MISSING = np.uint64(0x5851F42D4C957F2D)
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


def hash_numbers(values: Floats) -> Hashes:
    """Return a hash of each number; all missing values hash alike, and 0 like -0."""
    bits = (values + 0.0).view(np.uint64)
    return mix(np.where(np.isnan(values), MISSING, bits))


def hash_levels(levels: npt.NDArray[Any], codes: npt.NDArray[np.int32]) -> Hashes:
    """Return a hash of each cell of a column given as codes; -1 is missing."""
    texts = np.array([str(level) for level in levels], dtype=object)
    hashes = np.append(pd.util.hash_array(texts, categorize=False), MISSING)
    return hashes[codes]


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
