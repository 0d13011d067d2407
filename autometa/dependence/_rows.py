"""Rows and columns that are looked at: few enough for a check that costs a fraction of a second."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Floats, Integers, Positions
from autometa._common.texts import as_texts
from autometa.tables import Table
from metafeatures.columns import column_kind, to_numeric

MAX_ROWS = 20_000  # more add nothing: ten thousand pairs show a likeness of 1 % beyond chance
BLOCKS = 40  # stretches of the file: neighbours stay neighbours, and all parts of it are seen
MAX_CELLS = 1_000_000  # rows x columns, 8 MB: keeps the check linear for wide tables
MIN_KEPT = 400  # rows that any check looks at: ten of each stretch
MAX_COLUMNS = 200  # of more, every k-th: an entity or a time among hundreds is rare
MIN_SORTED = 0.99  # share of steps that do not go back: some files have rows out of place
MIN_SORTED_FAR = 0.95  # of steps over a fortieth of the table
MAX_TEXT = 200  # levels of text and objects are compared by their first characters


@dataclass(frozen=True)
class Column:
    """One column of the rows that are looked at.

    Attributes
    ----------
    name : str
    kind : {"numeric", "categorical", "datetime", "text"}
    codes : ndarray of int
        Equal cells have equal codes; numbers and dates are numbered in their order.
        A missing cell is -1.
    values : ndarray of float or None
        Numbers, and dates in days; None of what has no order.
    given : str or None
        How a call gives it where it has no name, as ``X.index``.
    """

    name: str
    kind: str
    codes: Integers
    values: Floats | None
    given: str | None = None

    @property
    def said(self) -> str:
        """What messages call it."""
        return f"'{self.name}'" if self.given is None else "the index"

    @property
    def argument(self) -> str:
        """What is to be passed for it."""
        return repr(self.name) if self.given is None else self.given

    @property
    def n_levels(self) -> int:
        """Different cells that are not missing."""
        return int(self.codes.max(initial=-1)) + 1

    @property
    def is_ordered(self) -> bool:
        """Whether the numbers of its levels are in the order of their values."""
        return self.values is not None

    @cached_property
    def ranks(self) -> Floats:
        """The cells by rank, equal ones by their mean rank, from 0 to 1; missing ones are NaN."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=1)
        means = (np.cumsum(counts) - counts / 2) / max(1, int(counts.sum()))
        return np.where(self.codes >= 0, means[self.codes], np.nan)

    @cached_property
    def togetherness(self) -> float:
        """How often the next row has the same level: 0 as often as by chance, 1 when sorted."""
        codes = self.codes
        shares = np.bincount(codes[codes >= 0]) / len(codes)
        chance = float(shares @ shares)
        same = float(((codes[1:] == codes[:-1]) & (codes[1:] >= 0)).mean())
        most = 1 - (self.n_levels - 1) / max(1, len(codes) - 1)
        return (same - chance) / max(most - chance, 1e-9)

    @property
    def is_whole(self) -> bool:
        """Whether it has whole numbers only."""
        if self.kind != "numeric" or self.values is None:
            return False
        present = self.values[self.codes >= 0]
        return bool((present == np.floor(present)).all())


def rows_looked_at(n_rows: int, n_columns: int, max_cells: int = MAX_CELLS) -> Positions:
    """Return the places of rows: all, or stretches spread evenly over the table."""
    n_kept = min(MAX_ROWS, max_cells // max(1, min(n_columns, MAX_COLUMNS)))
    n_kept = max(n_kept, MIN_KEPT)
    if n_rows <= n_kept:
        return np.arange(n_rows)
    length = n_kept // BLOCKS
    starts = np.linspace(0, n_rows - length, BLOCKS).astype(np.intp)
    return np.unique(starts[:, None] + np.arange(length)).astype(np.intp)


def columns_looked_at(table: Table, rows: Positions) -> list[Column]:
    """Return the columns of some rows that are not constant there; every k-th of a wide table."""
    frame: Any = table.X
    step = -(-frame.shape[1] // MAX_COLUMNS)
    if table.is_sparse:
        dense = frame[rows][:, ::step].toarray()
        frame = pd.DataFrame(dense, columns=[f"{i * step}" for i in range(dense.shape[1])])
    else:
        frame = frame.iloc[rows, ::step]
    columns = (read_column(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns))
    return [column for column in columns if np.ptp(column.codes) > 0]


def is_sorted(codes: Integers) -> bool:
    """Tell whether rows follow each other upwards, or downwards, but for a few out of place.

    Both from row to row and over the whole: between the stretches of a sample a day of the
    month goes back to 1.
    """
    present = codes[codes >= 0]
    far = present[np.linspace(0, len(present) - 1, min(len(present), BLOCKS)).astype(np.intp)]
    return any(
        _share_at_least_0(np.diff(present) * way) >= MIN_SORTED
        and _share_at_least_0(np.diff(far) * way) >= MIN_SORTED_FAR
        for way in (1, -1)
    )


def _share_at_least_0(steps: Integers) -> float:
    return float((steps >= 0).mean()) if len(steps) else 0.0


def target_column(table: Table, rows: Positions) -> Column:
    """Return the target of some rows: an ordered column for regression, else one of levels."""
    y = table.y[rows]
    codes = np.unique(y, return_inverse=True)[1]
    is_number = table.task_type == "regression"
    return Column(
        table.target,
        "numeric" if is_number else "categorical",
        codes.astype(np.int64),
        y.astype(float) if is_number else None,
    )


def read_column(name: str, cells: pd.Series[Any]) -> Column:
    """Return a column as codes, and as numbers where it has an order."""
    if isinstance(cells.dtype, pd.SparseDtype):
        cells = cells.sparse.to_dense()
    kind = column_kind(cells)
    if kind in ("numeric", "datetime"):
        values = to_numeric(cells, kind).to_numpy("float64")
        codes = np.full(len(values), -1, dtype=np.int64)
        present = np.isfinite(values)
        codes[present] = np.unique(values[present], return_inverse=True)[1]
        return Column(name, kind, codes, values)
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        texts = as_texts(cells).str.slice(0, MAX_TEXT)
        cells = texts.where(cells.notna().to_numpy(), None)
    codes = pd.factorize(cells, sort=False)[0]
    return Column(name, kind, codes.astype(np.int64), None)
