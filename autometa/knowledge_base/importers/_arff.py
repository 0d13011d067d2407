"""ARFF as it is found: quoted names, comments, sparse rows, a missing ``@data``.

Readers made for models refuse files that break the letter of the format. Here a
row that cannot be read is counted, with its line, and the rest is kept. Values
stay text; ``?`` is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from autometa._limits import MAX_PART_BYTES, gunzip, read_bounded
from autometa.exceptions import KnowledgeBaseError

ATTRIBUTE = re.compile(
    r"@attribute\s+(?P<name>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+?)\s*(?P<kind>\{.*|\s\S.*|)$",
    re.IGNORECASE,
)
TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\.|'')*)'|\"((?:[^\"\\]|\\.|\"\")*)\"|([^,]*?))\s*(?:,|$)")
MISSING = ("?", "")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, kw_only=True)
class Arff:
    """A file of ARFF.

    Attributes
    ----------
    frame : DataFrame of str
        None where missing.
    levels : dict
        The levels of nominal attributes.
    bad_lines : list of int
        Lines that are not rows of these attributes.
    """

    frame: pd.DataFrame
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bad_lines: list[int] = field(default_factory=list)


def read_arff(path: Path) -> Arff:
    """Return the table in an ARFF file.

    Raises
    ------
    KnowledgeBaseError
        If it declares no attribute.
    """
    names: list[str] = []
    levels: dict[str, tuple[str, ...]] = {}
    is_numeric: list[bool] = []
    rows: list[list[str | None]] = []
    bad_lines: list[int] = []
    is_data = False
    for number, raw in enumerate(read_text(path).splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        if line.startswith("@") and not is_data:
            is_data = line.lower().startswith("@data")
            found = ATTRIBUTE.match(line)
            if found:
                name, kind = _unquoted(found["name"]), found["kind"].strip()
                names.append(name)
                is_numeric.append(kind.lower().startswith(("numeric", "real", "integer")))
                if kind.startswith("{"):
                    inside = kind[1:].rpartition("}")[0] or kind[1:]
                    levels[name] = tuple(token or "" for token in _tokens(inside))
            continue
        row = _row(line, names, is_numeric, levels)
        if row is None:
            bad_lines.append(number)
        else:
            rows.append(row)
    if not names:
        raise KnowledgeBaseError(
            f"'{path}' must be ARFF: lines of @attribute, then rows. It declares no attribute."
        )
    frame = pd.DataFrame(rows, columns=_distinct(names), dtype=object)
    return Arff(frame=frame, levels=levels, bad_lines=bad_lines)


def read_text(path: Path) -> str:
    """Return the text of a file, gzipped or not; what is no UTF-8 is read as Latin-1."""
    data = read_bounded(path, MAX_PART_BYTES)
    if data[:2] == b"\x1f\x8b":
        data = gunzip(data)
    if data[:2] in UTF16:
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _row(
    line: str, names: list[str], is_numeric: list[bool], levels: dict[str, tuple[str, ...]]
) -> list[str | None] | None:
    if line.startswith("{") and line.endswith("}"):
        return _sparse_row(line[1:-1], names, is_numeric, levels)
    tokens = _tokens(line)
    if len(tokens) != len(names) and "\t" in line:
        tokens = [_value(token) for token in line.split("\t")]
    if len(tokens) == len(names) + 1 and line.endswith("}"):  # a weight of the row
        tokens = tokens[:-1]
    return tokens if len(tokens) == len(names) else None


def _sparse_row(
    inside: str, names: list[str], is_numeric: list[bool], levels: dict[str, tuple[str, ...]]
) -> list[str | None] | None:
    """Fill what a sparse row leaves out: 0, or the first level."""
    row: list[str | None] = [
        "0" if numeric else (levels[name][0] if levels.get(name) else None)
        for name, numeric in zip(names, is_numeric, strict=True)
    ]
    for pair in _split(inside):
        index, _, value = pair.strip().partition(" ")
        if not index.isdigit() or int(index) >= len(names):
            return None
        row[int(index)] = _value(value)
    return row


def _split(line: str) -> list[str]:
    """Split at commas that stand outside of quotes."""
    parts = re.findall(r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^,])+", line)
    return [part for part in parts if part.strip()]


def _tokens(line: str) -> list[str | None]:
    if "'" not in line and '"' not in line:
        return [None if (token := part.strip()) in MISSING else token for part in line.split(",")]
    tokens: list[str | None] = []
    position = 0
    while True:
        found = TOKEN.match(line, position)
        if found is None:
            return []
        single, double, plain = found.groups()
        if plain is not None:
            tokens.append(None if plain in MISSING else plain)
        else:
            tokens.append(_unescaped(single if single is not None else double))
        position = found.end()
        if position >= len(line) and not found.group().endswith(","):
            return tokens


def _value(text: str) -> str | None:
    text = text.strip()
    return None if text in MISSING else _unquoted(text)


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return _unescaped(text[1:-1])
    return text


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text) if "\\" in text else text


def _distinct(names: list[str]) -> list[str]:
    """Return names with a number behind those that occurred before."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        result.append(f"{name}.{seen[name]}" if seen[name] else name)
    return result
