"""Tables that come from outside, checked once: nothing behind this checks them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.fold_kinds import FOLD_KINDS
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._repeated import repeated_rows
from autometa.knowledge_base._schema import (
    RUN_DEFAULTS,
    RUN_NUMBERS,
    SPLITS,
    STATUSES,
    STORED_TASK_TYPES,
    TASK_DEFAULTS,
    TASK_NUMBERS,
)
from autometa.knowledge_base._setups import canonical_column
from autometa.metrics import ROUNDING, get_metric


def check_tasks(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return ``tasks`` with every column of the schema, or say what is wrong with it."""
    tasks = _with_defaults("tasks", tasks, TASK_DEFAULTS, required=("task_id", "task_type"))
    tasks["task_id"] = tasks["task_id"].astype(str)
    # a task of unknown family is one by itself: no other is held out with it
    for column in ("name", "family"):
        tasks[column] = tasks[column].where(tasks[column].notna(), tasks["task_id"]).astype(str)
    for column in TASK_NUMBERS:
        tasks[column] = tasks[column].astype("float64")
    _check_members("tasks", tasks, "task_type", STORED_TASK_TYPES)
    repeated = tasks.loc[tasks["task_id"].duplicated(), "task_id"]
    if len(repeated):
        raise KnowledgeBaseError(f"tasks must have one row a task_id. Repeated: {_some(repeated)}.")
    return tasks.reset_index(drop=True)


def check_metafeatures(metafeatures: pd.DataFrame | None, task_ids: Iterable[str]) -> pd.DataFrame:
    """Return ``metafeatures`` as float64 indexed by task_id, for known tasks only."""
    if metafeatures is None:
        metafeatures = pd.DataFrame(index=pd.Index([], name="task_id"))
    if "task_id" in metafeatures.columns:
        metafeatures = metafeatures.set_index("task_id")
    try:
        numbers = metafeatures.astype("float64")
    except (TypeError, ValueError) as error:
        raise KnowledgeBaseError(f"metafeatures must hold numbers only: {error}.") from None
    numbers.index = numbers.index.astype(str).set_names("task_id")
    numbers.columns = numbers.columns.astype(str)
    if numbers.index.has_duplicates:
        repeated = numbers.index[numbers.index.duplicated()]
        raise KnowledgeBaseError(
            f"metafeatures must have one row a task_id. Repeated: {_some(repeated)}."
        )
    return numbers.loc[numbers.index.isin(list(task_ids))]


def check_runs(
    runs: pd.DataFrame, task_ids: Iterable[str], task_types: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return ``runs`` with every column of the schema, or say what is wrong with it.

    Configurations become canonical; with ``task_types`` by task_id, those of algorithms
    that autometa builds are completed by the defaults.
    """
    required = ("task_id", "algorithm", "config", "metric", "score")
    runs = _with_defaults("runs", runs, RUN_DEFAULTS, required=required)
    for column in ("task_id", "algorithm", "metric", "message", "source", "split", "fold_kind"):
        runs[column] = runs[column].astype(str)
    types = runs["task_id"].map(dict(task_types or {}))
    types = types.astype(object).where(types.notna(), None)
    configs = canonical_column(runs["algorithm"], runs["config"], types)
    runs["config"] = configs.set_axis(runs.index)
    for column in RUN_NUMBERS:
        runs[column] = runs[column].astype("float64")
    _check_members("runs", runs, "status", STATUSES)
    _check_members("runs", runs, "split", SPLITS)
    _check_members("runs", runs, "fold_kind", FOLD_KINDS)
    unknown = runs.loc[~runs["task_id"].isin(list(task_ids)), "task_id"]
    if len(unknown):
        raise KnowledgeBaseError(
            f"runs name tasks that 'tasks' does not list: {_some(unknown)}. "
            "Give a row of 'tasks' for each."
        )
    _check_run_numbers(runs)
    return runs[~repeated_rows(runs)].reset_index(drop=True)


def _check_run_numbers(runs: pd.DataFrame) -> None:
    # one infinite score makes every mean over its setup infinite
    if np.isinf(runs["score"]).any():
        raise KnowledgeBaseError(
            "runs hold infinite scores. A failed run has status 'error' and a NaN score."
        )
    _check_bounds(runs)
    if not runs["fidelity"].between(0.0, 1.0, inclusive="right").all():
        raise KnowledgeBaseError("'fidelity' is a fraction of the rows, 0 < fidelity <= 1.")
    for name in ("n_folds", "cutoff_seconds"):
        if (runs[name] <= 0).any():
            raise KnowledgeBaseError(f"'{name}' must be > 0 or NaN where unknown.")
    if (runs["fit_seconds"] < 0).any():
        raise KnowledgeBaseError("'fit_seconds' must be >= 0 or NaN where unknown.")


def beyond_bounds(runs: pd.DataFrame) -> pd.Series[bool]:
    """Mark the runs whose score is none that their metric can have."""
    names = runs["metric"].astype(str)
    metrics = {name: get_metric(name) for name in names.unique()}
    low = names.map({name: metric.low for name, metric in metrics.items()}).astype("float64")
    high = names.map({name: metric.high for name, metric in metrics.items()}).astype("float64")
    scores = runs["score"].astype("float64")
    return (scores < low - ROUNDING) | (scores > high + ROUNDING)


def _check_bounds(runs: pd.DataFrame) -> None:
    wrong = beyond_bounds(runs).to_numpy()
    if wrong.any():
        places = np.flatnonzero(wrong)
        first = runs.iloc[places[0]]
        metric = get_metric(first["metric"])
        raise KnowledgeBaseError(
            f"Scores of '{metric.name}' must lie in {metric.low:g} .. {metric.high:g}. Got "
            f"{first['score']:g}; {len(places)} of {len(runs)} runs are beyond the bounds of their "
            f"metric (rows {_some(places)}). Give shares of one instead of per cent, negate losses "
            "(neg_...), or leave these runs out."
        )


def _with_defaults(
    what: str, frame: pd.DataFrame, defaults: Mapping[str, Any], required: tuple[str, ...]
) -> pd.DataFrame:
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise KnowledgeBaseError(
            f"{what} must have the columns {list(required)}. Missing: {missing}; "
            f"got {[str(column) for column in frame.columns]}."
        )
    columns = {
        name: frame[name] if name in frame.columns else pd.Series(value, frame.index)
        for name, value in defaults.items()
    }
    return pd.DataFrame(columns)


def _check_members(what: str, frame: pd.DataFrame, column: str, allowed: tuple[str, ...]) -> None:
    wrong = frame.loc[~frame[column].isin(allowed), column]
    if len(wrong):
        raise KnowledgeBaseError(
            f"'{column}' of {what} must be one of {list(allowed)}. Got {_some(wrong)}."
        )


def _some(values: Iterable[Any]) -> str:
    distinct = list(dict.fromkeys(str(value) for value in values))
    # five say what is wrong, and fit a line
    return str(distinct[:5])[:-1] + (", ...]" if len(distinct) > 5 else "]")
