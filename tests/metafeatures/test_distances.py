"""Pairs of rows, some at a time: against all of them at once, and within bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from metafeatures._pairs.class_distances import class_distances
from metafeatures._pairs.distances import by_group, centre, strips, to_distances
from metafeatures._pairs.nearest import (
    ask_nearest,
    nearest_values,
    vote_of_classes,
    vote_of_numbers,
)
from metafeatures._pairs.nearness import nearness_of_classes, nearness_of_numbers

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n_rows", [1, 2, 700, 2500])
def test_strips_hold_all_distances_once(n_rows):
    points = RNG.normal(size=(n_rows, 3)) + 1e3
    centred, scale = centre(points)
    found = [(rows, to_distances(squared).copy()) for rows, squared in strips(centred)]
    assert np.concatenate([np.arange(n_rows)[rows] for rows, _ in found]).tolist() == list(
        range(n_rows)
    )
    distances = np.concatenate([part for _, part in found]) * scale
    np.testing.assert_allclose(distances, cdist(points, points), atol=1e-6)
    assert (distances.diagonal() == 0).all()


def test_strips_of_groups_hold_rows_of_one_group():
    groups = RNG.integers(0, 5, 900)
    order, starts, sizes = by_group(groups)
    assert sizes.tolist() == np.bincount(groups).tolist()
    for rows, _ in strips(RNG.normal(size=(900, 2)), starts):
        assert np.unique(groups[order][rows]).size == 1


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e150])
def test_centred_rows_can_be_squared_whatever_their_size(size):
    points = size * np.array([[1.0, 2.0], [3.0, 7.0], [5.0, 0.0]])
    centred, scale = centre(points)
    assert 0.5 <= np.abs(centred).max() <= 1.0
    np.testing.assert_allclose(centred * scale, points - points.mean(axis=0))


def test_rows_without_columns_are_at_distance_zero():
    ((rows, squared),) = strips(centre(np.empty((4, 0)))[0])
    assert rows == slice(0, 4)
    assert (squared == 0).all()


@pytest.mark.parametrize(
    "passes",
    [
        lambda points, classes: class_distances(points, classes),
        lambda points, classes: nearness_of_classes(points, classes),
        lambda points, classes: nearness_of_numbers(points, points[:, 0]),
        lambda points, classes: ask_nearest(points, classes, vote_of_classes(classes)),
    ],
)
def test_no_pass_holds_a_matrix_of_all_pairs(passes):
    points, classes = RNG.random((5000, 3)), np.arange(5000) % 10
    tracemalloc.start()
    passes(points, classes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5000 * 5000 * 8 / 5


@given(st.integers(0, 10**6), st.booleans())
def test_rows_equally_near_share_the_vote(seed, has_ties):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, (40, 3)) / 3 if has_ties else rng.normal(size=(40, 3))
    in_fold = np.append([0, 1], rng.integers(0, 2, 38))
    classes, target = rng.integers(0, 3, 40), rng.normal(size=40)
    shares = ask_nearest(points, in_fold, vote_of_classes(classes))
    means = ask_nearest(points, in_fold, vote_of_numbers(target))
    distances = cdist(points, points).round(9)
    for row in range(40):
        others = np.where(in_fold != in_fold[row], distances[row], np.inf)
        is_near = others == others.min()
        assert shares[row] == pytest.approx((classes[is_near] == classes[row]).mean())
        assert means[row] == pytest.approx(target[is_near].mean())


@given(st.integers(0, 10**6), st.booleans())
def test_nearest_values_of_a_column_are_those_of_all_comparisons(seed, has_ties):
    rng = np.random.default_rng(seed)
    train, test = rng.integers(0, 9, (2, 30)) / 10 if has_ties else rng.normal(size=(2, 30))
    classes, own, target = rng.integers(0, 3, 30), rng.integers(0, 4, 30), rng.normal(size=30)
    found = nearest_values(train, test)
    distances = np.abs(test[:, None] - train).round(9)
    is_near = distances == distances.min(axis=1, keepdims=True)
    for row in range(30):
        near = is_near[row]
        assert found.share(classes, own)[row] == pytest.approx((classes[near] == own[row]).mean())
        assert found.mean(target)[row] == pytest.approx(target[near].mean())
