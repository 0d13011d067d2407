"""LearningCurveDisplay: how scores rise with the share of the rows that a setup was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.plotting._display import Display
from autometa.plotting._scales import log_ticks, room_for, score_label
from autometa.plotting._setups import check_one_output
from autometa.plotting._style import UNDER_LABEL, colour_of, dashes_of, grid, legend, plain, title

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

MOST_SETUPS = 8  # lines; more cannot be followed by eye


class LearningCurveDisplay(Display):
    """Score over the share of rows, one line a setup that was scored on two shares or more.

    It is recommended to use `from_result` or `from_knowledge_base`.

    Parameters
    ----------
    curves : DataFrame
        ``setup`` (its name), ``fidelity`` (share of the rows, 0 to 1) and ``score`` (greater is
        better). The order of the setups is that of the legend.
    metric : str, optional
    about : str
        What the rows are of.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(self, curves: pd.DataFrame, *, metric: str | None = None, about: str = "") -> None:
        self.curves = curves
        self.metric = metric
        self.about = about

    @classmethod
    def from_result(cls, result: TuneResult) -> Self:
        """Return the curves of the setups that a search has tried on parts of the rows first.

        The eight best are shown. Small tables have none: every setup sees all rows.
        """
        check_one_output(result, "A learning curve")
        board = result.leaderboard()
        # early stopping may end at another number of trees for another share of the rows
        asked = {trial.number: _asked(trial.params) for trial in result.study.trials}
        runs = board.assign(key=board["trial"].map(asked))
        first = runs.groupby("key")["trial"].transform("min").astype(str)
        runs["setup"] = runs["algorithm"] + " #" + first
        return cls(_curves(runs), metric=result.metric, about="Parts of the rows in the search")

    @classmethod
    def from_knowledge_base(
        cls, kb: KnowledgeBase, task_id: str, *, metric: str | None = None
    ) -> Self:
        """Return the curves of a known task: the best setup of each algorithm, the best eight.

        Parameters
        ----------
        kb : KnowledgeBase
        task_id : str
        metric : str or None
            None is the one that was measured most often there.
        """
        runs = kb.runs[kb.runs["task_id"].astype(str) == task_id]
        if metric is None and len(runs):
            metric = str(runs["metric"].value_counts().index[0])
        runs = runs[runs["metric"].astype(str) == metric]
        keys = runs["algorithm"].astype(str) + runs["config"].astype(str)
        runs = runs.assign(key=keys, algorithm=runs["algorithm"].astype(str))
        best = runs[runs["fidelity"] == 1.0].sort_values("score", ascending=False, kind="stable")
        chosen = best.drop_duplicates("algorithm")["key"]
        runs = runs[runs["key"].isin(chosen)].assign(setup=lambda r: r["algorithm"])
        return cls(_curves(runs), metric=metric, about=f"Best setups on {task_id}")

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if len(self.curves) else "No setup was scored on two shares of the rows."

    def _inches(self) -> float:
        return 4.1

    def _draw(self, ax: Any) -> None:
        for place, (name, rows) in enumerate(self.curves.groupby("setup", sort=False)):
            ordered = rows.sort_values("fidelity")
            ax.plot(
                *(100.0 * ordered["fidelity"], ordered["score"]),
                dashes_of(place),
                marker="o",
                markersize=4,
                color=colour_of(place),
                label=plain(name),
            )
        log_ticks(ax, "x", 100.0 * self.curves["fidelity"])
        limits = room_for(self.curves["score"])
        if limits is not None:
            ax.set_ylim(limits)
        ax.set(xlabel="% of the training rows", ylabel=score_label(self.metric))
        grid(ax, "both")
        title(ax, self.about)
        legend(ax, below=UNDER_LABEL, ncols=3)


def _asked(params: dict[str, Any]) -> str:
    return canonical_config(params)


def _curves(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the points of setups with two shares or more, the best setup first."""
    scored = runs[np.isfinite(runs["score"].astype("float64"))]
    points = scored.groupby(["setup", "fidelity"], as_index=False, observed=True)["score"].mean()
    points = points[points.groupby("setup")["fidelity"].transform("nunique") > 1]
    # by the score on the most rows that a setup was given
    last = points.sort_values("fidelity").groupby("setup")["score"].last()
    order = last.sort_values(ascending=False, kind="stable").index[:MOST_SETUPS]
    return (
        points.set_index("setup")
        .loc[order]
        .reset_index()
        .astype({"fidelity": "float64", "score": "float64"})
    )
