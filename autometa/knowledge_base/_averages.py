"""Averages: repeats of a run as one, which is what a meta-model is fitted on.

Runs come as a stream of tables with all of a task in one, so that no more is in
memory than one table and the averages. Tasks, setups and metrics are numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Codes, Floats, Integers
from autometa.evaluation import STANDARD_SECONDS
from autometa.knowledge_base._fold_kinds import that_count
from autometa.knowledge_base._protocols import on_one_scale, protocols_of
from autometa.knowledge_base._schema import INFEASIBLE
from autometa.knowledge_base._usable import bounds_of
from autometa.knowledge_base.storage._columns import codes_of, numbers_of

COLUMNS = (
    "task_id",
    "algorithm",
    "config",
    "metric",
    "score",
    "fit_seconds",
    "predict_seconds",
    "reference_seconds",
    "fidelity",
    "status",
    "source",
    "fold_scores",
    "n_folds",
    "split_seed",
    "fold_kind",
)
# A run that was cut may have taken any time: without its seconds, none are known of it.
_NEVER_TIMED = ("timeout", "memory")


@dataclass(frozen=True, kw_only=True)
class Averages:
    """Runs averaged over repeats: one row a task, metric and setup.

    Scores on fewer rows do not compare, so of each task and metric only the largest
    fidelity counts at which two setups have a score, or else the largest at which one
    has. Failures on more rows are kept beside it: they are no reason to forget. Scores of
    another protocol are moved by what the setups in common say (see `_protocols`).

    Attributes
    ----------
    task_ids : list of str
        Names of the tasks, in the order in which they turned up.
    setups : list of tuple of str
        Algorithm and canonical config of the setups.
    metrics : list of str
        Names of the metrics.
    task, setup, metric : ndarray of int
        For each row, the place of its task, setup and metric in these lists.
    fidelity : ndarray of float
        That of the task and metric whose scores count.
    score : ndarray of float
        Mean over the runs that ended well; NaN when none did.
    n_scores, n_failed : ndarray of int
        Runs with a score, and runs that did not end well, on as many rows or more.
    n_moved, n_apart : ndarray of int
        Of those with a score, how many were measured on other folds than most of their
        task and were moved, and how many have no setup in common with them and were not.
    fit_seconds, predict_seconds : ndarray of float
        Mean over the runs that were timed; NaN when none was. Where a run says how
        fast its machine was, scaled to the standard machine.
    n_scaled : ndarray of int
        Timed runs that say so.
    n_folds : ndarray of float
        Mean over the runs that say how many folds they were scored on; NaN when none does.
    n_untimed : ndarray of int
        Runs stopped for time or memory of which no seconds are known.
    n_infeasible : ndarray of int
        Of those that did not end well, how many violated a constraint.
    n_borrowed : ndarray of int
        Of those with a score, how many were measured on folds of another kind than asked for.
    """

    task_ids: list[str]
    setups: list[tuple[str, str]]
    metrics: list[str]
    task: Codes
    setup: Codes
    metric: Codes
    fidelity: Floats
    score: Floats
    n_scores: Codes
    n_failed: Codes
    n_moved: Codes
    n_apart: Codes
    fit_seconds: Floats
    predict_seconds: Floats
    n_scaled: Codes
    n_folds: Floats
    n_untimed: Codes
    n_infeasible: Codes
    n_borrowed: Codes

    def __len__(self) -> int:
        return len(self.task)

    def where(self, rows: Booleans) -> Averages:
        """Return the rows that are marked, of the same tasks, setups and metrics."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _KINDS})

    def to_frame(self) -> pd.DataFrame:
        """Return the rows with names instead of numbers, text as categories."""
        algorithms = pd.Categorical([algorithm for algorithm, _ in self.setups])
        configs = pd.Categorical([config for _, config in self.setups])
        numbers = {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.name not in ("task_ids", "setups", "metrics", "task", "setup", "metric")
        }
        return pd.DataFrame(
            {
                "task_id": pd.Categorical.from_codes(self.task, self.task_ids),
                "algorithm": algorithms[self.setup],
                "config": configs[self.setup],
                "metric": pd.Categorical.from_codes(self.metric, self.metrics),
                **numbers,
            }
        )


@dataclass
class _Names:
    """Numbers for names, in the order in which they turned up."""

    places: dict[Any, int] = field(default_factory=dict)

    def of(self, names: Iterable[Any]) -> Integers:
        places = self.places
        return np.array([places.setdefault(n, len(places)) for n in names], dtype=np.int64)


