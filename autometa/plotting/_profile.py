"""MetaFeatureProfileDisplay: a table's meta-features against those of the known tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa._common.readable import readable
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.plotting._display import Display
from autometa.plotting._known_tasks import described_table, known_tasks, positions
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

USUAL = (0.05, 0.95)  # nine tasks of ten lie between
# What a reader knows of the table without computing it comes first.
ALWAYS = ("n_rows", "n_columns", "n_classes")


class MetaFeatureProfileDisplay(Display):
    """Where each meta-feature of a table lies among the known tasks; those outside are marked.

    It is recommended to use `from_recommendations`.

    Parameters
    ----------
    names : sequence of str
        Of the meta-features.
    values : array-like of shape (n_metafeatures,)
        Of the table, written beside.
    places : array-like of shape (n_metafeatures,)
        Share of the known tasks with a smaller value, from 0 to 1.
    is_outside : array-like of shape (n_metafeatures,)
        Whether the value is below or above that of every known task.
    n_known : int, optional
        How many known tasks there are.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        names: Sequence[str],
        values: npt.ArrayLike,
        places: npt.ArrayLike,
        is_outside: npt.ArrayLike,
        *,
        n_known: int | None = None,
    ) -> None:
        self.names = list(names)
        self.values = np.asarray(values, dtype=np.float64)
        self.places = np.asarray(places, dtype=np.float64)
        self.is_outside = np.asarray(is_outside, dtype=np.bool_)
        self.n_known = n_known

    @classmethod
    def from_recommendations(
        cls,
        recs: Sequence[Recommendation],
        knowledge_base: KnowledgeBaseLike = None,
        *,
        n: int = 20,
        metafeatures: pd.Series[float] | None = None,
    ) -> Self:
        """Return the profile of the table that advice is for.

        Parameters
        ----------
        recs : Recommendations
            Of `autometa.recommend`.
        knowledge_base : KnowledgeBase, path, name or None
            None is the one that the advice says it rests on.
        n : int, default=20
            How many meta-features: the sizes of the table, and those in which it is least usual.
        metafeatures : Series or None
            Of the table; None is what the advice was given by.

        Raises
        ------
        ParameterError
            If the meta-features are not known.
        """
        values = described_table(recs) if metafeatures is None else metafeatures
        _, known = known_tasks(recs, knowledge_base)
        table = known.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
        # those that no known task has say nothing
        table = table.loc[:, table.notna().any()]
        point = values.reindex(table.columns).astype("float64")
        _, places = positions(table, point)
        outside = ((point < table.min()) | (point > table.max())).to_numpy()
        chosen = _least_usual(list(table.columns), point.to_numpy(), places, outside, n)
        return cls(
            [str(table.columns[i]) for i in chosen],
            point.to_numpy()[chosen],
            places[chosen],
            outside[chosen],
            n_known=len(table),
        )

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if self.names else "The table has no meta-feature that known tasks have."

    def _inches(self) -> float:
        return 1.3 + INCHES_A_ROW * max(len(self.names), 3)

    def _draw(self, ax: Any) -> None:
        rows = np.arange(len(self.names))
        percents = 100.0 * self.places
        ax.axvspan(*(100.0 * end for end in USUAL), color=GREY, alpha=0.16, linewidth=0,
                   label="nine known tasks of ten")  # fmt: skip
        ax.axvline(50.0, color=GREY, linewidth=1.0)
        inside = ~self.is_outside
        ax.plot(percents[inside], rows[inside], "o", color=BLUE, label="this table")
        ax.plot(
            *(percents[self.is_outside], rows[self.is_outside], "X"),
            color=VERMILLION,
            markersize=9,
            clip_on=False,
            label=f"outside all known tasks ({self.is_outside.sum()})",
        )
        name_rows(ax, self.names, 34)
        for row, value in zip(rows, self.values, strict=True):
            beside(ax, row, readable(float(value), 4))
        beside(ax, -0.75, "value", va="bottom", fontsize="x-small")
        ax.set_xlim(-2, 102)  # marks on the ends are seen whole
        known = f"{self.n_known} known tasks" if self.n_known else "the known tasks"
        ax.set(xlabel=f"% of {known} with a smaller value")
        grid(ax, "x")
        title(ax, "Meta-features of this table")
        legend(ax, below=UNDER_LABEL, ncols=2)


def _least_usual(
    names: Sequence[str],
    values: npt.NDArray[np.float64],
    places: npt.NDArray[np.float64],
    outside: npt.NDArray[np.bool_],
    n: int,
) -> list[int]:
    """Return the positions of the sizes, then of the least usual; only of what has a value."""
    known = [i for i in range(len(names)) if np.isfinite(values[i])]
    sizes = [names.index(name) for name in ALWAYS if name in names]
    sizes = [i for i in sizes if i in known]
    # outside first, then by the distance from the middle; of equals in the order of the names
    others = sorted(
        (i for i in known if i not in sizes),
        key=lambda i: (not outside[i], -abs(places[i] - 0.5)),
    )
    return [*sizes, *others][:n]
