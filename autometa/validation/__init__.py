"""Which rows are held out: whole groups, later rows, a splitter's folds, or shuffled ones."""

from __future__ import annotations

from autometa._common.fold_kinds import FOLD_KINDS
from autometa.validation._gap import Gap, GapLike, read_gap
from autometa.validation._inner_splits import with_inner_splits, without_row_stops
from autometa.validation._request import NOTHING_ASKED, ValidationRequest
from autometa.validation._shuffled_folds import (
    Fold,
    fold_numbers,
    fold_seed,
    make_folds,
    shorten_folds,
)
from autometa.validation._validation import SHUFFLED, Validation

__all__ = [
    "FOLD_KINDS",
    "NOTHING_ASKED",
    "SHUFFLED",
    "Fold",
    "Gap",
    "GapLike",
    "Validation",
    "ValidationRequest",
    "fold_numbers",
    "fold_seed",
    "make_folds",
    "read_gap",
    "shorten_folds",
    "with_inner_splits",
    "without_row_stops",
]
