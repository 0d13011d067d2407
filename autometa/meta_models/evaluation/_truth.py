"""Truth: what every setup turned out to be worth on every task, and what that took.

The one scale of all figures is regret: 0 for the best setup measured on a task, 1
for the worst. Scores without a lower bound (losses, errors, R2) are cut where they
lie five times as far behind the best as the median does: one catastrophe must not
make all others look alike.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models._history import WORST_IN_MEDIANS, History, useless
from autometa.meta_models._score_scale import ScoreScale

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """What a history says, as it is judged by.

    Attributes
    ----------
    regret : ndarray of shape (n_tasks, n_setups)
        0 best, 1 worst or failed; NaN where not measured.
    noise : ndarray of shape (n_tasks, n_setups)
        Standard error of the regret over folds; NaN where folds are not known.
    """

    history: History
    regret: Matrix
    noise: Matrix

    @property
    def measured(self) -> Mask:
        """Cells in which a setup was tried."""
        return np.isfinite(self.regret)


def read_truth(history: History, kb: KnowledgeBase, metric: str) -> Truth:
    """Return regrets, and their noise where ``kb`` keeps scores of folds."""
    scale = ScoreScale.of(history.scores, metric)
    bounded = scale.unit == 0.0 and bool(np.isfinite(scale.worst))
    regret = np.full(history.scores.shape, np.nan)
    unit = np.full(len(regret), np.nan)
    for row, known in enumerate(np.isfinite(history.scores)):
        if known.any():
            behind = history.scores[row, known].max() - history.scores[row, known]
            unit[row] = _unit(behind, bounded)
            regret[row, known] = np.minimum(behind / unit[row], 1.0)
    regret[history.failures == 1.0] = 1.0
    regret += useless(history.failures) * (1.0 - regret)
    return Truth(history, regret, _fold_errors(history, kb, metric) / unit[:, None])


def _unit(behind: Matrix, bounded: bool) -> float:
    worst = float(behind.max())
    if not bounded and (middle := float(np.median(behind))) > 0:
        worst = min(worst, WORST_IN_MEDIANS * middle)
    return worst if worst > 0 else 1.0


def _fold_errors(history: History, kb: KnowledgeBase, metric: str) -> Matrix:
    """Return the standard error over folds of each cell; NaN where folds are not known."""
    errors = np.full(history.scores.shape, np.nan)
    runs = kb.runs
    if "fold_scores" not in runs or runs["fold_scores"].isna().all():
        return errors
    runs = runs[(runs["metric"] == metric).to_numpy() & runs["fold_scores"].notna().to_numpy()]
    runs = runs[(runs["fidelity"] == 1.0).to_numpy()]
    rows = pd.Index(history.tasks["task_id"]).get_indexer(runs["task_id"].astype(str))
    names = pd.MultiIndex.from_tuples(history.setups)
    pairs = pd.MultiIndex.from_arrays([runs["algorithm"].astype(str), runs["config"].astype(str)])
    columns = names.get_indexer(pairs)
    for row, column, folds in zip(rows, columns, runs["fold_scores"], strict=True):
        if row >= 0 and column >= 0:
            errors[row, column] = _standard_error(np.asarray(folds, dtype=np.float64))
    return errors


def _standard_error(folds: Matrix) -> float:
    known = folds[np.isfinite(folds)]
    if len(known) < 2:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(known.std(ddof=1) / np.sqrt(len(known)))
