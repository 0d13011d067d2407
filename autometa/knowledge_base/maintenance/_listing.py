"""Lists of what a knowledge base holds: tasks, setups and runs that fit a question."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._counts import runs_per_setup
from autometa.knowledge_base._schema import STORED_TASK_TYPES, setup_id
from autometa.knowledge_base._tables import Tables

RUN_COLUMNS = [
    "task_id",
    "algorithm",
    "config",
    "metric",
    "score",
    "fit_seconds",
    "fidelity",
    "status",
    "source",
]


def runs_that_fit(
    kb: Tables,
    *,
    tasks: Sequence[str] | None = None,
    algorithms: Sequence[str] | None = None,
    task_types: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the runs that fit all that is given; each is a list of names, any of which fits.

    Raises
    ------
    KnowledgeBaseError
        If a name is not there.
    """
    known_types = [*STORED_TASK_TYPES]
    types = _wanted("task types", task_types, known_types)
    named = _wanted("tasks", tasks, kb.tasks["task_id"])
    listed = kb.tasks
    if types is not None:
        listed = listed[listed["task_type"].isin(types)]
    if named is not None:
        listed = listed[listed["task_id"].isin(named)]
    runs = kb.runs
    if types is not None or named is not None:
        runs = runs[runs["task_id"].isin(listed["task_id"])]
    for column, what, wanted in (
        ("algorithm", "algorithms", algorithms),
        ("metric", "metrics", metrics),
    ):
        names = _wanted(what, wanted, kb.runs[column].unique() if wanted else ())
        if names is not None:
            runs = runs[runs[column].isin(names)]
    return runs


def _wanted(what: str, wanted: Sequence[str] | None, listed: Iterable[str]) -> set[str] | None:
    """Return names to look for, all of them known; None for any."""
    if not wanted:
        return None
    names = set(map(str, listed))
    unknown = [name for name in wanted if name not in names]
    if unknown:
        close = difflib.get_close_matches(unknown[0], sorted(names), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise KnowledgeBaseError(f"The knowledge base has no such {what}: {unknown}.{hint}")
    return set(wanted)


def task_list(kb: Tables, runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a task of ``runs``, with counts of setups, runs and failures."""
    counts = _counts(runs, ["task_id"])
    counts["n_setups"] = (
        runs[["task_id", "algorithm", "config"]].drop_duplicates()["task_id"].value_counts()
    )
    columns = ["task_id", "name", "task_type", "n_rows", "family", "source"]
    listed = kb.tasks[columns].set_index("task_id")
    tasks = listed.join(counts, how="inner").sort_index().reset_index()
    return tasks[[*columns[:-1], "n_setups", "n_runs", "n_failed", "source"]]


def setup_list(runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a setup of ``runs``, with counts of tasks, runs and failures.

    ``median_fit_seconds`` is that of fits on all rows; NaN where there was none.
    """
    setups = _counts(runs, ["algorithm", "config"])
    grouped = runs.groupby(["algorithm", "config"], observed=True)
    setups["n_tasks"] = grouped["task_id"].nunique()
    whole = runs[runs["fidelity"] == 1.0].groupby(["algorithm", "config"], observed=True)
    setups["median_fit_seconds"] = whole["fit_seconds"].median()
    setups = setups.reset_index()
    pairs = zip(setups["algorithm"], setups["config"], strict=True)
    setups.insert(0, "setup_id", [setup_id(*pair) for pair in pairs])
    columns = ["n_tasks", "n_runs", "n_failed", "median_fit_seconds"]
    return setups[["setup_id", "algorithm", "config", *columns]]


def run_list(runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a run and metric, by task, then by metric, the best first."""
    order = ["task_id", "metric", "score"]
    rows = runs[RUN_COLUMNS].sort_values(order, ascending=[True, True, False], kind="stable")
    return rows.reset_index(drop=True)


def _counts(runs: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Count runs and failures; a run counts once, however many metrics it has."""
    counts = runs_per_setup(runs).rename("n_runs").reset_index()
    counts["n_failed"] = counts["n_runs"].where(counts["status"] != "ok", 0)
    return counts.groupby(key, observed=True)[["n_runs", "n_failed"]].sum()
