"""Which setup to try next: the history's surrogates meet the trials of a study."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from autometa._common.arrays import Booleans, Floats
from autometa.performance._posterior import (
    Belief,
    drawn_in,
    expected_improvement,
    predict,
    probabilities,
)
from autometa.performance._ranked_runs import History
from autometa.performance._task_prior import Kernel, TaskPrior, squared_distances
from autometa.samplers import _candidates
from autometa.samplers._matching import Encoding, Rows, Space

# Normal score that a task is taken to have reached before its first trial.
FIRST_REFERENCE = -1.0
# Share of the kernel added to the learnt covariance: what no task has shown.
DRIFT = 0.3
# A study unlike any task: kernels of several lengths, with little noise.
COLD_LENGTHS, COLD_NOISE = (0.25, 0.5, 1.0), 0.01
LOG_WEIGHT_COLD = float(np.log(0.1 / len(COLD_LENGTHS)))
MIN_NOISE = 1e-3
N_BEST_MUTATED = 3


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
        Trials begun before this one whose setup is not known yet.
    """

    trials: Rows
    scores: Floats
    pending: Rows
    n_open: int = 0


class Transfer:
    """What was learnt from the history of some algorithms.

    Parameters
    ----------
    history : History
        With one task or more.
    """

    def __init__(self, history: History) -> None:
        self.task_ids = history.task_ids
        self.encoding = Encoding(history.setups)
        features = self.encoding.features(self.encoding.setups)
        self.prior = TaskPrior(
            [features[rows] for rows in history.rows], history.scores, self.encoding.groups
        )
        self._best = _candidates.best_of_each_task(self.encoding, history)
        self._pool: tuple[Space, _Scored] | None = None

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
        proven = _candidates.proven(self.encoding, self._best, space)
        pool = self._score(_candidates.settled(self.encoding, proven, space, fixed))
        tried = self._score(Rows.concatenate([evidence.trials, evidence.pending]))
        reached = np.maximum(tried.by_task.max(axis=0, initial=FIRST_REFERENCE), FIRST_REFERENCE)
        free = pool.differs_from(tried)
        for skip in range(evidence.n_open, -1, -1):
            if not free.any():
                return None
            gain = np.maximum(pool.by_task - reached, 0.0) @ weights
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
        pool = self._scored(space, fixed)
        best = evidence.trials.take(np.argsort(-evidence.scores)[:N_BEST_MUTATED])
        fresh = _candidates.mutants_of_best(self.encoding, best, space, rng)
        pool = pool.with_rows(self._score(_candidates.settled(self.encoding, fresh, space, fixed)))
        trials = self._score(evidence.trials)
        scores = drawn_in(evidence.scores - np.median(evidence.scores))
        pending = self._score(evidence.pending)
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
        trials: _Scored,
        scores: Floats,
        pending: _Scored,
        pool: _Scored,
        weights: Floats,
    ) -> Floats:
        """Average the expected improvement of the pool over what may hold for this study."""
        top = float(scores.max())
        if len(pending.rows):
            guesses = [predict(b, scores) for b in self._beliefs(trials, pending, weights)]
            shares = probabilities(guesses)
            expected = sum(s * g.mean for s, g in zip(shares, guesses, strict=True))
            trials, scores = trials.with_rows(pending), np.r_[scores, expected]
        outcomes = [predict(b, scores) for b in self._beliefs(trials, pool, weights)]
        gains = [expected_improvement(outcome, top) for outcome in outcomes]
        total: Floats = np.average(gains, axis=0, weights=probabilities(outcomes))
        return total

    def _beliefs(self, trials: _Scored, pool: _Scored, weights: Floats) -> list[Belief]:
        """Believe the study to be like some tasks, like all tasks, or unlike any."""
        kernel = self.prior.kernel
        spread = trials.phi @ self.prior.covariance
        alike = Belief(
            trials.by_task @ weights,
            spread @ trials.phi.T + DRIFT * kernel(trials.x, trials.x),
            spread @ pool.phi.T + DRIFT * kernel(trials.x, pool.x),
            pool.by_task @ weights,
            pool.variance + DRIFT * kernel.variance,
            max(kernel.noise, MIN_NOISE),
        )
        beliefs = [alike, *(_cold(length, trials.x, pool.x) for length in COLD_LENGTHS)]
        if np.ptp(weights) > 0:
            means = trials.by_task.mean(axis=1), pool.by_task.mean(axis=1)
            beliefs.append(replace(alike, mean=means[0], candidate_mean=means[1]))
        return beliefs

    def _scored(self, space: Space, fixed: Floats | None) -> _Scored:
        """Return the candidates of a search space; those of the last one are kept."""
        if fixed is None and self._pool is not None and self._pool[0] == space:
            return self._pool[1]
        rows = _candidates.pool(self.encoding, self._best, space)
        scored = self._score(_candidates.settled(self.encoding, rows, space, fixed))
        if fixed is None:
            self._pool = (space, scored)
        return scored

    def _score(self, rows: Rows) -> _Scored:
        x = self.encoding.features(rows)
        phi = self.prior.phi(x)
        by_task = phi @ self.prior.task_weights.T
        variance = ((phi @ self.prior.covariance) * phi).sum(axis=1)
        return _Scored(rows, x, phi, by_task, variance)


def _cold(length: float, trials: Floats, pool: Floats) -> Belief:
    """Believe nothing but that near setups score alike."""
    kernel = Kernel(np.full(trials.shape[1], length), 1.0, COLD_NOISE)
    return Belief(
        np.zeros(len(trials)),
        kernel(trials, trials),
        kernel(trials, pool),
        np.zeros(len(pool)),
        np.ones(len(pool)),
        COLD_NOISE,
        LOG_WEIGHT_COLD,
    )


@dataclass(frozen=True)
class _Scored:
    """Setups with all that the surrogates say about them."""

    rows: Rows
    x: Floats
    phi: Floats
    by_task: Floats
    variance: Floats

    def with_rows(self, other: _Scored) -> _Scored:
        pairs = ("x", "phi", "by_task", "variance")
        joined = (np.concatenate([getattr(self, n), getattr(other, n)]) for n in pairs)
        return _Scored(Rows.concatenate([self.rows, other.rows]), *joined)

    def take(self, which: list[int]) -> _Scored:
        parts = (self.x, self.phi, self.by_task, self.variance)
        return _Scored(self.rows.take(which), *(part[which] for part in parts))

    def differs_from(self, tried: _Scored) -> Booleans:
        """Whether each setup is none of those tried."""
        if not len(tried.x):
            return np.ones(len(self.x), dtype=bool)
        differs: Booleans = squared_distances(self.x, tried.x).min(axis=1) > 1e-12
        return differs
