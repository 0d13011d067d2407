"""Tables of any make and cells of any class as plain pandas columns.

Workers are other processes: they can read numbers, text, dates and Python's own types, and
not the classes of the user's script. So cells are made plain before anything else looks at
them, the same way in fit and predict; what has no text of its own is refused by column.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from autometa.exceptions import DatasetError
from autometa.tables._dtypes import dtypes_that
from autometa.tables._errors import as_own_errors
from metafeatures.columns import to_pandas, unmasked

MAX_NESTED = 100  # cells of more elements are embeddings or images, not levels
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
PLAIN_TYPES = frozenset(
    {
        str, int, float, bool, bytes, complex, type(None), decimal.Decimal, fractions.Fraction,
        datetime.date, datetime.datetime, datetime.time, datetime.timedelta, pd.Timestamp,
        pd.Timedelta, type(pd.NaT), type(pd.NA),
    }
)  # fmt: skip
MASKED = (
    pd.BooleanDtype | pd.Int8Dtype | pd.Int16Dtype | pd.Int32Dtype | pd.Int64Dtype
    | pd.UInt8Dtype | pd.UInt16Dtype | pd.UInt32Dtype | pd.UInt64Dtype
    | pd.Float32Dtype | pd.Float64Dtype
)  # fmt: skip
BASES: tuple[Any, ...] = (str, bytes, int, float, complex, decimal.Decimal, fractions.Fraction)


def plain_table(X: Any) -> pd.DataFrame:
    """Return a table of any kind as a plain DataFrame with rows counted from 0.

    Parameters
    ----------
    X : DataFrame, array or sparse matrix of shape (n_rows, n_columns)
        pandas, polars, pyarrow or any other table narwhals reads.

    Returns
    -------
    DataFrame
        Columns are named by strings; cells are numbers, text, dates, or categories of
        these. Enumerations, data classes and other objects have become their text,
        periods their start, masked cells missing.

    Raises
    ------
    DatasetError
        If ``X`` is no table, names repeat, or a column holds what cannot be made plain.
    """
    frame = _as_frame(X)
    names = different_names(frame.columns.tolist())
    odd = np.flatnonzero(~dtypes_that(frame, _is_plain))
    plain = {names[i]: _plain_column(names[i], frame.iloc[:, i]) for i in odd}
    rows = pd.RangeIndex(len(frame))
    if len(plain) == len(names):
        return pd.DataFrame(plain, index=rows)
    result = pd.DataFrame(frame).set_axis(pd.Index(names, dtype=object), axis=1)
    result.index = rows
    result.attrs, result.flags.allows_duplicate_labels = {}, True
    return result.assign(**plain) if plain else result


def different_names(columns: Iterable[Any]) -> list[str]:
    """Return the names of columns as text, or refuse those that repeat."""
    names = [str(name) for name in columns]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DatasetError(
            f"Column names must differ. Repeated: {repeated[:5]}; rename them.", columns=repeated
        )
    return names


def level_text(value: Any) -> str:
    """Return the text that a level of a category goes by, the same for 1, 1.0 and "1"."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value)


def _as_frame(X: Any) -> pd.DataFrame:
    if isinstance(X, np.ma.MaskedArray):
        X = unmasked(X)
    if isinstance(X, np.ndarray):
        X = _plain_array(X)
    try:
        with as_own_errors():
            return to_pandas(X)
    except DatasetError:
        raise
    except (TypeError, ValueError, NotImplementedError, OverflowError) as error:
        # each library has types of its own that pandas has no column for
        raise DatasetError(
            f"X must be a table of numbers, categories, dates or text. This {type(X).__name__} "
            f"cannot be read: {error}"
        ) from error


