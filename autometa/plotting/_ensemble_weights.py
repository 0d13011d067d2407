"""EnsembleWeightsDisplay: what each member of the final model weighs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from autometa._common.readable import readable
from autometa.plotting._display import Display
from autometa.plotting._setups import check_one_output
from autometa.plotting._style import BLUE, INCHES_A_ROW, beside, grid, name_rows, title

if TYPE_CHECKING:
    from autometa.tuning import TuneResult


class EnsembleWeightsDisplay(Display):
    """Weights of the members of a final model, the heaviest first; scores beside.

    It is recommended to use `from_result`.

    Parameters
    ----------
    names : sequence of str
        Of the members.
    weights : array-like of shape (n_members,)
        Shares; those of a result sum to 1.
    scores : array-like of shape (n_members,), optional
        Of each member alone, greater is better.
    metric : str, optional

    Attributes
    ----------
    bars_ : matplotlib BarContainer
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        names: Sequence[str],
        weights: npt.ArrayLike,
        scores: npt.ArrayLike | None = None,
        *,
        metric: str | None = None,
    ) -> None:
        self.names = list(names)
        self.weights = np.asarray(weights, dtype=np.float64)
        self.scores = None if scores is None else np.asarray(scores, dtype=np.float64)
        self.metric = metric

    @classmethod
    def from_result(cls, result: TuneResult) -> Self:
        """Return the display of the members of a result's pipeline."""
        check_one_output(result, "A display of weights")
        board = result.leaderboard()
        members = board[board["weight"] > 0].sort_values("weight", ascending=False, kind="stable")
        names = [f"{row.algorithm} #{row.trial}" for row in members.itertuples()]
        return cls(names, members["weight"], members["score"], metric=result.metric)

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if self.names:
            return ""
        return "No member has a score: the final model is the small tree that is fitted first."

    def _inches(self) -> float:
        return 1.1 + INCHES_A_ROW * max(len(self.names), 3)

    def _draw(self, ax: Any) -> None:
        rows = np.arange(len(self.names))
        self.bars_ = ax.barh(rows, self.weights, color=BLUE, height=0.7)
        name_rows(ax, self.names)
        if self.scores is not None:
            for row, score in zip(rows, self.scores, strict=True):
                beside(ax, row, readable(float(score), 4))
            beside(ax, -0.75, "score", va="bottom", fontsize="x-small")
        ax.set_xlim(0, None)
        ax.set(xlabel="weight in the final model (sum 1)")
        grid(ax, "x")
        title(
            ax, "Members of the final model", f"beside: {self.metric} alone" if self.metric else ""
        )
