"""From a checked table to what trials work on: cleaned once, within the clock.

A small tree is fitted on some rows first, so that something can be handed back from then
on. How long that takes says what all rows would take: small tables are cleaned here, large
ones in a worker, and what would take longer than its share of the budget is done for a
part of the rows; the run then works on that part.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from autometa.algorithms import SparseCleaner, TableCleaner
from autometa.exceptions import WorkerError
from autometa.tables import Table, take_rows
from autometa.tuning._assemble import fit_fallback
from autometa.tuning._budget import Clock
from autometa.tuning._out_of_fold import OutOfFold
from autometa.tuning._pools import Pool
from autometa.tuning._sharing import SharedFolder, take
from autometa.tuning._worker_side import Cleaned, clean, load

HERE_SECONDS = 1.0  # what takes less is cleaned here: a worker would first have to start
HERE_SHARE = 0.1  # of the time left
CLEANING_SHARE = 0.3  # of the time left; what is cleaned has to be fitted too
CLEANING_LIMIT = 0.6  # of the time left; then it is ended
CLEANING = "cleaning"
MIN_SECONDS = 1.0


@dataclass(kw_only=True)
class Prepared:
    """A table that is ready for trials.

    Attributes
    ----------
    table : Table
        The rows that the run works on.
    cleaner : TableCleaner
    X : DataFrame
        The rows, cleaned.
    initargs : tuple
        What workers are set up with.
    rows : ndarray of int or None
        Positions of the rows in the user's table; None for all.
    """

    table: Table
    cleaner: TableCleaner | SparseCleaner
    X: pd.DataFrame
    initargs: tuple[Any, ...]
    rows: npt.NDArray[np.intp] | None = None

    def set_up(self, pool: Pool) -> Pool:
        """Give the table to all workers of a pool."""
        pool.set_up(load, *self.initargs)
        return pool

    def in_table(self, predictions: OutOfFold, n_rows: int) -> OutOfFold:
        """Return predictions for the rows of the user's table."""
        if self.rows is None:
            return predictions
        return replace(predictions, rows=self.rows[predictions.rows], n_rows=n_rows)


def prepare(
    table: Table,
    pool: Pool,
    folder: SharedFolder,
    clock: Clock,
    seed: int,
    threads: int,
    notes: list[str],
) -> tuple[Prepared | None, Pipeline]:
    """Return the table cleaned, None when there is no time for that, and the fall-back."""
    raw, path = folder.put("table", table), folder.path("cleaned")
    start = time.monotonic()
    fallback, n_seen = fit_fallback(table, seed)
    expected = (time.monotonic() - start) * len(table.y) / n_seen
    if expected <= min(HERE_SECONDS, HERE_SHARE * clock.left):
        cleaned = clean(None, table, path, np.inf, seed)
    else:
        cleaned = _clean_in_worker(pool, clock, notes, raw, path, seed)
    if cleaned is None:
        return None, fallback
    found: Cleaned = take(cleaned)
    if found.rows is not None:
        notes.append(
            f"The run works on {len(found.rows)} of {len(table.y)} rows: to read the values of all "
            "would take too much of the budget."
        )
        table = part_of(table, found.rows)
        raw = folder.put("part", table)
    prepared = Prepared(
        table=table,
        cleaner=found.cleaner,
        X=found.X,
        initargs=(raw, cleaned, threads),
        rows=found.rows,
    )
    return prepared, fallback


def _clean_in_worker(
    pool: Pool, clock: Clock, notes: list[str], raw: Any, path: str | None, seed: int
) -> Any:
    pool.submit(CLEANING, clean, raw, path, CLEANING_SHARE * clock.left, seed)
    cleaned = _wait(pool, clock, notes)
    if cleaned is None and clock.left > MIN_SECONDS:  # once more, with as few rows as can be
        pool.submit(CLEANING, clean, raw, path, 0.0, seed)
        cleaned = _wait(pool, clock, notes)
    return cleaned


def _wait(pool: Pool, clock: Clock, notes: list[str]) -> Any:
    limit = None if clock.is_endless else max(0.0, CLEANING_LIMIT * clock.left)
    try:
        outcome = pool.wait(timeout=limit)
    except WorkerError as error:
        notes.append(str(error))
        return None
    if outcome is None:
        pool.cancel(CLEANING)
        notes.append(f"Reading the values of the table was stopped after {limit:.1f} s.")
        return None
    if outcome.status != "ok":
        notes.append(f"The table could not be cleaned ({outcome.status}): {outcome.message}")
        return None
    return outcome.value


def part_of(table: Table, rows: npt.NDArray[np.intp]) -> Table:
    """Return some rows of a table."""
    X = take_rows(table.X, rows)
    return replace(table, X=X if table.is_sparse else X.reset_index(drop=True), y=table.y[rows])
