"""AdviceDisplay: what is expected of each recommended setup, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from autometa.plotting._display import Display
from autometa.plotting._scales import room_for, score_label, seconds_text
from autometa.plotting._setups import reached_by
from autometa.plotting._style import (
    BLUE,
    GREY,
    INCHES_A_ROW,
    UNDER_LABEL,
    VERMILLION,
    beside,
    grid,
    legend,
    name_rows,
    title,
)

if TYPE_CHECKING:
    from autometa.recommendation import Recommendation
    from autometa.tuning import TuneResult

MOST_SETUPS = 40  # rows of a picture that fits a screen


class AdviceDisplay(Display):
    """Expected scores with their intervals, in the order of the advice; seconds beside.

    It is recommended to use `from_recommendations`.

    Parameters
    ----------
    names : sequence of str
        Of the setups, the first to try first.
    expected : array-like of shape (n_setups,)
        Expected scores, greater is better; NaN where unknown.
    low, high : array-like of shape (n_setups,)
        Ends of the intervals; NaN or infinite where there is none.
    seconds : array-like of shape (n_setups,)
        Expected seconds of one fit; NaN where unknown.
    reached : array-like of shape (n_setups,), optional
        Scores that the setups had in a search; NaN where they were not tried.
    metric : str, optional
    confidence_level : float, default=0.9
        Of the intervals.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from autometa.plotting import AdviceDisplay
    >>> display = AdviceDisplay(["knn", "tree"], [0.9, 0.8], [0.85, 0.7], [0.95, 0.9], [0.1, 2.0])
    >>> display.to_png()[1:4]
    b'PNG'
    """

    def __init__(
        self,
        names: Sequence[str],
        expected: npt.ArrayLike,
        low: npt.ArrayLike,
        high: npt.ArrayLike,
        seconds: npt.ArrayLike,
        *,
        reached: npt.ArrayLike | None = None,
        metric: str | None = None,
        confidence_level: float = 0.9,
    ) -> None:
        self.names = list(names)
        self.expected = np.asarray(expected, dtype=np.float64)
        self.low = np.asarray(low, dtype=np.float64)
        self.high = np.asarray(high, dtype=np.float64)
        self.seconds = np.asarray(seconds, dtype=np.float64)
        self.reached = None if reached is None else np.asarray(reached, dtype=np.float64)
        self.metric = metric
        self.confidence_level = confidence_level

    @classmethod
    def from_recommendations(
        cls, recs: Sequence[Recommendation], result: TuneResult | None = None
    ) -> Self:
        """Return the display of advice.

        Parameters
        ----------
        recs : Recommendations or sequence of Recommendation
            The first 40 are shown.
        result : TuneResult, optional
            Of `autometa.tune` on the same table: what it reached with each of the setups, on all
            rows that its folds give, is shown beside what was expected, on the scale of the
            advice's metric.
        """
        shown = list(recs)[:MOST_SETUPS]
        metric = shown[0].metric if shown else None
        return cls(
            [f"{place}. {one.algorithm}" for place, one in enumerate(shown, start=1)],
            [one.expected_score for one in shown],
            [one.score_interval[0] for one in shown],
            [one.score_interval[1] for one in shown],
            [one.expected_fit_seconds for one in shown],
            reached=None if result is None else [reached_by(result, one, metric) for one in shown],
            metric=metric,
            confidence_level=shown[0].confidence_level if shown else 0.9,
        )

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if not self.names:
            return "No setup was recommended."
        return ""

    def _inches(self) -> float:
        return 1.25 + INCHES_A_ROW * max(len(self.names), 3)

    def _draw(self, ax: Any) -> None:
        rows = np.arange(len(self.names))
        limits = room_for(self._ends())
        if limits is not None:
            ax.set_xlim(limits)
            low, high = np.clip(self.low, *limits), np.clip(self.high, *limits)
            has = np.isfinite(low) & np.isfinite(high)
            level = f"{100 * self.confidence_level:g} % interval"
            ax.hlines(rows[has], low[has], high[has], color=GREY, linewidth=2.0, label=level)
        has = np.isfinite(self.expected)
        ax.plot(self.expected[has], rows[has], "o", color=BLUE, markersize=6, label="expected")
        if self.reached is not None:
            has = np.isfinite(self.reached)
            ax.plot(
                *(self.reached[has], rows[has], "D"),
                color=VERMILLION,
                markersize=6,
                markerfacecolor="none",
                markeredgewidth=1.8,
                label=f"reached by {has.sum()} tried",
            )
        name_rows(ax, self.names)
        for row, seconds in enumerate(self.seconds):
            beside(ax, row, seconds_text(seconds))
        beside(ax, -0.75, "one fit", va="bottom", fontsize="x-small")
        for row in np.flatnonzero(~np.isfinite(self.expected)).tolist():
            ax.annotate(
                "score not known", (0.02, row), xycoords=ax.get_yaxis_transform(), va="center",
                fontsize="small", color=GREY,
            )  # fmt: skip
        grid(ax, "x")
        ax.set(xlabel=score_label(self.metric))
        title(ax, "Advice, in the order to try")
        legend(ax, below=UNDER_LABEL, ncols=3)

    def _ends(self) -> npt.NDArray[np.float64]:
        given = [self.expected, self.low, self.high]
        return np.concatenate(given if self.reached is None else [*given, self.reached])
