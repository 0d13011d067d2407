"""What a history says about the scores of any setup, task by task.

Each task is a draw from one Gaussian process whose mean and covariance are
learnt from all tasks. The process is written as Bayesian linear regression on
Nyström features of a Matern kernel, so that learning them is a few rounds of
expectation and maximisation in closed form [1]_, and tasks need not share a
single setup.

References
----------
.. [1] K. Yu, V. Tresp, A. Schwaighofer. Learning Gaussian Processes from
   Multiple Tasks. ICML 2005.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from autometa._common.arrays import Floats, Integers

# The cost of a round grows with the cube of it; what one more explains is soon below the noise.
N_FEATURES = 128
# Bounds the time of the pivoted factorisation that chooses them.
N_INDUCING_CANDIDATES = 1500
N_ROUNDS = 6  # of expectation and maximisation, which converge quickly from the kernel
# Pseudo-tasks that hold the covariance to the kernel, and the mean to zero.
PRIOR_TASKS = 10.0
PRIOR_TASKS_MEAN = 0.5
# A thousand runs say enough of a few lengths; each step factorises a matrix for each task.
N_FIT_TASKS, N_FIT_RUNS, N_FIT_STEPS = 16, 64, 30
# Where the fit begins and what holds it there, in units of a dimension's range and of the
# variance of normal scores: most of a range matters smoothly, ranks are noisy a little.
TYPICAL_LENGTH, TYPICAL_NOISE = 0.7, 0.05


def squared_distances(a: Floats, b: Floats) -> Floats:
    """Return the squared Euclidean distance of each row of ``a`` to each of ``b``."""
    products = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None] - 2.0 * a @ b.T
    distances: Floats = np.maximum(products, 0.0)
    return distances


def matern(squared: Floats) -> Floats:
    """Return the Matern kernel of smoothness 5/2 at squared scaled distances."""
    r = np.sqrt(5.0 * squared)
    covariance: Floats = (1.0 + r + r * r / 3.0) * np.exp(-r)
    return covariance


@dataclass(frozen=True)
class Kernel:
    """A Matern kernel with a length for every column, and the noise of a score."""

    lengths: Floats
    variance: float
    noise: float

    def __call__(self, a: Floats, b: Floats) -> Floats:
        """Return the covariance of each row of ``a`` with each of ``b``."""
        return self.variance * matern(squared_distances(a / self.lengths, b / self.lengths))


def fit_kernel(
    features: Sequence[Floats],
    scores: Sequence[Floats],
    groups: Integers,
    rng: np.random.Generator,
) -> Kernel:
    """Return the kernel under which a sample of the tasks is most likely.

    Parameters
    ----------
    features, scores : sequences of arrays
        Runs of each task, and their normal scores.
    groups : ndarray of shape (n_columns,)
        Columns of one group share a length.
    """
    tasks = []
    for t in rng.permutation(len(scores))[:N_FIT_TASKS]:
        rows = rng.permutation(len(scores[t]))[:N_FIT_RUNS]
        tasks.append((features[t][rows], scores[t][rows]))
    n_groups = int(groups.max()) + 1
    centre = np.r_[np.full(n_groups, np.log(TYPICAL_LENGTH)), 0.0, np.log(TYPICAL_NOISE)]
    spread = np.r_[np.ones(n_groups), 3.0, 1.0]
    n_runs = sum(len(z) for _, z in tasks)

    def loss(theta: Floats) -> tuple[float, Floats]:
        deviation = (theta - centre) / spread
        total, gradient = 0.5 * float(deviation @ deviation), deviation / spread
        for x, z in tasks:
            value, slope = _negative_log_likelihood(theta, x, z, groups, n_groups)
            total += value
            gradient = gradient + slope
        return total / n_runs, gradient / n_runs

    bounds = [(np.log(0.05), np.log(20.0))] * n_groups + [(-4.0, 3.0), (np.log(1e-4), 0.0)]
    optimum = optimize.minimize(
        loss, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": N_FIT_STEPS}
    )
    theta = np.exp(optimum.x)
    return Kernel(theta[:n_groups][groups], float(theta[n_groups]), float(theta[n_groups + 1]))


def _negative_log_likelihood(
    theta: Floats, x: Floats, z: Floats, groups: Integers, n_groups: int
) -> tuple[float, Floats]:
    """Value and gradient, by the logarithms of the lengths, the variance and the noise."""
    variance, noise = np.exp(theta[n_groups]), np.exp(theta[n_groups + 1])
    scaled = x / np.exp(theta[:n_groups])[groups]
    r = np.sqrt(5.0 * squared_distances(scaled, scaled))
    decay = variance * np.exp(-r)
    covariance = (1.0 + r + r * r / 3.0) * decay
    factor = linalg.cholesky(covariance + (noise + 1e-6) * np.eye(len(z)), lower=True)
    inverse = linalg.cho_solve((factor, True), np.eye(len(z)))
    alpha = inverse @ z
    value = 0.5 * z @ alpha + np.log(np.diag(factor)).sum()
    weight = np.outer(alpha, alpha) - inverse
    by_distance = weight * (5.0 / 3.0) * (1.0 + r) * decay
    by_column = (scaled**2 * by_distance.sum(axis=1)[:, None]).sum(axis=0)
    by_column -= np.einsum("ij,ij->j", scaled, by_distance @ scaled)
    gradient = np.empty_like(theta)
    gradient[:n_groups] = -np.bincount(groups, by_column, n_groups)
    gradient[n_groups] = -0.5 * (weight * covariance).sum()
    gradient[n_groups + 1] = -0.5 * noise * np.trace(weight)
    return float(value), gradient


def spread_rows(scaled: Floats, n: int) -> Integers:
    """Return up to ``n`` rows that explain the others best: a pivoted Cholesky factorisation."""
    left = np.ones(len(scaled))
    factor = np.zeros((len(scaled), min(n, len(scaled))))
    chosen: list[int] = []
    for i in range(factor.shape[1]):
        pivot = int(np.argmax(left))
        if left[pivot] < 1e-6:
            break
        chosen.append(pivot)
        column = matern(squared_distances(scaled, scaled[pivot : pivot + 1]))[:, 0]
        explained = factor[:, :i] @ factor[pivot, :i]
        factor[:, i] = (column - explained) / np.sqrt(left[pivot])
        left = np.maximum(left - factor[:, i] ** 2, 0.0)
        left[pivot] = 0.0
    return np.array(chosen, dtype=np.int64)


class TaskPrior:
    """The distribution of tasks, learnt from a history.

    Parameters
    ----------
    features, scores : sequences of arrays
        Runs of each task, and their normal scores.
    groups : ndarray of shape (n_columns,)
        Columns of one group share a length of the kernel.

    Attributes
    ----------
    kernel : Kernel
    task_weights : ndarray of shape (n_tasks, n_features)
        Coefficients of each task's expected scores; their covariance over
        tasks is ``covariance``, of shape (n_features, n_features).
    """

    def __init__(
        self, features: Sequence[Floats], scores: Sequence[Floats], groups: Integers
    ) -> None:
        rng = np.random.default_rng(0)
        self.kernel = fit_kernel(features, scores, groups, rng)
        self._choose_inducing(np.concatenate(features), rng)
        phi = [self.phi(x) for x in features]
        n = len(self._inducing)
        self.task_weights = np.zeros((len(scores), n))
        self.covariance = np.eye(n) * self.kernel.variance
        mean = np.zeros(n)
        for _ in range(N_ROUNDS):
            mean = self._learn(phi, scores, mean)

    def _choose_inducing(self, x: Floats, rng: np.random.Generator) -> None:
        scaled = x[rng.permutation(len(x))[:N_INDUCING_CANDIDATES]] / self.kernel.lengths
        self._inducing = scaled[spread_rows(scaled, N_FEATURES)]
        gram = matern(squared_distances(self._inducing, self._inducing))
        self._factor = linalg.cholesky(gram + 1e-6 * np.eye(len(gram)), lower=True)

    def phi(self, x: Floats) -> Floats:
        """Return the features of setups: inner products are kernel values, but for variance."""
        near = matern(squared_distances(self._inducing, x / self.kernel.lengths))
        solved: Floats = linalg.solve_triangular(self._factor, near, lower=True, check_finite=False)
        return solved.T

    def _learn(self, phi: Sequence[Floats], scores: Sequence[Floats], mean: Floats) -> Floats:
        """One round: the tasks given mean and covariance, then these given the tasks."""
        n_tasks = len(scores)
        unsure = n_tasks * self.covariance
        precision = None
        for t, (p, z) in enumerate(zip(phi, scores, strict=True)):
            if len(z) > len(mean):
                if precision is None:
                    precision = linalg.inv(self.covariance, check_finite=False)
                self.task_weights[t], left = self._given_many(p, z, mean, precision)
                unsure = unsure + left - self.covariance
                continue
            spread = p @ self.covariance
            own = self.kernel.variance * np.maximum(1.0 - (p * p).sum(axis=1), 0.0)
            gram = spread @ p.T + np.diag(own + self.kernel.noise)
            factor = linalg.cholesky(gram, lower=True, check_finite=False)
            both = np.column_stack([spread, z - p @ mean])
            solved = linalg.solve_triangular(factor, both, lower=True, check_finite=False)
            self.task_weights[t] = mean + solved[:, :-1].T @ solved[:, -1]
            unsure = unsure - solved[:, :-1].T @ solved[:, :-1]
        mean = self.task_weights.sum(axis=0) / (n_tasks + PRIOR_TASKS_MEAN)
        deviations = self.task_weights - mean
        base = PRIOR_TASKS * self.kernel.variance * np.eye(len(mean))
        total: Floats = unsure + deviations.T @ deviations + base
        self.covariance = total / (n_tasks + PRIOR_TASKS)
        return mean

    def _given_many(
        self, phi: Floats, scores: Floats, mean: Floats, precision: Floats
    ) -> tuple[Floats, Floats]:
        """Return a task's coefficients and their covariance, given more runs than features.

        The same as of few runs, by the matrix inversion lemma: what is factorised grows with
        the features, not with the runs.
        """
        own = self.kernel.variance * np.maximum(1.0 - (phi * phi).sum(axis=1), 0.0)
        weighed = phi / (own + self.kernel.noise)[:, None]
        factor = linalg.cho_factor(precision + weighed.T @ phi, check_finite=False)
        left: Floats = linalg.cho_solve(factor, np.eye(len(mean)), check_finite=False)
        return mean + left @ (weighed.T @ (scores - phi @ mean)), left
