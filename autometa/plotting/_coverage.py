"""CoverageDisplay and ClassesDisplay: which tasks a knowledge base holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.knowledge_base import KnowledgeBase
from autometa.plotting._display import Display
from autometa.plotting._scales import log_ticks
from autometa.plotting._style import (
    BLUE,
    UNDER_LABEL,
    colour_of,
    grid,
    legend,
    plain,
    title,
)

PLACES = {"binary": 0, "multiclass": 1, "regression": 2, "classification": 4}  # of colours
MOST_CLASSES = 20  # bars that fit the width; the few tasks with hundreds of classes share the last


class CoverageDisplay(Display):
    """Tasks of a knowledge base by their rows and columns.

    It is recommended to use `from_knowledge_base`.

    Parameters
    ----------
    n_rows, n_columns : array-like of shape (n_tasks,)
        Tasks without a size are left out.
    task_types : sequence of str

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self, n_rows: npt.ArrayLike, n_columns: npt.ArrayLike, task_types: Sequence[str]
    ) -> None:
        sizes = np.column_stack([np.asarray(n, dtype=np.float64) for n in (n_columns, n_rows)])
        has = (sizes > 0).all(axis=1) & np.isfinite(sizes).all(axis=1)
        self.sizes = sizes[has]  # what has no size has no place on these axes
        self.task_types = np.asarray(task_types, dtype=object)[has]

    @classmethod
    def from_knowledge_base(cls, kb: KnowledgeBase) -> Self:
        """Return the display of a knowledge base, by ``n_rows`` and ``n_columns`` of its tasks."""
        tasks = _described(kb)
        return cls(tasks["n_rows"], tasks["n_columns"], tasks["task_type"].astype(str).tolist())

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if len(self.sizes):
            return ""
        return "No task has both meta-features 'n_rows' and 'n_columns', by which tasks are placed."

    def _inches(self) -> float:
        return 4.1

    def _draw(self, ax: Any) -> None:
        for kind in dict.fromkeys(self.task_types):
            here = self.sizes[self.task_types == kind]
            ax.plot(
                *(*here.T, "o"),
                color=colour_of(PLACES.get(kind, 5)),
                markersize=5,
                markeredgewidth=0,
                alpha=0.7,  # tasks of one size lie on each other
                label=f"{len(here)} {plain(kind)}",
            )
        log_ticks(ax, "x", self.sizes[:, 0])
        log_ticks(ax, "y", self.sizes[:, 1])
        ax.set(xlabel="columns", ylabel="rows")
        grid(ax, "both")
        title(ax, f"{len(self.sizes)} known tasks by size")
        legend(ax, below=UNDER_LABEL, ncols=4)


class ClassesDisplay(Display):
    """How many classification tasks of a knowledge base have how many classes.

    It is recommended to use `from_knowledge_base`.

    Parameters
    ----------
    n_classes : array-like of shape (n_tasks,)
        NaN for regression.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(self, n_classes: npt.ArrayLike) -> None:
        numbers = np.asarray(n_classes, dtype=np.float64)
        self.n_classes = numbers[np.isfinite(numbers) & (numbers > 0)].astype(np.intp)

    @classmethod
    def from_knowledge_base(cls, kb: KnowledgeBase) -> Self:
        """Return the display of a knowledge base, by ``n_classes`` of its tasks."""
        return cls(_described(kb)["n_classes"])

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if len(self.n_classes) else "No task says how many classes it has."

    def _draw(self, ax: Any) -> None:
        values, counts = np.unique(np.minimum(self.n_classes, MOST_CLASSES), return_counts=True)
        names = [f"{n}+" if n == MOST_CLASSES else str(n) for n in values]
        self.bars_ = ax.bar(names, counts, color=BLUE)
        ax.bar_label(self.bars_, fontsize="small", color=ax.xaxis.label.get_color())
        ax.set(xlabel="classes", ylabel="tasks")
        grid(ax, "y")
        title(ax, f"{len(self.n_classes)} classification tasks by classes")


def _described(kb: KnowledgeBase) -> pd.DataFrame:
    wanted = kb.metafeatures.reindex(columns=["n_rows", "n_columns", "n_classes"])
    sizes = wanted.apply(pd.to_numeric, errors="coerce")
    # a task has n_rows too, as its source says it; the meta-feature was counted
    return kb.tasks.set_index("task_id")[["task_type"]].join(sizes)
