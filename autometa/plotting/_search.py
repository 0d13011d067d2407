"""SearchDisplay: what a search had reached at each moment, and what chose the setups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from autometa.plotting._display import Display
from autometa.plotting._scales import room_for, score_label
from autometa.plotting._setups import check_one_output
from autometa.plotting._style import (
    GREEN,
    GREY,
    ORANGE,
    SKY,
    UNDER_LABEL,
    grid,
    ink_of,
    legend,
    title,
)

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

# What chose a setup, in the words of the leaderboard: how it is called, its colour and its mark.
SOURCES = {
    "recommended": ("advice", GREEN, "o"),
    "preset": ("known setups", ORANGE, "s"),
    "search": ("search", SKY, "^"),
}


class SearchDisplay(Display):
    """Score of each trial at the second when it ended, and the best so far.

    It is recommended to use `from_result`.

    Parameters
    ----------
    trials : DataFrame
        One row a trial: ``seconds`` (since the first one began), ``score`` (greater is better,
        NaN without one), ``fidelity`` (share of the rows), ``source`` (as in the leaderboard).
    metric : str, optional

    Attributes
    ----------
    best : DataFrame
        ``seconds`` and ``score`` of each trial on all rows that was better than those before it.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> import pandas as pd
    >>> trials = pd.DataFrame({"seconds": [1.0, 2.0, 3.0], "score": [0.8, 0.7, 0.9],
    ...     "fidelity": 1.0, "source": ["recommended", "preset", "search"]})
    >>> SearchDisplay(trials, metric="accuracy").best["score"].tolist()
    [0.8, 0.9]
    """

    def __init__(self, trials: pd.DataFrame, *, metric: str | None = None) -> None:
        self.trials = trials.sort_values("seconds", ignore_index=True)
        self.metric = metric
        whole = self.trials[(self.trials["fidelity"] >= 1.0) & np.isfinite(self.trials["score"])]
        before = whole["score"].cummax().shift(fill_value=-np.inf)
        self.best = whole.loc[whole["score"] > before, ["seconds", "score"]]

    @classmethod
    def from_result(cls, result: TuneResult) -> Self:
        """Return the display of what `autometa.tune` tried, with earlier runs of its study."""
        check_one_output(result, "A search's display")
        timed = [t for t in result.study.trials if t.datetime_start and t.datetime_complete]
        began = min((t.datetime_start.timestamp() for t in timed if t.datetime_start), default=0.0)
        ended = {t.number: t.datetime_complete.timestamp() for t in timed if t.datetime_complete}
        board = result.leaderboard()
        board = board[board["trial"].isin(list(ended))]
        seconds = [ended[number] - began for number in board["trial"]]
        columns = board[["score", "fidelity", "source"]].astype({"score": "float64"})
        return cls(
            columns.assign(seconds=np.array(seconds, dtype=np.float64)), metric=result.metric
        )

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if np.isfinite(self.trials["score"]).any() else "No trial has a score."

    def _inches(self) -> float:
        return 4.3  # with a legend of two lines below

    def _draw(self, ax: Any) -> None:
        scored = self.trials[np.isfinite(self.trials["score"])]
        for source, (name, colour, mark) in SOURCES.items():
            own = scored[scored["source"] == source]
            if len(own):
                sizes = np.where(own["fidelity"] >= 1.0, 26, 8)  # parts of the rows are small
                ax.scatter(
                    own["seconds"], own["score"], s=sizes, c=colour, marker=mark, alpha=0.85,
                    label=f"{name} ({len(own)})",
                )  # fmt: skip
        if len(self.best):
            end = float(self.trials["seconds"].max())
            ax.step(
                [*self.best["seconds"], end],
                [*self.best["score"], self.best["score"].iloc[-1]],
                where="post", color=ink_of(ax), linewidth=1.4, label="best so far",
            )  # fmt: skip
        missed = self.trials.loc[~np.isfinite(self.trials["score"]), "seconds"]
        limits = room_for(scored["score"])
        if limits is not None:
            ax.set_ylim(limits)
        if len(missed):  # at the bottom: they have a moment and no score
            ax.plot(
                missed, np.full(len(missed), 0.02), "x", color=GREY, markersize=4,
                transform=ax.get_xaxis_transform(), label=f"without a score ({len(missed)})",
            )  # fmt: skip
        ax.set_xlim(left=0.0)
        grid(ax, "both")
        ax.set(xlabel="seconds since the first trial began", ylabel=score_label(self.metric))
        title(ax, f"{len(self.trials)} trials, by what chose their setups")
        legend(ax, below=UNDER_LABEL, ncols=3)
