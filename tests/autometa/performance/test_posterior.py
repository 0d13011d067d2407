"""The posterior of a study against textbook formulas, solved without its factorisations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from autometa.performance._posterior import (
    SCALES,
    Belief,
    Prediction,
    drawn_in,
    expected_improvement,
    predict,
    probabilities,
)


def drawn_belief(seed: int, n_trials: int = 6, n_candidates: int = 4) -> tuple[Belief, np.ndarray]:
    """Return a random prior and scores of the trials."""
    rng = np.random.default_rng(seed)
    n = n_trials + n_candidates
    root = rng.normal(size=(n, n))
    covariance = root @ root.T / n + 0.1 * np.eye(n)
    mean = rng.normal(size=n)
    belief = Belief(
        mean[:n_trials],
        covariance[:n_trials, :n_trials],
        covariance[:n_trials, n_trials:],
        mean[n_trials:],
        np.diag(covariance)[n_trials:],
        noise=0.2,
        log_weight=-1.5,
    )
    return belief, 3.0 + 2.0 * rng.normal(size=n_trials)


def universal_kriging(belief: Belief, scores: np.ndarray, scale: float) -> tuple[np.ndarray, float]:
    """Return candidate means and log evidence for one scale of the scores, by plain inverses.

    Scores are scale * (mean + shift + noise) with a flat prior over the shift.
    """
    inverse = np.linalg.inv(belief.covariance + belief.noise * np.eye(len(scores)))
    one = np.ones(len(scores))
    residual = scores / scale - belief.mean
    precision = one @ inverse @ one
    shift = one @ inverse @ residual / precision
    mean = belief.candidate_mean + shift + belief.cross.T @ inverse @ (residual - shift)
    fit = residual @ inverse @ residual - precision * shift**2
    log_evidence = 0.5 * np.linalg.slogdet(inverse)[1] - 0.5 * np.log(precision) - 0.5 * fit
    relative = scale / scores.std()
    prior_of_scale = -0.5 * np.log(relative) ** 2
    return scale * mean, float(log_evidence - (len(scores) - 1) * np.log(relative) + prior_of_scale)


@pytest.mark.parametrize("seed", range(8))
def test_predictions_are_those_of_universal_kriging_at_the_most_probable_scale(seed):
    belief, scores = drawn_belief(seed)
    by_scale = [universal_kriging(belief, scores, s * scores.std()) for s in SCALES]
    evidence = np.array([log_evidence for _, log_evidence in by_scale])
    prediction = predict(belief, scores)
    assert prediction.mean == pytest.approx(by_scale[int(evidence.argmax())][0], rel=1e-9)
    total = np.logaddexp.reduce(evidence) + belief.log_weight
    assert prediction.log_evidence == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_spread_is_the_conditional_standard_deviation_in_units_of_the_scores(seed):
    belief, scores = drawn_belief(seed)
    inverse = np.linalg.inv(belief.covariance + belief.noise * np.eye(len(scores)))
    conditional = belief.candidate_variance - np.diag(belief.cross.T @ inverse @ belief.cross)
    ratio = predict(belief, scores).sd / np.sqrt(conditional)
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]))
    assert ratio[0] / scores.std() == pytest.approx(
        SCALES[np.abs(SCALES * scores.std() - ratio[0]).argmin()]
    )


@given(st.floats(-50, 50), st.floats(0.1, 10))
def test_predictions_follow_the_location_and_scale_of_the_scores(shift, factor):
    belief, scores = drawn_belief(3)
    plain, moved = predict(belief, scores), predict(belief, shift + factor * scores)
    assert moved.mean == pytest.approx(shift + factor * plain.mean, rel=1e-6, abs=1e-6)
    assert moved.sd == pytest.approx(factor * plain.sd, rel=1e-6)


@given(st.floats(-3, 3), st.floats(0.05, 3), st.floats(-3, 3))
def test_expected_improvement_is_the_integral_of_what_exceeds_the_best(mean, sd, best):
    prediction = Prediction(np.array([mean]), np.array([sd]), 0.0)
    top = mean + 10 * sd
    integral = 0.0
    if top > best:
        gain = lambda score: (score - best) * norm.pdf(score, mean, sd)  # noqa: E731
        integral, _ = quad(gain, max(best, mean - 10 * sd), top, points=None)
    assert expected_improvement(prediction, best)[0] == pytest.approx(integral, abs=1e-6)


def test_priors_share_their_probability_by_bayes_rule():
    empty = np.zeros(0)
    predictions = [Prediction(empty, empty, np.log(p)) for p in (1e-300, 2e-300, 5e-300)]
    assert probabilities(predictions) == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_disasters_are_drawn_in_to_twice_the_rise_below_the_median():
    scores = np.array([0.0, 1.0, 2.0, 3.0, -100.0])  # median 1, best 3: not below 1 - 2 * 2
    assert drawn_in(scores).tolist() == [0.0, 1.0, 2.0, 3.0, -3.0]
    assert drawn_in(scores[2:]).tolist() == [2.0, 3.0, -100.0]  # too few to know a disaster
