"""Judging a pipeline on a table: folds, and processes that can be stopped."""

from __future__ import annotations

from autometa.evaluation._costs import COSTS, Costs, costs_of_trial, mean_costs, split_of_study
from autometa.evaluation._cross_validation import CrossValidation, cross_validate, predict
from autometa.evaluation._pool import WorkerPool
from autometa.evaluation._process import Outcome
from autometa.evaluation._speed import STANDARD_SECONDS, cached_reference_seconds, reference_seconds
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
