"""The graph as nodes and edges with attributes: for networkx, GraphML and pictures.

A value that is a literal is an attribute of its node, one that is an IRI an edge. What a statement
says of an edge (its distance, its score) is an attribute of this edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autometa._extras import require
from autometa.graph._terms import PREFIXES, Block, Pair, compact, parts_of, term

_TYPE, _STATEMENT = term("rdf:type"), term("rdf:Statement")
_ENDS = term("rdf:subject"), term("rdf:predicate"), term("rdf:object")
_XSD = PREFIXES["xsd"]
# GraphML's names; "int" has 32 bits there, which a count may pass.
TYPES = {
    "": "string",
    f"{_XSD}double": "double",
    f"{_XSD}integer": "long",
    f"{_XSD}boolean": "boolean",
}
Attribute = tuple[str, str, str]  # its name, its type in GraphML, its value as text


@dataclass(frozen=True)
class Node:
    """A node with what is said of it in one place of the stream."""

    id: str
    attributes: list[Attribute]


@dataclass(frozen=True)
class Edge:
    """An edge."""

    source: str
    target: str
    predicate: str
    attributes: list[Attribute] = field(default_factory=list)


def elements(blocks: Iterable[Block]) -> Iterator[Node | Edge]:
    """Yield nodes and edges; ends of an edge need not have been nodes before.

    A statement follows right behind its edge, which waits for it.
    """
    waiting: Edge | None = None
    for subject, pairs in blocks:
        if (_TYPE, _STATEMENT) in pairs:
            assert waiting is not None
            yield Edge(waiting.source, waiting.target, waiting.predicate, _said(pairs))
            waiting = None
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        own = _said(pairs)
        if own:
            yield Node(subject[1:-1], own)
        edges = [
            Edge(subject[1:-1], value[1:-1], compact(predicate[1:-1]))
            for predicate, value in pairs
            if value[0] == "<" and predicate != _TYPE
        ]
        if len(edges) == 1 and not own:
            waiting = edges[0]
        else:
            yield from edges
    if waiting is not None:
        yield waiting


def _said(pairs: list[Pair]) -> list[Attribute]:
    types = " ".join(compact(o[1:-1]) for p, o in pairs if p == _TYPE and o != _STATEMENT)
    said = [("type", "string", types)] if types else []
    for predicate, value in pairs:
        if value[0] == '"' and predicate not in _ENDS:
            content, datatype = parts_of(value)
            said.append((compact(predicate[1:-1]), TYPES[datatype], content))
    return said


_READ: dict[str, Callable[[str], Any]] = {
    "double": float,
    "long": int,
    "boolean": "true".__eq__,
    "string": str,
}


def plain(attributes: Iterable[Attribute]) -> dict[str, Any]:
    """Return attributes as plain values."""
    return {name: _READ[kind](value) for name, kind, value in attributes}


def networkx() -> Any:
    """Return the library.

    Raises
    ------
    ParameterError
        If it is not installed.
    """
    require("networkx", "graph", "The graph")
    import networkx as library

    return library


def to_networkx(blocks: Iterable[Block]) -> Any:
    """Return a ``networkx.MultiDiGraph``; the key of an edge is its predicate."""
    graph = networkx().MultiDiGraph()
    for element in elements(blocks):
        if isinstance(element, Node):
            graph.add_node(element.id, **plain(element.attributes))
        else:
            ends = element.source, element.target
            graph.add_edge(*ends, key=element.predicate, **plain(element.attributes))
    return graph
