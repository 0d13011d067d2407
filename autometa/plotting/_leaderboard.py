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
    name_beside,
    plain,
    shortened,
    title,
)

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

SERIES = 6  # algorithms with a colour of their own; the rest are one grey series
MARKERS = ("o", "s", "^", "D", "v", "P")  # beside colours, for print
MOST_NAMED = 6  # setups of the front with their number, where these do not touch each other
# Of names beside points, in points: room for one letter, between a point's ring and its name,
# and from line to line.
LETTER_POINTS, BESIDE_POINT, NAME_HEIGHT = 4.8, 7.0, 11.0


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
        self._name_points(ax, [front.iloc[i] for i in _spread(len(front), MOST_NAMED)])

    def _name_points(self, ax: Any, rows: list[Any]) -> None:
        """Write names beside points, the best first, and none over another."""
        points_a_pixel = 72 / ax.get_figure(root=True).dpi
        boxes: list[tuple[float, float, float]] = []
        for row in reversed(rows):
            text = shortened(f"{row['algorithm']} #{row['trial']}", 22)
            where = ax.transData.transform((row["fit_seconds"], row["score"]))
            # towards the middle: at an edge a name would leave the axes
            is_right = ax.transAxes.inverted().transform(where)[0] > 0.5
            x, y = where * points_a_pixel
            width = LETTER_POINTS * len(text)
            start = x - width - BESIDE_POINT if is_right else x + BESIDE_POINT
            box = (start, start + width, y)
            if not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                name_beside(ax, (row["fit_seconds"], row["score"]), text, -1 if is_right else 1)


def _overlap(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Say whether two names, given by left end, right end and height in points, touch."""
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < NAME_HEIGHT


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
