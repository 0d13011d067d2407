"""TaskMapDisplay: the known tasks in two dimensions, and a new table among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.knowledge_base import KnowledgeBaseLike
from autometa.plotting._display import Display
from autometa.plotting._known_tasks import described_table, known_tasks, positions
from autometa.plotting._style import (
    GREY,
    UNDER_LABEL,
    VERMILLION,
    colour_of,
    fonts_for,
    ink_of,
    legend,
    plain,
    title,
)

if TYPE_CHECKING:
    from autometa.recommendation import Recommendation

# Around a ring, in points, the first one preferred.
SIDES = ((9.0, 9.0), (-9.0, 9.0), (9.0, -9.0), (-9.0, -9.0), (0.0, 12.0), (0.0, -12.0), (12.0, 0.0),
         (-12.0, 0.0))  # fmt: skip
MOST_NEIGHBORS = 5  # numbered in the map: more numbers lie on each other
NEIGHBOR_COLOURS = {"binary": 0, "multiclass": 1, "regression": 2, "classification": 4}


class TaskMapDisplay(Display):
    """Known tasks as points, the new one as a star, its neighbours numbered and named.

    Tasks are alike when they lie near each other in the map *and* in what it leaves out: two
    components of some hundred meta-features say part of it, how much stands on the axes. The
    neighbours are those that the advice rests on, found in all meta-features, so one of them may
    lie far away here.

    It is recommended to use `from_recommendations`.

    Parameters
    ----------
    points : array-like of shape (n_tasks, 2)
    task_types : sequence of str
        Of the tasks.
    new : array-like of shape (2,), optional
        The new task.
    neighbors : sequence of (int, str)
        Position among the tasks, and name with what it counts for, the nearest first.
    explained : tuple of float, optional
        Share of the variance that each component explains.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        points: npt.ArrayLike,
        task_types: Sequence[str],
        new: npt.ArrayLike | None = None,
        *,
        neighbors: Sequence[tuple[int, str]] = (),
        explained: tuple[float, float] | None = None,
    ) -> None:
        self.points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        self.task_types = [str(kind) for kind in task_types]
        self.new = None if new is None else np.asarray(new, dtype=np.float64)
        self.neighbors = list(neighbors)
        self.explained = explained

    @classmethod
    def from_recommendations(
        cls,
        recs: Sequence[Recommendation],
        knowledge_base: KnowledgeBaseLike = None,
        *,
        metafeatures: pd.Series[float] | None = None,
    ) -> Self:
        """Return the map of the tasks that advice rests on.

        Two principal components (`sklearn.decomposition.PCA`, exact, so the same each time) of
        each meta-feature's place among the known tasks, of one kind: classification, binary or
        not, or regression.

        Parameters
        ----------
        recs : Recommendations
            Of `autometa.recommend`.
        knowledge_base : KnowledgeBase, path, name or None
            None is the one that the advice says it rests on.
        metafeatures : Series or None
            Of the table; None is what the advice was given by.

        Raises
        ------
        ParameterError
            If the meta-features are not known.
        """
        values = described_table(recs) if metafeatures is None else metafeatures
        kb, known = known_tasks(recs, knowledge_base)
        types = kb.tasks.set_index("task_id")["task_type"].astype(str)
        points, new, explained = _components(known, values)
        places = {str(task_id): i for i, task_id in enumerate(known.index)}
        near = [n for n in getattr(recs, "neighbors", ()) if n.task_id in places]
        return cls(
            points,
            types.reindex(known.index).tolist(),
            new,
            neighbors=[
                (places[n.task_id], f"{n.name}{_counts(n.weight)}") for n in near[:MOST_NEIGHBORS]
            ],
            explained=explained,
        )

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if len(self.points) > 1:
            return ""
        return f"A map needs two described tasks or more. There are {len(self.points)}."

    def _inches(self) -> float:
        return 5.2  # a map wants to be nearly square, and has a list of names below

    def _draw(self, ax: Any) -> None:
        kinds = np.array(self.task_types)
        for kind in dict.fromkeys(self.task_types):
            here = self.points[kinds == kind]
            ax.plot(
                *(*here.T, "o"),
                color=colour_of(NEIGHBOR_COLOURS.get(kind, 5)),
                markersize=4.5,
                alpha=0.75,  # tasks lie on each other
                markeredgewidth=0,
                label=f"{len(here)} {plain(kind)}",
            )
        if self.new is not None:
            ax.plot(
                *([self.new[0]], [self.new[1]], "*"),
                color=VERMILLION,
                markersize=17,
                markeredgecolor=ink_of(ax),
                label="this table",
            )
        self._number_neighbors(ax)
        explained = self.explained or (float("nan"), float("nan"))
        for axis, name, share in zip("xy", ("first", "second"), explained, strict=True):
            said = f" ({share:.0%} of the variance)".replace("%", " %") if share == share else ""
            ax.set(**{f"{axis}label": f"{name} component{said}"})
        ax.set(xticks=[], yticks=[])
        title(ax, "This table among the known tasks")
        legend(ax, below=UNDER_LABEL / 2, ncols=2)

    def _number_neighbors(self, ax: Any) -> None:
        """Circle the neighbours and number them; their names stand in the legend."""
        places = np.array([self.points[place] for place, _ in self.neighbors]).reshape(-1, 2)
        ax.autoscale_view()  # the sides go by where the points are in the picture
        pixels = ax.transData.transform(places) * 72 / ax.get_figure(root=True).dpi
        sides = _sides(pixels)
        for number, (_, name) in enumerate(self.neighbors, start=1):
            x, y = places[number - 1]
            label = f"{number}  {plain(name, 34)}"
            ring = {"markersize": 8, "markerfacecolor": "none", "markeredgewidth": 1.3}
            ax.plot([x], [y], "o", color=ink_of(ax), label=label, **ring)
            ax.annotate(
                str(number),
                (x, y),
                sides[number - 1],
                textcoords="offset points",
                ha="center",
                va="center",
                color=ink_of(ax),
                fontweight="bold",
                path_effects=_halo(ax),
                **fonts_for([]),
            )


