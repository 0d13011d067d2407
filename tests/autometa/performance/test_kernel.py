"""Kernel regression, weights and scales: closed forms against doing it the long way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.performance import LeafSimilarity, ReferenceTasks, family_weights
from autometa.performance._feature_space import FeatureSpace, distances, filled
from autometa.performance._kernel_regression import KernelRegression, _inverse_kernel, _kernel
from autometa.performance._score_scale import ScoreScale


def test_errors_on_families_left_out_are_those_of_models_fitted_without_them():
    rng = np.random.default_rng(0)
    coordinates, outputs = rng.normal(size=(20, 3)), rng.normal(size=(20, 4))
    families = np.repeat(np.arange(10), 2)
    model = KernelRegression(coordinates, outputs, families)
    setting = (model._length, model._linear)
    mean = outputs.mean(axis=0)
    for family in range(10):
        others = families != family
        inverse = _inverse_kernel(coordinates[others], *setting, model._noise)
        kernel = _kernel(coordinates[~others], coordinates[others], *setting)
        by_hand = kernel @ inverse @ (outputs[others] - mean) + mean
        assert model.left_out[~others] == pytest.approx(by_hand)


def test_a_linear_trend_goes_on_beyond_the_known_tasks():
    x = np.linspace(-2, 2, 60)[:, None]
    model = KernelRegression(x, 3.0 * x + 1.0, np.arange(60))
    at_the_edge, beyond = model.predict(np.array([[2.0], [3.0]]))[:, 0]
    assert at_the_edge == pytest.approx(7.0, abs=0.3)
    assert beyond > at_the_edge + 1.5  # of a slope of 3


def test_variance_grows_away_from_the_known_tasks():
    x = np.random.default_rng(0).normal(size=(40, 2))
    model = KernelRegression(x, np.sin(x), np.arange(40))
    near, far = model.variance(np.array([[0.0, 0.0], [6.0, 6.0]]))
    assert far > 2 * near


def test_coordinates_do_not_depend_on_units():
    values = pd.DataFrame({"rows": [10.0, 100.0, 1000.0, 1e6], "share": [0.1, 0.2, 0.4, 0.3]})
    space = FeatureSpace(values)
    other = FeatureSpace(values * [1000.0, -1.0])
    assert np.abs(other.coordinates(values * [1000.0, -1.0])) == pytest.approx(
        np.abs(space.coordinates(values))
    )


def test_constant_missing_and_unknown_meta_features_say_nothing():
    values = pd.DataFrame({"one": [1.0] * 3, "none": [np.nan] * 3, "size": [1.0, 2.0, 3.0]})
    space = FeatureSpace(values)
    assert list(space.names) == ["size"]
    query = pd.DataFrame({"other": [7.0], "size": [np.inf]})
    assert np.isnan(space.coordinates(query)).all()
    assert filled(space.coordinates(query)).tolist() == [[0.0]]


def test_distances_are_root_mean_squares_over_the_coordinates():
    assert distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])) == pytest.approx(
        np.array([[np.sqrt(12.5)]])
    )


def test_every_family_weighs_the_same():
    assert family_weights(np.array([0, 0, 0, 1])) == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])


@pytest.mark.parametrize("n_tasks", [4, 40])
def test_a_family_never_votes_on_itself(n_tasks):
    rng = np.random.default_rng(0)
    families = np.arange(n_tasks) // 2
    tasks = ReferenceTasks(
        pd.DataFrame(rng.normal(size=(n_tasks, 3)), columns=list("abc")), families
    )
    similarity = LeafSimilarity(n_trees=20).fit(tasks, rng.random((n_tasks, 5)))
    weights = similarity.left_out_weights()
    own = families[:, None] == families
    assert (weights[own] == 0.0).all()
    assert weights.sum(axis=1) == pytest.approx(np.ones(n_tasks))


@pytest.mark.parametrize(
    ("metric", "scores"),
    [
        ("accuracy", [0.0, 0.5, 1.0]),
        ("matthews_corrcoef", [-0.3, 0.5, 1.0]),
        ("neg_root_mean_squared_error", [-1e6, -3.0, -1e-3, 0.0]),
        ("neg_log_loss", [-2.0, -0.5, -0.01]),
        ("r2", [-50.0, 0.2, 0.99]),
        ("objective", [-3.0, 8.0, 100.0]),
    ],
)
def test_scales_keep_the_order_and_lead_back(metric, scores):
    scores = np.array(scores)
    scale = ScoreScale.of(scores, metric)
    even = scale.to_even(scores)
    assert (np.diff(even) > 0).all()
    assert scale.from_even(even) == pytest.approx(scores, abs=1e-9)


def test_an_expected_score_never_leaves_the_bounds_of_its_metric():
    far = np.array([-50.0, 50.0])
    accuracy = ScoreScale.of(np.array([0.4, 0.9]), "accuracy").from_even(far)
    assert accuracy.tolist() == [0.0, 1.0]
    assert ScoreScale.of(np.array([-4.0, -1.0]), "neg_log_loss").from_even(far)[1] <= 0.0


@pytest.mark.parametrize(
    ("metric", "seen", "possible"),
    [
        ("objective", [-0.2, -0.9], [-1.5, 3.0]),  # losses of a study that minimised
        ("profit", [0.2, 0.7], [-4.0, 12.0]),
        ("matthews_corrcoef", [0.3, 0.8], [-1.0, 1.0]),
        ("accuracy", [0.8, 0.9], [0.0, 1.0]),
        ("neg_log_loss", [-0.1, -0.2], [-9.0, 0.0]),
        ("r2", [0.5, 0.9], [-40.0, 1.0]),
        ("kappa", [0.5, 0.9], [-0.5, 1.0]),
    ],
)
def test_bounds_go_by_the_metric_not_by_the_scores_seen(metric, seen, possible):
    scale = ScoreScale.of(np.array(seen), metric)
    np.testing.assert_allclose(
        scale.from_even(scale.to_even(np.array(possible))), possible, atol=1e-12
    )
    assert ScoreScale.of(np.full(2, np.nan), metric).worst == scale.worst
