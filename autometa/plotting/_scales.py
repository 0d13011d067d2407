"""Axes of scores and of seconds: which way is better, in which unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autometa._common.arrays import Vector
from autometa._common.readable import readable

# Fits within a factor of ten of each other can be distinguished on even axes; others cannot.
LOG_FROM = 10.0


def score_label(metric: str | None, what: str = "") -> str:
    """Return what stands on an axis of scores; greater is better for every one of them.

    Examples
    --------
    >>> score_label("neg_log_loss", "expected")
    'expected neg_log_loss (greater is better)'
    """
    return f"{what} {metric or 'score'} (greater is better)".strip()


def seconds_text(seconds: float) -> str:
    """Return seconds as people say them.

    Examples
    --------
    >>> seconds_text(0.0123), seconds_text(75.0), seconds_text(7300.0), seconds_text(float("nan"))
    ('0.012 s', '75 s', '2 h', '-')
    """
    if not np.isfinite(seconds):
        return "-"
    if seconds < 300:  # up to five minutes seconds are at home in the head
        return f"{readable(seconds, 2)} s"
    if seconds < 7200:
        return f"{readable(seconds / 60, 2)} min"
    return f"{readable(seconds / 3600, 2)} h"


def log_ticks(ax: Any, axis: str, values: Iterable[float]) -> None:
    """Make an axis logarithmic where its values span more than a factor of ten.

    Numbers are written out: powers of ten are read by few, and are formulae.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    positive = positive_of(values)
    if not len(positive) or positive.max() < LOG_FROM * positive.min():
        return
    ax.set(**{f"{axis}scale": "log"})
    along = ax.xaxis if axis == "x" else ax.yaxis
    decades = np.log10(positive.max() / positive.min())
    # within two decades 1, 2 and 5 are written too: else one number may be all that is there
    steps = (1.0, 2.0, 5.0) if decades <= 2.0 else (1.0,)
    along.set_major_locator(LogLocator(subs=steps, numticks=8))
    along.set_major_formatter(FuncFormatter(lambda value, _: readable(value, 6)))
    along.set_minor_formatter(NullFormatter())


def positive_of(values: Iterable[float]) -> Vector:
    """Return the values that have a logarithm."""
    numbers = np.asarray(list(values), dtype=np.float64)
    return numbers[np.isfinite(numbers) & (numbers > 0)]


def room_for(values: Iterable[float], share: float = 0.06) -> tuple[float, float] | None:
    """Return the limits of an axis that holds finite values with some room; None for none."""
    numbers = np.asarray(list(values), dtype=np.float64)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return None
    low, high = float(numbers.min()), float(numbers.max())
    # of one value, or of equal ones, a twentieth of it is the scale
    span = high - low or abs(high) / 20.0 or 1.0
    return low - share * span, high + share * span
