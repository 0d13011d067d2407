"""The graph as GraphML, in one pass over it.

The types of all attributes stand at the head of such a file. So the body goes to a temporary file
first, and each attribute gets one declaration a type: one that is a number here and text there is
two, of the same name, as GraphML means it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from autometa.graph._property_graph import Attribute, Node, elements
from autometa.graph._terms import Block

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
)
# What XML 1.0 cannot hold at all, not even escaped, is written as Python would show it.
_FORBIDDEN = {
    code: f"\\u{code:04x}"
    for code in (*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
}
_KEEP_RETURN = {"\r": "&#13;"}  # else readers make a line's end of it
_AT_A_TIME = 1 << 20


class _Keys:
    """Numbers of attributes by where they stand, their name and their type."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str, str], str] = {}

    def data(self, place: str, attributes: Iterable[Attribute]) -> str:
        """Return the elements that give a node or an edge its attributes."""
        return "".join(
            f'<data key="{self._number(place, name, kind)}">{_xml(value)}</data>'
            for name, kind, value in attributes
        )

    def _number(self, place: str, name: str, kind: str) -> str:
        return self.numbers.setdefault((place, name, kind), f"d{len(self.numbers)}")

    def declarations(self) -> Iterator[str]:
        """Yield the head's declarations."""
        for (place, name, kind), number in self.numbers.items():
            attributes = f'id="{number}" for="{place}" attr.name={quoteattr(name)}'
            yield f'<key {attributes} attr.type="{kind}"/>\n'


def _xml(value: str) -> str:
    return escape(value.translate(_FORBIDDEN), _KEEP_RETURN)


def as_graphml(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the parts of a GraphML file."""
    keys = _Keys()
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as body:
        body.writelines(_body(blocks, keys))
        body.seek(0)
        yield HEAD
        yield from keys.declarations()
        yield '<graph edgedefault="directed">\n'
        while part := body.read(_AT_A_TIME):
            yield part
    yield "</graph>\n</graphml>\n"


def _body(blocks: Iterable[Block], keys: _Keys) -> Iterator[str]:
    described: set[str] = set()
    named: set[str] = set()
    n_edges = 0
    for element in elements(blocks):
        if isinstance(element, Node):
            described.add(element.id)
            data = keys.data("node", element.attributes)
            yield f"<node id={quoteattr(element.id)}>{data}</node>\n"
        else:
            ends = f"source={quoteattr(element.source)} target={quoteattr(element.target)}"
            said = [("predicate", "string", element.predicate), *element.attributes]
            yield f'<edge id="e{n_edges}" {ends}>{keys.data("edge", said)}</edge>\n'
            named |= {element.source, element.target}
            n_edges += 1
    for name in sorted(named - described):  # terms of vocabularies, of which nothing is said here
        yield f"<node id={quoteattr(name)}/>\n"
