"""WinsDisplay: which algorithms win on the tasks of a knowledge base."""

from __future__ import annotations

from typing import Any, Self

import pandas as pd

from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBase, judging_metrics, shares_of_wins
from autometa.plotting._display import Display
from autometa.plotting._style import (
    BLUE,
    INCHES_A_ROW,
    SKY,
    UNDER_LABEL,
    grid,
    legend,
    name_rows,
    title,
)


class WinsDisplay(Display):
    """On which share of tasks of a type each algorithm has the best setup, or nearly so.

    It is recommended to use `from_knowledge_base`.

    Parameters
    ----------
    shares : DataFrame
        ``algorithm``, ``best`` and ``near_best``, from 0 to 1.
    about : str
        What the tasks are, and what judges.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        Of ``best``.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(self, shares: pd.DataFrame, *, about: str = "") -> None:
        order = ["best", "near_best"]
        self.shares = shares.sort_values(order, ascending=False, kind="stable")
        self.about = about

    @classmethod
    def from_knowledge_base(
        cls, kb: KnowledgeBase, *, task_type: str | None = None, metric: str | None = None
    ) -> Self:
        """Return the display of the tasks of one type.

        Parameters
        ----------
        kb : KnowledgeBase
        task_type : str or None
            None is that of the first task.
        metric : str or None
            What judges; None is the usual metric of the type, or the most measured one.

        Raises
        ------
        ParameterError
            If no task of that type has runs.
        """
        metrics = judging_metrics(kb)
        task_type = task_type or next(iter(metrics), None)
        if task_type not in metrics:
            raise ParameterError(
                f"'task_type' must be one of {sorted(metrics)}, which have runs. Got {task_type!r}."
            )
        judge = metric or metrics[task_type]
        shares = shares_of_wins(kb, {task_type: judge})
        return cls(shares[shares["task_type"] == task_type], about=f"{task_type}, {judge}")

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if len(self.shares) else "No run on all rows has a score."

    def _inches(self) -> float:
        return 1.4 + INCHES_A_ROW * max(len(self.shares), 3)

    def _draw(self, ax: Any) -> None:
        rows = range(len(self.shares))
        near, best = 100.0 * self.shares["near_best"], 100.0 * self.shares["best"]
        ax.barh(rows, near, color=SKY, height=0.72, label="within a standard error of the best")
        self.bars_ = ax.barh(rows, best, color=BLUE, height=0.4, label="best")
        name_rows(ax, [str(name) for name in self.shares["algorithm"]])
        ax.set(xlim=(0, 100), xlabel="% of tasks")
        grid(ax, "x")
        title(ax, f"Who wins: {self.about}")
        legend(ax, below=UNDER_LABEL, ncols=2)
