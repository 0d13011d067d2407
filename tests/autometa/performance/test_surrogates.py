"""Kernels and the prior over tasks: against scikit-learn, finite differences and known truths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal
from sklearn.gaussian_process.kernels import Matern

from autometa.performance._task_prior import (
    Kernel,
    TaskPrior,
    _negative_log_likelihood,
    matern,
    spread_rows,
    squared_distances,
)

LENGTHS, VARIANCE, NOISE = np.array([0.4, 1.3]), 1.7, 0.05
GROUPS = np.array([0, 1])


def drawn_tasks(n_tasks: int, n_runs: int, seed: int = 0):
    """Return tasks that are one shared function plus a small one of their own, with noise."""
    rng = np.random.default_rng(seed)
    kernel = Matern(LENGTHS, nu=2.5)
    features = [rng.random((n_runs, 2)) for _ in range(n_tasks)]
    shared = lambda x: 2.0 * np.sin(4 * x[:, 0]) * x[:, 1]  # noqa: E731
    scores = [
        shared(x)
        + 0.3 * rng.multivariate_normal(np.zeros(n_runs), kernel(x))
        + 0.05 * rng.normal(size=n_runs)
        for x in features
    ]
    return features, scores, shared


def test_the_kernel_is_scikit_learns_matern():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 2)), rng.normal(size=(7, 2))
    expected = VARIANCE * Matern(LENGTHS, nu=2.5)(a, b)
    assert Kernel(LENGTHS, VARIANCE, NOISE)(a, b) == pytest.approx(expected)


def test_the_loss_of_a_kernel_is_the_gaussian_log_likelihood_and_its_gradient_is_right():
    (x,), (z,), _ = drawn_tasks(1, 12)
    theta = np.log([*LENGTHS, VARIANCE, NOISE])
    value, gradient = _negative_log_likelihood(theta, x, z, GROUPS, 2)
    covariance = VARIANCE * Matern(LENGTHS, nu=2.5)(x) + (NOISE + 1e-6) * np.eye(12)
    likelihood = multivariate_normal(np.zeros(12), covariance).logpdf(z)
    assert value == pytest.approx(-likelihood - 6 * np.log(2 * np.pi))
    loss = lambda t: _negative_log_likelihood(t, x, z, GROUPS, 2)[0]  # noqa: E731
    assert gradient == pytest.approx(approx_fprime(theta, loss, 1e-6), rel=1e-4, abs=1e-4)


def test_rows_that_explain_the_others_are_chosen_first_and_repeats_never():
    x = np.array([[0.0], [0.0], [5.0], [0.1]])
    assert spread_rows(x, 2).tolist() == [0, 2]
    assert sorted(spread_rows(x, 4).tolist()) == [0, 2, 3]


def test_features_give_back_the_kernel():
    features, scores, _ = drawn_tasks(6, 25)
    prior = TaskPrior(features, scores, GROUPS)
    x = np.concatenate(features)
    scaled = x / prior.kernel.lengths
    products = prior.phi(x) @ prior.phi(x).T
    assert products == pytest.approx(matern(squared_distances(scaled, scaled)), abs=0.02)


def test_the_prior_learns_what_tasks_share():
    features, scores, shared = drawn_tasks(12, 30)
    prior = TaskPrior(features, scores, GROUPS)
    x = np.random.default_rng(9).random((200, 2))
    mean_task = prior.phi(x) @ prior.task_weights.mean(axis=0)
    assert np.corrcoef(mean_task, shared(x))[0, 1] > 0.97
    left_over = np.mean(
        [
            np.std(z - prior.phi(f) @ w)
            for f, z, w in zip(features, scores, prior.task_weights, strict=True)
        ]
    )
    assert left_over < 0.15  # noise .05 and what smoothing takes of the tasks' own .3


@pytest.mark.parametrize("n_runs", [9, 40])
def test_a_task_says_the_same_whether_runs_or_features_are_factorised(n_runs):
    xs, scores, _ = drawn_tasks(1, n_runs, seed=3)
    prior = TaskPrior(xs, scores, np.zeros(xs[0].shape[1], dtype=np.int64))
    phi, n = prior.phi(xs[0]), prior.covariance.shape[0]
    mean, covariance = np.full(n, 0.1), prior.covariance
    own = prior.kernel.variance * np.maximum(1.0 - (phi * phi).sum(axis=1), 0.0)
    gram = phi @ covariance @ phi.T + np.diag(own + prior.kernel.noise)
    gain = covariance @ phi.T @ np.linalg.inv(gram)
    weights, left = prior._given_many(phi, scores[0], mean, np.linalg.inv(covariance))
    np.testing.assert_allclose(weights, mean + gain @ (scores[0] - phi @ mean), atol=1e-6)
    np.testing.assert_allclose(left, covariance - gain @ phi @ covariance, atol=1e-6)
