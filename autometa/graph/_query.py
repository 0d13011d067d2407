"""SPARQL over the graph, by Oxigraph: it reads the graph and nothing else.

A query that names a place to read from, or changes anything, is refused before it is evaluated:
left to itself, the library would fetch what SERVICE names. rdflib says which parts a query has.
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from autometa._extras import require
from autometa.evaluation import WorkerPool
from autometa.exceptions import BudgetError, ParameterError
from autometa.graph._terms import PREFIXES

# What a query with a limit may use beside the graph, of which each byte of text becomes some ten
# in memory: a join of all triples with all would else take what the machine has before its
# seconds are over.
MEMORY = 2 << 30
MEMORY_PER_BYTE = 10

_FETCHES = {
    "DatasetClause": "FROM reads a graph from another place",
    "ServiceGraphPattern": "SERVICE asks another server",
    "GraphGraphPattern": "GRAPH names another one",
}


@dataclass(frozen=True)
class Rows:
    """What a query found.

    Attributes
    ----------
    columns : list of str
        Its variables; ``answer`` for ASK, ``subject``, ``predicate`` and ``object`` for CONSTRUCT
        and DESCRIBE.
    rows : list of list
        IRIs and text as text, numbers and truth values as such, None where a variable has none.
    """

    columns: list[str]
    rows: list[list[Any]]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[list[Any]]:
        return iter(self.rows)


class QueryStore:
    """The triples of a graph in a store that is asked, made when they are first needed.

    Parameters
    ----------
    write : callable
        Returns the lines of N-Triples.
    """

    def __init__(self, write: Callable[[], Iterable[str]]) -> None:
        self._write = write
        self._folder: str | None = None
        self._here: Any = None
        self._pool: WorkerPool | None = None

    def ask(self, sparql: str, time_limit: float | None) -> Rows:
        """Return what a query finds; one with a limit is asked in a process that can be ended."""
        if time_limit is not None:
            return self._ask_within(sparql, time_limit)
        if self._here is None:
            self._here = load(self._file())
        return evaluate(self._here, sparql)

    def _ask_within(self, sparql: str, seconds: float) -> Rows:
        if self._pool is None:
            file = self._file()
            limit = MEMORY + MEMORY_PER_BYTE * os.path.getsize(file)
            self._pool = WorkerPool(1, memory_limit=limit, initializer=load, initargs=(file,))
        self._pool.submit("query", evaluate, sparql, timeout=seconds)
        outcome = self._pool.wait()
        if outcome is not None and isinstance(outcome.value, Rows):
            return outcome.value
        if outcome is not None and outcome.status == "error":
            raise ParameterError(f"The query cannot be answered: {outcome.message}")
        spent = "memory" if outcome is not None and outcome.status == "memory" else "seconds"
        raise BudgetError(
            f"The query took longer than it may, {seconds:g} s, or more memory: its {spent} were "
            "used up. Name more of what is looked for, or allow more seconds."
        )

    def _file(self) -> str:
        """Return where the graph lies as N-Triples, written when it is first asked for."""
        if self._folder is None:
            self._folder = mkdtemp(prefix="autometa-graph-")
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            with (Path(self._folder) / "graph.nt").open("w", encoding="utf-8") as file:
                file.writelines(self._write())
        return str(Path(self._folder) / "graph.nt")


def load(file: str) -> Any:
    """Return a store in memory with the triples of a file."""
    from pyoxigraph import RdfFormat, Store

    store = Store()
    store.bulk_load(path=file, format=RdfFormat.N_TRIPLES)
    return store


def evaluate(store: Any, sparql: str) -> Rows:
    """Return what a query, checked before, finds in a store."""
    from pyoxigraph import QueryBoolean, QueryTriples

    found = store.query(sparql, prefixes=PREFIXES)
    if isinstance(found, QueryBoolean):
        return Rows(["answer"], [[bool(found)]])
    if isinstance(found, QueryTriples):
        triples = ([_plain(t.subject), _plain(t.predicate), _plain(t.object)] for t in found)
        # in an order of their own: a graph has none
        return Rows(["subject", "predicate", "object"], sorted(triples, key=repr))
    columns = [variable.value for variable in found.variables]
    return Rows(columns, [[_plain(one) for one in solution] for solution in found])


def check_installed() -> None:
    """Raise when a library that queries need is not installed."""
    for library in ("rdflib", "pyoxigraph"):
        require(library, "graph", "A query")


def check(text: str) -> None:
    """Refuse what is no query, reads from elsewhere or would change anything."""
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parsed = parseQuery(text)
    except Exception as error:  # the parser's own, and those that it lets through
        raise _refusal(text, error) from None
    for name in _names_in(parsed):
        if name in _FETCHES:
            raise ParameterError(
                f"A query reads the graph of the knowledge base alone: {_FETCHES[name]}. "
                "Take it out."
            )
    try:
        translateQuery(parsed, initNs=PREFIXES)
    except Exception as error:  # an unknown prefix is a bare Exception there
        raise ParameterError(f"The query cannot be read: {_line(error)}") from None


def _refusal(text: str, error: Exception) -> ParameterError:
    """Return the error for what is no query: an update, or a mistake in one."""
    from rdflib.plugins.sparql.parser import parseUpdate

    try:
        changes = bool(parseUpdate(text).request)  # no text at all is an update of nothing
    except Exception:
        changes = False
    if not changes:
        return ParameterError(
            f"The query must be SPARQL: SELECT, ASK, CONSTRUCT or DESCRIBE. {_line(error)}"
        )
    return ParameterError(
        "A query may not change the graph or load into it. Ask by SELECT, ASK, CONSTRUCT or "
        "DESCRIBE; 'autometa kb add' adds runs."
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") + "."


def _names_in(node: Any) -> Iterator[str]:
    """Yield the kinds of all parts of a parsed query, at any depth."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        yield node.name
        for child in node.values():
            yield from _names_in(child)
    elif not isinstance(node, str) and hasattr(node, "__iter__"):
        for child in node:
            yield from _names_in(child)


def _plain(term: Any) -> Any:
    """Return a term as a plain value."""
    from pyoxigraph import Literal

    if not isinstance(term, Literal):
        return None if term is None else getattr(term, "value", str(term))
    read = _READ.get(term.datatype.value.removeprefix(PREFIXES["xsd"]), str)
    return read(term.value)


_READ: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "decimal": float,
    "double": float,
    "float": float,
    "boolean": lambda written: written in ("true", "1"),
}
