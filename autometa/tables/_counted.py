"""Rows that count: those of a weight above 0, and how they are held out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.exceptions import DatasetError
from autometa.tables._errors import as_own_errors
from autometa.tables._sparse import take_rows
from autometa.validation import Validation, ValidationRequest
from metafeatures.columns import as_series


def that_count(
    frame: Any, y: Any, weights: npt.NDArray[np.float64] | None
) -> tuple[Any, Any, npt.NDArray[np.bool_] | None]:
    """Return the rows of a table and a target whose weight is not 0, and which these are."""
    if weights is None or weights.all():
        return frame, y, None
    counted = weights > 0
    with as_own_errors():
        y = as_series(y)
    if len(y) != len(counted):
        return frame, y, None  # which is refused where the lengths are compared
    rows = np.flatnonzero(counted)
    part = take_rows(frame, rows)
    return (
        part.reset_index(drop=True) if hasattr(part, "reset_index") else part,
        y.iloc[rows],
        counted,
    )


@contextmanager
def said_of_counted(counted: npt.NDArray[np.bool_] | None) -> Iterator[None]:
    """Say in errors of a table how many of its rows count, where some do not."""
    try:
        yield
    except DatasetError as error:
        if counted is None:
            raise
        raise DatasetError(
            f"{error} Rows of weight 0 do not count: {int(counted.sum())} of {len(counted)} do."
        ) from error


def check_validation(
    validation: ValidationRequest,
    X: Any,
    frame: Any,
    y: npt.NDArray[Any],
    task_type: str,
    counted: npt.NDArray[np.bool_] | None,
) -> Validation:
    """Return how rows are held out: what is given of rows that do not count is left out too."""
    if counted is None:
        return validation.check(X, frame, y, task_type)
    validation.check_number(int(counted.sum()))
    of_all = np.zeros(len(counted), y.dtype)
    of_all[counted] = y
    return validation.check(X, frame, of_all, task_type).take(np.flatnonzero(counted))
