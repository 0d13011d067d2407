"""A table and its target with their names, whether the target is values or a column's name."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import pandas as pd

from autometa.exceptions import DatasetError
from autometa.validation import ValidationRequest
from metafeatures.columns import as_series

MOST_NAMES = 12  # of columns in a message: a line or two


class NamedTable(NamedTuple):
    """A table and its target, neither checked yet, and what they are called."""

    X: Any
    y: Any
    name: str
    target: str


def split_target(X: Any, y: Any, name: str | None = None, target: str | None = None) -> NamedTable:
    """Return a table and its target apart.

    Parameters
    ----------
    X : table or array of shape (n_rows, n_columns)
    y : array-like of shape (n_rows,) or str
        Values, or the name of a column of ``X``, which is then left out of it.
    name, target : str or None
        What to call them. None is what the data say: the name of the column, or of a
        Series; else "table" and "target".

    Raises
    ------
    DatasetError
        If there is no column of that name, or ``X`` has no names.
    """
    if isinstance(y, str):
        X, y, column = _take_column(X, y)
    else:
        column = _name_of(y, X)
    return NamedTable(X, y, name or "table", target or column)


def split_groups(X: Any, request: ValidationRequest) -> tuple[Any, ValidationRequest]:
    """Return a table without the column that names its groups, and a request with values.

    Timestamps that name a column are read and stay in the table: later rows have them too.

    Raises
    ------
    DatasetError
        If there is no column of such a name, or ``X`` has no names.
    """
    timestamps, groups = request.timestamps, request.groups
    if isinstance(timestamps, str):
        timestamps = _with_name(*_take_column(X, timestamps, "timestamps")[1:])
    if isinstance(groups, str):
        X, *named = _take_column(X, groups, "groups")
        groups = _with_name(*named)
    return X, dataclasses.replace(request, groups=groups, timestamps=timestamps)


def _with_name(values: Any, name: str) -> Any:
    """Return a column that knows its name, which those of pyarrow do not."""
    return values if hasattr(values, "name") else as_series(values).rename(name)


def split_weights(X: Any, sample_weight: Any) -> tuple[Any, Any]:
    """Return a table without the column that names its weights, and their values.

    Raises
    ------
    DatasetError
        If there is no column of such a name, or ``X`` has no names.
    """
    if not isinstance(sample_weight, str):
        return X, sample_weight
    X, values, _ = _take_column(X, sample_weight, "sample_weight")
    return X, values


def column_named(columns: Sequence[str], target: str, table: str) -> int:
    """Return the place of a column, or say which names come near; ``table`` names the table."""
    if target not in columns:
        close = difflib.get_close_matches(target, columns, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise DatasetError(
            f"{table} has no column '{target}'.{hint} It has {some_names(columns)}.",
            name=target,
            suggestions=close,
        )
    if columns.count(target) > 1:
        raise DatasetError(
            f"{table} has several columns '{target}'; rename all but one.", columns=[target]
        )
    return columns.index(target)


def some_names(columns: Sequence[str]) -> str:
    """Return the first names of columns, and how many more there are."""
    more = len(columns) - MOST_NAMES
    return f"{list(columns[:MOST_NAMES])}" + (f" and {more} more" if more > 0 else "")


def _take_column(X: Any, target: str, what: str = "y") -> tuple[Any, Any, str]:
    """Return a table without a column, the column, and its name.

    Levels of a pandas index have names too, as those of ``groupby`` and ``merge`` may mean. No
    column is then left out; a column of the same name comes first.
    """
    if isinstance(X, pd.DataFrame):
        if target in X.index.names and target not in map(str, X.columns):
            return X, X.index.get_level_values(target).to_series(index=X.index), target
        place = column_named([str(column) for column in X.columns], target, "X")
        return X.drop(columns=X.columns[place]), X.iloc[:, place], target
    try:
        frame = nw.from_native(X, eager_only=True)
    except TypeError as error:
        raise DatasetError(
            f"{what} may name a column of a table whose columns have names. Got {what}='{target}' "
            f"and X of type {type(X).__name__}; give the values of {what}."
        ) from error
    column_named(frame.columns, target, "X")
    return frame.drop(target).to_native(), frame[target].to_native(), target


def _names(X: Any) -> Iterable[Any]:
    """Return the names of columns; pyarrow calls the columns themselves `columns`."""
    names: Iterable[Any] = getattr(X, "column_names", getattr(X, "columns", ()))
    return names


def _name_of(y: Any, X: Any) -> str:
    """Return the name of a column of values; "target" where it has none that is its own."""
    name = getattr(y, "name", None)
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        name = y.columns[0]
    # scripts name the target: one that is a column of X too needs another name
    taken = name is None or not str(name) or str(name) in map(str, _names(X))
    return "target" if taken else str(name)
