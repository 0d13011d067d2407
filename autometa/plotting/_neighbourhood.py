"""NeighbourhoodDisplay: a task, those most like it, and the algorithms that are best on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBaseLike, base_of, open_knowledge_base
from autometa.plotting._display import Display
from autometa.plotting._style import (
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    fonts_for,
    ink_of,
    plain,
    title,
)

if TYPE_CHECKING:
    from autometa.graph._neighbourhood import Neighbourhood

MOST_NODES = 40  # more names than that lie on each other at 600 px
INCHES_A_NODE = 0.42  # of the longest column: a name of 9 points, a line below it and a gap
TASKS, ALGORITHMS = 0.0, 1.0  # where the dots of the two columns stand
BESIDE = 0.85  # of that distance, for the names on each side


class NeighbourhoodDisplay(Display):
    """A part of the graph of a knowledge base that one can read.

    On the left the task and those that are most alike, the nearest first, with their distances and
    families; on the right the algorithms that are best on them, the most frequent first. A line
    from a task leads to each algorithm that is best there.

    It is recommended to use `from_knowledge_base`.

    Parameters
    ----------
    task : str
        Its name.
    similar : sequence of (str, float)
        Names of the tasks most alike, and their distances from 0 to 1.
    best : mapping of str to sequence of str
        The best algorithms on each of these tasks; several where they tie.
    families : mapping of str to str
        Of these tasks.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        task: str,
        similar: Sequence[tuple[str, float]],
        best: Mapping[str, Sequence[str]],
        families: Mapping[str, str] | None = None,
    ) -> None:
        self.task = task
        self.distances = {task: 0.0, **dict(similar)}
        self.best = {name: list(best.get(name, ())) for name in self.distances}
        self.families = {n: f for n, f in (families or {}).items() if n in self.distances}
        self._keep_what_can_be_read()

    @classmethod
    def from_knowledge_base(
        cls, knowledge_base: KnowledgeBaseLike = None, *, task_id: str, n_similar: int = 5
    ) -> Self:
        """Return the neighbourhood of a task in a knowledge base.

        Parameters
        ----------
        knowledge_base : KnowledgeBase, path, name or None
            None is the default one.
        task_id : str
            One of its tasks.
        n_similar : int, default=5
            Tasks beside it, of its type; a tie of algorithms may leave out the last ones.

        Raises
        ------
        ParameterError
            If the knowledge base has no such task.
        """
        from autometa.graph._neighbourhood import neighbourhood

        opened = open_knowledge_base(knowledge_base)
        if opened is False:
            raise ParameterError(
                "The picture is of known tasks. Got knowledge_base=False; None is the default."
            )
        return cls.from_neighbourhood(neighbourhood(base_of(opened), task_id, n_similar))

    @classmethod
    def from_neighbourhood(cls, found: Neighbourhood) -> Self:
        """Return the picture of what was found around a task.

        Parameters
        ----------
        found : Neighbourhood
        """
        labels = _distinct(found.names)
        return cls(
            labels[found.task_id],
            [(labels[other], distance) for other, distance in found.distances.items()],
            {labels[one]: algorithms for one, algorithms in found.best.items()},
            {labels[one]: family for one, family in found.families.items()},
        )

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if len(self.distances) > 1 or any(self.best.values()):
            return ""
        return f"Nothing is known that is like '{self.task}', and no algorithm was scored on it."

    def _algorithms(self) -> list[str]:
        """Return the best algorithms, those of most tasks first."""
        counts: dict[str, int] = {}
        for algorithms in self.best.values():
            for name in algorithms:
                counts[name] = counts.get(name, 0) + 1
        return sorted(counts, key=lambda name: (-counts[name], name))

    def _keep_what_can_be_read(self) -> None:
        """Leave out the least alike until the nodes fit."""
        while len(self.distances) > 1 and self._n_nodes() > MOST_NODES:
            last, _ = self.distances.popitem()
            self.best.pop(last)
        room = max(MOST_NODES - len(self.distances), 1)
        kept = set(self._algorithms()[:room])  # of a task on which all tie
        self.best = {task: [a for a in some if a in kept] for task, some in self.best.items()}

    def _n_nodes(self) -> int:
        return len(self.distances) + len(self._algorithms())

    def _inches(self) -> float:
        longest = max(len(self.distances), len(self._algorithms()), 4)
        return 1.2 + INCHES_A_NODE * longest

    def _draw(self, ax: Any) -> None:
        tasks = _column(TASKS, list(self.distances))
        algorithms = _column(ALGORITHMS, self._algorithms())
        for task, names in self.best.items():
            colour = VERMILLION if task == self.task else GREY
            for name in names:
                ax.plot(*zip(tasks[task], algorithms[name], strict=True), color=colour, zorder=1)
        for task, place in tasks.items():
            colour = VERMILLION if task == self.task else ORANGE
            _node(ax, place, task, self._about(task), colour, "right")
        for name, place in algorithms.items():
            n = sum(name in some for some in self.best.values())
            _node(ax, place, name, f"best on {n}", GREEN, "left")
        ax.set(xlim=(TASKS - BESIDE, ALGORITHMS + BESIDE), ylim=(-0.06, 1.14), xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        _head(ax, TASKS, "tasks, the most alike first", "right")
        _head(ax, ALGORITHMS, "best algorithms there", "left")
        title(ax, f"Tasks like {plain(self.task)}")

    def _about(self, task: str) -> str:
        nearness = "this task" if task == self.task else f"distance {self.distances[task]:.2f}"
        family = self.families.get(task, task)
        return nearness if family == task else f"{nearness}, family {plain(family)}"


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Return what tasks are called, by identifier; those that share a name by the identifier."""
    listed = list(names.values())
    return {one: name if listed.count(name) == 1 else one for one, name in names.items()}


def _column(x: float, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return places one below the other, the first at the top."""
    step = 1.0 / max(len(names) - 1, 1)
    return {name: (x, 1.0 - i * step) for i, name in enumerate(names)}


def _node(
    ax: Any, place: tuple[float, float], name: str, about: str, colour: str, side: str
) -> None:
    """Draw a dot with its name beside it, and what is said of it below the name."""
    ax.plot(*place, "o", color=colour, markersize=8, zorder=2)
    away = 8 if side == "left" else -8
    how = {"textcoords": "offset points", "ha": side, "va": "center", "color": ink_of(ax)}
    for text, height, size in ((plain(name), 4, 9), (about, -6, 7)):
        ax.annotate(text, place, xytext=(away, height), fontsize=size, **how, **fonts_for([text]))


def _head(ax: Any, x: float, text: str, side: str) -> None:
    ax.text(x, 1.1, text, ha=side, color=ink_of(ax), fontweight="bold", fontsize=9)
