"""What a column holds: the one place that tells numbers, categories, dates and text apart.

A column's kind is read from its values where its dtype does not say, so that a
table means the same whether it came from a CSV file, a database or a notebook.
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any, Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from metafeatures._native import to_pandas
from metafeatures._pairing import pair_rows
from metafeatures._target_column import as_series, unmasked
from metafeatures._text_dates import (
    DateOrder,
    clock_of,
    date_order,
    is_guessed,
    source_of_dates,
    time_zone,
    to_stamps,
)
from metafeatures._text_numbers import exact_integers, is_infinite, keep_apart, number_loss
from metafeatures.exceptions import MetaFeatureDataError

__all__ = [
    "ColumnKind",
    "DateOrder",
    "as_series",
    "clock_of",
    "column_kind",
    "column_kinds",
    "column_order",
    "distinct_cells",
    "is_guessed",
    "is_infinite",
    "is_wide_integer",
    "kind_of_cells",
    "number_loss",
    "pair_rows",
    "source_of_dates",
    "time_zone",
    "to_numeric",
    "to_pandas",
    "to_stamps",
    "unmasked",
    "varies",
    "varying_columns",
]

ColumnKind = Literal["numeric", "categorical", "datetime", "text"]

MIN_TEXT_VALUES = 30
MIN_TEXT_WORDS = 3.0
MAX_COUNTED = 2_000  # texts whose words are counted: more do not change the mean
COMMON_TYPES = ("string", "integer", "floating", "boolean", "decimal", "date", "datetime", "empty")
EPOCH = pd.Timestamp("1970-01-01", tz="UTC")


def column_kinds(X: pd.DataFrame) -> dict[Any, ColumnKind]:
    """Return the kind of each column of ``X``, in column order (see `column_kind`).

    Raises
    ------
    MetaFeatureDataError
        If two columns have the same name.
    """
    if not X.columns.is_unique:
        name = X.columns[X.columns.duplicated()][0]
        raise MetaFeatureDataError(
            f"Column names must be unique. Got {name!r} more than once; rename these columns."
        )
    return {
        name: "numeric" if _is_plain(dtype) else column_kind(X.iloc[:, place])
        for place, (name, dtype) in enumerate(X.dtypes.items())
    }


def is_wide_integer(dtype: Any) -> bool:
    """Tell whether a dtype is of integers that float64 may not hold."""
    size = getattr(dtype, "itemsize", 8)  # sparse types have none of their own
    return bool(dtypes.is_integer_dtype(dtype) and size >= 8)


def _is_plain(dtype: Any) -> bool:
    """Tell whether a dtype says that a column is numeric, whatever it holds."""
    return isinstance(dtype, np.dtype) and (
        dtype.kind == "f" or (dtype.kind in "iu" and dtype.itemsize < 8)
    )


def column_kind(column: pd.Series[Any]) -> ColumnKind:
    """Return what a column holds: ``numeric``, ``categorical``, ``datetime`` or ``text``.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Missing values are ignored. A column with none but missing values is
        numeric.

    Returns
    -------
    {"numeric", "categorical", "datetime", "text"}
        Booleans are categorical, durations numeric. Objects and strings are
        datetime when every value reads as a date in one order of day and month
        (see `column_order`), numeric when every value reads as a number that
        no other value shares and that is not a code ("007", "7E400", integers
        that float64 cannot hold), text when there are more than 30 distinct
        values of 3 words or more on average, and categorical otherwise.
        Integers of which float64 would make two one are categorical, too.

    Examples
    --------
    >>> column_kind(pd.Series(["1.5", "2", None]))
    'numeric'
    >>> column_kind(pd.Series(["red", "green", "red"]))
    'categorical'
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) or dtypes.is_bool_dtype(dtype):
        return "categorical"
    if dtypes.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return "datetime"
    if dtypes.is_numeric_dtype(dtype) or dtypes.is_timedelta64_dtype(dtype):
        return "categorical" if is_wide_integer(dtype) and not exact_integers(column) else "numeric"
    return kind_of_cells(column, distinct_cells(column))


def column_order(column: pd.Series[Any]) -> DateOrder:
    """Return the order of day and month of a column of kind ``datetime``.

    Examples
    --------
    >>> column_order(pd.Series(["31.12.2024", "01.02.2025"]))
    'dmy'
    """
    if not dtypes.is_object_dtype(column.dtype) and not dtypes.is_string_dtype(column.dtype):
        return "iso"
    return date_order(distinct_cells(column)) or "iso"


def kind_of_cells(column: pd.Series[Any], values: list[Any]) -> ColumnKind:
    """Return `column_kind` of objects or strings whose distinct cells are known already."""
    if not values:
        return "numeric"
    if all(isinstance(value, bool | np.bool_) for value in values) and _are_booleans(column):
        return "categorical"
    if date_order(values):  # before numbers: 20241231 is both
        return "datetime"
    if _are_numbers(values):
        return "numeric"
    return "text" if _are_texts(values) else "categorical"


