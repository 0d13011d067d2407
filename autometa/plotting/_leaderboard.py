"""LeaderboardDisplay: the trials of a search by score and seconds, and which of them count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from autometa._common.arrays import Positions
from autometa.plotting._display import Display
from autometa.plotting._scales import log_ticks, room_for, score_label
from autometa.plotting._setups import check_one_output
from autometa.plotting._style import (
    GREY,
    UNDER_LABEL,
    colour_of,
    grid,
    ink_of,
    legend,
    plain,
    shortened,
    title,
    write,
)

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

SERIES = 6  # algorithms with a colour of their own; the rest are one grey series
MARKERS = ("o", "s", "^", "D", "v", "P")  # beside colours, for print
MOST_NAMED = 6  # setups of the front with their number: more would be written over each other


class LeaderboardDisplay(Display):
    """Score over seconds of every trial, with the Pareto front and the members of the ensemble.

    It is recommended to use `from_result`.

    Parameters
    ----------
    board : DataFrame
        One row a trial: ``trial``, ``algorithm``, ``score`` (greater is better, NaN for
        failures), ``fit_seconds``, ``status``, ``fidelity``, ``weight`` (in the ensemble).
    metric : str, optional

    Attributes
    ----------
    front : DataFrame
        The rows that no other trial on all rows beats in score without taking longer; the
        quickest first.
    failures : dict of str to int
        How many trials ended without a score, by their status.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> import pandas as pd
    >>> board = pd.DataFrame({"trial": [0, 1, 2], "algorithm": ["knn", "svm", "knn"],
    ...     "score": [0.8, 0.9, 0.7], "fit_seconds": [0.1, 2.0, 0.5], "status": "ok",
    ...     "fidelity": 1.0, "weight": [0.0, 1.0, 0.0]})
    >>> LeaderboardDisplay(board, metric="accuracy").front["trial"].tolist()
    [0, 1]
    """

    def __init__(self, board: pd.DataFrame, *, metric: str | None = None) -> None:
        self.board = board
        self.metric = metric
        self.front = board.iloc[_front(board)]
        without = board[~np.isfinite(board["score"].astype("float64"))]
        self.failures = dict(Counter(without["status"].astype(str)))

    @classmethod
    def from_result(cls, result: TuneResult) -> Self:
        """Return the display of what `autometa.tune` tried."""
        check_one_output(result, "A leaderboard's display")
        return cls(result.leaderboard(), metric=result.metric)

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        scored = np.isfinite(self.board["score"].astype("float64"))
        if (scored & (self.board["fit_seconds"].astype("float64") > 0)).any():
            return ""
        if scored.any():
            return "No trial with a score says how long its fit took."
        return f"No trial has a score. {self.failed}".strip()

    @property
    def failed(self) -> str:
        """How many trials have no score, in a sentence; empty when all have one."""
        if not self.failures:
            return ""
        total = sum(self.failures.values())
        counted = ", ".join(f"{n} {status}" for status, n in sorted(self.failures.items()))
        return f"{total} without a score: {counted}"

    def _inches(self) -> float:
        return 4.3  # with a legend of two lines below

    def _draw(self, ax: Any) -> None:
        scored = self.board[np.isfinite(self.board["score"].astype("float64"))]
        # a trial whose time is not known has no place over seconds: it is counted instead
        timed = scored[scored["fit_seconds"].astype("float64") > 0]
        counts = timed["algorithm"].value_counts(sort=True)
        named = list(counts.index[:SERIES])
        for place, name in enumerate(named):
            self._scatter(ax, timed[timed["algorithm"] == name], str(name), place)
        others = timed[~timed["algorithm"].isin(named)]
        if len(others):
            label = f"{others['algorithm'].nunique()} others"
            ax.plot(others["fit_seconds"], others["score"], ".", color=GREY, label=label)
        log_ticks(ax, "x", timed["fit_seconds"])
        members = timed[timed["weight"] > 0]
        ax.plot(
            *(members["fit_seconds"], members["score"], "o"),
            markersize=13,
            markerfacecolor="none",
            markeredgecolor=ink_of(ax),
            markeredgewidth=1.4,
            label=f"in the ensemble ({len(members)})",
        )
        limits = room_for(timed["score"])
        if limits is not None:
            ax.set_ylim(limits)
        self._draw_front(ax)  # last: where its names go depends on the limits
        grid(ax, "both")
        ax.set(xlabel="processor seconds of one fit", ylabel=score_label(self.metric))
        parts = (timed["fidelity"].astype("float64") < 1.0).sum()
        trials = f"{len(timed)} trial{'s' if len(timed) != 1 else ''}"
        some = f", {parts} on parts of the rows (small)" if parts else ""
        title(ax, f"{trials}{some}", self.failed)
        legend(ax, below=UNDER_LABEL, ncols=3)

    def _scatter(self, ax: Any, rows: pd.DataFrame, name: str, place: int) -> None:
        marker, colour = MARKERS[place], colour_of(place)
        whole = rows["fidelity"].astype("float64") >= 1.0
        # an empty line carries the name: an algorithm may have parts of the rows only
        ax.plot([], [], marker, color=colour, label=plain(name, 20))
        for of_kind, size in ((rows[whole], 6), (rows[~whole], 3)):
            ax.plot(
                *(of_kind["fit_seconds"], of_kind["score"], marker),
                color=colour,
                markersize=size,
                alpha=0.85,  # setups that are alike lie on each other
            )

    def _draw_front(self, ax: Any) -> None:
        front = self.front
        ax.step(
            *(front["fit_seconds"], front["score"]),
            where="post",
            color=ink_of(ax),
            linewidth=1.0,
            alpha=0.7,
            label="best within these seconds",
        )
        for place in _spread(len(front), MOST_NAMED):
            row = front.iloc[place]
            text = shortened(f"{row['algorithm']} #{row['trial']}", 22)
            # towards the middle: at an edge a name would leave the axes
            point = ax.transData.transform((row["fit_seconds"], row["score"]))
            is_right = ax.transAxes.inverted().transform(point)[0] > 0.5
            write(
                *(ax, row["fit_seconds"], row["score"], text),
                ha="right" if is_right else "left",
                va="bottom",
                fontsize="x-small",
            )


def _front(board: pd.DataFrame) -> Positions:
    """Return the positions of the rows that none beats, the quickest first."""
    seconds = board["fit_seconds"].to_numpy(np.float64)
    score = board["score"].to_numpy(np.float64)
    whole = board["fidelity"].to_numpy(np.float64) >= 1.0
    known = np.flatnonzero(np.isfinite(seconds) & np.isfinite(score) & whole)
    # of equal seconds the best first
    order = known[np.lexsort((-score[known], seconds[known]))]
    best_before = np.r_[-np.inf, np.maximum.accumulate(score[order])[:-1]] if len(order) else []
    return np.asarray(order[score[order] > best_before], dtype=np.intp)


def _spread(n: int, most: int) -> list[int]:
    """Return places among n, the last and the first among them, as far apart as may be."""
    return sorted({round(place) for place in np.linspace(0, n - 1, min(n, most))})
