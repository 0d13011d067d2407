"""Which setup to try next: what past tasks say meets the trials of a study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Floats
from autometa.performance import (
    FittedSurface,
    RankedRuns,
    Rows,
    SurfacePoints,
    drawn_in,
    expected_gains,
)
from autometa.samplers import _candidates
from autometa.samplers._space import Space

# Normal score that a task is taken to have reached before its first trial: that of the
# worst sixth of its runs, so that the first setup is chosen by all it adds to a poor one.
FIRST_REFERENCE = -1.0
N_BEST_MUTATED = 3  # one alone may be a lucky score


@dataclass(frozen=True)
class Evidence:
    """The trials of a study so far.

    Attributes
    ----------
    trials : Rows
        Setups tried.
    scores : ndarray of shape (n_trials,)
        Their scores, greater is better.
    pending : Rows
        Setups that are being tried.
    n_open : int
        Trials begun before this one whose setup is not decided yet.
    """

    trials: Rows
    scores: Floats
    pending: Rows
    n_open: int = 0


class Acquisition:
    """Chooses setups by a response surface.

    Parameters
    ----------
    surface : FittedSurface
    runs : RankedRuns
        What the surface was learnt from.
    """

    def __init__(self, surface: FittedSurface, runs: RankedRuns) -> None:
        self.surface, self.n_borrowed = surface, runs.n_borrowed
        self._best = _candidates.best_of_each_task(surface.encoding, runs)
        self._pool: tuple[Space, SurfacePoints] | None = None

    def first(
        self,
        space: Space,
        evidence: Evidence,
        weights: Floats,
        fixed: Floats | None = None,
    ) -> Rows | None:
        """Return the next setup of a list that serves all tasks, whatever the trials said.

        The list holds setups of the history only. Each adds the most to what
        the tasks have reached by those before it, under the ``weights`` of the
        tasks: a greedy portfolio.
        """
        encoding = self.surface.encoding
        proven = _candidates.proven(encoding, self._best, space)
        pool = self.surface.at(_candidates.settled(encoding, proven, space, fixed))
        tried = self.surface.at(Rows.concatenate([evidence.trials, evidence.pending]))
        reached = np.maximum(tried.by_task.max(axis=0, initial=FIRST_REFERENCE), FIRST_REFERENCE)
        free = pool.differs_from(tried)
        losses = -pool.by_task.T
        for skip in range(evidence.n_open, -1, -1):
            if not free.any():
                return None
            gain = expected_gains(losses, weights, -reached)
            pick = int(np.where(free, gain, -1.0).argmax())
            if skip:
                reached = np.maximum(reached, pool.by_task[pick])
                free[pick] = False
        return pool.rows.take([pick])

    def next(
        self,
        space: Space,
        evidence: Evidence,
        weights: Floats,
        rng: np.random.Generator,
        fixed: Floats | None = None,
    ) -> Rows | None:
        """Return the setup that is expected to improve most on the best trial."""
        surface, encoding = self.surface, self.surface.encoding
        pool = self._candidates(space, fixed)
        best = evidence.trials.take(np.argsort(-evidence.scores)[:N_BEST_MUTATED])
        fresh = _candidates.mutants_of_best(encoding, best, space, rng)
        pool = pool.with_rows(surface.at(_candidates.settled(encoding, fresh, space, fixed)))
        trials = surface.at(evidence.trials)
        scores = drawn_in(evidence.scores - np.median(evidence.scores))
        pending = surface.at(evidence.pending)
        free = pool.differs_from(trials) & pool.differs_from(pending)
        for skip in range(evidence.n_open, -1, -1):
            if not free.any():
                return None
            gain = self._gain(trials, scores, pending, pool, weights)
            pick = int(np.where(free, gain, -1.0).argmax())
            if skip:
                pending = pending.with_rows(pool.take([pick]))
                free[pick] = False
        return pool.rows.take([pick])

    def _gain(
        self,
        trials: SurfacePoints,
        scores: Floats,
        pending: SurfacePoints,
        pool: SurfacePoints,
        weights: Floats,
    ) -> Floats:
        """Return the expected improvement of the pool, pending trials scoring as expected."""
        top = float(scores.max())
        if len(pending.rows):
            expected = self.surface.posterior(trials, scores, pending, weights).mean()
            trials, scores = trials.with_rows(pending), np.r_[scores, expected]
        return self.surface.posterior(trials, scores, pool, weights).expected_improvement(top)

    def _candidates(self, space: Space, fixed: Floats | None) -> SurfacePoints:
        """Return the candidates of a search space; those of the last one are kept."""
        if fixed is None and self._pool is not None and self._pool[0] == space:
            return self._pool[1]
        rows = _candidates.pool(self.surface.encoding, self._best, space)
        points = self.surface.at(_candidates.settled(self.surface.encoding, rows, space, fixed))
        if fixed is None:
            self._pool = (space, points)
        return points