def _plain_array(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array in this machine's byte order, of a type that pandas has."""
    if values.dtype.kind in "cV":
        raise DatasetError(
            f"X must hold numbers, categories, dates or text. Got an array of {values.dtype}; give "
            "real and imaginary part, or each field, a column of its own."
        )
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        with np.errstate(over="ignore"):  # beyond float64 they are infinite, which is said
            return values.astype("float64")
    if not values.dtype.isnative:
        return values.astype(values.dtype.newbyteorder("="))
    return values


def _is_plain(dtype: Any) -> bool:
    """Tell whether columns of a dtype need no look at their cells."""
    if isinstance(dtype, np.dtype):
        return dtype.isnative and dtype.itemsize <= 8 and dtype.kind in "biufMm"
    if isinstance(dtype, pd.SparseDtype):
        return _is_plain(dtype.subtype)
    # text is not among them: its cells may hold what UTF-8 cannot write
    return isinstance(dtype, MASKED | pd.DatetimeTZDtype)


def _plain_column(name: str, column: pd.Series[Any]) -> Any:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return _plain_array(column.to_numpy())
    if isinstance(dtype, pd.CategoricalDtype):
        levels = _plain_cells(name, list(column.cat.categories))
        if len(set(levels)) < len(levels):
            raise DatasetError(
                f"Column '{name}' has different categories that read alike; rename them.",
                columns=[name],
            )
        codes = column.cat.codes.to_numpy()
        return pd.Categorical.from_codes(codes, pd.Index(levels, dtype=_level_type(levels)))
    if isinstance(dtype, pd.PeriodDtype):
        return column.dt.to_timestamp().array
    if isinstance(dtype, pd.ArrowDtype):
        column = _from_arrow(column)
        if _is_plain(column.dtype):
            return column.array
    cells = column.astype(object).to_numpy()
    types = set(map(type, cells))
    if types <= PLAIN_TYPES and datetime.datetime not in types:
        return _encodable(cells) if str in types else cells
    return _plain_objects(name, cells)


def _encodable(cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return text that UTF-8 can write; halves of surrogate pairs are escaped."""
    try:
        for cell in cells:
            if type(cell) is str and not cell.isascii():
                cell.encode()
    except UnicodeEncodeError:
        return _array([_escaped(cell) if type(cell) is str else cell for cell in cells])
    return cells


def _escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _level_type(levels: list[Any]) -> Any:
    return object if any(isinstance(level, str) for level in levels) else None


def _from_arrow(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return an Arrow column with a type of pandas; integers with gaps stay integers."""
    kind = column.dtype.kind
    if kind in "iufb" and dtypes.is_any_real_numeric_dtype(column.dtype) | (kind == "b"):
        masked = {"i": "Int64", "u": "UInt64", "f": "Float64", "b": "boolean"}[kind]
        return column.astype(masked)
    if kind == "M" and dtypes.is_datetime64_any_dtype(column.dtype):
        return pd.to_datetime(column.astype(object))
    return column.astype(object)


def _plain_objects(name: str, cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make the cells of a column plain; each distinct one once where they can be hashed."""
    try:
        codes, levels = pd.factorize(cells, use_na_sentinel=False)
    except (TypeError, ValueError):
        return _array(_plain_cells(name, cells))
    if {type(level) for level in levels} & {bool, int, float}:
        return _array(_plain_cells(name, cells))  # True and 1 are one to a hash table
    return np.asarray(_array(_plain_cells(name, levels))[codes])


def _array(cells: list[Any]) -> npt.NDArray[Any]:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _plain_cells(name: str, cells: Iterable[Any]) -> list[Any]:
    try:
        return [_plain_cell(cell) for cell in cells]
    except DatasetError as error:
        raise DatasetError(f"Column '{name}' {error}", columns=[name]) from error
    except Exception as error:  # the text of a user's object is the user's code
        raise DatasetError(
            f"Column '{name}' holds objects that have no text ({type(error).__name__}: {error}); "
            "give numbers, text or dates.",
            columns=[name],
        ) from error


def _plain_cell(cell: Any) -> Any:
    kind = type(cell)
    if kind is datetime.datetime and cell.tzinfo is not None:
        return pd.Timestamp(cell.astimezone(datetime.UTC)) if _is_foreign(cell.tzinfo) else cell
    if kind is str:
        return _escaped(cell)
    if kind in PLAIN_TYPES:
        return cell
    if cell is np.ma.masked:
        return None
    if isinstance(cell, enum.Enum):
        return str(cell)
    if isinstance(cell, np.generic):
        return pd.Timestamp(cell) if isinstance(cell, np.datetime64) else _unboxed(cell)
    if isinstance(cell, datetime.date):
        return pd.Timestamp(cell)
    if isinstance(cell, pd.Period):
        return cell.start_time
    for base in BASES:
        if isinstance(cell, base):
            return base.__str__(cell) if base is str else base(cell)
    if isinstance(cell, np.ndarray | list | tuple | set | frozenset | dict):
        return _nested_text(cell)
    text = str(cell)
    if ADDRESS.search(text) or callable(cell) or isinstance(cell, pd.DataFrame | pd.Series):
        raise DatasetError(
            f"holds objects of the class '{kind.__name__}', which have no text that tells them "
            "apart; give numbers, text or dates."
        )
    return text


def _is_foreign(zone: Any) -> bool:
    """Tell whether a time zone is of a class that a worker may not have."""
    return type(zone).__module__.split(".")[0] not in ("datetime", "zoneinfo", "pytz", "dateutil")


def _unboxed(cell: np.generic) -> Any:
    value = cell.item()
    return float(value) if isinstance(value, np.generic) else value  # long doubles stay boxed


def _nested_text(cell: Any) -> str:
    """Return the text of a list, a set or a record of few elements."""
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if not isinstance(cell, list | tuple | set | frozenset | dict):
        return str(_plain_cell(cell))
    if len(cell) > MAX_NESTED:
        raise DatasetError(
            f"holds lists, such as one of {len(cell)} elements; give each element a column of its "
            "own."
        )
    if isinstance(cell, dict):
        return "{" + ", ".join(f"{_element(k)}: {_element(v)}" for k, v in cell.items()) + "}"
    elements = [_element(value) for value in cell]
    if isinstance(cell, set | frozenset):
        return "{" + ", ".join(sorted(elements)) + "}"
    return "[" + ", ".join(elements) + "]"


def _element(value: Any) -> str:
    plain = _plain_cell(value)
    return repr(plain) if isinstance(value, str) else str(plain)


def refuse_empty(X: Any) -> None:
    """Refuse a table without rows: what comes after it would, in its own words."""
    shape = getattr(X, "shape", None)
    n_rows = shape[0] if shape else len(X) if isinstance(X, list | tuple) else None
    if n_rows == 0:
        raise DatasetError(
            "The table must have a row or more. Found array with 0 sample(s) while a minimum of 1 "
            "is required; skip the call where nothing is to be predicted."
        )