def distinct_cells(column: pd.Series[Any]) -> list[Any]:
    """Return the distinct present cells; cells that cannot be hashed count by their text."""
    present = column.dropna()
    try:
        return list(np.asarray(present.unique(), dtype=object).tolist())
    except TypeError:
        return list(present.astype(str).unique())


def _are_booleans(column: pd.Series[Any]) -> bool:
    """Tell whether all present values are booleans; among the distinct ones True stands for 1."""
    return bool(dtypes.infer_dtype(column, skipna=True) == "boolean")


def _are_numbers(values: list[Any]) -> bool:
    if isinstance(values[0], str) and not _reads_as_number(values[0]):
        return False  # spares most columns of categories the parsing of all their values
    numbers = _parsed(pd.Series(values, dtype=object))
    if dtypes.is_complex_dtype(numbers.dtype) or numbers.isna().any():
        return False
    return keep_apart(values, numbers)


def _parsed(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return objects and strings as numbers; what is none is missing.

    Integers beyond 64 bits make pandas give up on the whole column: they go through floats.
    """
    column = _with_floats(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # long doubles beyond float64 are infinite
        try:
            return pd.to_numeric(column, errors="coerce")
        except (OverflowError, ValueError, TypeError):
            return pd.Series([_number(cell) for cell in column], column.index, dtype="float64")


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _with_floats(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return objects with fractions, and complex numbers that are real, as floats.

    They are the same level as an equal float: the kind must not depend on which comes first.
    """
    if not (values.dtype == object or dtypes.is_complex_dtype(values.dtype)):
        return values
    if dtypes.infer_dtype(values) in COMMON_TYPES:
        return values
    return pd.Series([_as_float(value) for value in values], values.index, dtype=object)


def _as_float(value: Any) -> Any:
    if not isinstance(value, Fraction | complex | np.complexfloating):
        return value
    try:
        number = complex(value)
    except OverflowError:
        return value
    return value if number.imag else number.real


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _are_texts(values: list[Any]) -> bool:
    if len(values) <= MIN_TEXT_VALUES:
        return False
    texts = [str(value) for value in values]
    if len(texts) > MAX_COUNTED:  # a sample that does not depend on the order of the texts
        step = len(texts) // MAX_COUNTED + 1
        some = [t for t in texts if crc32(t[-32:].encode("utf-8", "replace")) % step == 0]
        texts = some or texts
    return sum(len(text.split()) for text in texts) >= MIN_TEXT_WORDS * len(texts)


def varies(column: pd.Series[Any]) -> bool:
    """Return whether a column holds two distinct values or more, missing ones not counted.

    Examples
    --------
    >>> varies(pd.Series([1.0, None, 1.0]))
    False
    """
    if isinstance(column.dtype, pd.StringDtype):
        present = column.dropna()
        return bool(len(present) and (present != present.iloc[0]).any())
    try:
        return bool(column.nunique(dropna=True) > 1)
    except TypeError:  # values that cannot be hashed count by their text
        return bool(column.dropna().astype(str).nunique() > 1)


def varying_columns(X: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return `varies` of each column; plain numbers are looked at many columns at a time."""
    answer = np.zeros(X.shape[1], bool)
    kinds = X.dtypes.to_numpy()
    plain = np.array([isinstance(d, np.dtype) and d.kind in "biuf" for d in kinds], bool)
    for dtype in set(kinds[plain]):
        places = np.flatnonzero(plain)[[d == dtype for d in kinds[plain]]]
        values = X.iloc[:, places].to_numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # columns without a number
            answer[places] = np.nanmin(values, axis=0) < np.nanmax(values, axis=0)
    for place in np.flatnonzero(~plain):
        answer[place] = varies(X.iloc[:, place])
    return answer


def to_numeric(
    column: pd.Series[Any], kind: ColumnKind, order: DateOrder | None = None
) -> pd.Series[float]:
    """Return a numeric or datetime column as float64; missing values become NaN.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        A column of the given kind.
    kind : {"numeric", "datetime"}
        Durations are given in seconds, dates in days since 1970-01-01 (UTC).
    order : {"iso", "dmy", "mdy"}, optional
        Of the whole column, when these are some of its cells; read from the
        cells when not given.

    Returns
    -------
    Series of float64
        Infinities are kept. What does not read as a number is NaN.

    Examples
    --------
    >>> to_numeric(pd.Series(["1970-01-02"]), "datetime").tolist()
    [1.0]
    """
    if kind == "datetime":
        stamps = to_stamps(column, order or column_order(column))
        days: pd.Series[float] = (stamps - EPOCH) / pd.Timedelta(days=1)
        return days
    if dtypes.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds()
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    is_number = dtypes.is_any_real_numeric_dtype(column.dtype)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    numbers = column if is_number else _parsed(column)
    return pd.Series(numbers.to_numpy("float64", na_value=np.nan), column.index, name=column.name)
