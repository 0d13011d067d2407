"""The target of a table: which task it poses, and class numbers or values.

Class labels stay as the user gave them, whatever their type; everything behind the door
works with class numbers.
"""

from __future__ import annotations

import datetime
import math
import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from autometa._common.readable import shown
from autometa.exceptions import DatasetError, DatasetWarning, MetricError, ParameterError
from autometa.tables._errors import as_own_errors
from metafeatures import AnyTaskType, infer_task_type
from metafeatures._registry import TASK_TYPES
from metafeatures.columns import as_series, distinct_cells, to_numeric

# From here on logarithms and the objectives of counts pay (benchmarks/results/long_tails.md).
MIN_SKEWNESS = 1.0
# Fits and scores square the target and sum over rows; a double overflows beyond 1.8e308 and is
# subnormal, with fewer digits, below 2.2e-308. That leaves room for a hundred million rows.
MAX_SIZE = 1e150
MIN_SPREAD = 1e-150
MAX_SHOWN = 60  # letters of a label in a message
NUMBERS = (int, float, np.integer, np.floating, Decimal, Fraction)


def read_target(y: Any) -> pd.Series[Any]:
    """Return a target of any kind as a Series without an index of its own, none missing.

    Raises
    ------
    DatasetError
        If it is no column of single values, some are missing, or they are dates or
        complex numbers.
    """
    if y is None:
        raise DatasetError(
            "The target requires y to be passed, but the target y is None. Give one value a row."
        )
    with as_own_errors():
        series = as_series(y).reset_index(drop=True)
    n_missing = int(series.isna().sum())
    if n_missing:
        raise DatasetError(
            f"The target must not be missing. Input y contains NaN in {n_missing} of "
            f"{len(series)} rows; drop those rows first."
        )
    _refuse_odd_values(series)
    _refuse_infinity(series)
    return series


def _refuse_odd_values(series: pd.Series[Any]) -> None:
    dtype = series.dtype
    if dtypes.is_complex_dtype(dtype):
        raise DatasetError("The target must be classes or real numbers. Got complex numbers.")
    is_date = dtypes.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype)
    if not is_date and dtypes.is_object_dtype(dtype):
        # an empty target is refused for its length, not as dates
        is_date = all(isinstance(value, datetime.date) for value in series) and len(series) > 0
    if is_date:
        raise DatasetError(
            "The target must be classes or numbers. Got dates; give numbers, such as days since "
            "some day: (y - y.min()).dt.days."
        )
    try:
        pd.factorize(series)  # lists and sets have no hash: they can be no labels
    except (TypeError, NotImplementedError, ValueError) as error:
        raise DatasetError(
            f"The target must hold one label or number a row. Got values that are neither, such as "
            f"{type(series.iloc[0]).__name__} ({error})."
        ) from error


def _refuse_infinity(series: pd.Series[Any]) -> None:
    """Refuse infinity in a target of any task: as a class it would be predicted as a number."""
    if dtypes.is_object_dtype(series.dtype):
        n_bad = sum(map(_is_infinity, series))
    else:
        n_bad = int(np.isinf(series.to_numpy()).sum()) if series.dtype.kind == "f" else 0
    if n_bad:
        raise DatasetError(
            f"The target must hold finite numbers or labels. Input y contains infinity in {n_bad} "
            f"of {len(series)} rows; drop those rows first."
        )


def _is_infinity(value: Any) -> bool:
    if isinstance(value, Decimal):  # 1E+999 is a number, which no double holds
        return value.is_infinite()
    return isinstance(value, float | np.floating) and math.isinf(value)


def choose_task_type(
    task_type: str | None, values: pd.Series[Any], metric_kind: str | None
) -> AnyTaskType:
    """Return ``regression`` or ``classification`` (or what was asked for).

    What is not said is read by the one rule `metafeatures.infer_task_type`. The kind of
    metric that was asked for settles what whole numbers are.
    """
    if task_type in (*TASK_TYPES, "classification"):
        return cast(AnyTaskType, task_type)
    if task_type is not None:
        raise ParameterError(
            f"'task_type' must be one of {[*TASK_TYPES, 'classification']} or None. "
            f"Got {task_type!r}."
        )
    guess = _guess_task_type(values)
    if metric_kind is None or metric_kind == guess:
        return guess
    return _settled_by_metric(values, guess, metric_kind)


def _settled_by_metric(values: pd.Series[Any], guess: str, metric_kind: str) -> AnyTaskType:
    numbers = to_numeric(values, "numeric") if _are_numbers(values) else None
    if numbers is None:
        raise MetricError(
            "A metric of regression does not apply to a target of labels. Give one of "
            "classification, such as 'accuracy', or a target of numbers."
        )
    if metric_kind == "classification" and bool((numbers % 1 != 0).any()):
        raise MetricError(
            "A metric of classification does not apply to a target of numbers with fractions. "
            "Give one of regression, such as 'r2', or class labels."
        )
    warnings.warn(
        DatasetWarning(
            f"The target holds {numbers.nunique()} whole numbers, which could be a {guess}; the "
            f"metric makes it a {metric_kind}."
        ),
        stacklevel=4,
    )
    return cast(AnyTaskType, metric_kind)


