"""KnowledgeGraph: what a knowledge base says, as nodes and edges."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from autometa._common.files import open_beside
from autometa.exceptions import OutputError, ParameterError
from autometa.graph._blocks import Content, blocks
from autometa.graph._cells import Cells, judging, noise_of
from autometa.graph._graphml import as_graphml
from autometa.graph._names import Names, check_distinct
from autometa.graph._property_graph import to_networkx
from autometa.graph._query import QueryStore, Rows, check, check_installed
from autometa.graph._questions import QUESTIONS
from autometa.graph._relations import Evaluated, evaluated
from autometa.graph._runs import COLUMNS as RUN_COLUMNS
from autometa.graph._runs import RunNode, single_runs
from autometa.graph._terms import MLSEA, Block
from autometa.graph._writing import as_jsonld, as_ntriples, as_turtle

if TYPE_CHECKING:
    from autometa.knowledge_base import KnowledgeBase

FORMATS = {".nt": as_ntriples, ".ttl": as_turtle, ".jsonld": as_jsonld, ".graphml": as_graphml}
Runs = Literal["aggregated", "all", "none"]
_CHOICES = ("aggregated", "all", "none")


class KnowledgeGraph:
    """A knowledge base as a graph, in the terms of ML-Schema and MLSO.

    Made by `KnowledgeBase.graph`. It holds averages of the runs, a row a task, setup and metric;
    nodes and edges are made when they are written or asked for.

    Parameters
    ----------
    kb : KnowledgeBase
    runs : {"aggregated", "all", "none"}, default="aggregated"
        Which runs become nodes: one a setup on a task, averaged over repeats; every single one,
        read from the knowledge base again when it is needed; or none.
    namespace : str
        Of the names of all that OpenML does not know.

    Examples
    --------
    >>> import pandas as pd
    >>> from autometa import KnowledgeBase
    >>> runs = pd.DataFrame({"task_id": "iris", "algorithm": ["knn", "svm"], "config": "{}",
    ...                      "metric": "accuracy", "score": [0.9, 0.8]})
    >>> tasks = pd.DataFrame({"task_id": ["iris"], "task_type": ["multiclass"]})
    >>> graph = KnowledgeBase.from_frames(tasks, None, runs).graph()
    >>> graph.query('''SELECT ?algorithm WHERE {
    ...     ?flow autometa:bestOn ?task ; a mls:Implementation ; dcterms:title ?algorithm
    ... }''').rows
    [['knn']]
    """

    def __init__(
        self, kb: KnowledgeBase, *, runs: Runs = "aggregated", namespace: str = MLSEA
    ) -> None:
        if runs not in _CHOICES:
            raise ParameterError(
                f"The 'runs' parameter of graph must be one of {list(_CHOICES)}. Got {runs!r}."
            )
        self.runs = runs
        self._naming = Names(namespace)
        self._parts: frozenset[str] | None = None
        self._build(kb)

    def _build(self, kb: KnowledgeBase) -> None:
        parts = kb.part_names()
        self._fill(kb, Cells.of(kb), {}, kb.splits())
        self._parts = parts

    def update(self, kb: KnowledgeBase) -> list[str]:
        """Take over what was added to the knowledge base; return the tasks that were read again.

        Runs are kept in immutable parts, so the tasks that new parts tell of are those that
        changed: their runs alone are read. Where a part is gone, as after `compact` or
        `remove`, or runs are in memory, all is read again.

        Parameters
        ----------
        kb : KnowledgeBase
            The same as before, loaded again.
        """
        parts = kb.part_names()
        if self._parts is None or parts is None or not self._parts <= parts:
            self._build(kb)
            return sorted(self._content.cells.task_ids)
        changed = sorted(kb.tasks_in_parts(parts - self._parts))
        cells, noise, splits = self._content.cells, self._content.noise, self._content.splits
        if changed:
            some = kb.select(tasks=changed)
            cells, splits = cells.with_tasks_of(Cells.of(some)), {**splits, **some.splits()}
            noise = {task: error for task, error in noise.items() if task not in set(changed)}
            self._fill(kb, cells, noise, splits, some)
        else:
            self._fill(kb, cells, noise, splits, kb)
        self._parts = parts
        return changed

    def _fill(
        self,
        kb: KnowledgeBase,
        cells: Cells,
        noise: dict[str, float] | Any,
        splits: dict[str, str] | Any,
        read: KnowledgeBase | None = None,
    ) -> None:
        tasks = kb.tasks
        for kind, names in (("task", tasks["task_id"]), ("flow", sorted(set(cells.algorithms)))):
            check_distinct(kind, names, self._naming)
        # runs of a task that the list no longer has are no node's
        listed = np.isin(np.array(cells.task_ids, dtype=object), tasks["task_id"].to_numpy())
        cells = cells if listed.all() else cells.taking(listed[cells.task])
        types = dict(zip(tasks["task_id"], tasks["task_type"], strict=True))
        found = evaluated(cells, judging(cells, types))
        configs = dict(zip(cells.setup_ids, cells.configs, strict=True))
        winners = _winners(found, configs)
        to_read = {task: best for task, best in winners.items() if task not in noise}
        noise = {**noise, **noise_of(read or kb, to_read)} if to_read else dict(noise)
        self._kb = kb
        self._store = QueryStore(lambda: as_ntriples(self.blocks()))
        self._content = Content(
            tasks=tasks,
            metafeatures=kb.metafeatures,
            cells=cells,
            evaluated=found,
            noise=noise,
            splits=splits,
            naming=self._naming,
        )

    def blocks(self) -> Iterator[Block]:
        """Yield each subject with its predicates and objects, as N-Triples writes them."""
        runs: Iterable[RunNode] | None = () if self.runs == "none" else None
        if self.runs == "all":
            runs = single_runs(self._kb.read_runs(iter, RUN_COLUMNS))
        return blocks(self._content, runs)

    def triples(self) -> Iterator[tuple[str, str, str]]:
        """Yield subject, predicate and object of each triple, as N-Triples writes them."""
        for subject, pairs in self.blocks():
            for predicate, value in pairs:
                yield subject, predicate, value

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the graph to a file; the ending says the format.

        The file is written whole or not at all, and in a stream: a graph that does not fit into
        memory can be written.

        Parameters
        ----------
        path : path
            Ends in ``.ttl``, ``.nt``, ``.jsonld`` or ``.graphml``.

        Raises
        ------
        ParameterError
            If it ends otherwise.
        OutputError
            If it cannot be written.
        """
        path = check_graph_file(Path(path))
        write = FORMATS[path.suffix]
        try:
            handle, temporary = open_beside(path)
        except OSError as error:
            raise OutputError(f"'{path}' cannot be written: {error.strerror}.") from None
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.writelines(write(self.blocks()))
                file.flush()
                os.fsync(file.fileno())  # before the rename: a name must not outlive its content
            temporary.replace(path)
        except OSError as error:
            raise OutputError(f"'{path}' cannot be written: {error.strerror}.") from None
        finally:
            temporary.unlink(missing_ok=True)

    def query(self, sparql: str, *, time_limit: float | None = None) -> Rows:
        """Return what a SPARQL query finds.

        Prefixes of the vocabularies (``mls:``, ``mlso:``, ``rdfs:``, ``autometa:``, ...) are
        declared. Nothing but this graph is read, and nothing is changed.

        Parameters
        ----------
        sparql : str
            SELECT, ASK, CONSTRUCT or DESCRIBE; or the name of one of `QUESTIONS`.
        time_limit : float, optional
            Seconds after which it is given up, the graph's building not counted. With a limit
            the query runs in a process of its own, which is ended then.

        Raises
        ------
        ParameterError
            If it is no query, reads from elsewhere (FROM, SERVICE, GRAPH) or would change
            anything.
        BudgetError
            If it takes longer than it may, or all memory that it may use.
        """
        check_installed()
        text = QUESTIONS[sparql].sparql if sparql in QUESTIONS else sparql
        check(text)  # before the graph is built: a mistake costs no seconds
        return self._store.ask(text, time_limit)

    def to_networkx(self) -> Any:
        """Return a ``networkx.MultiDiGraph``: literals as attributes, predicates as edges' keys."""
        return to_networkx(self.blocks())

    def __repr__(self) -> str:
        cells = self._content.cells
        return (
            f"KnowledgeGraph({len(self._content.tasks)} tasks, {len(cells.setup_ids)} setups, "
            f"runs={self.runs!r})"
        )


def check_graph_file(path: Path) -> Path:
    """Return the path when its ending says a format, before the minutes of a graph are spent."""
    if path.suffix not in FORMATS:
        raise ParameterError(
            f"The file of a graph must end in one of {list(FORMATS)}. Got '{path}'."
        )
    return path


def _winners(found: list[Evaluated], configs: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    """Return algorithm, config and metric of the best setup of each task."""
    best = [one for one in found if one.is_best]
    return {one.task_id: (one.algorithm, configs[one.setup_id], one.metric) for one in best}
