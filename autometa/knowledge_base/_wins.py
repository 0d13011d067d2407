"""On which share of its tasks each algorithm of a knowledge base wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from autometa.metrics import measured_metrics

if TYPE_CHECKING:
    from autometa.knowledge_base._tables import Tables


def judging_metrics(kb: Tables) -> dict[str, str]:
    """Return the metric that judges tasks of each type: the usual one, or the most measured."""
    types = kb.tasks.set_index("task_id")["task_type"]
    measured = kb.runs.groupby(kb.runs["task_id"].astype(str).map(types))["metric"]
    counts = {str(kind): metrics.value_counts() for kind, metrics in measured}
    usual = {kind: next(iter(measured_metrics(kind)), None) for kind in counts}
    return {
        kind: str(usual[kind] if usual[kind] in of_kind.index else of_kind.index[0])
        for kind, of_kind in counts.items()
    }


def shares_of_wins(kb: Tables, metrics: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return on which share of tasks each algorithm wins, by task type.

    Parameters
    ----------
    kb : KnowledgeBase
    metrics : dict of str to str, optional
        Which metric judges, by task type; by default the usual one of each.

    Returns
    -------
    DataFrame
        ``task_type``, ``algorithm``, ``best`` (share of tasks on which one of its
        setups has the best mean score; ties count in parts) and ``near_best``
        (share on which one is within a standard error over folds of the best). The
        whole are all tasks of the type that were measured by the metric: where an
        algorithm failed or was not tried, it did not win. A setup measured several
        times has its mean score.
    """
    metrics = metrics or judging_metrics(kb)
    types = kb.tasks.set_index("task_id")["task_type"]
    # Scores on fewer rows do not compare, and a setup tried on few rows alone has not won.
    runs = kb.runs[kb.runs["fidelity"] == 1.0]
    judged = runs["task_id"].astype(str).map(types).map(metrics).to_numpy()
    runs = runs[judged == runs["metric"].astype(str).to_numpy()]
    n_tasks = types[runs["task_id"].astype(str).unique()].value_counts()
    rows = []
    for task_id, of_task in runs[runs["score"].notna()].groupby("task_id", observed=True):
        for algorithm, best, near in _winners(of_task):
            rows.append((types[task_id], algorithm, best, near))
    shares = pd.DataFrame(rows, columns=["task_type", "algorithm", "best", "near_best"])
    won = shares.groupby(["task_type", "algorithm"], as_index=False).sum()
    for column in ("best", "near_best"):
        won[column] /= won["task_type"].map(n_tasks).astype("float64")
    return won


def _winners(of_task: pd.DataFrame) -> Iterator[tuple[str, float, float]]:
    """Yield each algorithm with a score, its part of the win, and whether it is near the best."""
    setups = of_task.groupby(["algorithm", "config"], observed=True)
    means = setups["score"].mean()
    top = means.idxmax()
    # Of several measurements the least sure one: near must not come of a lucky split.
    error = max(map(_fold_error, setups.get_group(top)["fold_scores"]))
    best = means.groupby("algorithm", observed=True).max()
    # The best setup of an algorithm stands for it: who tries it tunes it.
    tied, near = best == means[top], best >= means[top] - error
    for algorithm in best.index:
        yield str(algorithm), tied[algorithm] / tied.sum(), float(near[algorithm])


def _fold_error(fold_scores: Any) -> float:
    """Return the standard error of a mean over folds; 0 where the folds are not known."""
    folds = np.asarray(fold_scores if hasattr(fold_scores, "__len__") else [], float)
    # ddof=1: three folds are a sample, and their plain deviation is a fifth too small.
    return float(folds.std(ddof=1) / np.sqrt(len(folds))) if len(folds) > 1 else 0.0
