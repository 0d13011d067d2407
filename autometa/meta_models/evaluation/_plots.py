"""Pictures of an evaluation: regret, calibration, predictions, confused algorithms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.meta_models.evaluation._evaluate import ADVICE, LISTED, Evaluation
from autometa.meta_models.evaluation._figures import AFTER, BUDGETS
from autometa.pictures import pyplot

MOST_POINTS = 5000
DARK = 0.55  # of the greatest count: white digits are read from there on, black ones below


def _look(order: str) -> dict[str, Any]:
    """Return how the line of an order is drawn: advice in front of all others."""
    return {"linewidth": 2.5, "zorder": 3} if order == ADVICE else {"linewidth": 1.4}


def plot_evaluation(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write the pictures of each task type to ``folder``; return their paths.

    Raises
    ------
    ParameterError
        If matplotlib is not installed.
    """
    plt = pyplot()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for task_type, orders in evaluation.orders.groupby("task_type", sort=False):
        predictions = evaluation.predictions[evaluation.predictions["task_type"] == task_type]
        figure, panels = plt.subplots(2, 3, figsize=(15, 9), layout="constrained")
        _regret_over_setups(panels[0, 0], orders)
        _regret_over_seconds(panels[0, 1], orders)
        _calibration(panels[0, 2], predictions)
        _predicted_against_true(panels[1, 0], predictions)
        _seconds(panels[1, 1], predictions)
        _confusion(panels[1, 2], predictions)
        n_tasks = orders["task_id"].nunique()
        handles, labels = panels[0, 0].get_legend_handles_labels()
        # of both panels of regret, and below them: within a panel it would hide lines
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=10)
        figure.suptitle(
            f"{task_type}, {orders['metric'].iloc[0]}: {n_tasks} tasks, held out by family"
        )
        written.append(folder / f"evaluation-{task_type}.png")
        figure.savefig(written[-1], dpi=100)
        plt.close(figure)
    return written


def _regret_over_setups(panel: Any, orders: pd.DataFrame) -> None:
    after = range(1, max(AFTER) + 1)
    for name, rows in orders.groupby("order", sort=False):
        means = rows[[f"@{k}" for k in after]].mean()
        panel.plot(after, means, label=name, **_look(str(name)))
    panel.set(xscale="log", xlabel="setups tried", ylabel="mean regret", title="Regret over setups")
    panel.set_xticks(AFTER, [str(k) for k in AFTER])
    panel.set_ylim(bottom=0)


def _regret_over_seconds(panel: Any, orders: pd.DataFrame) -> None:
    for name, rows in orders.groupby("order", sort=False):
        means = rows[[f"{budget:g} s" for budget in BUDGETS]].mean()
        panel.plot(BUDGETS, means, marker="o", markersize=4, **_look(str(name)))
    panel.set(xscale="log", xlabel="time budget, seconds", ylabel="mean regret of the incumbent")
    panel.set_title("Anytime mean over log time")
    panel.set_xticks(BUDGETS, [f"{budget:g}" for budget in BUDGETS])
    panel.set_ylim(bottom=0)


def _calibration(panel: Any, predictions: pd.DataFrame) -> None:
    """Draw how many true scores lie within intervals that are narrowed or widened."""
    listed = predictions[(predictions["place"] <= LISTED) & predictions["score"].notna()]
    factors = np.linspace(0.0, 2.0, 81)
    needed = widths_needed(listed)
    panel.plot(factors, [float(np.mean(needed <= factor)) for factor in factors])
    panel.axvline(1.0, color="0.6", linewidth=0.8)
    panel.axhline(0.9, color="0.6", linewidth=0.8)
    panel.set(xlabel="width, in 90 % intervals", ylabel="share of true scores within", ylim=(0, 1))
    panel.set_title(f"Calibration of the first {LISTED}")


