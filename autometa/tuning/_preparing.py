"""From a checked table to what trials work on: cleaned once, within the clock.

A small tree is fitted on some rows first, so that something can be handed back from then
on. How long that takes says what all rows would take: small tables are cleaned here, large
ones in a worker, and what would take longer than its share of the budget is done for a
part of the rows; the run then works on that part.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from autometa.algorithms import SparseCleaner, TableCleaner
from autometa.exceptions import WorkerError
from autometa.tables import Table
from autometa.tuning._budget import Clock
from autometa.tuning.final_model._assemble import fit_fallback
from autometa.tuning.final_model._out_of_fold import OutOfFold
from autometa.tuning.workers._cleaning import TIMED_ROWS, Cleaned, clean
from autometa.tuning.workers._pools import Pool
from autometa.tuning.workers._sharing import SharedFolder, take
from autometa.tuning.workers._worker_side import load

HERE_SECONDS = 1.0  # what takes less is cleaned here: a worker would first have to start
HERE_SHARE = 0.3  # of the time left
CLEANING_SHARE = 0.3  # of the time left; what is cleaned has to be fitted too
CLEANING_LIMIT = 0.5  # of the time left; then it is ended, and a part is cleaned
LAST_LIMIT = 0.8
LOOK_SECONDS = 0.2  # how often it is looked whether the run is to end
LARGE_CELLS = 2_000_000  # more is given to a worker before anything else is done
LARGE_ROWS = 20_000  # of whatever kind: text takes a hundred times as long as numbers
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


class Preparation:
    """Cleans a table: begun, left to a worker while the caller does other things, finished.

    Parameters
    ----------
    table : Table
    pool : Pool
        Its workers are idle.
    folder : SharedFolder
    clock : Clock
    seed : int
        Chooses rows where not all can be taken.
    is_asked_to_end : callable
        Whether the user wants the run to end.
    """

    def __init__(
        self,
        table: Table,
        pool: Pool,
        folder: SharedFolder,
        clock: Clock,
        seed: int,
        is_asked_to_end: Callable[[], bool] = lambda: False,
    ) -> None:
        self.table, self.pool, self.folder = table, pool, folder
        self.clock, self.seed, self.is_asked_to_end = clock, seed, is_asked_to_end
        self.raw: Any = None
        self.cleaned: Any = None
        self.is_under_way = False

    def begin(self) -> Pipeline:
        """Begin to clean; return the fall-back."""
        if self.clock.left <= 0:
            return fit_fallback(self.table, self.seed)[0]
        self.raw = self.folder.put("table", self.table)
        is_large = self._is_large
        if is_large:
            self._submit(CLEANING_SHARE * self.clock.left)
        start = time.monotonic()
        fallback, n_seen = fit_fallback(self.table, self.seed)
        expected = (time.monotonic() - start) * len(self.table.y) / n_seen
        if is_large:
            return fallback
        if expected <= min(HERE_SECONDS, HERE_SHARE * self.clock.left):
            self._clean_here()
        else:
            self._submit(CLEANING_SHARE * self.clock.left)
        return fallback

    def finish(self, threads: int, notes: list[str]) -> Prepared | None:
        """Return the table cleaned, or None when there was no time for that."""
        if not self.is_under_way and self.cleaned is None:
            spent = f"The budget of {self.clock.budget:g} s was spent when the table was checked."
            notes.append(spent)
            return None
        can_shrink = len(self.table.y) > 2 * max(TIMED_ROWS) and not self.table.is_sparse
        if self.is_under_way:
            self.cleaned = self._wait(CLEANING_LIMIT if can_shrink else LAST_LIMIT, notes)
            if self.cleaned is None and can_shrink and self.clock.left > MIN_SECONDS:
                self._submit(0.0)  # once more, with as few rows as can be
                self.cleaned = self._wait(LAST_LIMIT, notes)
        if self.cleaned is None:
            return None
        cleaned: Cleaned = take(self.cleaned)
        table, raw = self.table, self.raw
        if cleaned.rows is not None:
            notes.append(
                f"The run works on {len(cleaned.rows)} of {len(table.y)} rows: to read the values "
                "of all would take too much of the budget."
            )
            table = table.take(cleaned.rows)
            raw = self.folder.put("part", table)
        return Prepared(
            table=table,
            cleaner=cleaned.cleaner,
            X=cleaned.X,
            initargs=(raw, self.cleaned, threads),
            rows=cleaned.rows,
        )

    @property
    def _is_large(self) -> bool:
        return self.table.X.size > LARGE_CELLS or len(self.table.y) > LARGE_ROWS

    def _clean_here(self) -> None:
        self.cleaned = clean(None, self.table, self.folder.path("cleaned"), np.inf, self.seed)

    def _submit(self, seconds: float) -> None:
        path = self.folder.path("cleaned")
        self.pool.submit(CLEANING, clean, self.raw, path, seconds, self.seed)
        self.is_under_way = True

    def _wait(self, share: float, notes: list[str]) -> Any:
        """Return what the worker made, None when it was not ready in a share of the time left."""
        start = time.monotonic()
        limit = max(0.0, share * self.clock.left)
        outcome = None
        try:
            while outcome is None and time.monotonic() - start < limit:
                if self.is_asked_to_end():
                    break
                left = limit - (time.monotonic() - start)
                outcome = self.pool.wait(timeout=min(LOOK_SECONDS, left))
        except WorkerError as error:
            notes.append(str(error))
            if not self._is_large:  # one stalled moment had sent it to a worker
                self._clean_here()
            return self.cleaned
        if outcome is None:
            self.pool.cancel(CLEANING)
            spent = time.monotonic() - start
            notes.append(f"Reading the values of the table was stopped after {spent:.1f} s.")
        elif outcome.status == "ok":
            return outcome.value
        else:
            notes.append(f"The table could not be cleaned ({outcome.status}): {outcome.message}")
        return None
