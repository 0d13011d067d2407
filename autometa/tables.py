"""The door: a user's table and target are checked and repaired here, and nowhere behind."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from autometa.exceptions import DatasetError, DatasetWarning, ParameterError
from metafeatures.columns import column_kind, to_numeric, to_pandas, varies

TASK_TYPES = ("binary", "multiclass", "regression")
MIN_ROWS = 5
MAX_NUMERIC_CLASSES = 20


@dataclass(frozen=True, kw_only=True)
class Table:
    """A checked table and its target.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        The user's columns, named by strings; infinities have become NaN.
    y : ndarray of shape (n_rows,)
        Class numbers from 0 (int64), or target values (float64).
    classes : ndarray of shape (n_classes,)
        Class labels by number; empty for regression.
    task_type : {"binary", "multiclass", "regression"}
    name, target : str
        What the dataset and its target column are called.
    """

    X: pd.DataFrame
    y: npt.NDArray[Any]
    classes: npt.NDArray[Any]
    task_type: str
    name: str = "table"
    target: str = "target"

    @property
    def n_classes(self) -> int:
        """0 for regression."""
        return len(self.classes)

    @property
    def labels(self) -> npt.NDArray[Any]:
        """The target as the user gave it: class labels, or values."""
        return self.classes[self.y] if self.n_classes else self.y


def check_table(
    X: Any,
    y: Any,
    task_type: str | None = None,
    *,
    name: str = "table",
    target: str = "target",
    min_rows: int = MIN_ROWS,
) -> Table:
    """Return a checked table, or say what is wrong with it.

    Parameters
    ----------
    X : DataFrame, array or sparse matrix of shape (n_rows, n_columns)
    y : array-like of shape (n_rows,)
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from the target: numbers with fractions, or more than 20
        different ones, are a regression; anything else is a classification.

    Raises
    ------
    DatasetError
        If the table has no rows or columns, repeated column names, or fewer
        rows than ``min_rows``; if the target has missing values, infinities,
        one class only, or another length.

    Warns
    -----
    DatasetWarning
        When infinities are read as missing, column names are made strings, or
        columns are constant or empty: pipelines leave these out.
    """
    frame = _check_columns(to_pandas(X))
    values = _check_target(y, frame)
    task_type = _check_task_type(task_type, values)
    if len(frame) < min_rows:
        raise DatasetError(
            f"A table must have {min_rows} rows or more, one for each fold. Got n_samples = "
            f"{len(frame)}; collect more rows."
        )
    _check_variety(frame)
    codes, classes = _encode_target(values, task_type)
    if task_type == "classification":
        task_type = "binary" if len(classes) == 2 else "multiclass"
    return Table(X=frame, y=codes, classes=classes, task_type=task_type, name=name, target=target)


def _check_columns(frame: pd.DataFrame) -> pd.DataFrame:
    if 0 in frame.shape:
        raise DatasetError(
            "X must have rows and columns. Got "
            f"{frame.shape[0]} sample(s) and {frame.shape[1]} feature(s) "
            f"(shape={frame.shape}) while a minimum of 1 is required."
        )
    names = [str(column) for column in frame.columns]
    repeated = [column for column, count in Counter(names).items() if count > 1]
    if repeated:
        raise DatasetError(f"Column names must differ. Repeated: {repeated}; rename them.")
    if any(not isinstance(column, str) for column in frame.columns):
        warnings.warn(
            DatasetWarning("Column names that are not strings were turned into strings."),
            stacklevel=4,
        )
        frame = frame.set_axis(names, axis=1)
    return _without_infinities(frame)


def _without_infinities(frame: pd.DataFrame) -> pd.DataFrame:
    infinite = {}
    for column in frame.columns:
        if dtypes.is_float_dtype(frame[column].dtype):
            n_infinite = int(np.isinf(frame[column].to_numpy("float64", na_value=np.nan)).sum())
            if n_infinite:
                infinite[column] = n_infinite
    if not infinite:
        return frame
    told = ", ".join(f"'{column}' ({n})" for column, n in list(infinite.items())[:5])
    warnings.warn(
        DatasetWarning(f"Infinite values are read as missing, in {len(infinite)} columns: {told}."),
        stacklevel=4,
    )
    repaired = {c: frame[c].mask(np.isinf(frame[c].astype("float64"))) for c in infinite}
    return frame.assign(**repaired)


def _check_variety(frame: pd.DataFrame) -> None:
    """Say which columns every pipeline will leave out; some must be left."""
    constant = [column for column in frame.columns if not varies(frame[column])]
    if len(constant) == frame.shape[1]:
        raise DatasetError(
            "X must have a column with two distinct values or more. All "
            f"{frame.shape[1]} columns are constant or empty."
        )
    if constant:
        told = f"{constant[:5]}" + (" and more" if len(constant) > 5 else "")
        warnings.warn(
            DatasetWarning(f"Columns that are constant or empty are left out: {told}."),
            stacklevel=4,
        )


def _check_target(y: Any, frame: pd.DataFrame) -> pd.Series[Any]:
    if y is None:
        raise DatasetError(
            "The target requires y to be passed, but the target y is None. Give one value a row."
        )
    values = np.asarray(y) if not isinstance(y, pd.Series) else y
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise DatasetError(f"y must have one dimension. Got the shape {values.shape}.")
    if len(values) != len(frame):
        raise DatasetError(
            "X and y must have one row each for every example. Found input variables with "
            f"inconsistent numbers of samples: {[len(frame), len(values)]}."
        )
    series = pd.Series(values).reset_index(drop=True)
    n_missing = int(series.isna().sum())
    if n_missing:
        raise DatasetError(
            f"The target must not be missing. Input y contains NaN in {n_missing} of "
            f"{len(series)} rows; drop those rows first."
        )
    return series


def _check_task_type(task_type: str | None, values: pd.Series[Any]) -> str:
    if task_type in (*TASK_TYPES, "classification"):
        return str(task_type)
    if task_type is not None:
        raise ParameterError(
            f"'task_type' must be one of {[*TASK_TYPES, 'classification']} or None. "
            f"Got {task_type!r}."
        )
    if column_kind(values) != "numeric":
        return "classification"
    numbers = to_numeric(values, "numeric")
    has_fractions = bool((numbers % 1 != 0).any())
    n_distinct = numbers.nunique()
    many = n_distinct > MAX_NUMERIC_CLASSES or (n_distinct > 2 and n_distinct > len(numbers) / 3)
    return "regression" if has_fractions or many else "classification"


def _encode_target(
    values: pd.Series[Any], task_type: str
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    if task_type == "regression":
        return _regression_target(values), np.array([])
    try:
        classes, codes = np.unique(values.to_numpy(), return_inverse=True)
    except TypeError:  # labels of several kinds cannot be sorted
        classes, codes = np.unique(values.astype(str).to_numpy(), return_inverse=True)
    if len(classes) < 2:
        raise DatasetError(
            f"A classification target must have two classes or more. Got one class: "
            f"{classes[0]!r}; check that the right column is the target."
        )
    if task_type == "binary" and len(classes) > 2:
        raise DatasetError(f"A binary target has two classes. Got {len(classes)}.")
    return codes.astype("int64"), classes


def _regression_target(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    numbers = to_numeric(values, "numeric")
    n_bad = int((~np.isfinite(numbers)).sum())
    if n_bad:
        raise DatasetError(
            "A regression target must hold finite numbers. Input y contains infinity or a value "
            f"too large, or text, in {n_bad} rows."
        )
    return np.asarray(numbers, dtype="float64")
