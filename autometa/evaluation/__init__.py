"""Judging a pipeline on a table: folds, and processes that can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autometa.evaluation._costs import COSTS, Costs, costs_of_trial, mean_costs, split_of_study
    from autometa.evaluation._cross_validation import CrossValidation, cross_validate, predict
    from autometa.evaluation._pool import WorkerPool
    from autometa.evaluation._process import Outcome
    from autometa.evaluation._speed import (
        STANDARD_SECONDS,
        cached_reference_seconds,
        reference_seconds,
    )
    from autometa.validation import fold_numbers, fold_seed, make_folds, shorten_folds

__all__ = [
    "COSTS",
    "STANDARD_SECONDS",
    "Costs",
    "CrossValidation",
    "Outcome",
    "WorkerPool",
    "cached_reference_seconds",
    "costs_of_trial",
    "cross_validate",
    "fold_numbers",
    "fold_seed",
    "make_folds",
    "mean_costs",
    "predict",
    "reference_seconds",
    "shorten_folds",
    "split_of_study",
]

# Imported when asked for: a worker process is of this package, and needs none of its libraries
# (seconds of imports) to take its first call.
_HOME = {
    "COSTS": "evaluation._costs",
    "STANDARD_SECONDS": "evaluation._speed",
    "Costs": "evaluation._costs",
    "CrossValidation": "evaluation._cross_validation",
    "Outcome": "evaluation._process",
    "WorkerPool": "evaluation._pool",
    "cached_reference_seconds": "evaluation._speed",
    "costs_of_trial": "evaluation._costs",
    "cross_validate": "evaluation._cross_validation",
    "fold_numbers": "validation",
    "fold_seed": "validation",
    "make_folds": "validation",
    "mean_costs": "evaluation._costs",
    "predict": "evaluation._cross_validation",
    "reference_seconds": "evaluation._speed",
    "shorten_folds": "validation",
    "split_of_study": "evaluation._costs",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'autometa.evaluation' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"autometa.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
