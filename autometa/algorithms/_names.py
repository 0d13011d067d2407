"""Names of columns that every library accepts."""

from __future__ import annotations

import re


def safe_names(names: list[str]) -> list[str]:
    """Return names of letters, digits and ``_``, all different, in the same order."""
    used: set[str] = set()
    numbers: dict[str, int] = {}
    safe = []
    for name in names:
        stem = re.sub(r"[^0-9A-Za-z_]+", "_", name) or "column"
        candidate, number = stem, numbers.get(stem, 1)
        while candidate in used:
            number += 1
            candidate = f"{stem}_{number}"
        numbers[stem] = number
        used.add(candidate)
        safe.append(candidate)
    return safe
