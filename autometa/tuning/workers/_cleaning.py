"""A table cleaned once for all workers: all of its rows, or as many as there is time for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.algorithms import SparseCleaner, TableCleaner, make_cleaner
from autometa.tables import Table, take_rows
from autometa.tuning.workers._sharing import put, take

TIMED_ROWS = (2_000, 6_000)  # cleaned to learn what a row costs


@dataclass(frozen=True, kw_only=True, eq=False)
class Cleaned:
    """A table cleaned.

    Attributes
    ----------
    cleaner : TableCleaner
    X : DataFrame
    rows : ndarray of int or None
        Positions of the rows that were cleaned; None for all.
    """

    cleaner: TableCleaner | SparseCleaner
    X: pd.DataFrame
    rows: npt.NDArray[np.intp] | None = None


def clean(state: Any, shared: Any, path: str | None, seconds: float, seed: int) -> Any:
    """Clean a table; return it as `autometa.tuning.workers._sharing.put` does.

    Parameters
    ----------
    state : object
        Not used.
    shared : object
        The table, as `put` returned it.
    path : str or None
        Where the cleaned one is to be written.
    seconds : float
        When all rows are expected to take more, a part of them is cleaned.
    seed : int
        Chooses the part.
    """
    table: Table = take(shared)
    rows = _affordable_rows(table, seconds, seed)
    cleaner = make_cleaner(table.is_sparse, strict=rows is None)
    X = cleaner.fit_transform(table.X if rows is None else _rows_of(table.X, rows))
    return put(path, Cleaned(cleaner=cleaner, X=X, rows=rows))


def _affordable_rows(table: Table, seconds: float, seed: int) -> npt.NDArray[np.intp] | None:
    """Return the rows that can be cleaned in time, None for all; two parts are timed."""
    n_rows = len(table.y)
    if seconds == np.inf or n_rows <= 2 * max(TIMED_ROWS) or table.is_sparse:
        return None
    if seconds <= 0:
        return part_of(table, TIMED_ROWS[0] / n_rows, seed)
    taken = []
    for n in TIMED_ROWS:
        start = time.perf_counter()
        TableCleaner().fit_transform(_rows_of(table.X, part_of(table, n / n_rows, seed)))
        taken.append(time.perf_counter() - start)
        if taken[-1] > seconds / 2:  # not even a larger part can be afforded
            return part_of(table, n / n_rows, seed)
    per_row = max(0.0, taken[1] - taken[0]) / (TIMED_ROWS[1] - TIMED_ROWS[0])
    if taken[1] + per_row * (n_rows - TIMED_ROWS[1]) <= seconds:
        return None
    n_more = max(0.0, seconds - taken[1]) / per_row if per_row else 0.0
    return part_of(table, min(1.0, (TIMED_ROWS[1] + n_more) / n_rows), seed)


def part_of(table: Table, share: float, seed: int = 0) -> npt.NDArray[np.intp]:
    """Return positions of a share of the rows, drawn as the table's validation allows."""
    return table.validation.part(np.arange(len(table.y)), table.y, table.task_type, share, seed)


def _rows_of(X: pd.DataFrame, rows: npt.NDArray[np.intp]) -> pd.DataFrame:
    return take_rows(X, rows).reset_index(drop=True)
