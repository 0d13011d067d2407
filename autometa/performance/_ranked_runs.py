"""Past runs as ranks: what of a knowledge base is transferred to a new study.

Scores of different tasks and metrics do not compare, ranks within a task do.
Each run becomes the normal quantile of its mid-rank among its task's runs.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from autometa._common.arrays import Booleans, Floats, Integers
from autometa.knowledge_base import KnowledgeBase, kind_ranks

# All that is learnt takes 5 s then, on a slow core. Fewer leave advice to the draw: by two draws
# of some 130 runs of each task, of MindWare's 850, the first setup left a mean regret of .23 or
# .36 on the same six datasets (docs/warm-start.md).
MAX_TASKS = 1000
MAX_RUNS = 34_000
# Rows of tasks beyond `MIN_TASKS` that are read: ten million would take minutes and gigabytes.
MIN_TASKS, MAX_READ = 200, 1_000_000
MIN_RUNS_PER_TASK = 34  # of a thousand tasks: a task still says which sixth of its runs is best
N_BEST_KEPT = 16  # what a search is after; the others say how scores fall off
CLASSIFICATION = ("binary", "multiclass", "classification")
SETUP = ["task_id", "algorithm", "config"]


@dataclass(frozen=True)
class RankedRuns:
    """Setups, and how they ranked on each task.

    Attributes
    ----------
    task_ids : tuple of str
        Tasks on which at least two setups differ.
    setups : tuple of (algorithm, config)
        Every setup that occurs, once.
    rows : tuple of int arrays
        For each task, which setups ran on it.
    scores : tuple of float arrays
        Their normal scores, greater is better: 0 is the task's median run.
    failed : tuple of bool arrays
        Whether they failed there, or violated a constraint, whatever the metric: such a setup is
        never among the best of a task, however few others it has. Empty when none did.
    n_borrowed : int
        Tasks that were read whose runs were scored on folds of another kind than asked for.
    """

    task_ids: tuple[str, ...]
    setups: tuple[tuple[str, dict[str, Any]], ...]
    rows: tuple[Integers, ...]
    scores: tuple[Floats, ...]
    failed: tuple[Booleans, ...] = ()
    n_borrowed: int = 0


def read_ranked_runs(
    kb: KnowledgeBase,
    algorithms: Collection[str],
    metric: str | None = None,
    task_type: str | None = None,
    fold_kind: str = "shuffled",
) -> RankedRuns:
    """Return the runs of ``algorithms`` as normal scores by task.

    At most `MAX_TASKS` tasks are kept, those with the most runs, and `MAX_RUNS` in all: where
    there are more, each task has the same share, the best 16 of its runs and a sample of the
    others.
    Without ``metric``, a setup's scores are averaged over all metrics. Tasks with runs on
    folds of ``fold_kind`` come first; the others lend those of the nearest kind they have.
    """
    runs, n_borrowed = _relevant(kb, algorithms, metric, task_type, fold_kind)
    runs = runs.assign(z=_normal_scores(runs), failed=runs["status"] != "ok")
    grouped = runs.groupby(SETUP, sort=True)
    setups = grouped.agg(z=("z", "mean"), failed=("failed", "all")).reset_index()
    by_task = setups.groupby("task_id", sort=True)
    most = _share(by_task.size().to_numpy(), MAX_RUNS)
    tasks = [_thinned(task, most) for _, task in by_task]
    return replace(_collect(tasks), n_borrowed=n_borrowed)


def _relevant(
    kb: KnowledgeBase,
    algorithms: Collection[str],
    metric: str | None,
    task_type: str | None,
    fold_kind: str,
) -> tuple[pd.DataFrame, int]:
    """Select the runs asked for, of the tasks with most of them, and count those that lend.

    Of each task those of the highest fidelity at which two setups were scored, or else one,
    and with them what failed on as many rows or more.
    """
    richest = kb.outcome_counts(algorithms, metric)
    if task_type is not None:
        types = CLASSIFICATION if task_type in CLASSIFICATION else (task_type,)
        of_type = kb.tasks.loc[kb.tasks["task_type"].isin(types), "task_id"]
        richest = richest[richest.index.isin(of_type)]
    richest = richest.sort_index().sort_values(ascending=False, kind="stable")
    own = kb.tasks_scored_on(fold_kind)
    has_own = richest.index.isin(list(own))
    richest = pd.concat([richest[has_own], richest[~has_own]])
    affordable = max(MIN_TASKS, int((richest.cumsum() <= MAX_READ).sum()))
    runs = kb.runs_of(richest.index[: min(MAX_TASKS, affordable)])
    keep = runs["algorithm"].isin(list(algorithms))
    keep &= runs["score"].notna() | (runs["status"] != "ok")
    if metric is not None:
        keep &= runs["metric"] == metric
    runs = runs.loc[keep, [*SETUP, "metric", "score", "status", "fidelity", "fold_kind"]]
    runs, n_borrowed = _of_nearest_kind(runs, fold_kind)
    return _of_highest_fidelity(runs), n_borrowed


def _of_nearest_kind(runs: pd.DataFrame, fold_kind: str) -> tuple[pd.DataFrame, int]:
    """Return of each task and metric the runs on the nearest kind of folds, and who lends them."""
    kinds = runs["fold_kind"].astype("object").fillna("shuffled")
    names = kinds.unique().tolist()
    ranks = kinds.map(dict(zip(names, kind_ranks(names, fold_kind), strict=True))).astype(int)
    nearest = ranks.groupby([runs["task_id"], runs["metric"]], observed=True).transform("min")
    n_borrowed = runs.loc[nearest > 0, "task_id"].nunique()
    return runs[ranks == nearest].drop(columns="fold_kind"), int(n_borrowed)


def _of_highest_fidelity(runs: pd.DataFrame) -> pd.DataFrame:
    """Return of each task the runs on most rows, and with them what failed on as many or more."""
    if runs["fidelity"].nunique() <= 1:
        return runs
    scored = (runs["status"] == "ok") & runs["score"].notna()
    per_level = runs[scored].drop_duplicates([*SETUP, "fidelity"]).groupby(["task_id", "fidelity"])
    n_setups = per_level.size().reset_index(name="n")
    counts = pd.Series(0.0, runs["task_id"].unique())
    for least in (1, 2):  # the later answer counts more
        levels = n_setups[n_setups["n"] >= least].groupby("task_id")["fidelity"].max()
        counts.update(levels)
    chosen = runs["task_id"].map(counts)
    highest = runs.groupby("task_id")["fidelity"].transform("max")
    chosen = chosen.where(chosen > 0, highest)
    return runs[(runs["fidelity"] == chosen) | (~scored & (runs["fidelity"] > chosen))]


def _normal_scores(runs: pd.DataFrame) -> pd.Series[float]:
    """Mid-ranks within task and metric as normal quantiles; failures rank last."""
    score = runs["score"].where(runs["status"] == "ok", -np.inf)
    groups = score.groupby([runs["task_id"], runs["metric"]])
    quantile = (groups.rank() - 0.5) / groups.transform("size")
    return pd.Series(ndtri(quantile.to_numpy()), index=runs.index)


def _share(counts: Integers, in_all: int) -> int:
    """Return how many runs of a task may be kept, so that those of all tasks are ``in_all``.

    What tasks with few runs leave is for those with many.
    """
    left = in_all
    for place, count in enumerate(np.sort(counts)):
        share = left // (len(counts) - place)
        if count > share:
            return max(int(share), MIN_RUNS_PER_TASK)
        left -= int(count)
    return int(counts.max(initial=MIN_RUNS_PER_TASK))


def _thinned(task: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most ``most`` runs of a task: the best, and a sample of the others."""
    if len(task) <= most:
        return task
    task = task.sort_values("z", ascending=False, kind="stable")
    others = task.iloc[N_BEST_KEPT:].sample(most - N_BEST_KEPT, random_state=0)
    return pd.concat([task.iloc[:N_BEST_KEPT], others])


def _collect(tasks: list[pd.DataFrame]) -> RankedRuns:
    informative = [task for task in tasks if task["z"].nunique() > 1]
    index: dict[tuple[str, str], int] = {}
    for task in informative:
        for key in zip(task["algorithm"], task["config"], strict=True):
            index.setdefault(key, len(index))
    return RankedRuns(
        task_ids=tuple(str(task["task_id"].iloc[0]) for task in informative),
        setups=tuple((algorithm, json.loads(config)) for algorithm, config in index),
        rows=tuple(
            np.array([index[key] for key in zip(task["algorithm"], task["config"], strict=True)])
            for task in informative
        ),
        scores=tuple(task["z"].to_numpy(dtype=float) for task in informative),
        failed=tuple(task["failed"].to_numpy(dtype=bool) for task in informative),
    )
