"""Evaluation of advice, always by family: its figures and its baselines."""

from __future__ import annotations

from autometa.meta_models.evaluation._compared import confusion, widths_needed
from autometa.meta_models.evaluation._evaluate import LISTED, Evaluation, evaluate
from autometa.meta_models.evaluation._summary import summarise_evaluation

__all__ = [
    "LISTED",
    "Evaluation",
    "confusion",
    "evaluate",
    "summarise_evaluation",
    "widths_needed",
]
