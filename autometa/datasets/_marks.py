"""Which mark a file has before decimals, and which between thousands.

``1,234`` may be either, so the columns of a file decide together: a file has one
decimal mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from autometa.datasets import _values

EXPONENT = r"([eE][+-]?[0-9]+)?"
# 1,5 and 1.234,5 and 1,234; leading zeros are those of codes
BY_COMMA = rf"^[+-]?(0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(\.[0-9]{{3}})+)?(,[0-9]+)?{EXPONENT}$"
# 1,234.5 and 1,234 and 1.5
BY_POINT = rf"^[+-]?(0|[1-9][0-9]{{0,2}}(,[0-9]{{3}})*)?(\.[0-9]+)?{EXPONENT}$"
POINTS_IN_THOUSANDS = r"^[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})*$"


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Columns of numbers that have a comma.

    Attributes
    ----------
    by_comma, by_point : dict of str to ChunkedArray
        Converted, where the comma marks decimals, and where thousands.
    unsure : list of str
        Columns where it may mark either.
    """

    by_comma: dict[str, pa.ChunkedArray] = field(default_factory=dict)
    by_point: dict[str, pa.ChunkedArray] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)


def read_marks(
    texts: Mapping[str, pa.ChunkedArray], numeric: Mapping[str, pa.ChunkedArray], delimiter: str
) -> Marks:
    """Return the columns of texts that are numbers once their marks are decided.

    A column that can mean one thing alone decides for all. Where none does, a comma
    marks decimals if semicolons part the fields: they do so to leave commas free.
    """
    plain = {
        name: _values.without_words(column)
        for name, column in texts.items()
        if name not in numeric and _values.may_be_numbers(column)
    }
    plain = {name: column for name, column in plain.items() if _holds(column, ",")}
    by_comma = {name for name, column in plain.items() if _all(column, BY_COMMA)}
    by_point = {name for name, column in plain.items() if _all(column, BY_POINT)}
    if not by_comma | by_point:
        return Marks()
    points = [
        name
        for name, column in numeric.items()
        if pa.types.is_floating(column.type) and _holds(texts[name], ".")
    ]
    in_thousands = {
        name for name in points if _all(_values.without_words(texts[name]), POINTS_IN_THOUSANDS)
    }
    says_comma = bool(by_comma - by_point)
    says_point = bool(by_point - by_comma) or len(in_thousands) < len(points)
    if says_comma == says_point and (says_comma or delimiter != ";"):
        return Marks(unsure=sorted(by_comma | by_point))
    if says_point:
        return Marks(by_point=_converted(plain, by_point, thousands=",", decimal="."))
    # 2.500 beside 1,5 is no 2.5
    plain |= {name: _values.without_words(texts[name]) for name in in_thousands}
    columns = by_comma | (in_thousands if says_comma else set())
    return Marks(by_comma=_converted(plain, columns, thousands=".", decimal=","))


def _converted(
    plain: Mapping[str, pa.ChunkedArray], columns: set[str], *, thousands: str, decimal: str
) -> dict[str, pa.ChunkedArray]:
    result = {}
    for name, column in plain.items():
        if name in columns:
            pointed = pc.replace_substring(
                pc.replace_substring(column, thousands, ""), decimal, "."
            )
            numbers = _values.numbers(pointed)
            if numbers is not None:
                result[name] = numbers
    return result


def _holds(texts: pa.ChunkedArray, sign: str) -> bool:
    return bool(pc.any(pc.match_substring(texts, sign)).as_py())


def _all(texts: pa.ChunkedArray, form: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, form)).as_py())
