"""What follows from the runs: who was evaluated where, who is best, who dominates, what is alike.

All of it is counted on the metric that judges a task, an algorithm standing for its best setup
there: who tries an algorithm tunes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import Floats
from autometa.graph._cells import Cells

# Five tasks are the fewest on which winning all is beyond chance (one in 32, by the sign test).
FEWEST_TASKS = 5
CHANCE = 0.05
# Of many tasks a few more than half are beyond chance too; who is dominated loses on most.
SHARE = 0.75
N_SIMILAR = 5  # as many as an explanation names
_ROWS_AT_A_TIME = 256  # of the distances between tasks: 10,000 tasks are 20 MB a piece


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What an algorithm reached on a task, by its best setup.

    Attributes
    ----------
    task_id, algorithm, metric, setup_id : str
    score : float
        NaN when all its runs failed.
    regret : float
        0 for the best algorithm of the task, 1 for the worst; NaN without a score.
    fit_seconds : float
        Of that setup.
    n_setups, n_failed : int
        Setups tried on this task, and runs that did not end well.
    is_best : bool
        Whether no other algorithm did better; several may be best together.
    """

    task_id: str
    algorithm: str
    metric: str
    setup_id: str
    score: float
    regret: float
    fit_seconds: float
    n_setups: int
    n_failed: int
    is_best: bool


@dataclass(frozen=True, kw_only=True)
class Domination:
    """How often the best setup of one algorithm beats that of another on the same task."""

    winner: str
    loser: str
    n_wins: int
    n_losses: int
    n_ties: int

    @property
    def share(self) -> float:
        """Return the part of the tasks that were won, ties by halves."""
        n_tasks = self.n_wins + self.n_losses + self.n_ties
        return (self.n_wins + self.n_ties / 2) / n_tasks


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A task that is among the nearest of another."""

    task_id: str
    other: str
    distance: float


Cell = tuple[int, float, float, int]  # setup, score, seconds, runs that failed


def evaluated(cells: Cells, judges: Mapping[int, int]) -> list[Evaluated]:
    """Return what each algorithm reached on each task, sorted by task and algorithm."""
    of_judge = np.array([judges.get(t, -1) for t in range(len(cells.task_ids))], dtype=np.int64)
    rows = np.flatnonzero(cells.metric == of_judge[cells.task])
    columns = (cells.task, cells.setup, cells.score, cells.fit_seconds, cells.n_failed)
    found: dict[int, dict[str, list[Cell]]] = {}
    for task, *cell in zip(*(column[rows].tolist() for column in columns), strict=True):
        of_task = found.setdefault(task, {})
        of_task.setdefault(cells.algorithms[cell[0]], []).append(tuple(cell))
    listed = [
        one
        for task, of_task in found.items()
        for one in _of_task(cells, task, cells.metrics[judges[task]], of_task)
    ]
    return sorted(listed, key=lambda one: (one.task_id, one.algorithm))


def _of_task(
    cells: Cells, task: int, metric: str, of_task: Mapping[str, list[Cell]]
) -> Iterator[Evaluated]:
    # cells come by the setup's name, and of equal scores the first is taken: the order of the
    # runs decides nothing; without a score (NaN) one is behind all others
    best = {
        name: max(found, key=lambda cell: _or_least(cell[1])) for name, found in of_task.items()
    }
    scores = [score for _, score, _, _ in best.values() if score == score]
    top, spread = max(scores), max(scores) - min(scores)
    for algorithm, (setup, score, seconds, _) in best.items():
        yield Evaluated(
            task_id=cells.task_ids[task],
            algorithm=algorithm,
            metric=metric,
            setup_id=cells.setup_ids[setup],
            score=score,
            # where all are equal each is the best; NaN stays NaN
            regret=(top - score) / (spread or 1.0),
            fit_seconds=seconds,
            n_setups=len(of_task[algorithm]),
            n_failed=sum(cell[3] for cell in of_task[algorithm]),
            is_best=score == top,
        )


def _or_least(score: float) -> float:
    return score if score == score else -math.inf


def dominations(found: list[Evaluated]) -> list[Domination]:
    """Return the pairs of algorithms of which one wins on most tasks, beyond chance.

    A task on which one failed where the other has a score is lost by the one that failed.
    """
    table = pd.DataFrame(
        [(e.task_id, e.algorithm, e.score) for e in found], columns=["task", "algorithm", "score"]
    ).pivot(index="task", columns="algorithm", values="score")
    tried = pd.DataFrame(
        [(e.task_id, e.algorithm, 1) for e in found], columns=["task", "algorithm", "n"]
    ).pivot(index="task", columns="algorithm", values="n")
    scores, is_tried = table.fillna(-np.inf).to_numpy(), tried.notna().to_numpy()
    pairs = []
    for i, winner in enumerate(table.columns):
        for j, loser in enumerate(table.columns):
            both = is_tried[:, i] & is_tried[:, j]
            # where both failed nothing can be said
            both &= np.isfinite(scores[:, i]) | np.isfinite(scores[:, j])
            ours, theirs = scores[both, i], scores[both, j]
            one = Domination(
                winner=str(winner),
                loser=str(loser),
                n_wins=int((ours > theirs).sum()),
                n_losses=int((ours < theirs).sum()),
                n_ties=int((ours == theirs).sum()),
            )
            if i != j and _dominates(one):
                pairs.append(one)
    return pairs


def _dominates(pair: Domination) -> bool:
    from scipy.stats import binomtest

    n = pair.n_wins + pair.n_losses
    if n < FEWEST_TASKS or pair.share < SHARE:
        return False
    return bool(binomtest(pair.n_wins, n, alternative="greater").pvalue < CHANCE)


def similar(metafeatures: pd.DataFrame, kinds: Mapping[str, str]) -> Iterator[Similar]:
    """Yield the nearest tasks of each task, the nearest first; of tasks of its kind alone.

    The distance is the root mean square of the differences of the meta-features, each as its
    rank among all tasks (from 0 to 1), over those that both have: from 0 to 1, whatever the units.

    Parameters
    ----------
    metafeatures : DataFrame
        Index ``task_id``.
    kinds : dict of str to str
        Of each task: tasks of different kinds do not compare.
    """
    for kind in dict.fromkeys(sorted(kinds.values())):
        names = sorted(n for n in metafeatures.index if kinds.get(n) == kind)
        of_kind = metafeatures.loc[names]
        ranks = of_kind.rank(axis=0)
        varying = ranks.loc[:, (ranks.nunique() > 1)]  # a constant has no span to divide by
        span = varying.max() - varying.min()
        yield from _nearest(names, ((varying - varying.min()) / span).to_numpy(np.float64))


def _nearest(names: list[str], ranks: Floats) -> Iterator[Similar]:
    known = np.isfinite(ranks).astype(np.float64)
    filled = np.nan_to_num(ranks)
    squares = filled**2
    for start in range(0, len(names), _ROWS_AT_A_TIME):
        rows = slice(start, start + _ROWS_AT_A_TIME)
        shared = known[rows] @ known.T
        # (a - b)^2 over the columns that both have, without an array of tasks by tasks by columns
        sums = squares[rows] @ known.T + known[rows] @ squares.T - 2 * filled[rows] @ filled.T
        with np.errstate(invalid="ignore", divide="ignore"):
            distance = np.sqrt(np.maximum(sums, 0.0) / shared)
        for place, row in enumerate(distance, start):
            row[place] = np.nan
            order = np.argsort(row, kind="stable")[:N_SIMILAR]
            for other in order[np.isfinite(row[order])].tolist():
                yield Similar(task_id=names[place], other=names[other], distance=float(row[other]))
