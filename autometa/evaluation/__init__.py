"""Judging a pipeline on a table: folds, and processes that can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand

if TYPE_CHECKING:
    from autometa.evaluation._costs import COSTS, Costs, costs_of_trial, mean_costs, split_of_study
    from autometa.evaluation._cross_validation import CrossValidation, cross_validate, predict
    from autometa.evaluation._pool import WorkerPool
    from autometa.evaluation._process import Outcome
    from autometa.evaluation._rounds import config_as_scored, rounds_facts
    from autometa.evaluation._speed import (
        STANDARD_SECONDS,
        cached_reference_seconds,
        reference_seconds,
        slowness,
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
    "config_as_scored",
    "costs_of_trial",
    "cross_validate",
    "fold_numbers",
    "fold_seed",
    "make_folds",
    "mean_costs",
    "predict",
    "reference_seconds",
    "rounds_facts",
    "shorten_folds",
    "slowness",
    "split_of_study",
]

# Imported when asked for: a worker process is of this package, and needs none of its libraries
# (seconds of imports) to take its first call.
_HOME = {
    "COSTS": "_costs",
    "STANDARD_SECONDS": "_speed",
    "Costs": "_costs",
    "CrossValidation": "_cross_validation",
    "Outcome": "_process",
    "WorkerPool": "_pool",
    "cached_reference_seconds": "_speed",
    "config_as_scored": "_rounds",
    "costs_of_trial": "_costs",
    "cross_validate": "_cross_validation",
    "fold_numbers": ".validation",
    "fold_seed": ".validation",
    "make_folds": ".validation",
    "mean_costs": "_costs",
    "predict": "_cross_validation",
    "reference_seconds": "_speed",
    "rounds_facts": "_rounds",
    "shorten_folds": ".validation",
    "slowness": "_speed",
    "split_of_study": "_costs",
}

__getattr__, __dir__ = names_on_demand(__name__, _HOME)
