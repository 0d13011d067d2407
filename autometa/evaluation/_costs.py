"""Costs: what evaluating a setup took, measured in each fold and kept with its runs.

A fold measures it, `tune` stores it with the trial, `kb build` with the run. Each field is a
column of the same name in the runs of a knowledge base; nothing between lists them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import nan
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What one fit and its predictions took.

    Attributes
    ----------
    fit_seconds : float
        Processor seconds of one fit.
    predict_seconds : float
        Processor seconds of predicting the rows that a fold holds out.
    """

    fit_seconds: float
    predict_seconds: float = nan

    @property
    def costs(self) -> dict[str, float]:
        """The fields above by name, without those of a subclass."""
        return {name: getattr(self, name) for name in COSTS}


COSTS = tuple(field.name for field in fields(Costs))

# How many rows a fold of `tune` held out is not kept with its runs, and without that the
# seconds of their predictions say nothing.
_NOT_OF_TUNE = ("predict_seconds",)


def mean_costs(parts: Sequence[Costs]) -> dict[str, float]:
    """Return the mean over folds, by name."""
    return {name: sum(part.costs[name] for part in parts) / len(parts) for name in COSTS}


def costs_of_trial(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """Return what `tune` stored of a trial's costs, as columns of its runs; NaN where nothing."""
    return {name: _number(evaluation.get(name)) for name in COSTS if name not in _NOT_OF_TUNE}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else nan
