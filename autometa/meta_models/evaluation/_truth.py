"""Truth: what every setup turned out to be worth on every task, and what that took.

The one scale of all figures is regret: 0 for the best setup measured on a task, 1
for the worst. Scores without a lower bound (losses, errors, R2) are cut where they
lie five times as far behind the best as the median does: one catastrophe must not
make all others look alike.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Matrix
from autometa.knowledge_base import KnowledgeBase
from autometa.performance import WORST_IN_MEDIANS, History, ScoreScale, useless


@dataclass(frozen=True)
class Truth:
    """What a history says, as it is judged by.

    Attributes
    ----------
    regret : ndarray of shape (n_tasks, n_setups)
        0 best, 1 worst or failed; NaN where not measured.
    folds : dict of (int, int) to ndarray
        Scores of the folds in units of regret, by place of task and setup; those of
        one task are of the same rows.
    """

    history: History
    regret: Matrix
    folds: Mapping[tuple[int, int], Matrix]

    def noise(self, row: int, one: int, other: int) -> float:
        """Return the standard error of the difference of two setups' regrets on a task.

        Both were scored on the same folds, which are hard or easy for both: the error is
        that of the fold-wise differences. NaN where the folds of either are not known or
        are not the same number.
        """
        if one == other:
            return 0.0
        first, second = self.folds.get((row, one)), self.folds.get((row, other))
        if first is None or second is None or len(first) != len(second):
            return float("nan")
        return _standard_error(first - second)

    def typical_noise(self, row: int) -> float:
        """Return the median noise of the task's setups against the best of them."""
        best = int(np.nanargmin(self.regret[row])) if self.measured[row].any() else -1
        others = [other for other in range(self.regret.shape[1]) if (row, other) in self.folds]
        found = [self.noise(row, best, other) for other in others]
        found = [noise for noise in found if np.isfinite(noise) and noise > 0]
        return float(np.median(found)) if found else float("nan")

    @property
    def measured(self) -> Booleans:
        """Cells in which a setup was tried."""
        return np.isfinite(self.regret)


def read_truth(history: History, kb: KnowledgeBase, metric: str) -> Truth:
    """Return regrets, and the scores of folds where ``kb`` keeps them."""
    regret, unit = _regrets(history)
    folds = _folds(history, kb, metric)
    return Truth(history, regret, {cell: of / unit[cell[0]] for cell, of in folds.items()})


def regrets_of(history: History) -> Matrix:
    """Return the regret of each setup on each task, as `Truth` has it."""
    return _regrets(history)[0]


def _regrets(history: History) -> tuple[Matrix, Matrix]:
    """Return regrets, and the difference of scores that is a regret of 1 on each task."""
    regret = np.full(history.scores.shape, np.nan)
    unit = np.full(len(regret), np.nan)
    for row, known in enumerate(np.isfinite(history.scores)):
        if known.any():
            behind = history.scores[row, known].max() - history.scores[row, known]
            unit[row] = _unit(behind, _is_bounded(str(history.metrics[row])))
            regret[row, known] = np.minimum(behind / unit[row], 1.0)
    regret[history.failures == 1.0] = 1.0
    regret += useless(history.failures) * (1.0 - regret)
    return regret, unit


def _is_bounded(metric: str) -> bool:
    """Say whether scores of a metric spread evenly between two bounds."""
    scale = ScoreScale.of(np.empty(0), metric)
    return scale.unit == 0.0 and bool(np.isfinite(scale.worst))


def _unit(behind: Matrix, bounded: bool) -> float:
    worst = float(behind.max())
    if not bounded and (middle := float(np.median(behind))) > 0:
        worst = min(worst, WORST_IN_MEDIANS * middle)
    return worst if worst > 0 else 1.0


def _folds(history: History, kb: KnowledgeBase, metric: str) -> dict[tuple[int, int], Matrix]:
    """Return the scores of the folds of each cell, where one run alone tells them.

    Repeats may have other folds; their scores do not pair.
    """
    runs = kb.runs
    if "fold_scores" not in runs or runs["fold_scores"].isna().all():
        return {}
    runs = runs[(runs["metric"] == metric).to_numpy() & runs["fold_scores"].notna().to_numpy()]
    runs = runs[(runs["fidelity"] == 1.0).to_numpy()]
    rows = pd.Index(history.tasks["task_id"]).get_indexer(runs["task_id"].astype(str))
    names = pd.MultiIndex.from_tuples(history.setups)
    pairs = pd.MultiIndex.from_arrays([runs["algorithm"].astype(str), runs["config"].astype(str)])
    columns = names.get_indexer(pairs)
    found: dict[tuple[int, int], Matrix] = {}
    repeated = set()
    cells = zip(rows.tolist(), columns.tolist(), runs["fold_scores"], strict=True)
    for row, column, folds in cells:
        if row >= 0 and column >= 0:
            if (row, column) in found:
                repeated.add((row, column))
            found[row, column] = np.asarray(folds, dtype=np.float64)
    return {cell: of for cell, of in found.items() if cell not in repeated and len(of) > 1}


def _standard_error(folds: Matrix) -> float:
    known = folds[np.isfinite(folds)]
    if len(known) < 2:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(known.std(ddof=1) / np.sqrt(len(known)))
