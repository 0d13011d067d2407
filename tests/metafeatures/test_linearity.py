"""Support vector machines solved exactly: by hand, against liblinear, and their three measures."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from metafeatures import describe
from metafeatures._families.linearity import linearity_l1, linearity_l2, linearity_l3
from metafeatures._pairs.hinge import GAP, _Problem, margins
from metafeatures._pairs.linear_pairs import margins_of_pairs, share_of_way


def test_measures_of_margins_match_the_hand():
    found = [(np.array([1.0, -1.0]), np.array([1.0, 1.0]))]
    assert linearity_l1(found) == pytest.approx([0.25 / 1.25])
    assert linearity_l2(found) == pytest.approx([1 / 4])
    assert linearity_l3(found) == pytest.approx([(1 + 2 * 0.5) / 4 / 2])


def test_two_rows_are_parted_in_the_middle():
    assert margins(np.array([[-1.0, 1.0]]), np.array([-1.0, 1.0])) == pytest.approx([1.0, 1.0])


def test_a_heavy_loss_pulls_the_plane():
    # weight w for the column and b for the constant: (w^2 + b^2) / 2 + 2 max(0, 1 + w - b)
    # + 2 max(0, 1 - w - b) is least at w = 0, b = 1, where both losses are 0
    assert margins(np.array([[-1.0, 1.0]]), np.ones(2)) == pytest.approx([1.0, 1.0])


def test_classes_that_are_the_same_lie_on_the_plane():
    X, y = [[-1.0], [1.0], [-1.0], [1.0]], [0, 0, 1, 1]
    found = describe(pd.DataFrame(X), y, names=["linearity_l1", "linearity_l2", "linearity_l3"])
    assert found.tolist() == pytest.approx([0.0, 0.5, 0.5])


def test_classes_that_a_plane_parts_have_no_complexity():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    X = rng.normal(size=(60, 2)) + 20 * np.array([[0, 0], [1, 0], [0, 1]])[y]
    found = describe(X, y, families=["complexity"]).filter(like="linearity")
    assert (found == 0).all()


@given(st.integers(0, 10**6))
def test_margins_are_those_of_liblinear_taken_to_the_end(seed):
    rng = np.random.default_rng(seed)
    n_rows, n_columns = int(rng.integers(5, 60)), int(rng.integers(1, 8))
    signs = np.where(np.arange(n_rows) % 2, 1.0, -1.0)
    columns = rng.normal(size=(n_columns, n_rows)) + signs * rng.random()
    model = LinearSVC(loss="hinge", C=2.0, tol=1e-9, max_iter=10**6, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # liblinear may not get there; its cost tells
        model.fit(columns.T, signs)
    theirs, ours = model.decision_function(columns.T) * signs, margins(columns, signs)
    assert _cost(ours, columns, signs) <= _cost(theirs, columns, signs) * (1 + 1e-7)


def _cost(found: np.ndarray, columns: np.ndarray, signs: np.ndarray) -> float:
    rows = np.vstack([columns, np.ones(signs.size)]).T * signs[:, None]
    weights = np.linalg.lstsq(rows, found, rcond=None)[0]
    return float(weights @ weights / 2 + 2 * np.maximum(0, 1 - found).sum())


@given(st.integers(0, 10**6))
def test_rare_indicators_are_solved_to_the_end(seed):
    # the corrector in full goes round in circles on some of these
    rng = np.random.default_rng(seed)
    signs = np.where(rng.random(41) < rng.random(), 1.0, -1.0)
    problem = _Problem(np.vstack([rng.random((4, 41)) < 0.12, np.ones(41)]) * 3 * signs, 2.0)
    weights = problem.solve()
    assert problem._gap(weights, weights @ problem.columns - 1) <= GAP


@given(st.integers(0, 10**6))
def test_more_columns_than_rows_satisfy_the_same_conditions(seed):
    rng = np.random.default_rng(seed)
    signs = np.where(rng.random(8) < 0.5, 1.0, -1.0)
    columns = rng.normal(size=(20, 8))
    columns[:, 1], signs[:2] = columns[:, 0], [1.0, -1.0]  # two rows that nothing tells apart
    found = margins(columns, signs)
    assert found[0] == pytest.approx(-found[1], abs=1e-5)
    assert (found[2:] >= 1 - 1e-5).all()


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 3.0]), min_size=1, max_size=12))
def test_share_of_the_way_is_the_mean_over_all_pairs(numbers):
    def share(a: float, b: float) -> float:
        if a == b == 0:
            return 0.5
        below = max(-a, 0.0) + max(-b, 0.0)
        return below / (abs(a) + abs(b))

    expected = np.mean([share(a, b) for a in numbers for b in numbers])
    assert share_of_way(np.array(numbers)) == pytest.approx(expected)


def test_pairs_are_those_of_the_first_classes():
    points, classes = np.random.default_rng(0).random((30, 2)), np.arange(30) % 5
    assert len(margins_of_pairs(points, classes, None)) == 10
    assert len(margins_of_pairs(points, classes, 3)) == 3


def test_margins_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    columns, signs = rng.normal(size=(3, 50)), np.where(rng.random(50) < 0.5, 1.0, -1.0)
    order = rng.permutation(50)
    shuffled = margins(columns[:, order], signs[order])
    np.testing.assert_allclose(shuffled, margins(columns, signs)[order], atol=1e-6)
