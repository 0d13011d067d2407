"""Text read as numbers, where that loses nothing.

A number is read from text when the text can be written again from it: every cell is what
``str`` gives, or all cells have one number of decimals. Texts of other forms (" 2 ", "1.50"
beside "2") are read as numbers as long as different texts stay different numbers, and
`number_loss` says which form is lost. Codes ("007", identifiers beyond 2**53, "7E400") are
not numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

EXACT_BELOW = 2.0**53  # from here on neighbouring integers share a float64
CODE = re.compile(r"[+-]?(0[0-9]|[0-9]{2,}[eE])")  # leading zeros, mantissas of many digits
NONZERO = re.compile(r"[1-9]")
FIXED = re.compile(r"-?[0-9]+\.([0-9]+)")
SCIENTIFIC = re.compile(r"-?[0-9]\.([0-9]+)e[+-][0-9]{2,3}")
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


def keep_apart(values: Sequence[Any], numbers: pd.Series[Any]) -> bool:
    """Return whether distinct cells and the numbers read from them are the same in all that counts.

    Parameters
    ----------
    values : sequence
        Distinct present cells.
    numbers : Series
        What each reads as; none missing.
    """
    floats = numbers.to_numpy("float64", na_value=np.nan)
    if not all(_is_value(cell, number) for cell, number in zip(values, floats, strict=True)):
        return False
    names = {cell if isinstance(cell, str) else _written(cell) for cell in values}
    names = {name.removeprefix("-") if name.strip("-0.") == "" else name for name in names}  # -0.0
    return len(np.unique(floats)) >= len(names)


def _is_value(cell: Any, number: float) -> bool:
    """Tell whether a cell is the quantity ``number``, not a code that looks like it."""
    if isinstance(cell, str):
        text = cell.strip()
        if CODE.match(text) or (np.isinf(number) and not INFINITE.fullmatch(text)):
            return False
        if number == 0:
            return not NONZERO.search(text.lower().partition("e")[0])
        return abs(number) < EXACT_BELOW or _is_exact(text, number)
    if isinstance(cell, int | np.integer | Decimal | Fraction):
        return is_infinite(cell) or (bool(np.isfinite(number)) and _is_exact(cell, number))
    return True


def is_infinite(cell: Any) -> bool:
    """Return whether a cell is written as an infinity, which a number too large for one is not.

    Examples
    --------
    >>> [is_infinite(cell) for cell in (float("-inf"), " Infinity", 10**400, "information")]
    [True, True, False, False]
    """
    if isinstance(cell, str):
        return INFINITE.fullmatch(cell.strip()) is not None
    if isinstance(cell, Decimal):  # as a float, 1E+400 would be one
        return cell.is_infinite()
    return isinstance(cell, float | np.floating) and math.isinf(cell)


def _is_exact(cell: Any, number: float) -> bool:
    """Tell whether an integer is kept; numbers that have fractions are rounded by nature."""
    try:
        return int(cell) == int(number)
    except (ValueError, OverflowError):
        return True


def _written(cell: Any) -> str:
    """Return the text of a number, the same for 1, 1.0 and Decimal(1)."""
    is_fraction = isinstance(cell, float | np.floating | Decimal) and math.isfinite(cell)
    return str(int(cell)) if is_fraction and cell == int(cell) else str(cell)


def number_loss(values: Sequence[Any]) -> str | None:
    """Return a text that is not what its number would be written as; None when all are.

    Parameters
    ----------
    values : sequence
        Distinct present cells of a column that reads as numbers.

    Examples
    --------
    >>> number_loss(["1.50", "2.25"]), number_loss(["1.5", "2.250"])
    (None, '2.250')
    """
    texts = [cell for cell in values if isinstance(cell, str)]
    lost = [text for text in texts if not _is_canonical(text)]
    if not lost:
        return None
    for form, sign in ((FIXED, "f"), (SCIENTIFIC, "e")):
        first = form.fullmatch(texts[0])
        if first and all(
            f"{float(text):.{len(first[1])}{sign}}" == text
            for text in texts
            if form.fullmatch(text)
        ):
            return next((text for text in texts if not form.fullmatch(text)), None)
    return lost[0]


def _is_canonical(text: str) -> bool:
    number = float(text)
    if text == repr(number):
        return True
    return number.is_integer() and text == str(int(number))


def exact_integers(column: pd.Series[Any]) -> bool:
    """Return whether a column of integers keeps its distinct values as float64."""
    present = column.dropna()
    if not len(present) or max(abs(int(present.max())), abs(int(present.min()))) <= EXACT_BELOW:
        return True
    return bool(present.astype("float64").nunique() == present.nunique())
