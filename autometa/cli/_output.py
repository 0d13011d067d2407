"""Results go to stdout, talk to stderr."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from autometa._urls import hide_password


def console() -> Console:
    """Return the console of results; plain text when stdout is not a terminal."""
    out = Console(highlight=False)
    if not out.is_terminal:
        out = Console(highlight=False, width=160)
    return out


def talk() -> Console:
    """Return the console of progress and notes."""
    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """Say one line on stderr; passwords of URLs in it are hidden."""
    print(hide_password(text), file=sys.stderr)


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object; what is not a finite number becomes null."""
    print(json.dumps(_finite(content), allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def make_table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table; the columns named in ``right`` hold numbers."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        is_number = column in right
        table.add_column(column, justify="right" if is_number else "left", no_wrap=is_number)
    return table


def number(value: float, digits: int = 4) -> str:
    """Return a number for people: 4 digits, a dash for what is unknown."""
    return "-" if value is None or not math.isfinite(value) else f"{value + 0.0:.{digits}g}"


def seconds(value: float) -> str:
    """Return a duration for people."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def settings(config: dict[str, Any]) -> str:
    """Return a configuration in one line."""
    return ", ".join(
        f"{key}={number(value) if isinstance(value, float) else value}"
        for key, value in sorted(config.items())
    )