def _are_numbers(values: pd.Series[Any]) -> bool:
    """Tell whether a target is numbers by type, not text that reads as some."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype) or dtypes.is_bool_dtype(dtype):
        return False
    if dtypes.is_numeric_dtype(dtype) or dtypes.is_timedelta64_dtype(dtype):
        return True
    cells = distinct_cells(values)
    return all(isinstance(cell, NUMBERS) and not isinstance(cell, bool) for cell in cells)


def _guess_task_type(values: pd.Series[Any]) -> AnyTaskType:
    # the shared rule does not know durations, of which few could pass for classes
    if dtypes.is_timedelta64_dtype(values.dtype):
        return "regression"
    return "regression" if infer_task_type(values) == "regression" else "classification"


def encode_target(
    values: pd.Series[Any], task_type: str
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return class numbers and the labels by number, or values and no labels.

    Raises
    ------
    DatasetError
        If the target has one class only, more than two for a binary task, or one value
        or no finite one for a regression.
    """
    if task_type == "regression":
        return _regression_target(values), np.array([])
    codes, labels = pd.factorize(values)
    classes = labels.to_numpy()
    order = _label_order(classes)
    if len(classes) < 2:
        raise DatasetError(
            f"A classification target must have two classes or more. Got one class: "
            f"{shown(classes[0])}; check that the right column is the target."
        )
    if task_type == "binary" and len(classes) > 2:
        raise DatasetError(f"A binary target has two classes. Got {len(classes)}.")
    _warn_of_twins(classes)
    # factorize numbers labels as they come: the order of rows must not decide their numbers
    rank = np.empty(len(order), "int64")
    rank[order] = np.arange(len(order))
    return rank[codes], classes[order]


def _warn_of_twins(classes: npt.NDArray[Any]) -> None:
    """Say which labels are written alike, as 1 and "1": no reader of a result tells them apart.

    Files read in parts and tables put one below the other bring them, and each half of a class
    is then a class. They stay as they were given: labels may be of any type.
    """
    if not dtypes.is_object_dtype(classes.dtype):
        return  # of one type, labels that differ are written differently
    first: dict[str, Any] = {}
    for label in classes:
        is_whole = isinstance(label, float | np.floating) and float(label).is_integer()
        other = first.setdefault(str(int(label)) if is_whole else str(label), label)
        if type(other) is not type(label):
            message = (
                f"The target holds labels that are written alike and are two classes: {other!r} "
                f"and {label!r}, of the types {type(other).__name__} and {type(label).__name__}. "
                "If they are one, make them of one type, as y.astype(str) does."
            )
            warnings.warn(DatasetWarning(message), stacklevel=4)
            return


def _label_order(classes: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the places of labels in their order; labels without one go by type and text."""
    try:
        return np.argsort(classes, kind="stable")
    except TypeError:
        keys = [(type(label).__name__, str(label)) for label in classes]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def _regression_target(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    if dtypes.is_timedelta64_dtype(values.dtype):
        warnings.warn(
            DatasetWarning("The target holds durations, which are read as seconds."), stacklevel=4
        )
    numbers = to_numeric(values, "numeric")
    is_bad = ~np.isfinite(numbers.to_numpy())
    if is_bad.any():
        example, n_bad = shown(values[is_bad].iloc[0])[:MAX_SHOWN], int(is_bad.sum())
        raise DatasetError(
            f"A regression target must hold finite numbers. Input y contains {example} or the like "
            f"in {n_bad} of {len(values)} rows; give numbers that a double can hold, or "
            "take labels as classes: task_type='classification', AutoMetaClassifier."
        )
    if numbers.min() == numbers.max():
        raise DatasetError(
            "A regression target must have two distinct values or more. Got only "
            f"{numbers.iloc[0]:g}; check that the right column is the target."
        )
    _refuse_sizes(numbers)
    return np.asarray(numbers, dtype="float64")


def _refuse_sizes(numbers: pd.Series[float]) -> None:
    """Refuse a target whose squares are no numbers: no setup could be fitted or scored."""
    low, high = float(numbers.min()), float(numbers.max())
    largest, spread = max(high, -low), high / 2 - low / 2
    if largest > MAX_SIZE:
        scale = 10.0 ** math.floor(math.log10(largest))
        raise DatasetError(
            f"A regression target must lie between -{MAX_SIZE:g} and {MAX_SIZE:g}: squares of "
            f"larger numbers overflow. Got up to {largest:g} in size; divide it by {scale:g} and "
            "multiply predictions by that."
        )
    if spread < MIN_SPREAD:
        raise DatasetError(
            f"The values of a regression target must differ by {MIN_SPREAD:g} or more: squares of "
            f"smaller differences are 0. Got {2 * spread:g} at most; multiply it by "
            f"{1 / MIN_SPREAD:g} and divide predictions by that."
        )


def has_long_tail(y: npt.NDArray[np.float64]) -> bool:
    """Tell whether values are never below 0, and skewed by `MIN_SKEWNESS` at least.

    Examples
    --------
    >>> has_long_tail(np.array([0.0, 1.0, 1.0, 2.0, 9.0])), has_long_tail(np.arange(9.0))
    (True, False)
    """
    if len(y) < 3 or y.min() < 0:
        return False
    apart = (y - y.mean()) / (y.std() or 1.0)
    return bool(np.mean(apart**3) >= MIN_SKEWNESS)
