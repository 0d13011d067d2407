"""Positions in the dimensions of a history as values of a study's distributions, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from autometa._common.arrays import Floats
from autometa.performance import Dimension, Encoding, as_number, index_of

# Says "no such value" where None can be a value.
ABSENT: Any = object()


def value_at(dimension: Dimension, position: float, distribution: BaseDistribution) -> Any:
    """Return the value of ``distribution`` nearest to ``position``; ABSENT if it has none."""
    if math.isnan(position):
        return ABSENT
    raw = dimension.value(position)
    if isinstance(distribution, CategoricalDistribution):
        return _choice(dimension, raw, distribution.choices)
    number = as_number(raw)
    if math.isnan(number) or not isinstance(distribution, FloatDistribution | IntDistribution):
        return ABSENT
    return nearest(number, distribution)


def _choice(dimension: Dimension, raw: Any, choices: Sequence[Any]) -> Any:
    """Return the choice that means ``raw``, else the nearest if all are numbers."""
    index = index_of(raw, choices)
    if index is not None:
        return choices[index]
    numbers = np.array([as_number(choice) for choice in choices])
    if dimension.is_categorical or np.isnan(numbers).any():
        return ABSENT
    return choices[int(np.abs(numbers - raw).argmin())]


def nearest(number: float, distribution: FloatDistribution | IntDistribution) -> float | int:
    """Return the value of a numeric distribution that is nearest to ``number``."""
    low, high, step = distribution.low, distribution.high, distribution.step
    clipped = min(max(number, low), high)
    if step is not None:
        clipped = min(low + round((clipped - low) / step) * step, high)
    return int(clipped) if isinstance(distribution, IntDistribution) else float(clipped)


def snapped(
    encoding: Encoding, positions: Floats, distributions: Mapping[int, BaseDistribution]
) -> Floats:
    """Return the nearest positions that the distributions of these dimensions hold."""
    nearest_positions = positions.copy()
    for j, distribution in distributions.items():
        has = np.flatnonzero(~np.isnan(positions[:, j]))  # none, for another algorithm's
        if len(has):
            nearest_positions[has, j] = _snap(
                encoding.dimensions[j], positions[has, j], distribution
            )
    return nearest_positions


def _snap(dimension: Dimension, positions: Floats, distribution: BaseDistribution) -> Floats:
    """Return, for each position, that of the distribution's nearest value; NaN without one."""
    if isinstance(distribution, FloatDistribution) and distribution.step is None:
        low, high = dimension.position(distribution.low), dimension.position(distribution.high)
        return np.clip(positions, low, high)
    if isinstance(distribution, IntDistribution) and distribution.step == 1:
        return _snap_int(dimension, positions, distribution)
    distinct, inverse = np.unique(positions, return_inverse=True)
    return np.array([_snap_one(dimension, p, distribution) for p in distinct])[inverse]


def _snap_int(dimension: Dimension, positions: Floats, distribution: IntDistribution) -> Floats:
    if dimension.is_categorical or dimension.low == dimension.high:
        return np.array([_snap_one(dimension, p, distribution) for p in positions])
    numbers = np.clip(np.round(dimension.number(positions)), distribution.low, distribution.high)
    distinct, inverse = np.unique(numbers, return_inverse=True)
    return np.array([dimension.position(number) for number in distinct])[inverse]


def _snap_one(dimension: Dimension, position: float, distribution: BaseDistribution) -> float:
    value = value_at(dimension, position, distribution)
    return math.nan if value is ABSENT else dimension.position(value)
