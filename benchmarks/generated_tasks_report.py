"""What `generated_tasks.py` found, as Markdown and as a plot."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from generated_tasks_compare import ALONE, ARMS, AT

from autometa.knowledge_base import KnowledgeBase

mpl.use("Agg")
import matplotlib.pyplot as plt

HALF = "half of the real tasks"
BASE = {
    "half of them, and their derived ones": HALF,
    "half of them, and synthetic ones": HALF,
}
COLUMNS = [f"@{k}" for k in AT]
LEAST_ERROR = 0.001  # of the range of scores, where all setups are as good
OTHERS = ["inside", "score error", "seconds error"]


def differences(answers: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Return the regret of an arm less that of what it adds to, one row a family."""
    by_task = answers.groupby(["arm", "family", "task_id", "task_type"])[COLUMNS].mean()
    less = by_task.loc[arm] - by_task.loc[BASE.get(arm, ALONE)]
    return less.assign(mean=less.mean(axis=1)).groupby("family").mean()


def as_text(answers: pd.DataFrame, real: KnowledgeBase, generated: KnowledgeBase) -> str:
    """Return the report."""
    n_seeds = answers["seed"].nunique()
    lines = ["# Generated tasks: whether they improve the advice on real ones", ""]
    lines += [_tasks_line(real, generated), ""]
    lines += [
        f"Mean regret over the real tasks, 10-fold by family, {n_seeds} repetitions. *Less*: minus "
        "the regret without the generated tasks, mean over families ± standard error; below zero "
        "they help. Models which know half of the real tasks are compared with one that knows "
        "just these.",
        "",
        "| learned from | @1 | @3 | @10 | less @1 | less @3 | less @10 | mean less |",
        "| --- " * 8 + "|",
    ]
    lines += [_arm_line(answers, arm) for arm in ARMS]
    lines += ["", "## Mean less, by type of task", ""]
    types = sorted(answers["task_type"].unique())
    lines += ["| learned from | " + " | ".join(types) + " |", "| --- " * (len(types) + 1) + "|"]
    for arm in ARMS:
        if arm != ALONE:
            parts = [answers[answers["task_type"] == kind] for kind in types]
            cells = [_cell(differences(part, arm)["mean"]) for part in parts]
            lines.append(f"| {arm} | " + " | ".join(cells) + " |")
    lines += ["", "## Scores and seconds that come with the advice", ""]
    lines += [
        "Share of the scores of advised setups in their 90 % interval; error of the expected "
        "score, as a share of the range on the task, and of the expected seconds, as a factor: "
        "medians over tasks. Last, the geometric mean over families of the error of the score, of "
        "that without the generated tasks, ± 2 s.e.",
        "",
        "| learned from | in the interval | error of the score | of the seconds | score, of that "
        "without |",
        "| --- " * 5 + "|",
    ]
    lines += [_others_line(answers, arm) for arm in ARMS]
    lines += ["", "## How alike setups are ordered", ""]
    lines += _alike_lines(real, generated)
    lines += ["", "![Regret less that without generated tasks](generated_tasks.png)", ""]
    return "\n".join([*lines, "Made by `python benchmarks/generated_tasks.py`.", ""])


def _tasks_line(real: KnowledgeBase, generated: KnowledgeBase) -> str:
    is_derived = generated.tasks["name"].str.contains("~")
    told = []
    for what, tasks in (
        ("real", real.tasks),
        ("derived", generated.tasks[is_derived]),
        ("synthetic", generated.tasks[~is_derived]),
    ):
        counts = tasks["task_type"].value_counts()
        kinds = ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts.index))
        told.append(f"{len(tasks)} {what} tasks ({kinds})")
    n_setups = real.runs.groupby("task_id").size()
    return f"{'; '.join(told)}; {n_setups.min()} to {n_setups.max()} setups on each."


def _arm_line(answers: pd.DataFrame, arm: str) -> str:
    own = answers[answers["arm"] == arm].groupby("task_id")[COLUMNS].mean()
    cells = [f"{value:.4f}" for value in own.mean()]
    if arm == ALONE:
        cells += [""] * 4
    else:
        less = differences(answers, arm)
        cells += [_cell(less[column]) for column in [*COLUMNS, "mean"]]
    return f"| {arm} | " + " | ".join(cells) + " |"


