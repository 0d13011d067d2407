"""A target of any make as a column, its labels as they were given."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from metafeatures.exceptions import MetaFeatureDataError

PLAIN_LABELS = frozenset({str, int, float, bool, type(None), np.float64, np.int64, np.bool_})


def as_series(y: Any, what: str = "y") -> pd.Series[Any]:
    """Return a target of any supported kind as a pandas Series; labels keep their types.

    Masked cells are missing. A Series keeps its index.

    Parameters
    ----------
    y : array-like of shape (n_rows,)
    what : str, default="y"
        What errors call it: groups, times and weights are read alike.

    Raises
    ------
    MetaFeatureDataError
        If it is no column of one value a row.
    """
    if isinstance(y, pd.DataFrame):
        _refuse_columns(y.shape[1], what)
        y = y.iloc[:, 0]
    if isinstance(y, pd.Index | pd.api.extensions.ExtensionArray):
        y = pd.Series(y)
    if isinstance(y, pd.Series):
        native = y.dtype.isnative if isinstance(y.dtype, np.dtype) else True
        if native and not isinstance(y.dtype, pd.ArrowDtype | pd.SparseDtype):
            return pd.Series(y)
        return (
            _from_list(y.astype(object).tolist(), what)
            if native
            else _from_array(y.to_numpy(), what)
        )
    if not isinstance(y, np.ndarray | list | tuple):
        y = _from_library(y, what)
    return _from_array(y, what) if isinstance(y, np.ndarray) else _from_list(list(y), what)


def _refuse_columns(n_columns: int, what: str) -> None:
    if n_columns != 1:
        raise MetaFeatureDataError(f"{what} must be one column. Got {n_columns} columns instead.")


def _from_library(y: Any, what: str) -> Any:
    """Return a column of polars, pyarrow or another library as a list or an array."""
    if isinstance(y, str | bytes | dict | set | frozenset):
        raise MetaFeatureDataError(
            f"{what} must be one value a row: a Series, an array or a list. Got {type(y).__name__}."
        )
    if hasattr(y, "toarray"):
        return y.toarray()
    try:
        series = nw.from_native(y, allow_series=True, eager_only=True)
        if isinstance(series, nw.DataFrame):
            _refuse_columns(series.shape[1], what)
            series = series[:, 0]
        return series.to_list()
    except TypeError:  # it is of no library of tables
        pass
    if hasattr(y, "to_pylist"):  # an array of pyarrow
        return y.to_pylist()
    try:
        return np.asarray(y) if hasattr(y, "__array__") else list(y)
    except TypeError as error:
        raise MetaFeatureDataError(
            f"{what} must be one value a row: a Series, an array or a list. Got {type(y).__name__}."
        ) from error


def _from_list(values: list[Any], what: str) -> pd.Series[Any]:
    if values and isinstance(values[0], list | tuple | np.ndarray):
        try:
            nested = np.asarray(values)
        except ValueError as error:
            raise MetaFeatureDataError(
                f"{what} must have one dimension. Got lists of different lengths ({error})."
            ) from error
        if nested.ndim > 1 or nested.dtype != object:  # else nothing was unpacked: cells are cells
            return _from_array(nested, what)
    is_plain = set(map(type, values)) <= PLAIN_LABELS
    try:
        return pd.Series(values, dtype=None if values and is_plain else object)
    except UnicodeEncodeError:  # half a surrogate pair is no text to pandas
        return pd.Series(values, dtype=object)


def _from_array(values: npt.NDArray[Any], what: str) -> pd.Series[Any]:
    if isinstance(values, np.ma.MaskedArray):
        values = unmasked(values)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise MetaFeatureDataError(
            f"{what} must have one dimension. Got an array of shape {values.shape} instead."
        )
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        values = values.astype("float64")
    if values.dtype.kind == "V":
        raise MetaFeatureDataError(
            f"{what} must hold one value a row. Got records of {values.dtype}."
        )
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype.kind in "USO":  # pandas would make enumerations of text or numbers plain
        return _from_list(values.tolist(), what)
    return pd.Series(values)


def unmasked(values: np.ma.MaskedArray[Any, Any]) -> npt.NDArray[Any]:
    """Return a masked array as a plain one: what is masked is missing."""
    if not np.ma.is_masked(values):
        return np.asarray(values.data)
    fill, kind = (np.nan, values.dtype) if values.dtype.kind == "f" else (None, np.dtype(object))
    filled = values.data.astype(kind)
    filled[np.ma.getmaskarray(values)] = fill
    return filled