def average(
    tables: Iterable[Any],
    metric: str | None = None,
    tasks: Collection[str] | None = None,
    fold_kind: str = "shuffled",
) -> Averages:
    """Return the averages of a stream of runs.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        With the columns `COLUMNS`; all runs of a task are in one of them.
    metric : str, optional
        Of this only. Default: of each.
    tasks : collection of str, optional
        Of these only. Default: of all.
    fold_kind : str, default="shuffled"
        Of each task and metric the runs on such folds count; where there are none, those on
        the nearest kind.
    """
    names = _Names(), _Names(), _Names()
    wanted = None if tasks is None else frozenset(tasks)
    parts = [_table_averages(table, names, metric, wanted, fold_kind) for table in tables]
    joined = {
        key: np.concatenate([part[key] for part in parts]) if parts else np.empty(0, kind)
        for key, kind in _KINDS.items()
    }
    task_names, setups, metrics = (list(numbered.places) for numbered in names)
    return Averages(task_ids=task_names, setups=setups, metrics=metrics, **joined)


# 32 bits for names and counts: half the memory, and 2 milliards of either is beyond any history.
_KINDS: dict[str, Any] = {
    "task": np.int32,
    "setup": np.int32,
    "metric": np.int32,
    "fidelity": np.float64,
    "score": np.float64,
    "n_scores": np.int32,
    "n_failed": np.int32,
    "n_moved": np.int32,
    "n_apart": np.int32,
    "fit_seconds": np.float64,
    "predict_seconds": np.float64,
    "n_scaled": np.int32,
    "n_folds": np.float64,
    "n_untimed": np.int32,
    "n_infeasible": np.int32,
    "n_borrowed": np.int32,
}


def _table_averages(
    table: Any,
    names: tuple[_Names, _Names, _Names],
    metric: str | None,
    tasks: frozenset[str] | None,
    fold_kind: str,
) -> dict[str, Any]:
    """Return the columns of the averages of one table, as numbers for ``names``."""
    table = _chosen(table, metric, tasks)
    table, borrowed = _of_kind(table, fold_kind)
    task_names, setup_names, metric_names = names
    (t_known, t), (m_known, m) = codes_of(table["task_id"]), codes_of(table["metric"])
    n_metrics = max(len(m_known), 1)
    fidelity = numbers_of(table["fidelity"])
    s_known, s = _setups(table)
    scored = _is_ok(table) & np.isfinite(numbers_of(table["score"]))
    counts, fidelity = _that_count(t * n_metrics + m, s, fidelity, scored)
    t, m, s, fidelity = t[counts], m[counts], s[counts], fidelity[counts]
    table, borrowed = table.filter(counts), borrowed[counts]
    group = t * n_metrics + m
    # One number a cell, so that one sort finds them all; `max` for a table without rows.
    cells, first, cell = np.unique(
        group * max(len(s_known), 1) + s, return_index=True, return_inverse=True
    )
    numbers = _cell_numbers(table, group, s, cell, len(cells), borrowed)
    used_t, used_m, used_s = t[first], m[first], s[first]
    columns = {
        "task": _numbered(task_names, t_known, used_t),
        "setup": _numbered(setup_names, s_known, used_s),
        "metric": _numbered(metric_names, m_known, used_m),
        "fidelity": fidelity[first],
        **numbers,
    }
    return {key: columns[key].astype(kind) for key, kind in _KINDS.items()}


def _chosen(table: Any, metric: str | None, tasks: frozenset[str] | None) -> Any:
    """Return the rows of a metric and of some tasks."""
    kept = np.ones(len(table), dtype=bool)
    if metric is not None:
        texts, codes = codes_of(table["metric"])
        kept &= np.array([name == metric for name in texts], dtype=bool)[codes]
    if tasks is not None:
        texts, codes = codes_of(table["task_id"])
        kept &= np.array([name in tasks for name in texts], dtype=bool)[codes]
    return table if kept.all() else table.filter(kept)


def _of_kind(table: Any, fold_kind: str) -> tuple[Any, Booleans]:
    """Return the runs on folds of the nearest kind that their task and metric have."""
    (_, t), (m_known, m) = codes_of(table["task_id"]), codes_of(table["metric"])
    counts, borrowed = that_count(t * max(len(m_known), 1) + m, table["fold_kind"], fold_kind)
    return (table, borrowed) if counts.all() else (table.filter(counts), borrowed[counts])


