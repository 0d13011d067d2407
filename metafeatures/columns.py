"""What a column holds: the one place that tells numbers, categories, dates and text apart.

A column's kind is read from its values where its dtype does not say, so that a
table means the same whether it came from a CSV file, a database or a notebook.
"""

from __future__ import annotations

import datetime
import re
import warnings
from fractions import Fraction
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from metafeatures.exceptions import MetaFeatureDataError, MetaFeatureTypeError

__all__ = ["ColumnKind", "column_kind", "column_kinds", "to_numeric", "to_pandas", "varies"]

ColumnKind = Literal["numeric", "categorical", "datetime", "text"]

MIN_TEXT_VALUES = 30
MIN_TEXT_WORDS = 3.0
COMMON_TYPES = ("string", "integer", "floating", "boolean", "decimal", "date", "datetime", "empty")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def to_pandas(X: Any) -> pd.DataFrame:
    """Return a table of any supported kind as a pandas DataFrame.

    Parameters
    ----------
    X : DataFrame, array or sparse matrix of shape (n_rows, n_columns)
        pandas, polars, pyarrow or any other table narwhals reads; a
        two-dimensional array; a SciPy sparse matrix.

    Returns
    -------
    pandas.DataFrame
        ``X`` itself when it is one. Columns of arrays are named ``x0, x1, ...``.

    Raises
    ------
    MetaFeatureTypeError
        If ``X`` is none of these. It is a TypeError.
    MetaFeatureDataError
        If an array has not two dimensions, or names repeat. It is a ValueError.

    Examples
    --------
    >>> to_pandas(np.eye(2)).columns.tolist()
    ['x0', 'x1']
    """
    table = native_table(X)
    if isinstance(table, pd.DataFrame):
        return table
    if isinstance(table, nw.DataFrame):
        return table.to_pandas()
    return pd.DataFrame.sparse.from_spmatrix(table, columns=_array_names(table.shape[1]))


def native_table(X: Any) -> Any:
    """Return a pandas table, a narwhals table or a SciPy sparse matrix; nothing is copied.

    Arrays become pandas tables. Errors are those of `to_pandas`.
    """
    if isinstance(X, pd.DataFrame):
        return X
    if hasattr(X, "tocsc") and hasattr(X, "shape"):
        return _two_dimensional(X)
    if isinstance(X, list | tuple | np.ndarray) or hasattr(X, "__array_interface__"):
        array = _two_dimensional(_as_array(X))
        return pd.DataFrame(array, columns=_array_names(array.shape[1]))
    try:
        return nw.from_native(X, eager_only=True)
    except TypeError as error:
        raise MetaFeatureTypeError(
            f"X must be a DataFrame, a two-dimensional array or a sparse matrix. "
            f"Got {type(X).__name__} instead."
        ) from error
    except nw.exceptions.DuplicateError as error:
        raise MetaFeatureDataError(
            f"Column names of a {type(X).__name__} must be unique ({error}); rename them."
        ) from error


def _two_dimensional(X: Any) -> Any:
    if len(X.shape) != 2:
        raise MetaFeatureDataError(
            f"X must have two dimensions (rows, columns). Got {len(X.shape)} instead; "
            "reshape a single column with X.reshape(-1, 1)."
        )
    return X


def _as_array(X: Any) -> npt.NDArray[Any]:
    try:
        return X if isinstance(X, np.ma.MaskedArray) else np.asarray(X)
    except ValueError as error:
        raise MetaFeatureDataError(
            f"X must have as many values in each row. Got rows of different lengths ({error})."
        ) from error


def _array_names(n_columns: int) -> list[str]:
    return [f"x{i}" for i in range(n_columns)]


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
    return {name: column_kind(X[name]) for name in X.columns}


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
        numeric when every value reads as a number, datetime when every value
        reads as an ISO 8601 date, text when there are more than 30 distinct
        values of 3 words or more on average, and categorical otherwise.

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
        return "numeric"
    return _object_kind(column)


def _object_kind(column: pd.Series[Any]) -> ColumnKind:
    values = _distinct(column)
    if not values:
        return "numeric"
    if all(isinstance(value, bool | np.bool_) for value in values) and _are_booleans(column):
        return "categorical"
    if _are_numbers(values):
        return "numeric"
    if _are_dates(values):
        return "datetime"
    return "text" if _are_texts(values) else "categorical"


def _distinct(column: pd.Series[Any]) -> list[Any]:
    """Distinct present values; values that cannot be hashed count by their text."""
    present = column.dropna()
    try:
        return list(present.unique())
    except TypeError:
        return list(present.astype(str).unique())


def _are_booleans(column: pd.Series[Any]) -> bool:
    """Tell whether all present values are booleans; among the distinct ones True stands for 1."""
    return bool(dtypes.infer_dtype(column, skipna=True) == "boolean")


def _are_numbers(values: list[Any]) -> bool:
    if isinstance(values[0], str) and not _reads_as_number(values[0]):
        return False  # spares most columns of categories the parsing of all their values
    numbers = pd.to_numeric(_with_floats(pd.Series(values)), errors="coerce")
    return not (dtypes.is_complex_dtype(numbers.dtype) or numbers.isna().any())


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


def _are_dates(values: list[Any]) -> bool:
    if all(isinstance(value, datetime.date) for value in values):
        return True
    if not all(isinstance(value, str) and ISO_DATE.match(value) for value in values):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = pd.to_datetime(pd.Series(values), errors="coerce", format="ISO8601", utc=True)
    return not parsed.isna().any()


def _are_texts(values: list[Any]) -> bool:
    if len(values) <= MIN_TEXT_VALUES:
        return False
    n_words = sum(len(str(value).split()) for value in values)
    return n_words >= MIN_TEXT_WORDS * len(values)


def varies(column: pd.Series[Any]) -> bool:
    """Return whether a column holds two distinct values or more, missing ones not counted.

    Examples
    --------
    >>> varies(pd.Series([1.0, None, 1.0]))
    False
    """
    try:
        return bool(column.nunique(dropna=True) > 1)
    except TypeError:  # values that cannot be hashed count by their text
        return bool(column.dropna().astype(str).nunique() > 1)


def to_numeric(column: pd.Series[Any], kind: ColumnKind) -> pd.Series[float]:
    """Return a numeric or datetime column as float64; missing values become NaN.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        A column of the given kind.
    kind : {"numeric", "datetime"}
        Durations are given in seconds, dates in days since 1970-01-01 (UTC).

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
        return _days(column)
    if dtypes.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds()
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    is_number = dtypes.is_any_real_numeric_dtype(column.dtype)
    numbers = column if is_number else pd.to_numeric(_with_floats(column), errors="coerce")
    return pd.Series(numbers.to_numpy("float64", na_value=np.nan), column.index, name=column.name)


def _days(column: pd.Series[Any]) -> pd.Series[float]:
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    is_parsed = dtypes.is_datetime64_any_dtype(column.dtype)
    stamps = pd.to_datetime(
        column, errors="coerce", utc=True, **({} if is_parsed else {"format": "ISO8601"})
    )
    epoch = pd.Timestamp("1970-01-01", tz="UTC")
    days: pd.Series[float] = (stamps - epoch) / pd.Timedelta(days=1)
    return days
