"""Dates of any spelling as moments in time, by one order of day and month a column.

Orders: ``iso`` (2024-12-31, also with slashes, dots or nothing between), ``dmy``
(31/12/2024, 31.12.2024, 31-Dec-2024) and ``mdy`` (12/31/2024). A time of day, a fraction
of seconds, AM or PM and an offset may follow. The order is read from all rows: a first
number beyond 12 is a day. Where no row says, dots mean the day comes first and slashes and
hyphens the month, and `is_guessed` tells.

A time without zone counts as UTC. Where all rows have one zone it is kept, so that the
hour is the hour of the clock on that wall; rows of several zones are turned into UTC.
"""

from __future__ import annotations

import datetime
import inspect
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api import types as dtypes

DateOrder = Literal["iso", "dmy", "mdy"]
Clock = Literal["none", "utc", "local"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?\s*(?P<half>[AaPp][Mm])?)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?"
)
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<by>[-/.])(?P<b>\d{1,2})(?P=by)(?P<c>\d{1,2})" + TIME)
YEAR_LAST = re.compile(
    r"(?P<a>\d{1,2})(?P<by>[-/. ])(?P<b>\d{1,2}|[A-Za-z]{3,9})(?P=by)(?P<year>\d{4})" + TIME
)
COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<b>\d{2})(?P<c>\d{2})" + TIME)
ZONE = re.compile(r":\d{2}(?:[.,]\d+)?\s*(?:[AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)$")
UTC_NAME = re.compile(r"(?i:z|(?:etc/)?utc|tzutc\(\))|(?:UTC)?[+-]00(?::?00)?")
MIN_COMPACT = 5  # fewer numbers of eight digits may be valid dates by chance


def date_order(values: Sequence[Any]) -> DateOrder | None:
    """Return the order of day and month that all distinct cells of a column have; None if none.

    Examples
    --------
    >>> date_order(["01/02/2024", "31/12/2024"]), date_order(["1.10", "2"])
    ('dmy', None)
    """
    if not values:
        return None
    if all(isinstance(value, datetime.date) for value in values):
        return "iso"
    if not all(isinstance(value, str) for value in values):
        return None
    texts = [value.strip() for value in values]
    if not any(form.match(texts[0]) for form in (ISO, YEAR_FIRST, COMPACT, YEAR_LAST)):
        return None  # spares most columns of categories the parsing of all their values
    if len(texts) < MIN_COMPACT and all(map(str.isdigit, texts)):
        return None
    order = _order_of_days(texts)
    return None if _parse(texts, order).isna().any() else order


def _order_of_days(texts: Iterable[str]) -> DateOrder:
    matches = [match for match in map(YEAR_LAST.fullmatch, texts) if match]
    if not matches:
        return "iso"
    if any(int(match["a"]) > 12 or not match["b"].isdigit() for match in matches):
        return "dmy"
    if any(int(match["b"]) > 12 for match in matches):
        return "mdy"
    return "dmy" if any(match["by"] == "." for match in matches) else "mdy"


def is_guessed(values: Sequence[Any], order: DateOrder) -> bool:
    """Return whether no cell shows which of two numbers is the day."""
    if order == "iso":
        return False
    for text in values:
        match = YEAR_LAST.fullmatch(text.strip()) if isinstance(text, str) else None
        if match and (not match["b"].isdigit() or int(match["a"]) > 12 or int(match["b"]) > 12):
            return False
    return True


def to_stamps(column: pd.Series[Any], order: DateOrder = "iso") -> pd.Series[Any]:
    """Return the cells of a column as moments in UTC; what is no date becomes NaT.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Dates of any type, periods (their start), or text.
    order : {"iso", "dmy", "mdy"}
        How to read text that has the year last.

    Returns
    -------
    Series of datetime64 with time zone UTC
    """
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if dtypes.is_datetime64_any_dtype(column.dtype):
        return pd.to_datetime(column, utc=True)
    codes, levels = pd.factorize(column.astype(object), use_na_sentinel=True)
    stamps = _parse(list(levels), order).array.take(codes, allow_fill=True)
    return pd.Series(stamps, column.index, name=column.name)


def _parse(values: Sequence[Any], order: DateOrder) -> pd.Series[Any]:
    """Return distinct cells as moments in UTC; cells that are no dates become NaT."""
    cells = [_dated(value, order) for value in values]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.to_datetime(
            pd.Series(cells, dtype=object), errors="coerce", format="ISO8601", utc=True
        )


