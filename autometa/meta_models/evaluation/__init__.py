"""Evaluation of advice, always by family: its figures, its baselines, its pictures."""

from __future__ import annotations

from autometa.meta_models.evaluation._evaluate import Evaluation, evaluate
from autometa.meta_models.evaluation._plots import plot_evaluation
from autometa.meta_models.evaluation._summary import summarise_evaluation

__all__ = ["Evaluation", "evaluate", "plot_evaluation", "summarise_evaluation"]
