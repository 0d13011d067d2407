"""Constraints of Optuna's trials: a trial that violates one is no candidate for the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def broken_constraints(trial: Any) -> dict[str, float]:
    """Return the constraints that a trial violates, by name: those with a value above 0.

    Both kinds count: ``trial.set_constraint`` and what a sampler's ``constraints_func`` gave.

    Parameters
    ----------
    trial : FrozenTrial or Trial
    """
    constraints: Mapping[str, float] = trial.constraints
    return {name: float(value) for name, value in constraints.items() if not value <= 0}


def what_is_broken(broken: Mapping[str, float]) -> str:
    """Return a sentence on violated constraints, for the message of a run.

    Examples
    --------
    >>> what_is_broken({"memory": 2.5})
    'It violates the constraint memory = 2.5 (above 0).'
    """
    values = ", ".join(f"{name} = {value:g}" for name, value in broken.items())
    plural = "s" if len(broken) > 1 else ""
    return f"It violates the constraint{plural} {values} (above 0)."