def _others_line(answers: pd.DataFrame, arm: str) -> str:
    by_task = answers.groupby(["arm", "family", "task_id"])[OTHERS].mean()
    own, base = by_task.loc[arm], by_task.loc[BASE.get(arm, ALONE)]
    score, seconds = own[["score error", "seconds error"]].median()
    cells = [f"{own['inside'].mean():.2f}", f"{score:.3f}", f"{np.exp(seconds):.2f}"]
    if arm == ALONE:
        return f"| {arm} | " + " | ".join([*cells, ""]) + " |"
    errors = [values["score error"] + LEAST_ERROR for values in (own, base)]
    ratio = np.log(errors[0] / errors[1]).groupby("family").mean()
    low, middle, high = np.exp(ratio.mean() + np.array([-2, 0, 2]) * ratio.sem())
    return f"| {arm} | " + " | ".join([*cells, f"{middle:.2f} ({low:.2f} to {high:.2f})"]) + " |"


def _cell(less: pd.Series[float]) -> str:
    return f"{less.mean():+.4f} ± {less.sem():.4f}"


def _alike_lines(real: KnowledgeBase, generated: KnowledgeBase) -> list[str]:
    """Median rank correlation of the setups' scores between pairs of tasks of one type."""
    found: dict[str, list[float]] = {}
    for kind in sorted(set(real.tasks["task_type"])):
        ours, theirs = (_matrix(kb, kind) for kb in (real, generated))
        family = real.tasks.set_index("task_id")["family"]
        pairs = [(a, b) for a, b in combinations(ours.columns, 2) if family[a] != family[b]]
        _extend(found, "two real tasks of different families", ours, ours, pairs)
        derived = generated.tasks[generated.tasks["name"].str.contains("~")]["task_id"]
        parents = [(a.partition("~")[0], a) for a in derived if a in theirs.columns]
        kept = [(a, b) for a, b in parents if a in ours.columns]
        _extend(found, "a derived task and its parent, of one type", ours, theirs, kept)
        synthetic = [name for name in theirs.columns if "~" not in name]
        mixed = [(a, b) for a in ours.columns for b in synthetic]
        _extend(found, "a real task and a synthetic one", ours, theirs, mixed)
    lines = [
        "| rank correlation of the scores of setups on | quartiles | pairs |",
        "| --- " * 3 + "|",
    ]
    for what, values in found.items():
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        lines.append(f"| {what} | {low:.2f}, {middle:.2f}, {high:.2f} | {len(values)} |")
    return lines


def _matrix(kb: KnowledgeBase, kind: str) -> pd.DataFrame:
    """Return ranks of the scores, one row a setup, one column a task."""
    own = kb.runs[kb.runs["task_id"].isin(kb.tasks.loc[kb.tasks["task_type"] == kind, "task_id"])]
    table = own.set_index(["algorithm", "config", "task_id"])["score"].unstack("task_id")
    return table.fillna(table.min()).rank()


def _extend(
    found: dict[str, list[float]],
    what: str,
    left: pd.DataFrame,
    right: pd.DataFrame,
    pairs: list[tuple[Any, Any]],
) -> None:
    values = [float(np.corrcoef(left[a], right.loc[left.index, b])[0, 1]) for a, b in pairs]
    found.setdefault(what, []).extend(v for v in values if np.isfinite(v))


def plot(answers: pd.DataFrame, path: Path) -> None:
    """Draw each arm's difference in regret with two standard errors either side."""
    arms = [arm for arm in ARMS if arm not in (ALONE, HALF, "synthetic tasks only")]
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for place, column in enumerate(COLUMNS):
        less = [differences(answers, arm)[column] for arm in arms]
        heights = np.arange(len(arms)) + 0.2 * (place - 1)
        axes.errorbar(
            [values.mean() for values in less],
            heights,
            xerr=[2 * values.sem() for values in less],
            fmt="o",
            capsize=2,
            label=f"after {AT[place]}",
        )
    axes.axvline(0.0, color="grey", linewidth=1)
    axes.set_yticks(np.arange(len(arms)), [f"... {arm}" for arm in arms])
    axes.invert_yaxis()
    axes.set_xlabel("regret less that without generated tasks (left: they help), ± 2 s.e.")
    axes.legend(title="setups tried", frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)
