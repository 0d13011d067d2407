"""Filling in: descriptions of one task as one row, unknown values from whoever knows them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base._checks import check_tasks

# These are the task's own id where nobody said otherwise.
OWN_ID = ("name", "family")
# Where a description was read says nothing of the task; types that differ are refused before,
# but for those of histories that do not tell binary from multiclass.
NOT_OF_THE_TASK = ["source", "task_type"]


def combined(frames: Sequence[pd.DataFrame], keep: Literal["first", "last"]) -> pd.DataFrame:
    """Return one row an index label; of each column the first or last value that is known."""
    rows = frames[0] if len(frames) == 1 else pd.concat(frames)
    again = rows.index.duplicated(keep=False)
    if not again.any():
        return rows
    groups = rows[again].groupby(level=0, sort=False)
    joined = groups.first() if keep == "first" else groups.last()
    order = rows.index[~rows.index.duplicated(keep=keep)]
    return pd.concat([rows[~again], joined]).loc[order].rename_axis(rows.index.name)


def combined_tasks(frames: Sequence[pd.DataFrame], keep: Literal["first", "last"]) -> pd.DataFrame:
    """Return one row a task, as `combined` does; what is left out or empty is unknown."""
    rows = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if not rows["task_id"].duplicated().any():
        return rows.reset_index(drop=True)
    return _with_defaults(combined([_without_defaults(rows)], keep))


def additions(held: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows of tasks that are held already and of which ``new`` knows more.

    Parameters
    ----------
    held, new : DataFrame
        Indexed by task, NaN where unknown.

    Returns
    -------
    rows : DataFrame
        What is held, with what was unknown filled in.
    n_others : int
        Values that both know and that differ; what is held stays.
    """
    shared = new.index[new.index.isin(held.index)]
    columns = held.columns.append(new.columns.difference(held.columns, sort=False))
    old, other = (frame.loc[shared].reindex(columns=columns) for frame in (held, new))
    fills = old.isna() & other.notna()
    differ = old.notna() & other.notna() & ~_equal(old, other)
    rows = fills.any(axis=1).to_numpy()
    return old[rows].where(old[rows].notna(), other[rows]), int(differ.to_numpy().sum())


def task_additions(held: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return tasks that are held already and of which ``new`` knows more; see `additions`."""
    if not len(held) or not len(new):
        return new.iloc[:0], 0
    rows, n_others = additions(
        _without_defaults(held), _without_defaults(new).drop(columns=NOT_OF_THE_TASK)
    )
    return (_with_defaults(rows) if len(rows) else new.iloc[:0]), n_others


def say_left_out(n_others: int, folder: Path) -> None:
    """Warn of values that differ from what a folder says, which stays."""
    if n_others:
        warnings.warn(
            f"{n_others} values that describe tasks are others than '{folder}' has, and are left "
            "out: what is there stays. Save to a new folder to keep them.",
            KnowledgeBaseWarning,
            stacklevel=3,
        )


def _without_defaults(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return tasks by their id, with NaN for what only a default says."""
    described = tasks.set_index("task_id").astype(object)
    described = described.where(described.notna() & (described != ""), np.nan)
    ids = described.index.to_series().astype(object)
    for name in OWN_ID:
        if name in described:
            described[name] = described[name].where(described[name] != ids, np.nan)
    return described


def _with_defaults(described: pd.DataFrame) -> pd.DataFrame:
    tasks = described.reset_index()
    for name in ("target", "source"):
        if name in tasks:
            tasks[name] = tasks[name].fillna("")
    return check_tasks(tasks)


def _equal(a: pd.DataFrame, b: pd.DataFrame) -> Any:
    """Compare cell by cell, numbers to nine digits: more than other versions of a library agree."""
    same = a == b
    numbers = [
        name for name in a if pd.api.types.is_numeric_dtype(a[name]) and name in b
        and pd.api.types.is_numeric_dtype(b[name])
    ]  # fmt: skip
    for name in numbers:
        same[name] |= np.isclose(a[name].astype(float), b[name].astype(float), rtol=1e-9, atol=0.0)
    return same
