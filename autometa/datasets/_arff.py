"""ARFF as it is published, for tables and for histories: one reader of its lines.

Rows are parted by commas, blanks or tabs, dense or sparse; names and values may
be quoted and escaped; comments stand at the start of a line, behind a blank, or
behind the levels of an attribute. A row that is not of the declared attributes
is listed by its line. Values stay text here, see `_arff_table`.

This module imports nothing of autometa: generated scripts contain it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import pandas as pd

QUOTED_TEXT = r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\""
ATTRIBUTE = re.compile(
    rf"@attribute\s+(?P<name>{QUOTED_TEXT}|[^\s{{]+)\s*(?P<kind>.*)$", re.IGNORECASE
)
KIND = re.compile(r"\{|numeric|real|integer|date|relational|string", re.IGNORECASE)
BRACE = re.compile(rf"{QUOTED_TEXT}|\}}")
FIELD = re.compile(rf"\s*(?:({QUOTED_TEXT})|([^,]*?))\s*(?:,|$)")
WORD = re.compile(rf"{QUOTED_TEXT}|[^\s,]+")
PAIR = re.compile(rf"\s*(\d+)\s+({QUOTED_TEXT}|[^,}}]*?)\s*(?:,\s*|(?=\}})|$)")
COMMENT = re.compile(r"\s%")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
NUMERIC = ("numeric", "real", "integer")


class Arff(NamedTuple):
    """A file of ARFF.

    Attributes
    ----------
    frame : DataFrame of str
        None where missing.
    levels : dict
        The levels of nominal attributes, by name.
    kinds : dict
        By name: ``numeric``, ``nominal``, ``date``, ``relational`` or ``string``.
    dates : dict
        Forms of dates as declared, by name; empty where none is.
    lines : list of int
        The line of each row of ``frame``.
    bad_lines : list of int
        Lines that are not rows of these attributes.
    repeated : list of str
        Names declared more than once; in ``frame`` they have a number behind them.
    """

    frame: pd.DataFrame
    levels: dict[str, tuple[str, ...]]
    kinds: dict[str, str]
    dates: dict[str, str]
    lines: list[int]
    bad_lines: list[int]
    repeated: list[str]


def parse_arff(text: str) -> Arff:
    """Return the table in a text of ARFF; without an attribute it has no columns."""
    names: list[str] = []
    levels: list[tuple[str, ...]] = []
    kinds: list[str] = []
    forms: list[str] = []
    rows: list[list[str | None]] = []
    lines: list[int] = []
    bad_lines: list[int] = []
    is_data = False
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        if line.startswith("@") and not is_data:
            is_data = line.lower().startswith("@data")
            declared = ATTRIBUTE.match(line)
            if declared:
                names.append(unquoted(declared["name"]))
                kind, form, words = _kind(declared["kind"].strip())
                kinds.append(kind)
                forms.append(form)
                levels.append(words)
            continue
        row = _row(line, kinds, levels)
        if row is None:
            bad_lines.append(number)
        else:
            rows.append(row)
            lines.append(number)
    repeated = sorted(name for name, n in Counter(names).items() if n > 1)
    names = _distinct(names)
    return Arff(
        frame=pd.DataFrame(rows, columns=names, dtype=object),
        levels={n: w for n, w, k in zip(names, levels, kinds, strict=True) if k == "nominal"},
        kinds=dict(zip(names, kinds, strict=True)),
        dates={n: f for n, f, k in zip(names, forms, kinds, strict=True) if k == "date"},
        lines=lines,
        bad_lines=bad_lines,
        repeated=repeated,
    )


def _kind(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Return an attribute's kind, the form of a date and the levels of a nominal one."""
    match = KIND.match(text)
    word = match[0].lower() if match else "string"
    if word == "{":
        return "nominal", "", _levels(text[1 : _closing_brace(text)])
    if word in NUMERIC:
        return "numeric", "", ()
    if word == "date":
        form = re.search(QUOTED_TEXT, text) or re.search(r"(?<=\s)[^\s%]+", text)
        return "date", unquoted(form[0]) if form else "", ()
    return word, "", ()


