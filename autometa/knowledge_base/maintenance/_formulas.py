"""Texts that a spreadsheet would run as a formula: guarded when written, plain when read."""

from __future__ import annotations

import re
from typing import Any

# What Excel, LibreOffice and Google Sheets begin a formula by; tabs and returns are skipped there.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard_text(value: Any) -> Any:
    """Return a text with an apostrophe before what would be a formula; anything else as it is.

    Examples
    --------
    >>> [guard_text(text) for text in ("=1+1", "'=1", "a=1", -1)]
    ["'=1+1", "''=1", 'a=1', -1]
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def plain_text(value: Any) -> Any:
    """Undo `guard_text`.

    Examples
    --------
    >>> [plain_text(text) for text in ("'=1+1", "''=1", "'a", None)]
    ['=1+1', "'=1", "'a", None]
    """
    return value[1:] if isinstance(value, str) and _GUARDED.match(value) else value