def widths_needed(predictions: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return by what each interval must be stretched from the expected score to hold the true one.

    0 where the score is the expected one, however narrow the interval.
    """
    off = (predictions["score"] - predictions["expected"]).to_numpy(np.float64)
    above = (predictions["high"] - predictions["expected"]).to_numpy(np.float64)
    below = (predictions["expected"] - predictions["low"]).to_numpy(np.float64)
    room = np.where(off > 0, above, below)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(off == 0, 0.0, np.abs(off) / room)


def _predicted_against_true(panel: Any, predictions: pd.DataFrame) -> None:
    scored = predictions.dropna(subset=["score", "expected"])
    some = scored.sample(min(MOST_POINTS, len(scored)), random_state=0)
    if (scored["score"] <= 0).all():
        _errors(panel, -some["expected"], -some["score"])
        return
    low, high = np.nanpercentile(scored[["score", "expected"]], [2, 100])
    panel.scatter(some["expected"], some["score"], s=3, alpha=0.25)
    panel.plot([low, high], [low, high], color="0.4", linewidth=0.8)
    panel.set(xlim=(low, high), ylim=(low, high), xlabel="expected score", ylabel="true score")
    panel.set_title("Scores of all setups")


def _errors(panel: Any, expected: pd.Series[float], true: pd.Series[float]) -> None:
    """Draw negated errors as errors, by their logarithms: tasks have units of their own.

    One target in dollars would else press all others into a corner.
    """
    panel.set(xlabel="expected error", ylabel="true error", title="Errors of all setups")
    positive = (expected > 0) & (true > 0)  # a logarithm has no place for an error of 0
    if not positive.any():
        return
    expected, true = expected[positive], true[positive]
    low, high = np.percentile(np.r_[expected, true], [0.5, 99.5])
    panel.scatter(expected, true, s=3, alpha=0.25)
    panel.plot([low, high], [low, high], color="0.4", linewidth=0.8)
    panel.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))


def _seconds(panel: Any, predictions: pd.DataFrame) -> None:
    timed = predictions[(predictions["seconds"] > 0) & (predictions["expected_seconds"] > 0)]
    panel.set(xlabel="expected seconds", ylabel="true seconds", title="Seconds of one fit")
    if timed.empty:
        return
    some = timed.sample(min(MOST_POINTS, len(timed)), random_state=0)
    ends = np.array([timed["seconds"].min(), timed["seconds"].max()])
    panel.scatter(some["expected_seconds"], some["seconds"], s=3, alpha=0.25)
    for factor in (0.5, 1.0, 2.0):
        panel.plot(ends, factor * ends, color="0.4", linewidth=0.8 if factor == 1.0 else 0.4)
    panel.set(xscale="log", yscale="log")


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return how often an algorithm was advised first (columns) where which was best (rows)."""
    first = predictions.sort_values("place").groupby(["repeat", "task_id"]).first()["algorithm"]
    scored = predictions[predictions["score"].notna()]
    best = scored.loc[scored.groupby(["repeat", "task_id"])["score"].idxmax()]
    best = best.set_index(["repeat", "task_id"])["algorithm"]
    table = pd.crosstab(best, first.reindex(best.index))
    names = sorted(set(table.index) | set(table.columns))
    return table.reindex(index=names, columns=names, fill_value=0)


def _confusion(panel: Any, predictions: pd.DataFrame) -> None:
    table = confusion(predictions)
    panel.imshow(table, cmap="Blues")
    panel.set_xticks(range(len(table)), table.columns, rotation=45, ha="right", fontsize=8)
    panel.set_yticks(range(len(table)), table.index, fontsize=8)
    counts = table.to_numpy()
    for row, column in zip(*np.nonzero(counts), strict=True):
        count = counts[row, column]
        color = "white" if count > DARK * counts.max() else "black"
        panel.text(column, row, count, ha="center", va="center", fontsize=8, color=color)
    panel.set(xlabel="advised first", ylabel="best", title="Algorithms")
