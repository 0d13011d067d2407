"""SPARQL over the graph, by rdflib: it reads the graph and nothing else.

A query that names a place to read from, or changes anything, is refused before it is evaluated:
left to itself, the library would fetch what FROM names.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from autometa._extras import require
from autometa.exceptions import ParameterError
from autometa.graph._planning import plan
from autometa.graph._terms import PREFIXES

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


def run_query(store: Any, prepared: Any, time_limit: float | None) -> Rows:
    """Return what a prepared query finds in a store."""
    from rdflib import Graph

    plan(prepared.algebra, store)
    graph = Graph(store=store, bind_namespaces="none")
    store.deadline = None if time_limit is None else time.monotonic() + time_limit
    try:
        return _rows(graph.query(prepared))
    finally:
        store.deadline = None


def check_installed() -> None:
    """Raise when rdflib is not installed."""
    require("rdflib", "graph", "A query")


def prepare(text: str) -> Any:
    """Return a query that reads the graph alone, parsed."""
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
        return translateQuery(parsed, initNs=PREFIXES)
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


def _rows(result: Any) -> Rows:
    if result.type == "ASK":
        return Rows(["answer"], [[bool(result.askAnswer)]])
    if result.type in ("CONSTRUCT", "DESCRIBE"):
        triples = sorted(result.graph)  # in an order of their own: a graph has none
        return Rows(["subject", "predicate", "object"], [list(map(_plain, t)) for t in triples])
    columns = [str(variable) for variable in result.vars or []]
    return Rows(columns, [list(map(_plain, row)) for row in result])


def _plain(term: Any) -> Any:
    """Return a term as a plain value."""
    from rdflib import Literal

    if term is None or not isinstance(term, Literal):
        return None if term is None else str(term)
    value = term.toPython()
    if isinstance(value, bool | int | float | str) and not isinstance(value, Literal):
        return value
    return float(value) if isinstance(value, Decimal) else str(term)
