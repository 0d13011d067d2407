"""TableOverview: what is shown of a table to somebody who did not see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from autometa._common.readable import readable
from autometa._common.texts import as_texts
from metafeatures.columns import column_kinds

if TYPE_CHECKING:
    from autometa.tables._table import Table

# Of a larger table so many rows say as much to a reader, and describing them takes a tenth of a
# second; nobody reads more columns, and a page of 5,000 is slow to open.
MAX_ROWS = 5_000
MAX_COLUMNS = 200
MAX_LEVELS = 3  # that are named of a column of categories
COLUMNS = ("column", "dtype", "kind", "missing", "distinct", "values")


@dataclass(frozen=True, kw_only=True, eq=False)
class TableOverview:
    """Sizes, target and some rows of a table.

    Attributes
    ----------
    n_rows, n_columns : int
    name, target, task_type : str
    rows : DataFrame or None
        At most 5,000 rows of the first 200 columns; None for sparse tables, whose columns are
        seldom read one by one. They do not travel: a copy from another process, or from a file,
        has ``described`` instead, so that a model that is handed on holds no row of its table.
    outcomes : Series
        Of classification, rows by class, the most frequent first; of regression, quantiles of
        the target by their names.
    described : DataFrame or None
        What `columns` returned when the overview was sent.
    n_described : int
        Rows that `columns` is about.
    """

    n_rows: int
    n_columns: int
    name: str
    target: str
    task_type: str
    rows: pd.DataFrame | None
    outcomes: pd.Series[float]
    described: pd.DataFrame | None = None
    n_described: int = 0

    @classmethod
    def of(cls, table: Table) -> Self:
        """Return the overview of a checked table; its rows are a copy."""
        n_rows, n_columns = table.X.shape
        rows = None if table.is_sparse else _some_of(table.X)
        return cls(
            n_rows=n_rows,
            n_columns=n_columns,
            name=table.name,
            target=table.target,
            task_type=table.task_type,
            rows=rows,
            outcomes=_outcomes(table),
            n_described=0 if rows is None else len(rows),
        )

    @property
    def is_part(self) -> bool:
        """Whether `columns` describes a part of the rows."""
        return 0 < self.n_described < self.n_rows

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "rows": None, "described": self.columns()}

    def columns(self) -> pd.DataFrame:
        """Return one row a column: name, dtype, kind, shares of what is missing, values.

        Returns
        -------
        DataFrame
            ``column``, ``dtype``, ``kind`` (as it is read: numeric, categorical, ...), ``missing``
            (share of the rows), ``distinct`` (values), ``values`` (a text on what they are).
        """
        if self.described is not None:
            return self.described
        if self.rows is None:
            return pd.DataFrame(columns=list(COLUMNS))
        kinds = column_kinds(self.rows)
        found = [
            _described(str(name), self.rows.iloc[:, place], str(kinds[name]))
            for place, name in enumerate(self.rows.columns)
        ]
        return pd.DataFrame(found, columns=list(COLUMNS))


def _some_of(X: pd.DataFrame) -> pd.DataFrame:
    places = np.arange(len(X))
    if len(X) > MAX_ROWS:  # from beginning to end: rows are often sorted
        places = np.linspace(0, len(X) - 1, MAX_ROWS).astype(np.intp)
    return X.iloc[places, :MAX_COLUMNS].copy()


def _outcomes(table: Table) -> pd.Series[float]:
    if table.n_classes:
        labels = [str(label) for label in table.classes.tolist()]
        counts = np.bincount(table.y, minlength=table.n_classes)
        named = pd.Series(counts, index=pd.Index(labels, dtype=object))
        return named.sort_values(ascending=False, kind="stable")
    shares = {"least": 0.0, "first quarter": 0.25, "median": 0.5, "third quarter": 0.75}
    names = {**shares, "greatest": 1.0}
    return pd.Series(np.quantile(table.y, list(names.values())), index=list(names))


def _described(name: str, column: pd.Series[Any], kind: str) -> tuple[Any, ...]:
    present = column.dropna()
    counts = as_texts(present).value_counts() if kind != "numeric" else None
    distinct = present.nunique() if counts is None else len(counts)
    missing = 1.0 - len(present) / max(len(column), 1)
    return name, str(column.dtype), kind, missing, distinct, _values(present, kind, counts)


def _values(present: pd.Series[Any], kind: str, counts: pd.Series[int] | None) -> str:
    if not len(present):
        return "empty"
    if kind == "datetime" and pd.api.types.is_datetime64_any_dtype(present.dtype):
        return f"{present.min()} to {present.max()}"
    if counts is None:
        numbers = pd.to_numeric(present, errors="coerce").astype("float64")
        low, middle, high = (readable(float(numbers.quantile(q))) for q in (0.0, 0.5, 1.0))
        return f"{low} to {high}, half below {middle}"
    shown = [f"{level} ({n})" for level, n in counts.head(MAX_LEVELS).items()]
    left = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")
