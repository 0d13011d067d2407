"""Levels of a pandas index: no model sees them, and they may say what rows are of, or when.

A mere count of the rows, and what a split or a sort has left of one, says neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Positions
from autometa.dependence._names import names_a_time
from autometa.dependence._rows import Column, read_column
from autometa.exceptions import DatasetError
from autometa.tables import plain_table

MIN_TOGETHER = 0.5  # of whole numbers without a name: as in `EntityRules`


def index_of(X: Any, counted: Booleans | None = None) -> pd.DataFrame | None:
    """Return the levels of the index of a table of pandas; None where they say nothing.

    Parameters
    ----------
    X : table
        As the user gave it.
    counted : ndarray of bool or None
        Which of its rows count; None for all.
    """
    if not isinstance(X, pd.DataFrame) or _counts_rows(X.index):
        return None
    places = range(X.index.nlevels)
    levels = pd.DataFrame({i: X.index.get_level_values(i) for i in places})
    names = [name if isinstance(name, str) and name else None for name in X.index.names]
    taken = set(map(str, X.columns))  # of equal names the column is meant, and is looked at
    kept = [i for i, name in enumerate(names) if name is None or name not in taken]
    levels = levels.iloc[:, kept] if counted is None else levels.iloc[counted, kept]
    levels.attrs = {"names": [names[i] for i in kept], "n_levels": X.index.nlevels}
    return levels if kept else None


def _counts_rows(index: pd.Index) -> bool:
    return isinstance(index, pd.RangeIndex) and index.name is None


def index_columns(levels: pd.DataFrame | None, rows: Positions) -> list[Column]:
    """Return the levels that name a time or repeat a label, for some of the rows."""
    if levels is None:
        return []
    found = []
    for place, name in enumerate(levels.attrs["names"]):
        column = _read(levels, place, name, rows)
        if column is not None and column.n_levels > 1 and _says_something(column):
            found.append(column)
    return found


def _read(levels: pd.DataFrame, place: int, name: str | None, rows: Positions) -> Column | None:
    try:
        frame = plain_table(levels.iloc[rows, [place]])
    except DatasetError:  # of objects that a model could not learn from, and need not
        return None
    column = read_column(name or "", frame.iloc[:, 0])
    if name is not None:
        return column
    number = levels.columns[place]
    given = "X.index" if levels.attrs["n_levels"] == 1 else f"X.index.get_level_values({number})"
    return Column("", column.kind, column.codes, column.values, given)


def _says_something(column: Column) -> bool:
    is_time = column.kind == "datetime" or names_a_time(column.name)
    counts = np.bincount(column.codes[column.codes >= 0])
    return is_time or bool(counts.max() > 1)


def is_identifier(column: Column) -> bool:
    """Tell whether a level without a name labels what rows are of.

    Numbers that begin anew may be counts of tables that were put one below the other: they are
    labels only where equal ones stand together.
    """
    if column.given is None:
        return False
    return column.values is None or column.togetherness >= MIN_TOGETHER
