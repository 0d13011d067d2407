"""What stands around a task in the graph: those most like it, and who is best on them."""

from __future__ import annotations

from dataclasses import dataclass

from autometa.exceptions import ParameterError
from autometa.graph._cells import Cells, judging
from autometa.graph._relations import evaluated, similar
from autometa.knowledge_base import KnowledgeBase


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """A task's part of the graph.

    Attributes
    ----------
    task_id : str
    names : dict of str to str
        What it and those most alike are called, itself first.
    distances : dict of str to float
        Of the tasks of its type that are most alike, the nearest first.
    best : dict of str to list of str
        The best algorithms on each of them, and on the task itself.
    families : dict of str to str
        Of all of these.
    """

    task_id: str
    names: dict[str, str]
    distances: dict[str, float]
    best: dict[str, list[str]]
    families: dict[str, str]


def neighbourhood(kb: KnowledgeBase, task_id: str, n_similar: int) -> Neighbourhood:
    """Return what the graph says of a task and of ``n_similar`` others.

    Raises
    ------
    ParameterError
        If the knowledge base has no such task.
    """
    types = dict(zip(kb.tasks["task_id"], kb.tasks["task_type"], strict=True))
    if task_id not in types:
        raise ParameterError(
            f"'task_id' must be a task of the knowledge base. Got {task_id!r}; "
            "'knowledge_base.tasks' lists them."
        )
    types = {one: kind for one, kind in types.items() if kind == types[task_id]}
    own = [s for s in similar(kb.metafeatures, types) if s.task_id == task_id][:n_similar]
    around = [task_id, *(one.other for one in own)]
    cells = Cells.of(kb.select(tasks=around))
    best: dict[str, list[str]] = {one: [] for one in around}
    for found in evaluated(cells, judging(cells, types)):
        if found.is_best:
            best[found.task_id].append(found.algorithm)
    listed = kb.tasks.set_index("task_id").reindex(around)
    return Neighbourhood(
        task_id=task_id,
        names=listed["name"].astype(str).to_dict(),
        distances={one.other: one.distance for one in own},
        best=best,
        families=listed["family"].dropna().astype(str).to_dict(),
    )