def _dated(value: Any, order: DateOrder) -> Any:
    """Return a cell as pandas reads it; None when it is no date. 20241231 may be an integer."""
    if isinstance(value, datetime.date | np.datetime64):
        return value
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        value = str(value)
    return _iso(value, order) if isinstance(value, str) else None


def _iso(text: str, order: DateOrder) -> str | None:
    """Return a date as ISO 8601 writes it; None when it has no known form."""
    text = text.strip()
    if ISO.match(text):
        return text
    match = YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text)
    if match:
        month, day = match["b"], match["c"]
    else:
        match = YEAR_LAST.fullmatch(text)
        if match is None:
            return None
        a, b = match["a"], match["b"]
        if not b.isdigit():
            month, day = _month(b), a
        else:
            month, day = (b, a) if order == "dmy" else (a, b)
            if order == "iso":
                return None
    return f"{match['year']}-{month:>02}-{day:>02}{_time(match)}"


def _month(name: str) -> str:
    short = name[:3].lower()
    return str(MONTHS.index(short) + 1) if short in MONTHS else "99"


def _time(match: re.Match[str]) -> str:
    if match["hour"] is None:
        return ""
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return "T99"
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    time = f"T{hour:02}:{match['minute']}:{match['second'] or '00'}"
    if match["part"]:
        time += f".{match['part']}"
    return time + (match["zone"] or "").replace("UTC", "Z")


def time_zone(column: pd.Series[Any]) -> str:
    """Return the one time zone of all cells of a column of dates, else ``UTC``."""
    if dtypes.is_datetime64_any_dtype(column.dtype) or isinstance(column.dtype, pd.PeriodDtype):
        zone = getattr(column.dtype, "tz", None)
        return _zone_name(zone) if zone is not None else "UTC"
    zones = set()
    for value in column.dropna().unique():
        if isinstance(value, str):
            match = ZONE.search(value.strip())
            zones.add(match[1] if match else "")
        else:
            zone = getattr(value, "tzinfo", None)
            zones.add(_zone_name(zone) if zone is not None else "")
    return _zone_name(zones.pop()) if len(zones) == 1 else "UTC"


def clock_of(column: pd.Series[Any]) -> Clock:
    """Return which zones the cells of a column of dates say: ``none``, ``utc`` or ``local``.

    ``local`` is any other zone, in one cell or more.
    """
    dtype = column.dtype
    if dtypes.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        zones = {getattr(dtype, "tz", None)}
    else:
        zones = {_zone_of(value) for value in column.dropna().unique()}
    names = {str(zone) for zone in zones if zone is not None}
    if not names:
        return "none"
    return "utc" if all(UTC_NAME.fullmatch(name) for name in names) else "local"


def _zone_of(value: Any) -> Any:
    if not isinstance(value, str):
        return getattr(value, "tzinfo", None)
    match = ZONE.search(value.strip())
    return match[1] if match else None


def _zone_name(zone: Any) -> str:
    """Return a name that pandas makes the zone of again, ``UTC`` when there is none."""
    name = str(zone) or "UTC"
    if re.fullmatch(r"[+-]\d{2}(?::?\d{2})?", name):
        name = f"UTC{name[:3]}:{name[3:].lstrip(':') or '00'}"
    try:
        pd.Timestamp(0, tz=name)
    except (ValueError, KeyError, TypeError, OSError):
        return "UTC"
    return "UTC" if name == "Z" else name


def source_of_dates() -> str:
    """Return the source of `to_stamps` and what it needs, for scripts that stand alone."""
    forms = {"ISO": ISO, "YEAR_FIRST": YEAR_FIRST, "YEAR_LAST": YEAR_LAST, "COMPACT": COMPACT}
    lines = [
        "import datetime",
        "import re",
        "import warnings",
        "",
        "from pandas.api import types as dtypes",
        "",
        f"MONTHS = {MONTHS!r}",
        *(f"{name} = re.compile({form.pattern!r})" for name, form in forms.items()),
    ]
    functions = (to_stamps, _parse, _dated, _iso, _month, _time)
    return "\n\n\n".join(["\n".join(lines), *(inspect.getsource(f).rstrip() for f in functions)])
