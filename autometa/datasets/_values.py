"""What the texts of a column are: numbers, booleans or text.

One rule for all files of text. A conversion is made only where it loses
nothing, so a column is

- missing where its field is empty, blank or ``?``, whatever the column holds;
- numeric when every other field reads as a number that no other text of the
  column shares, or is one of `MISSING_WORDS`, which are then missing. ``02134``,
  ``7E400``, ``1.1`` beside ``1.10`` (versions) and integers beyond 64 bits are
  codes: no number gives them back;
- boolean when every other field is ``True`` or ``False`` in one spelling, or one
  of `MISSING_WORDS`;
- dates, left as text, when every other field is one of `MISSING_WORDS` (see
  `metafeatures.columns`); ``20241231`` is one before it is a number;
- text otherwise, and ``NA``, ``None``, ``null`` are then values like any other
  (countries, answers and "no alley" are written so).
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from autometa.datasets._spelling import spelling
from metafeatures.columns import kind_of_cells

MISSING_WORDS = (
    "", "#n/a", "#n/a n/a", "#na", "-", "-1.#ind", "-1.#qnan", "-nan", ".", "1.#ind", "1.#qnan",
    "<na>", "?", "\\n", "n/a", "na", "nan", "none", "null",
)  # fmt: skip
BOOLEANS = (("True", "False"), ("TRUE", "FALSE"), ("true", "false"))
STARTS_NUMBER = re.compile(r"[+-]?[.,]?\d|[+-]?inf", re.IGNORECASE)
EXACT = 2**53  # up to here every integer is a 64-bit float
FIRST_DAY, LAST_DAY = 19_000_101, 20_991_231  # of dates without anything between their parts
PEEK = 16  # values that are looked at before a whole column is tried


def numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return the column as int64 or float64, or None where it is not numeric.

    Parameters
    ----------
    texts : ChunkedArray of string
        Null where missing.
    """
    if not may_be_numbers(texts):
        return None
    converted = _cast(texts)
    if converted is None:
        texts = without_words(texts)
        if texts.null_count == len(texts):
            return texts.cast(pa.float64())
        converted = _cast(texts)
    if converted is None or _has_codes(texts, converted) or _are_compact_dates(texts, converted):
        return None
    return converted


def _are_compact_dates(texts: pa.ChunkedArray, converted: pa.ChunkedArray) -> bool:
    if not pa.types.is_integer(converted.type) or converted.null_count == len(converted):
        return False
    ends = pc.min_max(converted).as_py()
    return ends["min"] >= FIRST_DAY and ends["max"] <= LAST_DAY and _are_dates(texts)


def _are_dates(texts: pa.ChunkedArray) -> bool:
    values = pc.unique(texts.drop_null()).to_pylist()
    return kind_of_cells(pd.Series(values, dtype=object), values) == "datetime"


def may_be_numbers(texts: pa.ChunkedArray) -> bool:
    """Return whether the first values begin as numbers do."""
    for value in _peek(texts):
        text = value.strip()
        if not (STARTS_NUMBER.match(text) or text.lower() in MISSING_WORDS):
            return False
    return True


def _peek(texts: pa.ChunkedArray) -> list[str]:
    values: list[str] = texts.slice(0, 4 * PEEK).drop_null().slice(0, PEEK).to_pylist()
    return values


def _cast(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    first = _peek(texts)
    plain = texts
    if any(value.startswith("+") for value in first):  # Arrow takes it of floats alone
        plain = pc.replace_substring_regex(texts, r"^\+", "")
    has_points = any("." in value for value in first)  # spares the cost of a failure
    for kind in (pa.float64(),) if has_points else (pa.int64(), pa.float64()):
        try:
            return plain.cast(kind)
        except pa.ArrowInvalid:
            continue
    return None


def _has_codes(texts: pa.ChunkedArray, converted: pa.ChunkedArray) -> bool:
    """Return whether a text is lost by the conversion: its number does not give it back."""
    written = spelling(texts)
    if written.has_codes:
        return True
    if pa.types.is_integer(converted.type):
        # Missing values make the column one of floats.
        if converted.null_count and written.has_long_integers and _exceeds(converted):
            return True
    else:
        is_infinite = pc.is_inf(converted)
        if _any(is_infinite):
            overflown = pc.filter(texts, is_infinite)
            if _any(pc.invert(pc.match_substring(overflown, "inf", ignore_case=True))):
                return True
        if written.has_long_integers and _exceeds(converted):
            return True
    return bool(written.odd.any()) and _share_numbers(texts, converted, written.odd)


def _share_numbers(texts: pa.ChunkedArray, converted: pa.ChunkedArray, odd: Any) -> bool:
    """Return whether one of the oddly written texts has the number of another text."""
    mask = pa.array(odd)
    odd_texts, odd_numbers = pc.unique(texts.filter(mask)), pc.unique(converted.filter(mask))
    if len(odd_texts) > len(odd_numbers):
        return True
    return _any(pc.is_in(converted.filter(pc.invert(mask)), value_set=odd_numbers))


def _exceeds(converted: pa.ChunkedArray) -> bool:
    return _any(pc.or_(pc.greater(converted, EXACT), pc.less(converted, -EXACT)))


def booleans(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return the column as booleans, or None where it does not hold these alone."""
    first = {value.strip() for value in _peek(texts)}
    spelling = next((pair for pair in BOOLEANS if first.intersection(pair)), None)
    if spelling is None:
        return None
    plain = without_words(texts)
    is_known = pc.is_in(plain, value_set=pa.array([*spelling, None]))
    if not pc.all(is_known).as_py():
        return None
    return pc.equal(plain, spelling[0])


def without_words(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column without blanks around its texts, words for missing left out."""
    plain = pc.utf8_trim_whitespace(texts)
    is_word = pc.is_in(pc.utf8_lower(plain), value_set=pa.array(MISSING_WORDS))
    return pc.if_else(is_word, pa.scalar(None, pa.string()), plain)


def without_blanks(texts: pa.ChunkedArray) -> tuple[pa.ChunkedArray, bool]:
    """Return a column of text, and whether blanks around its values were left out.

    They are where each value begins, or each ends, with a blank: the delimiter was
    written with one. ``?`` becomes missing.
    """
    peek = pa.chunked_array([pa.array(_peek(texts), pa.string())])
    is_padded = any(
        _all(pc.match_substring_regex(peek, side)) and _all(pc.match_substring_regex(texts, side))
        for side in (r"^[ \t]", r"[ \t]$")
    )
    if is_padded:
        texts = pc.utf8_trim_whitespace(texts)
    is_missing = pc.is_in(pc.utf8_trim_whitespace(texts), value_set=pa.array(["", "?"]))
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), texts), is_padded


def dates(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column of dates without its words for missing, or None where it is not one."""
    others = without_words(texts)
    return others if _are_dates(others) else None


def level_words(texts: pa.ChunkedArray) -> list[str]:
    """Return the words that mean missing elsewhere and are values of this text."""
    is_word = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(MISSING_WORDS))
    return sorted(pc.unique(pc.filter(texts, is_word)).to_pylist()) if _any(is_word) else []


def _any(mask: Any) -> bool:
    return bool(pc.any(mask).as_py())


def _all(mask: Any) -> bool:
    """Return whether all are true; of none they are."""
    return bool(pc.all(mask).as_py() is not False)
