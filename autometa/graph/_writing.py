"""The graph as N-Triples, Turtle and JSON-LD: written as it comes, nothing is held in memory.

Each number is written as text with its datatype. The short forms of Turtle and JSON-LD leave it to
readers to make a double of digits, and some writers cut them; these are bit for bit the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from autometa.graph._terms import PREFIXES, Block, Pair, compact, parts_of, term

_TYPE = term("rdf:type")


def as_ntriples(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of an N-Triples file."""
    for subject, pairs in blocks:
        yield "".join(f"{subject} {predicate} {value} .\n" for predicate, value in pairs)


def as_turtle(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of a Turtle file."""
    names: dict[str, str] = {_TYPE: "a"}
    for prefix, space in PREFIXES.items():
        yield f"@prefix {prefix}: <{space}> .\n"
    for subject, pairs in blocks:
        said = ";\n    ".join(f"{_short(p, names)} {_turtle_value(p, o, names)}" for p, o in pairs)
        yield f"\n{subject} {said} .\n"


def _short(iri: str, names: dict[str, str]) -> str:
    """Return a predicate or type with its prefix; there are few of them."""
    if iri not in names:
        names[iri] = compact(iri[1:-1])
    return names[iri]


def _turtle_value(predicate: str, value: str, names: dict[str, str]) -> str:
    if value[0] == '"':
        literal, mark, datatype = value.rpartition("^^")
        return f"{literal}^^{_short(datatype, names)}" if mark and value[-1] == ">" else value
    # Names in addresses may hold what a prefixed name may not: only vocabulary is shortened.
    return _short(value, names) if predicate == _TYPE else value


def as_jsonld(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of a JSON-LD file; its context is inline, so that no reader fetches one."""
    names: dict[str, str] = {}
    yield f'{{"@context": {json.dumps(PREFIXES)},\n"@graph": ['
    comma = "\n"
    for subject, pairs in blocks:
        yield comma + json.dumps(_node(subject, pairs, names), ensure_ascii=False)
        comma = ",\n"
    yield "\n]}\n"


def _node(subject: str, pairs: list[Pair], names: dict[str, str]) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": subject[1:-1]}
    for predicate, value in pairs:
        if predicate == _TYPE:
            node.setdefault("@type", []).append(_short(value, names))
        else:
            node.setdefault(_short(predicate, names), []).append(_json_value(value, names))
    return node


def _json_value(value: str, names: dict[str, str]) -> dict[str, str]:
    if value[0] == "<":
        return {"@id": value[1:-1]}
    content, datatype = parts_of(value)
    kind = {"@type": _short(f"<{datatype}>", names)} if datatype else {}
    return {"@value": content, **kind}
