"""The columns of an ARFF file as what its attributes declare.

This module imports nothing of autometa but `_arff`: generated scripts contain both.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from autometa.datasets._arff import Arff

INTEGER = re.compile(r"[+-]?\d{1,19}")  # longer ones fit no 64 bits
ISO = "ISO8601"  # what an attribute without a form of dates is read by, WEKA's own among them
# The letters of java.text.SimpleDateFormat, which ARFF uses; longest first.
JAVA_DATE = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d",
    "d": "%d", "EEEE": "%A", "EEE": "%a", "E": "%a", "HH": "%H", "H": "%H", "hh": "%I", "h": "%I",
    "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "SSS": "%f", "a": "%p", "zzz": "%Z", "z": "%Z",
    "XXX": "%z", "XX": "%z", "X": "%z", "Z": "%z", "D": "%j",
}  # fmt: skip
JAVA_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)


def arff_frame(content: Arff) -> pd.DataFrame:
    """Return the table of a file: numbers, dates, levels and text.

    Numeric attributes are int64 when every value is written as an integer, else
    float64; nominal ones categories of text (levels that occur without being
    declared stand last, but for those that differ from a declared one by blanks
    at its ends); dates are datetime64.

    Raises
    ------
    ValueError
        If a line is no row, a value is not of its attribute's kind, a name
        repeats, or an attribute is relational: it holds tables, not values.
    """
    _check(content)
    columns: dict[str, Any] = {}
    for name, kind in content.kinds.items():
        texts = content.frame[name]
        if kind == "numeric":
            columns[name] = _numbers(texts, content.lines)
        elif kind == "date":
            columns[name] = _dates(texts, content.dates[name], content.lines)
        elif kind == "nominal":
            texts = _as_declared(texts, content.levels[name])
            levels = dict.fromkeys([*content.levels[name], *texts.dropna().unique()])
            columns[name] = texts.astype(pd.CategoricalDtype(list(levels)))
        else:
            columns[name] = pd.Series(texts.tolist(), dtype="str").where(texts.notna())
    return pd.DataFrame(columns)


def undeclared_levels(content: Arff) -> dict[str, list[str]]:
    """Return levels that occur in the rows of a nominal attribute that does not declare them."""
    undeclared = {}
    for name, levels in content.levels.items():
        others = set(_as_declared(content.frame[name], levels).dropna().unique()) - set(levels)
        if others:
            undeclared[name] = sorted(others)
    return undeclared


def _as_declared(texts: pd.Series[Any], levels: tuple[str, ...]) -> pd.Series[Any]:
    """Return texts, undeclared ones as the one level that has other blanks at its ends only."""
    others = set(texts.dropna().unique()) - set(levels)
    if not others:
        return texts
    plain: dict[str, str] = {}
    for level in levels:  # of two levels that differ by blanks neither is meant
        plain[level.strip()] = level if level.strip() not in plain else ""
    meant = {text: plain.get(text.strip()) or text for text in others}
    return texts.map(lambda text: meant.get(text, text), na_action="ignore")


def _check(content: Arff) -> None:
    if not content.kinds:
        raise ValueError("it declares no attribute; lines of @attribute stand before the rows")
    relational = [name for name, kind in content.kinds.items() if kind == "relational"]
    if relational:
        raise ValueError(
            f"attributes {relational} are relational: they hold tables, and a column holds one "
            "value a row; write their values as attributes of their own"
        )
    if content.repeated:
        raise ValueError(f"attribute names must differ. Repeated: {content.repeated}; rename them")
    if content.bad_lines:
        some = ", ".join(str(line) for line in content.bad_lines[:3])
        raise ValueError(
            f"each row must have {len(content.kinds)} values, one an attribute. Line {some} "
            f"({len(content.bad_lines)} in all) has not; quote values with blanks or commas"
        )


def _numbers(texts: pd.Series[Any], lines: list[int]) -> Any:
    values = texts.tolist()
    if all(text is not None and INTEGER.fullmatch(text) for text in values):
        integers = [int(text) for text in values]
        if all(-(2**63) <= value < 2**63 for value in integers):
            return np.array(integers, dtype="int64")
    try:
        if any(text is not None and "_" in text for text in values):  # float reads 1_0
            raise ValueError
        return np.array([np.nan if text is None else float(text) for text in values])
    except ValueError:
        place = next(p for p, text in enumerate(values) if text is not None and not _reads(text))
        raise ValueError(_wrong(texts, place, lines, "a number")) from None


def _reads(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _dates(texts: pd.Series[Any], form: str, lines: list[int]) -> pd.Series[Any]:
    wanted = _python_form(form) if form else ISO
    stamps = pd.to_datetime(texts, format=wanted, errors="coerce")
    wrong = (stamps.isna() & texts.notna()).to_numpy()
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(_wrong(texts, place, lines, f"a date in the form {form or ISO!r}"))
    return stamps


def _python_form(java: str) -> str:
    """Return a form of ``SimpleDateFormat`` as one of ``strptime``."""
    parts = []
    for token in JAVA_TOKEN.finditer(java):
        if token[1] is not None:
            parts.append((token[1].replace("''", "'") or "'").replace("%", "%%"))
        elif token[2] is not None:
            if token[0] not in JAVA_DATE:
                raise ValueError(f"dates in the form {java!r} are not read: {token[0]!r} in it")
            parts.append(JAVA_DATE[token[0]])
        else:
            parts.append(token[0].replace("%", "%%"))
    return "".join(parts)


def _wrong(texts: pd.Series[Any], place: int, lines: list[int], wanted: str) -> str:
    return f"line {lines[place]} must have {wanted} as '{texts.name}'. Got {texts.iloc[place]!r}"
