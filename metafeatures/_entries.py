"""What the catalogue says of each output of a measure, from what the measure says once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Aliases = str | Mapping[str, str] | None

SUMMARY_WORDS = {
    "sd": "standard deviation (n - 1)",
    "min": "smallest",
    "q25": "lower quartile",
    "q75": "upper quartile",
    "max": "largest",
    "range": "largest less smallest",
}
PYMFE_SUMMARIES = {"q25": "quantiles.1", "q75": "quantiles.3"}


def first_line(function: Callable[..., Any]) -> str:
    """Return the noun phrase of a docstring that begins with "Return the"."""
    line = (function.__doc__ or "").strip().split("\n")[0]
    return line.removeprefix("Return ").removeprefix("the ").removesuffix(".")


def bounds_of(summary: str, low: float, high: float) -> tuple[float, float]:
    """Return the range of a summary of values between ``low`` and ``high``."""
    if summary == "range":
        return 0.0, high - low
    if summary == "sd":
        return 0.0, np.inf if np.isinf(high - low) else (high - low) / np.sqrt(2)
    return (low, np.inf if high > 0 else 0.0) if summary == "sum" else (low, high)


def definition_of(definition: str, key: str, outputs: Mapping[str, str] | None) -> str:
    """Return what one output is, in one line."""
    if not key:
        return definition
    if outputs:
        return f"{definition}: {outputs[key]}"
    return f"{SUMMARY_WORDS.get(key, key)} of: {definition}"


def undefined_of(undefined: str, summary: str) -> str:
    """Return when a summary is NaN: a standard deviation needs two values."""
    if summary != "sd":
        return undefined
    return f"{undefined}, or it has only one value" if undefined else "there is only one value"


def alias_of(aliases: Aliases, key: str) -> str:
    """Return the name of one output elsewhere; empty without one."""
    if aliases is None:
        return ""
    return aliases if isinstance(aliases, str) else aliases.get(key, "")


def same_as_of(aliases: Aliases, key: str) -> str:
    """Return the name of an equal meta-feature: of one with the same summary, for a measure."""
    return f"{aliases}.{key}" if isinstance(aliases, str) and key else alias_of(aliases, key)


def pymfe_alias(aliases: Aliases, summary: str, key: str) -> str:
    """Return the name of one output in pymfe, which numbers its quantiles."""
    if isinstance(aliases, str) and summary:
        return f"{aliases}.{PYMFE_SUMMARIES.get(summary, summary)}"
    return alias_of(aliases, key)
