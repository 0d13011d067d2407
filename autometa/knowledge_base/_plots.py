"""Pictures of a knowledge base: which tasks it covers, and which algorithms win on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.metrics import measured_metrics
from autometa.pictures import pyplot

if TYPE_CHECKING:
    from autometa.knowledge_base._tables import Tables

# Apart in brightness too, for print and for those who do not tell red from green.
COLOURS = {
    "binary": "#3b6fb6",
    "multiclass": "#d98032",
    "regression": "#4c9a5b",
    "classification": "#7b5ea7",
}


def plot_coverage(kb: Tables, path: Path) -> None:
    """Draw the tasks by rows and columns, and how many have how many classes.

    Parameters
    ----------
    kb : KnowledgeBase
        With the meta-features ``n_rows`` and ``n_columns``; tasks without are left out.
    path : Path
        Image to write; its ending says the format.

    Raises
    ------
    KnowledgeBaseError
        If no task has these meta-features.
    ParameterError
        If matplotlib is not installed.
    """
    plt = pyplot()
    tasks = kb.tasks.set_index("task_id")[["task_type"]].join(
        kb.metafeatures.reindex(columns=["n_rows", "n_columns", "n_classes"])
    )
    sizes = tasks[["n_rows", "n_columns"]].apply(pd.to_numeric, errors="coerce")
    sized = tasks[(sizes > 0).all(axis=1)]  # what has no size has no place on these axes
    if sized.empty:
        raise KnowledgeBaseError(
            "A plot of coverage needs the meta-features 'n_rows' and 'n_columns' of the tasks. "
            "The knowledge base has them for no task."
        )
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10, 4), width_ratios=(3, 2), layout="constrained"
    )
    for task_type, of_type in sized.groupby("task_type"):
        left.scatter(
            of_type["n_columns"],
            of_type["n_rows"],
            s=28,
            alpha=0.75,  # tasks of one size lie on each other
            color=COLOURS[str(task_type)],
            label=f"{task_type} ({len(of_type)})",
        )
    # Sizes span five powers of ten; on even axes all but a few tasks are one dot.
    left.set(xscale="log", yscale="log", xlabel="columns", ylabel="rows")
    left.set_title("Tasks by size", pad=28)
    left.xaxis.set_major_formatter("{x:.0f}")
    left.xaxis.set_minor_formatter("")
    left.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    classes = tasks["n_classes"].dropna()
    # 20 bars fit the panel; the few tasks with hundreds of classes share the last.
    counts = classes[classes > 0].astype(int).clip(upper=20).value_counts().sort_index()
    right.bar([_class_label(n) for n in counts.index], counts, color=COLOURS["multiclass"])
    right.set(xlabel="classes", ylabel="tasks", title="Classification tasks by classes")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _class_label(n: int) -> str:
    return "20+" if n == 20 else str(n)


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


def plot_wins(kb: Tables, path: Path, metrics: Mapping[str, str] | None = None) -> None:
    """Draw `shares_of_wins`: one panel a task type, one bar an algorithm."""
    plt = pyplot()
    metrics = metrics or judging_metrics(kb)
    shares = shares_of_wins(kb, metrics)
    types = list(dict.fromkeys(shares["task_type"]))
    figure, panels = plt.subplots(
        1, len(types), figsize=(4.2 * len(types), 4.5), layout="constrained", squeeze=False
    )
    for panel, task_type in zip(panels[0], types, strict=True):
        of_type = shares[shares["task_type"] == task_type].sort_values("best")
        panel.barh(of_type["algorithm"], 100 * of_type["near_best"], color="#d3d9e2")
        panel.barh(of_type["algorithm"], 100 * of_type["best"], color=COLOURS[task_type])
        panel.set(title=f"{task_type}\n{metrics[task_type]}", xlim=(0, 100))
    figure.supxlabel("% of tasks: best (dark), within a standard error of the best (light)")
    figure.savefig(path, dpi=110)
    plt.close(figure)
