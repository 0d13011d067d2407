"""Reads a table column by column: kinds, missing cells, and a hash of every cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from numbers import Number
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


@dataclass(frozen=True, kw_only=True)
class Column:
    """What was learned of one column: numbers, or codes of texts (-1 is missing)."""

    kind: ColumnKind
    numbers: Floats = field(default_factory=lambda: np.empty(0))
    codes: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    texts: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))

    @property
    def holds_numbers(self) -> bool:
        """Whether the column is one of numbers or dates."""
        return self.kind in ("numeric", "datetime")


def hash_numbers(values: Floats) -> Hashes:
    """Return a hash of each number; all missing values hash alike, and 0 like -0."""
    bits = (values + 0.0).view(np.uint64)
    return mix(np.where(np.isnan(values), MISSING, bits))


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


def read_column(column: pd.Series[Any]) -> Column:
    """Read one column that is not of a plain number type."""
    dtype = column.dtype
    if dtypes.is_complex_dtype(dtype):
        raise MetaFeatureDataError(
            f"Columns must hold real numbers, categories, dates or text. Got complex numbers "
            f"in column {column.name!r}; give real and imaginary part a column each."
        )
    if dtypes.is_datetime64_any_dtype(dtype) or dtypes.is_timedelta64_dtype(dtype):
        kind = column_kind(column)
        return Column(kind=kind, numbers=finite(to_numeric(column, kind).to_numpy()))
    codes, levels = _factorize(column)
    kind = column_kind(column if _must_see_all(dtype, levels) else pd.Series(levels))
    if kind in ("numeric", "datetime"):
        numbers = finite(to_numeric(pd.Series(levels), kind).to_numpy())
        return Column(kind=kind, numbers=np.append(numbers, np.nan)[codes])
    texts = np.array([_text(level) for level in levels], dtype=object)
    return Column(kind=kind, codes=codes, texts=texts)


def _must_see_all(dtype: Any, levels: Any) -> bool:
    """Tell whether the kind follows from the column rather than from its distinct values."""
    is_bool = [isinstance(level, bool | np.bool_) for level in levels[:2]]
    return isinstance(dtype, pd.CategoricalDtype) or (len(levels) <= 2 and any(is_bool))


def _text(level: Any) -> str:
    """Return the text of a level, the same for 1, 1.0 and True: they are one level."""
    if isinstance(level, Number):
        try:
            return str(complex(level))  # type: ignore[call-overload]
        except (ArithmeticError, TypeError, ValueError):
            pass
    return str(level)


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


def is_missing(column: Column) -> npt.NDArray[np.bool_]:
    """Tell which cells of a column are missing."""
    return np.isnan(column.numbers) if column.holds_numbers else column.codes < 0


def cell_hashes(column: Column) -> Hashes:
    """Return a hash of each cell of a column; all missing cells hash alike."""
    if column.holds_numbers:
        return hash_numbers(column.numbers)
    hashes = np.append(pd.util.hash_array(column.texts, categorize=False), MISSING)
    return np.asarray(hashes[column.codes])
