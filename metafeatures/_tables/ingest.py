"""Reads one column that is not of plain numbers: its kind, its gaps, a hash of every cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types as dtypes

from metafeatures._arrays import AnyIntegers, Booleans, Floats, Hashes, Objects
from metafeatures._tables.cells import MISSING, hash_numbers
from metafeatures._tables.sources import finite
from metafeatures.columns import ColumnKind, DateOrder, column_kind, column_order, to_numeric
from metafeatures.exceptions import MetaFeatureDataError


@dataclass(frozen=True, kw_only=True)
class Column:
    """What was learned of one column.

    ``codes`` number the levels of a category by first appearance, -1 is missing; they
    take as few bytes as the number of levels allows. ``values`` are those of numbers and
    dates. Columns of other kinds have neither.
    """

    kind: ColumnKind
    missing: Booleans
    hashes: Hashes
    codes: AnyIntegers | None = None
    order: DateOrder | None = None  # of day and month, which some of the cells may not show
    values: Floats | None = None


def read_column(column: pd.Series[Any]) -> Column:
    """Read one column that is not of a plain number type."""
    dtype = column.dtype
    if dtypes.is_complex_dtype(dtype):
        raise MetaFeatureDataError(
            f"Columns must hold real numbers, categories, dates or text. Got complex numbers "
            f"in column {column.name!r}; give real and imaginary part a column each."
        )
    if _says_numbers(dtype):
        return _read_numbers(column)
    codes, levels = _factorize(column)
    if isinstance(dtype, pd.StringDtype):
        levels = levels.to_numpy(object)  # cells of Arrow are slow to look at one by one
    are_texts = dtypes.infer_dtype(levels) == "string"  # pandas would want them in UTF-8
    distinct = pd.Series(levels, dtype=object if are_texts else None)
    kind = column_kind(column if _must_see_all(dtype, levels) else distinct)
    if kind in ("numeric", "datetime"):
        order = column_order(distinct) if kind == "datetime" else None
        numbers = np.append(finite(to_numeric(distinct, kind, order).to_numpy()), np.nan)
        values = numbers[codes]
        return Column(
            kind=kind,
            missing=np.isnan(values),
            hashes=hash_numbers(values),
            values=values,
            order=order,
        )
    return Column(
        kind=kind,
        missing=codes < 0,
        hashes=np.append(_hash_texts(texts_of(levels)), MISSING)[codes],
        codes=codes if kind == "categorical" else None,
    )


def _says_numbers(dtype: Any) -> bool:
    """Tell whether a dtype stands for numbers, dates or durations, whatever the values."""
    if isinstance(dtype, pd.SparseDtype):
        dtype = dtype.subtype
    if dtypes.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return False
    return bool(
        dtypes.is_numeric_dtype(dtype)
        or dtypes.is_datetime64_any_dtype(dtype)
        or dtypes.is_timedelta64_dtype(dtype)
    )


def _read_numbers(column: pd.Series[Any]) -> Column:
    kind = column_kind(column)
    values = finite(to_numeric(column, kind).to_numpy())
    return Column(kind=kind, missing=np.isnan(values), hashes=hash_numbers(values), values=values)


def _must_see_all(dtype: Any, levels: Any) -> bool:
    """Tell whether the kind follows from the column rather than from its distinct values."""
    is_bool = [isinstance(level, bool | np.bool_) for level in levels[:2]]
    return isinstance(dtype, pd.CategoricalDtype) or (len(levels) <= 2 and any(is_bool))


def texts_of(levels: Iterable[Any]) -> Objects:
    """Return the text of each level: what names it, whatever the rows it stands in."""
    levels = list(levels)
    if all(isinstance(level, bool | np.bool_) for level in levels):
        return np.array([str(bool(level)) for level in levels], dtype=object)
    return np.array([_text(level) for level in levels], dtype=object)


def _text(level: Any) -> str:
    """Return the text of a level, the same for 1, 1.0 and True: they are one level."""
    if isinstance(level, str):
        return level
    if isinstance(level, tuple):
        return f"({', '.join(map(_text, level))})"
    if isinstance(level, Number):
        try:
            number = complex(level) + 0  # type: ignore[call-overload]
        except (ArithmeticError, TypeError, ValueError):
            return str(level)
        if number == level:
            return str(number)
    return str(level)


def _hash_texts(texts: Objects) -> Hashes:
    try:
        return np.asarray(pd.util.hash_array(texts, categorize=False))
    except UnicodeEncodeError:  # half a surrogate pair
        coded = [text.encode("utf-8", "surrogatepass") for text in texts]
        return np.asarray(pd.util.hash_array(np.array(coded, dtype=object), categorize=False))


def _factorize(column: pd.Series[Any]) -> tuple[AnyIntegers, Any]:
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    try:
        codes, levels = pd.factorize(column, use_na_sentinel=True)
    except (TypeError, NotImplementedError):  # values that cannot be hashed count by their text
        cells = zip(column.astype(object), column.isna(), strict=True)
        texts = np.array([None if gap else _text(cell) for cell, gap in cells], dtype=object)
        codes, levels = pd.factorize(texts, use_na_sentinel=True)
    return codes.astype(np.min_scalar_type(-max(1, len(levels)))), levels
