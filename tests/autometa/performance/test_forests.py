"""Trees as arrays against scikit-learn's own, and arrays that are no trees."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from autometa.performance._leaf_forest import Growth, LeafForest, grow


def forest_of(kind, seed=0, n_tasks=60):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_tasks, 5)).round(2)  # ties, and values on thresholds
    return kind(12, min_samples_leaf=2, random_state=seed).fit(x, x[:, :2] ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ExtraTreesRegressor, RandomForestRegressor])
@given(x=arrays.arrays(float, (7, 5), elements=st.floats(-3, 3, width=64)))
def test_tasks_fall_into_the_leaves_that_scikit_learn_puts_them_in(kind, x):
    forest = forest_of(kind)
    ours = LeafForest.of(forest)
    assert ours.is_sound(5)
    assert (ours.apply(x) - ours.roots == forest.apply(x)).all()


def test_a_forest_of_one_leaf_puts_all_tasks_there():
    forest = RandomForestRegressor(3).fit(np.zeros((4, 2)), np.ones(4))
    ours = LeafForest.of(forest)
    assert (ours.apply(np.ones((5, 2))) == [0, 1, 2]).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("feature", np.array([9, -1, -1])),
        ("feature", np.array([0, 0, 0])),
        ("feature", np.array([0, -1])),
        ("right", np.array([0, 0, 0])),
        ("right", np.array([5, 0, 0])),
        ("roots", np.array([3])),
        ("roots", np.array([-1])),
    ],
)
def test_arrays_that_are_no_trees_are_not_sound(field, value):
    tree = LeafForest(np.array([0, -1, -1]), np.zeros(3), np.array([2, 0, 0]), np.array([0]))
    assert tree.is_sound(1)
    assert not dataclasses.replace(tree, **{field: value}).is_sound(1)


@given(seed=st.integers(0, 10**6))
def test_sound_arrays_always_lead_to_a_leaf(seed):
    rng = np.random.default_rng(seed)
    right = rng.integers(1, 8 - np.minimum(np.arange(8), 6))  # no further than the last node
    feature = np.append(rng.integers(-1, 3, 7), -1)
    tree = LeafForest(feature, rng.normal(size=8), right, rng.integers(0, 8, 2))
    assert tree.is_sound(3)
    assert (tree.feature[tree.apply(rng.normal(size=(4, 3)))] == -1).all()


def test_trees_that_saw_a_task_say_nothing_of_its_neighbours():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    _, unseen = grow(x, y, np.ones(30), Growth(40, random_state=0))
    assert (np.diag(unseen) == 0.0).all()
    assert (unseen.sum(axis=1) > 0).all()
