"""Numbers in JSON, which has no NaN and no infinity: null says that a number is undefined."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def finite_or_none(value: float) -> float | None:
    """Return a number as JSON has it: None where it is NaN or infinite."""
    return float(value) if math.isfinite(value) else None


def json_values(value: Any) -> Any:
    """Return nested content as JSON has it: NumPy's scalars as Python's, NaN and infinity as None.

    Examples
    --------
    >>> json_values({"score": float("nan"), "interval": (0.5, float("inf"))})
    {'score': None, 'interval': [0.5, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): json_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(item) for item in value]
    if hasattr(value, "item"):  # NumPy's scalars, and arrays of one
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
