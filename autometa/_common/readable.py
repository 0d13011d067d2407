"""Values as people read them: numbers with the digits that count."""

from __future__ import annotations

import math
from typing import Any

# Between these the digits are written out: 54,310 is read at a glance, 5.431e+04 is not.
LOW, HIGH = 1e-4, 1e9


def readable(value: float | None, digits: int = 4) -> str:
    """Return a number with so many digits that count; a dash for what is unknown.

    Examples
    --------
    >>> readable(54310.7), readable(-0.0123456), readable(0.5, 2), readable(3e-7)
    ('54310', '-0.01235', '0.5', '3e-07')
    >>> readable(float("nan")), readable(None), readable(-0.0)
    ('-', '-', '0')
    """
    if value is None or not math.isfinite(value):
        return "-"
    short = f"{value + 0.0:.{digits}g}"  # the sum makes -0 a plain 0
    if "e" in short and LOW <= abs(value) < HIGH:
        return f"{float(short):.0f}"
    return short


def shown(value: Any) -> str:
    """Return a value as the user wrote it, for a message: that NumPy holds it is not said.

    Examples
    --------
    >>> import numpy as np
    >>> shown(np.float64(0.5)), shown(np.str_("a")), shown("b"), shown(None)
    ('0.5', "'a'", "'b'", 'None')
    """
    return repr(value.item() if hasattr(value, "item") else value)
