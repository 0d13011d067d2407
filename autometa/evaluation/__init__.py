"""Judging a pipeline on a table: folds, and processes that can be stopped."""

from __future__ import annotations

from autometa.evaluation._cross_validation import CrossValidation, cross_validate, predict
from autometa.evaluation._folds import fold_numbers, fold_seed, make_folds, shorten_folds
from autometa.evaluation._pool import WorkerPool
from autometa.evaluation._process import Outcome
from autometa.evaluation._speed import STANDARD_SECONDS, cached_reference_seconds, reference_seconds

__all__ = [
    "STANDARD_SECONDS",
    "CrossValidation",
    "Outcome",
    "WorkerPool",
    "cached_reference_seconds",
    "cross_validate",
    "fold_numbers",
    "fold_seed",
    "make_folds",
    "predict",
    "reference_seconds",
    "shorten_folds",
]
