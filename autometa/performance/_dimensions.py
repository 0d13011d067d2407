"""Hyperparameters of a history as numbers.

A dimension is one hyperparameter of one algorithm. Its scale is read off the
history's values, so that it does not depend on the study that asks: 0 is the
least value seen, 1 the greatest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import skew

from autometa._common.arrays import Floats

# Positions outside the history are kept, but not further out than its own range on either side:
# beyond, the kernel has no say and a slip of the pen (1e300) would break the algebra.
REACH = (-1.0, 2.0)
# Less than a decade looks the same on either scale.
MIN_LOG_RATIO = 10.0
# None beside so few numbers is one more choice; beside more, the numbers keep their order.
MAX_MIXED_CHOICES = 8


@dataclass(frozen=True)
class Dimension:
    """One hyperparameter of one algorithm.

    Attributes
    ----------
    algorithm, name : str
        Whose hyperparameter it is, and its name in the history.
    low, high : float
        Least and greatest value of the history, before the logarithm.
    log : bool
        Whether positions are even on the logarithmic scale.
    choices : tuple
        The values of a categorical dimension, whose positions are indices;
        empty for a numeric one.
    """

    algorithm: str
    name: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def is_categorical(self) -> bool:
        """Whether positions are indices of `choices`."""
        return bool(self.choices)

    def position(self, value: Any) -> float:
        """Return where ``value`` lies; NaN when this dimension cannot tell."""
        if self.is_categorical:
            index = index_of(value, self.choices)
            return math.nan if index is None else float(index)
        number = as_number(value)
        if math.isnan(number):
            return math.nan
        if self.log:
            number = math.log(max(number, 1e-300))
        low, high = self._ends
        position = (number - low) / (high - low) if high > low else 0.5
        return min(max(position, REACH[0]), REACH[1])

    def number(self, position: Floats) -> Floats:
        """Return the numbers at the given positions of a numeric dimension."""
        low, high = self._ends
        scaled = low + position * (high - low)
        return np.exp(scaled) if self.log else scaled

    @property
    def _ends(self) -> tuple[float, float]:
        return (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)

    def value(self, position: float) -> Any:
        """Return the value at a position that is not NaN."""
        if self.is_categorical:
            return self.choices[round(position)]
        return float(self.number(np.array(position)))


def as_number(value: Any) -> float:
    """Return ``value`` as a finite float, also if it came as text; NaN if it is none."""
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def same(a: Any, b: Any) -> bool:
    """Whether two hyperparameter values mean the same, as values or as text.

    A tuple is the list that JSON makes of it.
    """
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return list(a) == list(b)
    if isinstance(a, bool) == isinstance(b, bool) and a == b:
        return True
    return a is not None and b is not None and str(a) == str(b)


def index_of(value: Any, choices: Sequence[Any]) -> int | None:
    """Return the first choice that is ``value``, else the first that means the same.

    1 beside "1" are two choices of one space: a value of the same type comes first.
    """
    by_repr = (i for i, choice in enumerate(choices) if repr(choice) == repr(value))
    by_meaning = (i for i, choice in enumerate(choices) if same(choice, value))
    return next(by_repr, next(by_meaning, None))


def find_dimensions(setups: Sequence[tuple[str, dict[str, Any]]]) -> tuple[Dimension, ...]:
    """Return the hyperparameters that ``setups`` vary, algorithm by algorithm."""
    seen: dict[tuple[str, str], list[Any]] = {}
    for algorithm, config in setups:
        for name, value in config.items():
            seen.setdefault((algorithm, name), []).append(value)
    dimensions = (_dimension(*key, values) for key, values in sorted(seen.items()))
    return tuple(dimension for dimension in dimensions if dimension is not None)


def _dimension(algorithm: str, name: str, values: Sequence[Any]) -> Dimension | None:
    distinct = _distinct(values)
    present = [value for value in distinct if value is not None]
    numbers = np.array([as_number(value) for value in present])
    is_twofold = len({str(value) for value in present}) < len(present)  # 1 beside "1"
    has_none = len(present) < len(distinct)
    mixed = (has_none or is_twofold) and len(distinct) <= MAX_MIXED_CHOICES
    if not present or np.isnan(numbers).any() or mixed:
        return Dimension(algorithm, name, choices=distinct)
    low, high = float(numbers.min()), float(numbers.max())
    return Dimension(algorithm, name, low, high, _is_log(numbers))


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    by_text = {repr(value): value for value in values}
    return tuple(by_text[text] for text in sorted(by_text))


def _is_log(numbers: Floats) -> bool:
    """Whether the values lie more evenly on a logarithmic scale."""
    if numbers.min() <= 0 or numbers.max() < MIN_LOG_RATIO * numbers.min():
        return False
    return bool(abs(skew(np.log(numbers))) < abs(skew(numbers)))
