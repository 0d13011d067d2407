"""OpenML's XML as plain dictionaries, whatever its prefix and however little it tells."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import lru_cache

Row = dict[str, str]

NAMESPACE = 'xmlns:oml="http://openml.org/openml"'
_FIRST_TAG = re.compile(r"<(oml:[\w.-]+)")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FREE_TEXT = re.compile(
    r"(<((?:oml:)?(error_message|run_details|flow_name|data_name|name|description))>)(.*?)(</\2>)",
    re.DOTALL,
)
_LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")


def is_whole(body: str, root: str) -> bool:
    """Return whether a body is XML from end to end, of one of the wanted roots.

    Parameters
    ----------
    body : str
    root : str
        Names without a prefix, separated by ``|``.
    """
    try:
        element = parse(body)
    except ET.ParseError:
        return False
    return local(element.tag) in root.split("|")


@lru_cache(maxsize=1)  # a body is checked, then read
def parse(body: str) -> ET.Element:
    """Return the root of a body; a prefix that is not declared is declared first."""
    body = body.strip("\ufeff \t\r\n")
    if "<oml:" in body and "xmlns:oml" not in body:
        body = _FIRST_TAG.sub(rf"<\1 {NAMESPACE}", body, count=1)
    try:
        return ET.fromstring(body)  # noqa: S314 - see the import
    except ET.ParseError:
        return ET.fromstring(_repaired(body))  # noqa: S314


def _repaired(body: str) -> str:
    """Return a body whose free texts are escaped; a cut body stays one.

    OpenML writes error messages and names as they were uploaded.
    """
    return _FREE_TEXT.sub(_escaped, _ILLEGAL.sub(" ", body))


def _escaped(match: re.Match[str]) -> str:
    begin, text, end = match[1], match[4], match[5]
    return f"{begin}{_LONE_AMPERSAND.sub('&amp;', text).replace('<', '&lt;')}{end}"


def local(tag: str) -> str:
    """Return the name of a tag without its namespace."""
    return tag.rpartition("}")[2]


def rows(body: str, name: str) -> Iterator[tuple[Row, ET.Element]]:
    """Yield each element called ``name`` below the root, as text by child name."""
    for element in parse(body):
        if local(element.tag) == name:
            yield row(element), element


def row(element: ET.Element) -> Row:
    """Return the texts of an element's children by name; children without text are ""."""
    return {local(child.tag): (child.text or "").strip() for child in element}


def named(element: ET.Element, name: str) -> Row:
    """Return the texts of the children called ``name`` by what they say they are.

    OpenML writes both ``<quality name="A">1</quality>`` and
    ``<quality><name>A</name><value>1</value></quality>``.
    """
    texts = {}
    for child in element:
        if local(child.tag) == name:
            inner = row(child)
            key = child.get("name") or inner.get("name")
            if key:
                texts[key.strip()] = inner.get("value", (child.text or "").strip())
    return texts


def integer(text: str | None) -> int | None:
    """Return a whole number, also of "12.0" or "1e3"; None for what is none."""
    value = number(text)
    return int(value) if value is not None and value == int(value) else None


def number(text: str | None) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float((text or "").strip().strip('"'))
    except ValueError:
        return None
    return value if value - value == 0.0 else None