def _that_count(
    groups: Integers, setups: Integers, fidelity: Floats, scored: Booleans
) -> tuple[Booleans, Floats]:
    """Mark the rows that count, and return the fidelity that counts in each row's group.

    Of a group those on most rows where two setups can be ranked, else where one was
    scored, else of all; failures on more rows count too.
    """
    n_groups = int(groups.max(initial=-1)) + 1
    if not n_groups or (fidelity == fidelity[0]).all():  # nearly all histories: nothing to choose
        return np.ones(len(groups), dtype=np.bool_), fidelity
    largest = _largest(groups, fidelity, n_groups)
    scored_at = _largest(groups[scored], fidelity[scored], n_groups)
    ranked_rows = pd.DataFrame({"g": groups[scored], "f": fidelity[scored], "s": setups[scored]})
    n_setups = ranked_rows.drop_duplicates().groupby(["g", "f"]).size()
    ranked = n_setups[n_setups > 1].index
    ranked_at = _largest(
        ranked.get_level_values("g").to_numpy(np.int64),
        ranked.get_level_values("f").to_numpy(np.float64),
        n_groups,
    )
    # A fidelity is above 0, so 0 says that there is none.
    chosen = np.where(ranked_at > 0, ranked_at, np.where(scored_at > 0, scored_at, largest))
    chosen = chosen[groups]
    return np.asarray((fidelity == chosen) | (~scored & (fidelity > chosen))), chosen


def _largest(groups: Integers, values: Floats, n_groups: int) -> Floats:
    """Return the largest value of each group; 0 for one that has none."""
    most = np.zeros(n_groups)
    np.maximum.at(most, groups, values)
    return most


def _is_ok(table: Any) -> Booleans:
    statuses, status = codes_of(table["status"])
    return np.array([name == "ok" for name in statuses], dtype=bool)[status]


def _setups(table: Any) -> tuple[list[tuple[str, str]], Integers]:
    """Return the setups of a table and for each row the place of its own."""
    algorithms, a = codes_of(table["algorithm"])
    configs, c = codes_of(table["config"])
    pairs, places = np.unique(a * max(len(configs), 1) + c, return_inverse=True)
    setups = [(algorithms[p // len(configs)], configs[p % len(configs)]) for p in pairs.tolist()]
    return setups, places


def _cell_numbers(
    table: Any,
    group: Integers,
    setup: Integers,
    cell: Integers,
    n_cells: int,
    borrowed: Booleans,
) -> dict[str, Any]:
    statuses, status = codes_of(table["status"])
    is_ok = _is_ok(table)
    score = np.where(is_ok, numbers_of(table["score"]), np.nan)
    seconds = numbers_of(table["fit_seconds"])
    score, moved, apart = on_one_scale(
        group, setup, protocols_of(table), score, bounds_of(table["metric"])
    )
    predicting = numbers_of(table["predict_seconds"])
    is_cut = np.array([name in _NEVER_TIMED for name in statuses], dtype=bool)[status]
    is_infeasible = np.array([name == INFEASIBLE for name in statuses], dtype=bool)[status]
    scored, timed = is_ok & ~np.isnan(score), np.isfinite(seconds)
    reference = numbers_of(table["reference_seconds"])
    has_speed = reference > 0
    # A machine nobody timed counts as the standard one: the bundled history is of it.
    speed = np.where(has_speed, STANDARD_SECONDS / np.where(has_speed, reference, 1.0), 1.0)
    awaited = np.isfinite(predicting)
    folds = numbers_of(table["n_folds"])
    is_said = ~np.isnan(folds)
    return {
        "score": _mean(cell[scored], score[scored], n_cells),
        "n_scores": np.bincount(cell[scored], minlength=n_cells),
        "n_failed": np.bincount(cell[~is_ok], minlength=n_cells),
        "n_moved": np.bincount(cell[moved], minlength=n_cells),
        "n_apart": np.bincount(cell[apart], minlength=n_cells),
        "fit_seconds": _mean(cell[timed], (seconds * speed)[timed], n_cells),
        "predict_seconds": _mean(cell[awaited], (predicting * speed)[awaited], n_cells),
        "n_scaled": np.bincount(cell[timed & has_speed], minlength=n_cells),
        "n_folds": _mean(cell[is_said], folds[is_said], n_cells),
        "n_untimed": np.bincount(cell[is_cut & np.isnan(seconds)], minlength=n_cells),
        "n_infeasible": np.bincount(cell[is_infeasible], minlength=n_cells),
        "n_borrowed": np.bincount(cell[scored & borrowed], minlength=n_cells),
    }


def _mean(cell: Integers, values: Floats, n_cells: int) -> Floats:
    counts = np.bincount(cell, minlength=n_cells).astype(np.float64)
    sums = np.bincount(cell, weights=values, minlength=n_cells)
    counts[counts == 0] = np.nan  # a mean of nothing is unknown, and no division by zero
    return np.asarray(sums / counts)


def _numbered(names: _Names, texts: list[Any], used: Integers) -> Integers:
    """Return the numbers of the names that are used, in the order of the rows."""
    distinct, places = np.unique(used, return_inverse=True)
    return names.of(texts[place] for place in distinct.tolist())[places]
