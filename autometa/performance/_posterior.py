"""What the trials so far say about every candidate, given what other tasks said.

The study's scores are taken as an affine function of the tasks' normal scores:
location and scale are estimated from the trials (universal kriging).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import ndtr

from autometa._common.arrays import Floats

# Scales tried, relative to the standard deviation of the scores.
SCALES = np.exp(np.linspace(-2.5, 2.5, 21))
# Scores further below the median than twice the best is above it are drawn in.
MAX_DROP = 2.0
MIN_SCORES_TO_CLIP = 4


@dataclass(frozen=True)
class Belief:
    """A prior over the scores of the trials so far and of the candidates.

    Attributes
    ----------
    mean : ndarray of shape (n_trials,)
    covariance : ndarray of shape (n_trials, n_trials)
    cross : ndarray of shape (n_trials, n_candidates)
    candidate_mean, candidate_variance : ndarrays of shape (n_candidates,)
    noise : float
        Variance of a score that no setup explains.
    log_weight : float
        Logarithm of how probable this prior is before any trial.
    """

    mean: Floats
    covariance: Floats
    cross: Floats
    candidate_mean: Floats
    candidate_variance: Floats
    noise: float
    log_weight: float = 0.0


@dataclass(frozen=True)
class Prediction:
    """Expected scores of the candidates, their standard deviations, and the evidence."""

    mean: Floats
    sd: Floats
    log_evidence: float


@dataclass(frozen=True)
class Posterior:
    """What several beliefs say of the candidates, weighed by how well they foresaw the trials."""

    predictions: Sequence[Prediction]

    def mean(self) -> Floats:
        """Return the expected score of each candidate."""
        shares = probabilities(self.predictions)
        total: Floats = np.asarray(
            sum(share * one.mean for share, one in zip(shares, self.predictions, strict=True))
        )
        return total

    def expected_improvement(self, best: float) -> Floats:
        """Return by how much each candidate is expected to exceed ``best``."""
        gains = [expected_improvement(prediction, best) for prediction in self.predictions]
        total: Floats = np.average(gains, axis=0, weights=probabilities(self.predictions))
        return total


def predict(belief: Belief, scores: Floats) -> Prediction:
    """Return what ``scores`` of the trials say about the candidates under ``belief``."""
    n = len(scores)
    factor = linalg.cholesky(belief.covariance + belief.noise * np.eye(n), lower=True)
    columns = np.column_stack([np.ones(n), belief.mean, scores, belief.cross])
    solved = linalg.solve_triangular(factor, columns, lower=True, check_finite=False)
    one, mean, y, cross = solved[:, 0], solved[:, 1], solved[:, 2], solved[:, 3:]
    scale, log_evidence = _scale(one, mean, y, float(scores.std()))
    residual, shift = _centred(y / scale - mean, one)
    variance = belief.candidate_variance - (cross * cross).sum(axis=0)
    log_evidence -= float(np.log(np.diag(factor)).sum() + 0.5 * np.log(one @ one))
    return Prediction(
        scale * (belief.candidate_mean + shift + cross.T @ residual),
        scale * np.sqrt(np.maximum(variance, 1e-10)),
        log_evidence + belief.log_weight,
    )


def _centred(values: Floats, one: Floats) -> tuple[Floats, float]:
    """Take the best constant out of whitened values; return the rest and the constant."""
    shift = float(one @ values / (one @ one))
    return values - shift * one, shift


def _scale(one: Floats, mean: Floats, y: Floats, sd: float) -> tuple[float, float]:
    """Return the most probable scale of the scores, and the log evidence over all scales."""
    if sd <= 1e-12:
        return 1.0, 0.0
    log_posterior = np.array([_log_posterior(one, mean, y, sd, relative) for relative in SCALES])
    best = sd * float(SCALES[int(log_posterior.argmax())])
    return best, float(np.logaddexp.reduce(log_posterior))


def _log_posterior(one: Floats, mean: Floats, y: Floats, sd: float, relative: float) -> float:
    residual, _ = _centred(y / (relative * sd) - mean, one)
    log_relative = float(np.log(relative))
    return -0.5 * float(residual @ residual) - (len(y) - 1) * log_relative - 0.5 * log_relative**2


def expected_improvement(prediction: Prediction, best: float) -> Floats:
    """Return by how much each candidate is expected to exceed ``best``."""
    u = (prediction.mean - best) / prediction.sd
    density = np.exp(-0.5 * u * u) / np.sqrt(2.0 * np.pi)
    gain: Floats = prediction.sd * (u * ndtr(u) + density)
    return gain


def probabilities(predictions: Sequence[Prediction]) -> Floats:
    """Return how probable each prior is after the trials."""
    log_evidence = np.array([p.log_evidence for p in predictions])
    shares: Floats = np.exp(log_evidence - np.logaddexp.reduce(log_evidence))
    return shares


def drawn_in(scores: Floats) -> Floats:
    """Return the scores with disasters drawn in, which say little about the top."""
    if len(scores) < MIN_SCORES_TO_CLIP:
        return scores
    median = float(np.median(scores))
    rise = float(scores.max()) - median
    return np.maximum(scores, median - MAX_DROP * rise) if rise > 0 else scores
