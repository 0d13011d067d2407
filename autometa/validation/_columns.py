"""Groups and timestamps as the user gives them, as codes and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from autometa._common.readable import shown
from autometa.exceptions import DatasetError
from metafeatures import MetaFeatureDataError, MetaFeatureTypeError
from metafeatures.columns import (
    as_series,
    column_kind,
    column_order,
    pair_rows,
    to_numeric,
    to_stamps,
)


def read_groups(groups: Any, X: Any, n_rows: int) -> npt.NDArray[np.intp]:
    """Return the group of each row as a code; codes are in the order of the labels.

    A row without a group is refused: it may be of any, and so on both sides of a split.

    Parameters
    ----------
    groups : array-like of shape (n_rows,)
    X : table
        Pairs by index labels, where both are of pandas.
    n_rows : int

    Raises
    ------
    DatasetError
        If there is not one for each row, some are missing, or there is one group only.
    """
    series = _series(groups, X, n_rows, "groups")
    _refuse_missing(
        series,
        "groups",
        "drop those rows, or give each of them a group of its own where they belong to none",
    )
    codes, labels = pd.factorize(series)
    if len(labels) < 2:
        raise DatasetError(
            f"'groups' must hold two groups or more. Got one: {shown(labels[0])}; leave it out."
        )
    rank = np.empty(len(labels), dtype=np.intp)
    rank[_order(labels)] = np.arange(len(labels))
    return np.asarray(rank[codes])


def _order(labels: Any) -> npt.NDArray[np.intp]:
    """Return the places of labels in their order; labels without one go by type and text."""
    values = np.asarray(labels, dtype=object)
    try:
        return np.argsort(values, kind="stable")
    except TypeError:
        keys = [(type(label).__name__, str(label)) for label in values]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def read_timestamps(timestamps: Any, X: Any, n_rows: int) -> tuple[npt.NDArray[Any], bool]:
    """Return the time of each row as a number, and whether it is one of dates.

    Dates of any type become nanoseconds since 1970 (UTC), whatever their time zones; numbers
    stay as they are.

    Parameters
    ----------
    timestamps : array-like of shape (n_rows,)
    X : table
        Pairs by index labels, where both are of pandas.
    n_rows : int

    Raises
    ------
    DatasetError
        If there is not one for each row, some are missing or no moments, or all are equal.
    """
    series = _series(timestamps, X, n_rows, "timestamps")
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    _refuse_missing(series, "timestamps", "drop those rows, or fill them in")
    if dtypes.is_integer_dtype(series.dtype):
        times: npt.NDArray[Any] = series.to_numpy(dtype=np.int64)
        of_dates = False
    else:
        times, of_dates = _times(series)
    if times.min() == times.max():
        raise DatasetError(
            f"'timestamps' must hold two moments or more. Got one: {shown(series.iloc[0])}; leave "
            "them out."
        )
    return times, of_dates


def _times(series: pd.Series[Any]) -> tuple[npt.NDArray[Any], bool]:
    if series.dtype.kind == "c":  # NumPy would drop the imaginary part
        raise DatasetError("'timestamps' must be dates or numbers. Got complex numbers.")
    kind = column_kind(series)
    if kind == "numeric":
        numbers = np.asarray(to_numeric(series, "numeric"), dtype=np.float64)
        bad = ~np.isfinite(numbers)
        if not bad.any():
            return numbers, False
    else:
        stamps = to_stamps(series, column_order(series) if kind == "datetime" else "iso")
        bad = stamps.isna().to_numpy()
        if not bad.any():
            return pd.DatetimeIndex(stamps).as_unit("ns").asi8, True
    raise DatasetError(
        f"'timestamps' must be dates or numbers. {int(bad.sum())} of {len(series)} rows read as "
        f"neither, such as {shown(series[bad].iloc[0])}."
    )


def _series(values: Any, X: Any, n_rows: int, what: str) -> pd.Series[Any]:
    if np.ndim(values) == 0 and not hasattr(values, "__len__"):
        raise DatasetError(
            f"'{what}' must have one value a row, or be the name of a column. Got {values!r}."
        )
    try:
        series = as_series(pair_rows(values, X, what), f"'{what}'").reset_index(drop=True)
    except (MetaFeatureDataError, MetaFeatureTypeError) as error:
        raise DatasetError(str(error)) from error
    if len(series) != n_rows:
        hint = ""
        if len(series) == 1 and isinstance(series.iloc[0], str):
            hint = f" Give {what}={series.iloc[0]!r} for the column of that name."
        elif 1 < len(series) < n_rows and set(series) <= set(getattr(X, "columns", ())):
            hint = (
                " These are names of columns: give one value for each combination of theirs, "
                f"such as X.groupby({series.tolist()}).ngroup()."
            )
        raise DatasetError(
            f"'{what}' must have one value a row. Got {len(series)} for {n_rows} rows.{hint}"
        )
    return series


def _refuse_missing(series: pd.Series[Any], what: str, advice: str) -> None:
    n_missing = int(series.isna().sum())
    if n_missing:
        raise DatasetError(
            f"'{what}' must not be missing, as in {n_missing} of {len(series)} rows; {advice}."
        )