def _closing_brace(text: str) -> int:
    """Return where a list of levels ends: a comment may follow that has braces too."""
    ends = (match.start() for match in BRACE.finditer(text) if match[0] == "}")
    return next(ends, text.find("}") if "}" in text else len(text))


def _levels(inside: str) -> tuple[str, ...]:
    if "," in inside:
        return tuple("?" if token is None else token for token in _fields(inside.rstrip(", \t")))
    return tuple(unquoted(word) for word in WORD.findall(inside))


def _row(line: str, kinds: list[str], levels: list[tuple[str, ...]]) -> list[str | None] | None:
    n = len(kinds)
    if line.startswith("{"):
        return _sparse_row(line, kinds, levels)
    row = _fields(line)
    if len(row) == n and not (n and _ends_in_comment(row[-1], kinds[-1], levels[-1])):
        return row
    without = _without_comment(line)
    if without != line:
        shorter = _row(without, kinds, levels)
        if shorter is not None:
            return shorter
    if len(row) == n:
        return row
    if len(row) == n + 1 and line.endswith(("}", ",")):  # a weight of the row; a comma too many
        return row[:-1]
    parted = [_value(token) for token in line.split("\t")]
    if len(parted) != n and "," not in _hidden(line):
        parted = [_value(token) for token in WORD.findall(line)]
    return parted if len(parted) == n else None


def _ends_in_comment(value: str | None, kind: str, levels: tuple[str, ...]) -> bool:
    """Return whether a row's last value seems to have a comment behind it."""
    if value is None or COMMENT.search(value) is None:
        return False
    return kind == "numeric" or (kind == "nominal" and value not in levels)


def _without_comment(line: str) -> str:
    """Return a line without what follows a blank and ``%`` outside of quotes."""
    match = COMMENT.search(_hidden(line))
    return line[: match.start()].rstrip() if match else line


def _hidden(line: str) -> str:
    """Return a line with other letters in the place of what is quoted."""
    return re.sub(QUOTED_TEXT, lambda quoted: "x" * len(quoted[0]), line)


def _sparse_row(
    line: str, kinds: list[str], levels: list[tuple[str, ...]]
) -> list[str | None] | None:
    """Fill what a sparse row leaves out: 0, or the first level."""
    row: list[str | None] = [
        "0" if kind == "numeric" else (words[0] if words else None)
        for kind, words in zip(kinds, levels, strict=True)
    ]
    inside = line[1:].lstrip()
    place = 0
    while not inside.startswith("}", place):
        pair = PAIR.match(inside, place)
        if pair is None or int(pair[1]) >= len(row):
            return None
        row[int(pair[1])] = _value(pair[2])
        place = pair.end()
    return row


def _fields(line: str) -> list[str | None]:
    """Return the fields of a line between commas; empty when it is not written so."""
    if "'" not in line and '"' not in line:
        return [None if (token := part.strip()) in ("?", "") else token for part in line.split(",")]
    fields: list[str | None] = []
    place = 0
    while True:
        match = FIELD.match(line, place)
        if match is None:
            return []
        quoted, plain = match.groups()
        fields.append(_value(plain) if quoted is None else unquoted(quoted))
        place = match.end()
        if place >= len(line) and not match.group().endswith(","):
            return fields


def _value(text: str) -> str | None:
    text = text.strip()
    return None if text in ("?", "") else unquoted(text)


def unquoted(text: str) -> str:
    """Return a name or value without its quotes and escapes."""
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "'\"":
        return text
    inside = text[1:-1].replace(text[0] * 2, text[0])
    return ESCAPE.sub(_unescaped, inside) if "\\" in inside else inside


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else ESCAPES.get(match[2], match[2])


def _distinct(names: list[str]) -> list[str]:
    """Return names with a number behind those that occurred before."""
    taken: set[str] = set(names)
    seen: set[str] = set()
    result = []
    for name in names:
        made, number = name, 0
        while made in seen or (number and made in taken):
            number += 1
            made = f"{name}.{number}"
        seen.add(made)
        result.append(made)
    return result
