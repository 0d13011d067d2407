"""LatentTaskSurface: what past tasks and the trials so far say about any configuration.

The task of a study may be like some earlier tasks, like all of them, or unlike any: each
is a belief, a Gaussian process over the scores of configurations. Trials say which of
them holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from autometa._common.arrays import Floats
from autometa.performance._encoding import Encoding, Rows
from autometa.performance._posterior import Belief, Posterior, predict
from autometa.performance._ranked_runs import RankedRuns
from autometa.performance._surface_points import SurfacePoints
from autometa.performance._task_prior import Kernel, TaskPrior

MIN_NOISE = 1e-3  # below it, two trials at nearly one place make the covariance singular


@dataclass(frozen=True, kw_only=True)
class LatentTaskSurface:
    """Parameters of the response surface that takes each task for a draw from one process.

    Parameters
    ----------
    drift : float, default=0.3
        Share of the kernel added to the learnt covariance: what no task has shown.
    cold_lengths : tuple of float, default=(0.25, 0.5, 1.0)
        Lengths of kernels for a study unlike any task.
    cold_noise : float, default=0.01
        Of their scores: little, for a surface that nothing else says anything of.
    cold_share : float, default=0.1
        How probable it is before any trial that the study is unlike any task, as
        against that it is like those of the given weights.
    """

    drift: float = 0.3
    cold_lengths: tuple[float, ...] = (0.25, 0.5, 1.0)
    cold_noise: float = 0.01
    cold_share: float = 0.1

    def fit(self, runs: RankedRuns) -> FittedLatentTasks:
        """Learn from one task or more."""
        return FittedLatentTasks(self, runs)


class FittedLatentTasks:
    """Scores of any configuration on the task of a study.

    Parameters
    ----------
    parameters : LatentTaskSurface
    runs : RankedRuns
        With one task or more.
    """

    def __init__(self, parameters: LatentTaskSurface, runs: RankedRuns) -> None:
        self._parameters = parameters
        self._task_ids = runs.task_ids
        self._encoding = Encoding(runs.setups)
        features = self._encoding.features(self._encoding.setups)
        by_task = [features[rows] for rows in runs.rows]
        self._prior = TaskPrior(by_task, runs.scores, self._encoding.groups)
        n_cold = max(len(parameters.cold_lengths), 1)
        self._log_weight_cold = float(np.log(parameters.cold_share / n_cold))

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The earlier tasks, in the order of weights."""
        return self._task_ids

    @property
    def encoding(self) -> Encoding:
        """How configurations are written as rows."""
        return self._encoding

    def at(self, rows: Rows) -> SurfacePoints:
        """Return the configurations with all that does not depend on a study's trials."""
        x = self._encoding.features(rows)
        phi = self._prior.phi(x)
        by_task = phi @ self._prior.task_weights.T
        variance = ((phi @ self._prior.covariance) * phi).sum(axis=1)
        return SurfacePoints(rows, x, phi, by_task, variance)

    def posterior(
        self,
        trials: SurfacePoints,
        scores: Floats,
        candidates: SurfacePoints,
        weights: Floats,
    ) -> Posterior:
        """Return what the scores of trials, and tasks of these weights, say of candidates."""
        beliefs = self._beliefs(trials, candidates, weights)
        return Posterior([predict(belief, scores) for belief in beliefs])

    def _beliefs(
        self, trials: SurfacePoints, candidates: SurfacePoints, weights: Floats
    ) -> list[Belief]:
        """Believe the study to be like some tasks, unlike any, or like all tasks."""
        kernel, drift = self._prior.kernel, self._parameters.drift
        spread = trials.phi @ self._prior.covariance
        alike = Belief(
            trials.by_task @ weights,
            spread @ trials.phi.T + drift * kernel(trials.x, trials.x),
            spread @ candidates.phi.T + drift * kernel(trials.x, candidates.x),
            candidates.by_task @ weights,
            candidates.variance + drift * kernel.variance,
            max(kernel.noise, MIN_NOISE),
        )
        lengths = self._parameters.cold_lengths
        beliefs = [alike, *(self._cold(length, trials.x, candidates.x) for length in lengths)]
        if np.ptp(weights) > 0:  # else that is what the first says
            means = trials.by_task.mean(axis=1), candidates.by_task.mean(axis=1)
            beliefs.append(replace(alike, mean=means[0], candidate_mean=means[1]))
        return beliefs

    def _cold(self, length: float, trials: Floats, candidates: Floats) -> Belief:
        """Believe nothing but that near configurations score alike."""
        noise = self._parameters.cold_noise
        kernel = Kernel(np.full(trials.shape[1], length), 1.0, noise)
        return Belief(
            np.zeros(len(trials)),
            kernel(trials, trials),
            kernel(trials, candidates),
            np.zeros(len(candidates)),
            np.ones(len(candidates)),
            noise,
            self._log_weight_cold,
        )
