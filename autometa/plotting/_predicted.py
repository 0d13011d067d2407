"""Displays of what an evaluation predicted for held-out tasks, beside what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from autometa.meta_models.evaluation import LISTED, confusion, widths_needed
from autometa.plotting._display import Display
from autometa.plotting._regret import rows_of
from autometa.plotting._scales import log_ticks
from autometa.plotting._style import BLUE, GREY, fonts_for, grid, ink_of, plain, title

if TYPE_CHECKING:
    from autometa.meta_models.evaluation import Evaluation

MOST_POINTS = 5000  # more lie on each other
DARK = 0.55  # of the greatest count: white digits are read from there on, black ones below


class OfPredictions(Display):
    """What displays of an evaluation's predictions have in common.

    Parameters
    ----------
    predictions : DataFrame
        As in `autometa.meta_models.evaluation.Evaluation`, of one task type.
    about : str
        The task type, and its metric.
    """

    def __init__(self, predictions: pd.DataFrame, *, about: str = "") -> None:
        self.predictions = predictions
        self.about = about

    @classmethod
    def from_evaluation(cls, evaluation: Evaluation, *, task_type: str | None = None) -> Self:
        """Return the display of one task type; None is the only one, or the first."""
        rows = rows_of(evaluation.predictions, task_type)
        return cls(rows, about=f"{rows['task_type'].iloc[0]}, {rows['metric'].iloc[0]}")


class IntervalCoverageDisplay(OfPredictions):
    """How many true scores lie within intervals that are narrowed or widened.

    At width 1, that of the 90 % intervals, nine of ten should.
    """

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if len(self._listed()) else "No advised setup has a measured score."

    def _listed(self) -> pd.DataFrame:
        p = self.predictions
        return p[(p["place"] <= LISTED) & p["score"].notna()]

    def _draw(self, ax: Any) -> None:
        needed = widths_needed(self._listed())
        widths = np.linspace(0.0, 2.0, 81)
        shares = [100.0 * float(np.mean(needed <= width)) for width in widths]
        ax.axvline(1.0, color=GREY, linewidth=1.0)
        ax.axhline(90.0, color=GREY, linewidth=1.0)
        ax.plot(widths, shares, color=BLUE, linewidth=2.2)
        ax.set(xlabel="width, in 90 % intervals", ylabel="% of true scores within", ylim=(0, 102))
        grid(ax, "both")
        held = 100.0 * float(np.mean(needed <= 1.0))
        title(ax, f"{self.about}: {held:.1f} % within, first {LISTED}")


class ExpectedScoresDisplay(OfPredictions):
    """True over expected scores of all setups of held-out tasks; on the line both are equal.

    Losses are drawn as losses, by their logarithms: tasks have units of their own, and one
    target in dollars would press all others into a corner.
    """

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if len(self._pairs()[0]) else "No setup has an expected and a measured score."

    def _pairs(self) -> tuple[pd.DataFrame, bool]:
        scored = self.predictions.dropna(subset=["score", "expected"])[["expected", "score"]]
        is_loss = len(scored) > 0 and bool((scored["score"] <= 0).all())
        if is_loss:
            scored = -scored
            scored = scored[(scored > 0).all(axis=1)]  # 0 has no logarithm
        return scored, is_loss

    def _draw(self, ax: Any) -> None:
        scored, is_loss = self._pairs()
        some = scored.sample(min(MOST_POINTS, len(scored)), random_state=0)
        # single setups that fail would make the rest a dot
        low, high = np.percentile(scored.to_numpy(), [0.5, 99.5] if is_loss else [2, 100])
        ax.plot(some["expected"], some["score"], ".", color=BLUE, markersize=3, alpha=0.3)
        ax.plot([low, high], [low, high], color=ink_of(ax), linewidth=1.0)
        if is_loss:
            log_ticks(ax, "x", [low, high])
            log_ticks(ax, "y", [low, high])
        ax.set(xlim=(low, high), ylim=(low, high))
        what = "error (less is better)" if is_loss else "score (greater is better)"
        ax.set(xlabel=f"expected {what}", ylabel=f"true {what}")
        grid(ax, "both")
        title(ax, f"{self.about}: all setups of held-out tasks")


class ExpectedSecondsDisplay(OfPredictions):
    """True over expected seconds of one fit; between the outer lines within a factor of two."""

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if len(self._timed()) else "No setup has expected and measured seconds."

    def _timed(self) -> pd.DataFrame:
        p = self.predictions
        return p[(p["seconds"] > 0) & (p["expected_seconds"] > 0)]

    def _draw(self, ax: Any) -> None:
        timed = self._timed()
        some = timed.sample(min(MOST_POINTS, len(timed)), random_state=0)
        ends = np.array([timed["seconds"].min(), timed["seconds"].max()])
        ax.plot(*(some["expected_seconds"], some["seconds"], "."), color=BLUE, ms=3, alpha=0.3)
        for factor in (0.5, 1.0, 2.0):
            ax.plot(ends, factor * ends, color=ink_of(ax), linewidth=1.0 if factor == 1.0 else 0.5)
        for axis, column in (("x", "expected_seconds"), ("y", "seconds")):
            log_ticks(ax, axis, timed[column])
        ax.set(xlabel="expected seconds of one fit", ylabel="true seconds of one fit")
        grid(ax, "both")
        off = np.abs(np.log2(timed["seconds"] / timed["expected_seconds"]))
        title(ax, f"{self.about}: {100.0 * float((off <= 1).mean()):.0f} % within a factor of 2")


class AdvisedAlgorithmsDisplay(OfPredictions):
    """On how many tasks which algorithm was advised first (columns), and which was best (rows)."""

    def _inches(self) -> float:
        return 5.2

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        has = self.predictions["score"].notna().any() if len(self.predictions) else False
        return "" if has else "No setup of a held-out task was measured."

    def _draw(self, ax: Any) -> None:
        table = confusion(self.predictions)
        counts = table.to_numpy()
        ax.imshow(counts, cmap="Blues", aspect="auto")
        names = [plain(name, 20) for name in table.index]
        fonts = fonts_for(names)
        slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        ax.set_xticks(range(len(names)), names, fontsize="small", **slanted, **fonts)
        ax.set_yticks(range(len(names)), names, fontsize="small", **fonts)
        for row, column in zip(*np.nonzero(counts), strict=True):
            count = counts[row, column]
            colour = "white" if count > DARK * counts.max() else "black"
            ax.text(column, row, count, ha="center", va="center", fontsize=8, color=colour)
        ax.set(xlabel="advised first", ylabel="best")
        right = f"{np.trace(counts)} of {counts.sum()} tasks the same"
        title(ax, f"{self.about}: {right}")