def _sides(rings: npt.NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return where each ring's number goes, in points from it: far from all others.

    Beside another ring a number would be read as that one's.
    """
    taken, sides = [tuple(ring) for ring in rings], []
    for own, ring in enumerate(rings):
        others = np.array(taken[:own] + taken[own + 1 :]).reshape(-1, 2)
        places = ring + np.array(SIDES)
        # of distances beyond 20 points none is better: the first side is taken then
        free = [min([20.0, *np.hypot(*(others - place).T)]) for place in places]
        best = int(np.argmax(free))
        taken.append(tuple(places[best]))
        sides.append(SIDES[best])
    return sides


def _halo(ax: Any) -> list[Any]:
    """Return a rim in grey around a number, which is then read on points of any colour."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.0, foreground=GREY, alpha=0.35)]


def _counts(weight: float | None) -> str:
    return "" if weight is None else f", counts {weight:.0%}".replace("%", " %")


def _components(
    known: pd.DataFrame, new: pd.Series[float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None, tuple[float, float] | None]:
    """Return the known tasks and the new one in two dimensions."""
    from sklearn.decomposition import PCA

    table, point = positions(known, new)
    if min(table.shape) < 2:  # one task, or one meta-feature, spans no plane
        return np.zeros((len(table), 2)), None, None
    # full: the exact decomposition, whose signs scikit-learn settles; others draw at random
    plane = PCA(2, svd_solver="full").fit(table)
    shares = plane.explained_variance_ratio_
    return (
        plane.transform(table),
        plane.transform(point[None])[0],
        (float(shares[0]), float(shares[1])),
    )
