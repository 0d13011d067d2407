"""Names of columns that speak for an entity or a time; never enough on their own."""

from __future__ import annotations

import re

ENTITIES = frozenset(
    {
        "account", "animal", "author", "business", "case", "child", "client", "clinic",
        "commune", "company", "county", "customer", "device", "doctor", "donor", "driver",
        "employee", "family", "farm", "field", "firm", "guid", "hospital", "household", "id",
        "identifier", "individual", "item", "loan", "machine", "member", "merchant", "mother",
        "participant", "patient", "person", "player", "plot", "product", "pupil", "respondent",
        "school", "seller", "sensor", "session", "shop", "station", "store", "student",
        "subject", "symbol", "ticker", "tree", "uid", "user", "uuid", "vehicle", "village",
        "visit", "visitor", "worker",
    }
)  # fmt: skip
TIMES = frozenset(
    {
        "date", "datetime", "day", "epoch", "month", "period", "quarter", "season", "time",
        "timestamp", "wave", "week", "year",
    }
)  # fmt: skip
NUMBERED = re.compile(r"(id|num|nr|no|number|code|key)$")  # countyid, villnum: words run together
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
MIN_STEM = 4  # letters of a word that is cut short: "vill", "cust"; "pat" could be anything


def names_an_entity(name: str) -> bool:
    """Tell whether a name is that of an identifier or of something that rows are of.

    Examples
    --------
    >>> [names_an_entity(name) for name in ("patient_id", "countyid", "StoreNr", "acid", "age")]
    [True, True, True, False, False]
    """
    return any(_is_entity(part) for part in _parts(name))


def names_a_time(name: str) -> bool:
    """Tell whether a name is that of a date, or of a count of days, weeks or years.

    Examples
    --------
    >>> [names_a_time(name) for name in ("arrival_date", "Year", "timeout", "hour")]
    [True, True, False, False]
    """
    return any(part in TIMES or part.removesuffix("s") in TIMES for part in _parts(name))


def _parts(name: str) -> list[str]:
    return [part.lower() for part in PARTS.findall(name)]


def _is_entity(word: str) -> bool:
    if word in ENTITIES or word.removesuffix("s") in ENTITIES:
        return True
    stem = NUMBERED.sub("", word)
    is_cut = len(stem) >= MIN_STEM and any(entity.startswith(stem) for entity in ENTITIES)
    return stem != word and is_cut
