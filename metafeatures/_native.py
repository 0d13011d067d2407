"""Tables of any make as one of three: a pandas table, one of narwhals, a sparse matrix."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from metafeatures.exceptions import MetaFeatureDataError, MetaFeatureTypeError


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
    names = _array_names(table.shape[1])
    return pd.DataFrame.sparse.from_spmatrix(_canonical(table), columns=names)


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
        try:
            return pd.DataFrame(array, columns=_array_names(array.shape[1]))
        except UnicodeEncodeError as error:  # half a surrogate pair, which is no character
            raise MetaFeatureDataError(f"X holds text that is no Unicode: {error}.") from error
    try:
        return nw.from_native(X, eager_only=True)
    except TypeError as error:
        if hasattr(X, "__array__"):
            return native_table(np.asarray(X))
        raise MetaFeatureTypeError(
            f"X must be a DataFrame, a two-dimensional array or a sparse matrix. "
            f"Got {type(X).__name__} instead."
        ) from error
    except nw.exceptions.DuplicateError as error:
        raise MetaFeatureDataError(
            f"Column names of a {type(X).__name__} must be unique ({error}); rename them."
        ) from error


def _canonical(matrix: Any) -> Any:
    """Return a sparse matrix by columns, each cell stored once; the caller's stays as it is.

    A matrix may hold a cell in several parts, which count by their sum. pandas would
    take one of them.
    """
    columns = matrix.tocsc()
    if columns.has_canonical_format:
        return columns
    columns = columns.copy()
    columns.sum_duplicates()
    return columns


def _two_dimensional(X: Any) -> Any:
    if len(X.shape) != 2:
        raise MetaFeatureDataError(
            f"X must have two dimensions (rows, columns). Got {len(X.shape)} instead; "
            "reshape a single column with X.reshape(-1, 1)."
        )
    return X


def _as_array(X: Any) -> npt.NDArray[Any]:
    try:
        if isinstance(X, np.ma.MaskedArray):
            return X
        array = np.asarray(X)
        if not array.dtype.isnative:  # of files of other machines; pandas cannot take its rows
            array = array.astype(array.dtype.newbyteorder("="))
        if array.dtype.kind in "US" and not isinstance(X, np.ndarray):
            return np.asarray(X, dtype=object)  # numbers beside text stay numbers
        return array
    except ValueError as error:
        raise MetaFeatureDataError(
            f"X must have as many values in each row. Got rows of different lengths ({error})."
        ) from error


def _array_names(n_columns: int) -> list[str]:
    return [f"x{i}" for i in range(n_columns)]
