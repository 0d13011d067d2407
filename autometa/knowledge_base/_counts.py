"""Counts over a stream of runs: setups, scores, statuses, without the runs themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans
from autometa.knowledge_base._schema import setup_id
from autometa.knowledge_base.storage._columns import codes_of, numbers_of

SETUP = ("task_id", "algorithm", "config")


@dataclass
class RunCounts:
    """What a stream of runs holds.

    Attributes
    ----------
    n_scores : int
        Rows: one metric of one run each.
    scores_of_algorithm : Counter
        The same by algorithm.
    n_runs : int
        Runs: a setup on a task once, however many metrics it has; repeats and
        each share of the rows count.
    tasks_of_setup : Counter
        Number of tasks by (algorithm, config).
    tasks_of_metric : Counter
    statuses : Counter
        Of the runs, metrics not counted.
    """

    n_scores: int = 0
    n_runs: int = 0
    scores_of_algorithm: Counter[str] = field(default_factory=Counter)
    tasks_of_setup: Counter[tuple[str, str]] = field(default_factory=Counter)
    tasks_of_metric: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    def setups(self) -> pd.DataFrame:
        """Return one row a setup: ``setup_id``, ``algorithm``, ``config`` and ``n_tasks``."""
        ordered = sorted(self.tasks_of_setup)
        return pd.DataFrame(
            {
                "setup_id": pd.Series([setup_id(*setup) for setup in ordered], dtype=str),
                "algorithm": pd.Series([algorithm for algorithm, _ in ordered], dtype=str),
                "config": pd.Series([config for _, config in ordered], dtype=str),
                "n_tasks": np.array([self.tasks_of_setup[s] for s in ordered], dtype=np.int64),
            }
        )


RUN = (*SETUP, "fidelity", "status")
RUN_COLUMNS = (*RUN, "metric")


def runs_per_setup(scores: pd.DataFrame) -> pd.Series[int]:
    """Return how many runs rows of `RUN_COLUMNS` are of, by the columns `RUN`.

    A run has one row a metric, a failed one a row of one metric: repeats are the most
    rows that any metric has.
    """
    of_metric = scores.groupby([*RUN, "metric"], sort=False, observed=True).size()
    return of_metric.groupby(level=list(RUN), sort=False, observed=True).max()


def algorithms_in(tables: Iterable[Any]) -> set[str]:
    """Return the algorithms that runs name; each advice asks, so no setup is looked at."""
    found: set[str] = set()
    for table in tables:
        names, codes = codes_of(table["algorithm"])
        found |= {names[code] for code in np.unique(codes[codes >= 0]).tolist()}
    return found


def count_runs(tables: Iterable[Any]) -> RunCounts:
    """Return what a stream of runs holds; its tables have the columns `RUN_COLUMNS`."""
    counts = RunCounts()
    for table in tables:
        _count_table(counts, table)
    return counts


def _count_table(counts: RunCounts, table: Any) -> None:
    names, codes = zip(*(codes_of(table[c]) for c in (*SETUP, "metric", "status")), strict=True)
    keys = pd.DataFrame(dict(zip((*SETUP, "metric", "status"), codes, strict=True)))
    keys["fidelity"] = numbers_of(table["fidelity"])
    # all runs of a task are in one table of the stream, so that none is counted twice
    runs = runs_per_setup(keys)
    pairs = keys.drop_duplicates(SETUP)[["algorithm", "config"]]
    counts.n_scores += len(keys)
    counts.n_runs += int(runs.sum())
    for code, n in enumerate(np.bincount(codes[1], minlength=len(names[1])).tolist()):
        if n:
            counts.scores_of_algorithm[names[1][code]] += n
    for (algorithm, config), n in pairs.value_counts(sort=False).items():
        counts.tasks_of_setup[names[1][algorithm], names[2][config]] += int(n)
    for code, n in keys.drop_duplicates(["task_id", "metric"])["metric"].value_counts().items():
        counts.tasks_of_metric[names[3][code]] += int(n)
    for code, n in runs.groupby(level="status").sum().items():
        counts.statuses[names[4][code]] += int(n)


SCORE_COLUMNS = ("task_id", "metric", "score")


def count_scores(tables: Iterable[Any], types: Mapping[str, str]) -> pd.Series[int]:
    """Return the number of scores by ``task_type`` and ``metric``.

    Runs of tasks that ``types`` does not name are left out: they were removed meanwhile.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        With the columns `SCORE_COLUMNS`.
    types : mapping of str to str
        Type of each task.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for table in tables:
        tasks, t = codes_of(table["task_id"])
        metrics, m = codes_of(table["metric"])
        kinds = [types.get(task) for task in tasks]
        task_types = sorted({kind for kind in kinds if kind is not None})
        kind = np.array([-1 if k is None else task_types.index(k) for k in kinds], dtype=np.int64)[
            t
        ]
        scored = (kind >= 0) & ~np.isnan(numbers_of(table["score"]))
        n_scores = np.bincount(kind[scored] * len(metrics) + m[scored])
        for place in np.flatnonzero(n_scores).tolist():
            pair = task_types[place // len(metrics)], metrics[place % len(metrics)]
            counts[pair] += int(n_scores[place])
    pairs = sorted(counts)
    index = pd.MultiIndex.from_tuples(pairs, names=["task_type", "metric"]) if pairs else _NOTHING
    return pd.Series([counts[pair] for pair in pairs], index=index, dtype=np.int64)


_NOTHING = pd.MultiIndex.from_arrays([[], []], names=["task_type", "metric"])


OUTCOME_COLUMNS = ("task_id", "algorithm", "metric", "score", "status")


def count_outcomes(
    tables: Iterable[Any], algorithms: Collection[str] | None, metric: str | None
) -> pd.Series[int]:
    """Return the number of rows with a score or a failure, by task; tasks without are left out.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        With the columns `OUTCOME_COLUMNS`.
    algorithms : collection of str or None
        Of these only.
    metric : str or None
        Of this only.
    """
    counts: dict[str, int] = {}
    for table in tables:
        is_reported = ~np.isnan(numbers_of(table["score"])) | ~_is_one_of(table["status"], ("ok",))
        if algorithms is not None:
            is_reported &= _is_one_of(table["algorithm"], algorithms)
        if metric is not None:
            is_reported &= _is_one_of(table["metric"], (metric,))
        tasks, t = codes_of(table["task_id"])
        n_rows = np.bincount(t[is_reported], minlength=len(tasks))
        counts |= {tasks[place]: int(n_rows[place]) for place in np.flatnonzero(n_rows).tolist()}
    index = pd.Index(list(counts), name="task_id", dtype=str)
    return pd.Series(list(counts.values()), index=index, dtype=np.int64)


def _is_one_of(column: Any, wanted: Collection[str]) -> Booleans:
    names, codes = codes_of(column)
    return np.array([name in wanted for name in names], dtype=bool)[codes]


def configs_of(tables: Iterable[Any], algorithm: str) -> Iterator[str]:
    """Yield the config of each run of an algorithm, in the order of the stream."""
    for table in tables:
        configs, c = codes_of(table["config"])
        yield from (configs[code] for code in c[_is_one_of(table["algorithm"], (algorithm,))])
