"""Gap: what is left out between the training rows and the rows that are held out after them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from autometa.exceptions import ParameterError

GapLike: TypeAlias = str | float | timedelta | None

_WANTED = (
    "'gap' must be a length of time such as '3 days' (or a Timedelta), a number in the units of "
    "numeric timestamps, or a number of rows such as '10 rows'; none is negative."
)
_ROWS = re.compile(r"(\d+)\s*rows?")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What is left out before the rows that are held out.

    Attributes
    ----------
    time : float or int
        In the units of the timestamps: nanoseconds of dates.
    rows : int
        Of the training part, the latest that are left out.
    text : str
        As it was given.
    """

    time: float = 0
    rows: int = 0
    text: str = field(default="", compare=False, repr=False)

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self.time or self.rows)


def read_gap(gap: GapLike, *, of_dates: bool, has_timestamps: bool) -> Gap:
    """Return a gap as `tune` and the command line take it.

    Parameters
    ----------
    gap : str, number, timedelta or None
        Text may hold a number, as the command line gives it.
    of_dates : bool
        Whether the timestamps are moments, not numbers.
    has_timestamps : bool
        False when rows are in order as they stand: a number then counts rows.

    Raises
    ------
    ParameterError
        If it is none of these, or does not suit the timestamps.

    Examples
    --------
    >>> read_gap("10 rows", of_dates=True, has_timestamps=True)
    Gap(time=0, rows=10)
    >>> read_gap(2, of_dates=False, has_timestamps=True)
    Gap(time=2.0, rows=0)
    """
    if gap is None:
        return Gap()
    return replace(_gap_of(_plain(gap), gap, of_dates, has_timestamps), text=str(gap))


def _gap_of(
    value: int | float | pd.Timedelta, gap: Any, of_dates: bool, has_timestamps: bool
) -> Gap:
    if isinstance(value, int):
        return Gap(rows=value)
    if isinstance(value, float):
        return _of_number(value, gap, of_dates, has_timestamps)
    if not of_dates and not has_timestamps:
        raise ParameterError(
            f"'gap' is a length of time, which needs 'timestamps' that are dates. Got {gap!r} and "
            "no timestamps; give them, or a number of rows such as '10 rows'."
        )
    if not of_dates:
        raise ParameterError(
            f"'gap' is a length of time, and the timestamps are no dates. Got {gap!r}; give a "
            "number in their units, or a number of rows such as '10 rows'."
        )
    return Gap(time=value.value)


def _of_number(value: float, gap: Any, of_dates: bool, has_timestamps: bool) -> Gap:
    if of_dates:
        raise ParameterError(
            f"'gap' must say its unit where the timestamps are dates, such as '3 days' or "
            f"'10 rows'. Got {gap!r}."
        )
    if has_timestamps:
        return Gap(time=value)
    if not value.is_integer():
        raise ParameterError(f"'gap' counts rows without timestamps. Got {gap!r}.")
    return Gap(rows=int(value))


def _plain(gap: Any) -> int | float | pd.Timedelta:
    """Return rows as an int, numbers as a float, and time as a Timedelta."""
    if isinstance(gap, str):
        text = gap.strip().lower()
        counted = _ROWS.fullmatch(text)
        if counted:
            return int(counted[1])
        try:
            gap = float(text)
        except ValueError:
            gap = _timedelta(text, gap)
    if isinstance(gap, timedelta | np.timedelta64):
        length = pd.Timedelta(gap).as_unit("ns")
        if length is not pd.NaT and length >= pd.Timedelta(0):
            return length
    elif isinstance(gap, Real) and not isinstance(gap, bool) and 0 <= float(gap) < math.inf:
        return float(gap)
    raise ParameterError(f"{_WANTED} Got {gap!r}.")


def _timedelta(text: str, gap: str) -> pd.Timedelta:
    try:
        return pd.Timedelta(text)
    except ValueError:
        raise ParameterError(f"{_WANTED} Got {gap!r}.") from None
