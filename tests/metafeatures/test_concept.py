"""Rows near each other: by hand, against all pairs at once, and what the values tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist

from metafeatures import describe
from metafeatures._pairs.nearness import nearness_of_classes, nearness_of_numbers

RNG = np.random.default_rng(0)


def concept(X: object, y: object) -> pd.Series[float]:
    return describe(pd.DataFrame(X), y, families=["concept"])


def weights_of(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distances, nearness and 2^-ceil(distance) of all pairs, 0 on the diagonal."""
    distances = cdist(points, points)
    with np.errstate(divide="ignore"):
        nearness = 2.0 ** (-2 * distances / (np.sqrt(points.shape[1]) - distances))
    thinning = 2.0 ** -np.maximum(np.ceil(distances), 1)
    np.fill_diagonal(nearness, 0)
    np.fill_diagonal(thinning, 0)
    return distances, nearness, thinning


def test_three_rows_on_a_line_give_what_the_hand_computes():
    found = concept([[0.0], [1.0], [2.0]], ["a", "b", "a"])
    # distances of one half weigh 2^(-2 * 0.5 / 0.5) = 1/4, those of one weigh nothing
    assert found["weighted_distance.mean"] == pytest.approx(0.5)
    assert found["weighted_distance.range"] == pytest.approx(0.0, abs=1e-12)
    assert found["concept_variation.mean"] == pytest.approx(1.0)
    assert found["cohesiveness.mean"] == pytest.approx(1.0)
    assert found["sparse_concept_variation.mean"] == pytest.approx((0.5 + 1.0 + 0.5) / 3)


@given(st.integers(0, 10**6))
def test_classes_match_those_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    points = rng.random((50, int(rng.integers(1, 6))))
    classes = np.unique(rng.integers(0, 4, 50), return_inverse=True)[1]
    found = nearness_of_classes(points, classes)
    order = np.argsort(classes, kind="stable")
    distances, nearness, thinning = weights_of(points[order])
    differs = classes[order][:, None] != classes[order]
    sums = nearness.sum(axis=1)
    np.testing.assert_allclose(found.distance, (nearness * distances).sum(axis=1) / sums)
    np.testing.assert_allclose(found.variation, (nearness * differs).sum(axis=1) / sums, atol=1e-12)
    np.testing.assert_allclose(found.density, thinning.sum(axis=1))
    np.testing.assert_allclose(found.sparse_variation, (thinning * differs).sum(axis=1), atol=1e-12)


@given(st.integers(0, 10**6))
def test_numbers_match_those_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    points, target = rng.random((50, int(rng.integers(1, 6)))), rng.normal(size=50)
    target = (target - target.mean()) / target.std()
    found = nearness_of_numbers(points, target)
    _, nearness, thinning = weights_of(points)
    squares = (target[:, None] - target) ** 2 / 2
    expected = (nearness * squares).sum(axis=1) / nearness.sum(axis=1)
    np.testing.assert_allclose(found.variation, expected)
    np.testing.assert_allclose(found.density, thinning.sum(axis=1))
    correlation = np.corrcoef(pdist(points), pdist(target[:, None]))[0, 1]
    assert found.match_correlation == pytest.approx(correlation)


def test_distances_that_are_whole_numbers_are_not_rounded_up():
    points = RNG.integers(0, 2, (300, 9)).astype(float)
    found = nearness_of_numbers(points, RNG.normal(size=300))
    np.testing.assert_allclose(found.density, weights_of(points)[2].sum(axis=1))


def test_noise_varies_among_neighbours_and_a_rule_does_not():
    X = pd.DataFrame(RNG.random((600, 2)))
    noise, rule = RNG.integers(0, 2, 600), X[0] > 0.5
    assert concept(X, noise)["concept_variation.mean"] == pytest.approx(0.5, abs=0.02)
    assert concept(X, rule)["concept_variation.mean"] < 0.4
    noise, slope = RNG.normal(size=600), X[0] + X[1]
    assert concept(X, noise)["target_variation.mean"] == pytest.approx(1.0, abs=0.05)
    assert concept(X, slope)["target_variation.mean"] < 0.7
    assert abs(concept(X, noise)["target_distance_correlation"]) < 0.05
    assert concept(X, slope)["target_distance_correlation"] > 0.5


def test_columns_are_compared_on_the_same_scale():
    X, y = pd.DataFrame(RNG.normal(size=(80, 3))), RNG.integers(0, 2, 80)
    pd.testing.assert_series_equal(concept(X, y), concept(X * [1e3, 1e-5, 1e120] + 7, y))


def test_rows_on_opposite_corners_have_no_neighbours():
    found = concept([[0.0], [1.0]], ["a", "b"])
    assert found[["concept_variation.mean", "weighted_distance.mean"]].isna().all()
    assert found["cohesiveness.mean"] == 0.5
    assert np.isnan(concept([[0.0], [1.0]], [0.5, 0.7])["target_distance_correlation"])


def test_equal_rows_are_as_near_as_can_be():
    found = concept(np.ones((10, 2)), ["a", "b"] * 5)
    assert found["weighted_distance.mean"] == 0
    assert found["concept_variation.mean"] == pytest.approx(5 / 9)
    assert found["cohesiveness.mean"] == pytest.approx(9 / 2)


def test_a_thousand_classes_are_compared_like_few():
    points, classes = RNG.random((2000, 2)), np.arange(2000) % 1000
    found = nearness_of_classes(points, classes)
    order = np.argsort(classes, kind="stable")
    _, nearness, _ = weights_of(points[order])
    differs = classes[order][:, None] != classes[order]
    expected = (nearness * differs).sum(axis=1) / nearness.sum(axis=1)
    np.testing.assert_allclose(found.variation, expected)
