"""GeneratedTask: a table that nobody collected, as a value; and the draft it is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.tables import Table, check_table
from metafeatures.columns import varies

MIN_ROWS = 40  # 13 a fold of three: below, scores are mostly chance
MIN_CLASS_ROWS = 5  # each of three folds must hold every class, and learn from some rows of it
MIN_TARGET_VALUES = 5  # fewer are levels rather than numbers


@dataclass(frozen=True, kw_only=True)
class GeneratedTask:
    """A generated table and what is to be known of it.

    Attributes
    ----------
    name : str
        Tells the parent and what was done; good as a file name.
    family : str
        The parent's, or one of its own when there is no parent.
    task_type : {"binary", "multiclass", "regression"}
    X : DataFrame of shape (n_rows, n_columns)
        float64 and category columns.
    y : Series of shape (n_rows,)
        Class labels as a category of texts, or numbers.
    target : str
        Name of the target column.
    parent : str
        Name of the table it was derived from; empty when there is none.
    how : str
        How it was made.
    """

    name: str
    family: str
    task_type: str
    X: pd.DataFrame
    y: pd.Series[Any]
    target: str = "target"
    parent: str = ""
    how: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """Columns and target in one table, the target last."""
        return self.X.assign(**{self.target: self.y})

    @property
    def table(self) -> Table:
        """The task as the door lets it in."""
        return check_table(self.X, self.y, self.task_type, name=self.name, target=self.target)

    @property
    def about(self) -> dict[str, Any]:
        """Its row in ``manifest.csv``."""
        return {
            "name": self.name,
            "family": self.family,
            "task_type": self.task_type,
            "target": self.target,
            "n_rows": len(self.X),
            "n_features": self.X.shape[1],
            "parent": self.parent,
            "how": self.how,
        }


@dataclass(frozen=True)
class Draft:
    """Columns and target while a task is made; steps return new ones and change none.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        float64 and category columns, rows numbered from 0.
    y : ndarray of shape (n_rows,)
        Class labels (str), or values (float64).
    is_regression : bool
    """

    X: pd.DataFrame
    y: npt.NDArray[Any]
    is_regression: bool

    @property
    def classes(self) -> npt.NDArray[Any]:
        """Class labels, sorted; empty for regression."""
        return np.array([]) if self.is_regression else np.unique(self.y)

    @property
    def task_type(self) -> str:
        """What the target makes of it."""
        if self.is_regression:
            return "regression"
        return "binary" if len(self.classes) == 2 else "multiclass"

    @property
    def numbers(self) -> list[str]:
        """Names of the columns of numbers."""
        return [name for name, kind in self.X.dtypes.items() if kind == "float64"]

    def rows(self, kept: npt.NDArray[Any]) -> Draft:
        """Return these rows only, without the classes of which too few are left."""
        # A rare class is dropped rather than merged: merged classes are another question.
        y = self.y[kept]
        if not self.is_regression:
            classes, counts = np.unique(y, return_counts=True)
            common = np.isin(y, classes[counts >= MIN_CLASS_ROWS])
            kept, y = kept[common], y[common]
        return replace(self, X=self.X.iloc[kept].reset_index(drop=True), y=y)

    def tidied(self) -> Draft:
        """Return it without columns that do not vary and levels that do not occur."""
        # The door would drop such columns, and the manifest count them.
        columns = {name: _tidy(self.X[name]) for name in self.X.columns if varies(self.X[name])}
        return replace(self, X=pd.DataFrame(columns, index=self.X.index))

    def fault(self) -> str | None:
        """Return why there is nothing to learn from it; None when there may be."""
        if len(self.y) < MIN_ROWS:
            return f"fewer than {MIN_ROWS} rows"
        if self.X.shape[1] == 0:
            return "no column that varies"
        if self.is_regression:
            few = len(np.unique(self.y)) < MIN_TARGET_VALUES
            return "a target of few values" if few or not np.isfinite(self.y).all() else None
        counts = np.unique(self.y, return_counts=True)[1]
        if len(counts) < 2:
            return "one class only"
        rare = counts.min() < MIN_CLASS_ROWS
        return f"fewer than {MIN_CLASS_ROWS} rows of a class" if rare else None

    def target_column(self) -> pd.Series[Any]:
        """Return the target as it is written to a file."""
        kind = "float64" if self.is_regression else pd.CategoricalDtype(self.classes.tolist())
        return pd.Series(self.y, index=self.X.index).astype(kind)


def _tidy(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.remove_unused_categories()
    return column


def encoded(X: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the columns as numbers without gaps: level numbers, and medians where missing."""
    columns = [
        X[name].cat.codes if isinstance(X[name].dtype, pd.CategoricalDtype) else X[name]
        for name in X.columns
    ]
    values = np.column_stack([column.to_numpy("float64") for column in columns])
    # Medians keep a column's order and do not depend on how far its tails reach.
    return np.where(np.isnan(values), np.nanmedian(values, axis=0), values)


def target_matrix(draft: Draft) -> npt.NDArray[np.float64]:
    """Return the target as standardised values, or one indicator a class."""
    if draft.is_regression:
        # Ranks: one house of ten millions must not be all that a step looks at.
        ranks = pd.Series(draft.y).rank().to_numpy()
        return np.asarray((ranks - ranks.mean()) / ranks.std())[:, None]
    return np.asarray(draft.y[:, None] == draft.classes, dtype="float64")
