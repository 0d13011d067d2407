"""The target of a table: which task it poses, and its classes or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from metafeatures._registry import TASK_TYPES, TaskType
from metafeatures.columns import as_series, column_kind, to_numeric
from metafeatures.exceptions import MetaFeatureDataError, MetaFeatureParameterError

# Whole numbers with more values than that are counts or ages more often than names of classes.
MAX_NUMERIC_CLASSES = 20
MAX_CLASSES_A_ROW = 1 / 3  # fewer than three rows a class: nothing could be learnt of them


@dataclass(frozen=True, kw_only=True)
class Target:
    """A checked target: numbers for regression, else class codes, most frequent class first."""

    task_type: TaskType
    numbers: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int64]
    labels: tuple[str, ...]
    class_counts: npt.NDArray[np.int64]

    @property
    def is_regression(self) -> bool:
        """Whether the target is a number to predict."""
        return self.task_type == "regression"


def read_target(y: Any, n_rows: int, task_type: str | None = None) -> Target:
    """Return the checked target of a table of ``n_rows`` rows.

    Parameters
    ----------
    y : Series, array or list of shape (n_rows,)
        One column of a table is taken, too.
    n_rows : int
        Rows of the table.
    task_type : {"binary", "multiclass", "regression", "classification"}, optional
        Inferred by `infer_task_type` when not given.

    Raises
    ------
    MetaFeatureDataError
        If ``y`` has another length, missing values, only one distinct value, or does
        not suit ``task_type``.
    MetaFeatureParameterError
        If ``task_type`` is none of these.
    """
    if task_type not in (None, "classification", *TASK_TYPES):
        raise MetaFeatureParameterError(
            f"task_type must be one of {', '.join(TASK_TYPES)} or None. Got {task_type!r} instead."
        )
    target = as_series(y)
    if len(target) != n_rows:
        raise MetaFeatureDataError(
            f"X and y must have the same number of rows. Got {n_rows} rows of X and "
            f"{len(target)} of y."
        )
    n_missing = int(target.isna().sum())
    if n_missing:
        raise MetaFeatureDataError(
            f"y must have a value in every row. Got {n_missing} missing; leave these rows out."
        )
    task_type = task_type or infer_task_type(target)
    return _regression(target) if task_type == "regression" else _classes(target, task_type)


def infer_task_type(y: pd.Series[Any]) -> TaskType:
    """Return the task type that a target without missing values suggests.

    Numbers are a regression target when one is not whole, when more than 20 of them are
    distinct, or more than two and more than a third of all (15 whole numbers in 40 rows are
    no classes to learn). Text that reads as numbers is one when a number is not whole: "0" to
    "29" are names of classes. Everything else is classes.

    Examples
    --------
    >>> infer_task_type(pd.Series([0.5, 1.0, 2.0]))
    'regression'
    >>> infer_task_type(pd.Series(["yes", "no", "yes"]))
    'binary'
    >>> infer_task_type(pd.Series([1, 2, 3, 2])), infer_task_type(pd.Series([1, 2, 3] * 4))
    ('regression', 'multiclass')
    """
    distinct = _distinct(y)
    by_default: TaskType = "multiclass" if len(distinct) > 2 else "binary"
    if isinstance(y.dtype, pd.CategoricalDtype) or dtypes.is_bool_dtype(y.dtype):
        return by_default
    if not (dtypes.is_numeric_dtype(y.dtype) or _are_numbers(distinct)):
        return "regression" if _reads_as_fractions(distinct) else by_default
    numbers = to_numeric(pd.Series(distinct, dtype=object), "numeric").to_numpy()
    is_whole = bool((numbers == np.round(numbers)).all())
    n_most = min(MAX_NUMERIC_CLASSES, max(2.0, len(y) * MAX_CLASSES_A_ROW))
    return by_default if is_whole and len(numbers) <= n_most else "regression"


def _reads_as_fractions(distinct: list[Any]) -> bool:
    """Tell whether all values are text that reads as numbers, one of them not whole."""
    texts = pd.Series(distinct, dtype=object)
    if not all(isinstance(text, str) for text in distinct) or column_kind(texts) != "numeric":
        return False
    return bool((to_numeric(texts, "numeric") % 1 != 0).any())


def _distinct(y: pd.Series[Any]) -> list[Any]:
    try:
        return list(y.unique())
    except TypeError:
        return list({str(value): None for value in y})


def _are_numbers(values: list[Any]) -> bool:
    return all(
        isinstance(value, Real | Decimal) and not isinstance(value, bool) for value in values
    )


def _regression(y: pd.Series[Any]) -> Target:
    try:
        numbers = pd.to_numeric(y).to_numpy(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise MetaFeatureDataError(
            f"y of a regression task must hold numbers. Got dtype {y.dtype} ({error}); "
            "for classes, give task_type='multiclass'."
        ) from error
    n_infinite = int(np.isinf(numbers).sum())
    if n_infinite:
        raise MetaFeatureDataError(
            f"y must hold finite numbers. Got {n_infinite} infinite; leave these rows out."
        )
    if numbers.min() == numbers.max():
        raise MetaFeatureDataError(
            f"y must have at least two distinct values. Got only {numbers[0]:g}."
        )
    return Target(
        task_type="regression",
        numbers=numbers,
        codes=np.empty(0, np.int64),
        labels=(),
        class_counts=np.empty(0, np.int64),
    )


def _classes(y: pd.Series[Any], task_type: str) -> Target:
    try:
        codes, levels = pd.factorize(y)
    except TypeError:
        codes, levels = pd.factorize(np.array([str(value) for value in y], dtype=object))
    labels = np.array([str(level) for level in levels], dtype=object)
    counts = np.bincount(codes, minlength=len(labels))
    if len(labels) < 2:
        raise MetaFeatureDataError(f"y must have at least two classes. Got only {labels[0]!r}.")
    if task_type == "binary" and len(labels) > 2:
        raise MetaFeatureDataError(
            f"y of a binary task must have two classes. Got {len(labels)}; "
            "give task_type='multiclass' or None."
        )
    # of equally frequent classes the first by name: which came first in the table says nothing
    order = np.lexsort((labels, -counts))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    if task_type == "classification":
        task_type = "binary" if len(labels) == 2 else "multiclass"
    return Target(
        task_type=cast(TaskType, task_type),
        numbers=np.empty(0),
        codes=rank[codes].astype(np.int64),
        labels=tuple(labels[order]),
        class_counts=counts[order].astype(np.int64),
    )
