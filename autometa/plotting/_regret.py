"""RegretDisplay: what advice leaves to be gained, over seconds or setups, against simple orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd

from autometa.exceptions import ParameterError
from autometa.plotting._display import Display
from autometa.plotting._scales import log_ticks
from autometa.plotting._style import (
    BLUE,
    COLOURS,
    UNDER_LABEL,
    dashes_of,
    grid,
    legend,
    plain,
    title,
)

if TYPE_CHECKING:
    from autometa.meta_models.evaluation import Evaluation

Over = Literal["seconds", "setups"]
# How the orders of an evaluation are called in pictures, and in which place they stand.
ADVICE = "MetaModel"
NAMES = {ADVICE: "advice", "greedy portfolio": "global portfolio"}


class RegretDisplay(Display):
    """Mean regret of advice and of simple orders on tasks that were held out by family.

    Regret is 0 for the best setup of a task and 1 for the worst: less is better. Over seconds it
    is the mean of the best setup so far along the logarithm of time, up to each budget.

    It is recommended to use `from_evaluation`.

    Parameters
    ----------
    regret : DataFrame
        Mean regret, by budget (index, numbers) and order (columns).
    error : DataFrame, optional
        Standard errors of the same shape, over families.
    over : {"seconds", "setups"}, default="seconds"
        What the index counts.
    about : str
        What was evaluated.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        regret: pd.DataFrame,
        error: pd.DataFrame | None = None,
        *,
        over: Over = "seconds",
        about: str = "",
    ) -> None:
        self.regret = regret
        self.error = error
        self.over = over
        self.about = about

    @classmethod
    def from_evaluation(
        cls, evaluation: Evaluation, *, task_type: str | None = None, over: Over = "seconds"
    ) -> Self:
        """Return the display of what `autometa.meta_models.evaluation.evaluate` found.

        Parameters
        ----------
        evaluation : Evaluation
            As ``autometa kb evaluate`` makes it.
        task_type : str or None
            None is the only one, or the first.
        over : {"seconds", "setups"}, default="seconds"
        """
        if over not in ("seconds", "setups"):
            raise ParameterError(f"'over' must be 'seconds' or 'setups'. Got {over!r} instead.")
        rows = rows_of(evaluation.orders, task_type)
        columns = _budgets(rows, over)
        means = {name: of_order[list(columns)].mean() for name, of_order in rows.groupby("order")}
        errors = {name: _errors(of, list(columns)) for name, of in rows.groupby("order")}
        names = sorted(means, key=lambda name: (name != ADVICE, str(name)))
        regret, error = (
            pd.DataFrame({NAMES.get(str(n), str(n)): table[n] for n in names}).rename(columns)
            for table in (means, errors)
        )
        about = f"{rows['task_type'].iloc[0]}, {rows['metric'].iloc[0]}"
        n_tasks = rows["task_id"].nunique()
        return cls(regret, error, over=over, about=f"{about}: {n_tasks} tasks held out by family")

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if np.isfinite(self.regret.to_numpy(np.float64)).any():
            return ""
        return f"No regret over {self.over} is known: the runs say none."

    def _inches(self) -> float:
        return 4.1

    def _draw(self, ax: Any) -> None:
        for place, name in enumerate(self.regret.columns):
            values = self.regret[name]
            is_first = place == 0
            colour = BLUE if is_first else COLOURS[1 + (place - 1) % (len(COLOURS) - 1)]
            ax.plot(
                *(values.index, values),
                dashes_of(place),
                marker="o",
                markersize=5 if is_first else 3.5,
                linewidth=2.6 if is_first else 1.5,
                color=colour,
                zorder=3 if is_first else 2,  # the advice lies in front of all others
                label=plain(name),
            )
            if self.error is not None and is_first:
                off = self.error[name]
                ax.fill_between(
                    values.index, values - off, values + off, color=colour, alpha=0.2, linewidth=0
                )
        log_ticks(ax, "x", self.regret.index)
        ax.set_ylim(bottom=0)
        unit = "time budget, seconds" if self.over == "seconds" else "setups tried"
        ax.set(xlabel=unit, ylabel="mean regret (less is better)")
        grid(ax, "both")
        title(ax, self.about)
        legend(ax, below=UNDER_LABEL, ncols=3)


def rows_of(table: pd.DataFrame, task_type: str | None) -> pd.DataFrame:
    """Return the rows of one task type of an evaluation.

    Raises
    ------
    ParameterError
        If there are none.
    """
    known = list(dict.fromkeys(table["task_type"]))
    if task_type is None and known:
        task_type = known[0]
    if task_type not in known:
        raise ParameterError(f"'task_type' must be one of {known}. Got {task_type!r} instead.")
    return table[table["task_type"] == task_type]


def _budgets(rows: pd.DataFrame, over: Over) -> dict[str, float]:
    """Return the columns of regrets, and the number that each is for."""
    if over == "seconds":
        return {c: float(c[:-2]) for c in rows.columns if str(c).endswith(" s")}
    return {c: float(c[1:]) for c in rows.columns if str(c).startswith("@")}


def _errors(rows: pd.DataFrame, columns: list[str]) -> pd.Series[float]:
    """Return standard errors over families: tasks of one family err together."""
    families = rows.groupby("family")[columns].mean()
    return families.std(ddof=1) / np.sqrt(families.notna().sum())
