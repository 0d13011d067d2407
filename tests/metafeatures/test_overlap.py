"""Overlap of classes column by column, balance and dimensionality: by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafeatures import describe
from metafeatures._columns.directions import share_of_components
from metafeatures._families.balance import balance_c1, balance_c2
from metafeatures._families.dimensionality import n_encoded
from metafeatures._families.overlap import overlap_f1, overlap_f1v
from metafeatures._pairs.class_groups import (
    ClassGroups,
    box_overlap,
    collective_overlap,
    least_overlap,
)

FIRST, SECOND = np.array([[0.0, 2.0]]), np.array([[1.0, 4.0]])


def groups(*parts: np.ndarray, **bounds: int) -> ClassGroups:
    classes = np.repeat(np.arange(len(parts)), [part.shape[1] for part in parts])
    return ClassGroups(np.concatenate(parts, axis=1), classes, **bounds)


def test_one_column_of_four_rows_overlaps_as_the_hand_computes():
    assert overlap_f1(groups(FIRST, SECOND)) == pytest.approx([6.5 / 8.75])
    assert overlap_f1v(groups(FIRST, SECOND)) == pytest.approx([1 / (1 + 2.25 / 3.25)])
    assert box_overlap(FIRST, SECOND) == 1 / 4
    assert least_overlap(FIRST, SECOND) == 1 / 2
    assert collective_overlap(FIRST, SECOND) == 1 / 2


def test_boxes_that_do_not_meet_share_nothing():
    apart = SECOND + 9
    assert box_overlap(FIRST, apart) == least_overlap(FIRST, apart) == 0
    assert collective_overlap(FIRST, apart) == 0


def test_a_column_that_is_constant_in_a_pair_is_left_out_of_the_volume():
    constant = np.array([[7.0, 7.0]])
    first, second = np.vstack([FIRST, constant]), np.vstack([SECOND, constant])
    assert box_overlap(first, second) == 1 / 4


def test_without_columns_classes_overlap_in_full():
    none = np.empty((0, 3))
    assert box_overlap(none, none) == least_overlap(none, none) == 1
    assert collective_overlap(none, none) == 1
    assert overlap_f1v(groups(none, none)) == [1.0]


def test_the_second_column_parts_what_the_first_leaves():
    first = np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0]])
    second = np.array([[2.0, 3.0, 4.0, 5.0], [1.0, 1.0, 0.0, 0.0]])
    # the first column keeps 2 and 3 of either class; of these the second tells apart all
    assert collective_overlap(first[:1], second[:1]) == 4 / 8
    assert collective_overlap(first, second) == 0


def reference_collective_overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Take columns one after the other, and look at everything anew each time."""
    rows = np.concatenate([first, second], axis=1).T
    labels = np.repeat([0, 1], [first.shape[1], second.shape[1]])
    n_rows, columns = len(rows), list(range(rows.shape[1]))
    while columns and len(rows):
        sides = [rows[labels == k][:, columns] for k in (0, 1)]
        if not all(map(len, sides)):
            return 0.0
        low = np.max([side.min(axis=0) for side in sides], axis=0)
        high = np.min([side.max(axis=0) for side in sides], axis=0)
        is_inside = (rows[:, columns] >= low) & (rows[:, columns] <= high)
        best = int(is_inside.sum(axis=0).argmin())
        rows, labels = rows[is_inside[:, best]], labels[is_inside[:, best]]
        columns.pop(best)
    return len(rows) / n_rows


@given(st.integers(0, 10**6))
def test_collective_overlap_is_that_of_the_plain_algorithm(seed):
    rng = np.random.default_rng(seed)
    n_columns, whole = int(rng.integers(1, 9)), rng.random() < 0.5
    parts = [rng.normal(size=(n_columns, rng.integers(1, 40))) for _ in range(2)]
    first, second = (part.round() if whole else part for part in parts)
    assert collective_overlap(first, second) == reference_collective_overlap(first, second)


@given(st.integers(0, 10**6))
def test_overlap_does_not_change_when_a_column_is_stretched(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 3)), np.arange(40) % 3
    stretch, shift = rng.lognormal(sigma=3, size=3), rng.normal(size=3)
    names = ["overlap_f1", "overlap_f1v", "overlap_f2", "overlap_f3", "overlap_f4"]
    found = describe(X * stretch + shift, y, names=names)
    pd.testing.assert_series_equal(found, describe(X, y, names=names), rtol=1e-6)


def test_directions_in_which_nothing_differs_do_not_count_in_the_best_direction():
    doubled = overlap_f1v(groups(np.vstack([FIRST, FIRST]), np.vstack([SECOND, SECOND])))
    assert doubled == pytest.approx(overlap_f1v(groups(FIRST, SECOND)))


def test_the_best_direction_of_more_columns_than_rows_is_that_of_all_columns():
    rng = np.random.default_rng(0)
    first, second = (np.tile(rng.normal(size=(2, n_rows)), (10, 1)) for n_rows in (4, 3))
    within = (4 * np.cov(first) + 3 * np.cov(second)) / 7
    way = first.mean(axis=1) - second.mean(axis=1)
    expected = 1 / (1 + way @ np.linalg.pinv(within, rcond=1e-10, hermitian=True) @ way)
    assert overlap_f1v(groups(first, second)) == pytest.approx([expected])


@pytest.mark.parametrize("n_columns", [0, 2, 40])
@pytest.mark.parametrize("scale", [0.01, 1.0])
def test_classes_that_a_direction_without_spread_parts_do_not_overlap(n_columns, scale):
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(n_columns + 1, 12)) for _ in range(2))
    first[0], second[0] = 0.0, scale
    assert overlap_f1v(groups(first, second)) == pytest.approx([0.0], abs=1e-12)


def test_bounds_leave_out_rare_classes_and_columns_that_tell_little():
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(3, 9)) + k * np.array([[0.1], [5.0], [0.0]]) for k in range(4)]
    bounded = groups(*parts, most_classes=3, most_columns=1)
    assert len(list(bounded.pairs())) == 3
    assert bounded.best.tolist() == [1]


@pytest.mark.parametrize(
    ("counts", "even", "imbalance"),
    [([5, 5], 1.0, 0.0), ([3, 1], 0.8112781244591328, 0.4), ([2, 2, 2], 1.0, 0.0)],
)
def test_balance_matches_hand_computed_values(counts, even, imbalance):
    assert balance_c1(np.array(counts)) == pytest.approx(even)
    assert balance_c2(np.array(counts)) == pytest.approx(imbalance)


def test_dimensionality_counts_indicators_all_of_the_first_category():
    X = pd.DataFrame({"a": [1, 2, 4], "b": [0, 1, 0], "c": list("xyz"), "d": list("pqp")})
    assert n_encoded(np.array(["numeric"] * 2 + ["categorical"] * 2), np.array([3, 2])) == 6
    assert describe(X, ["k", "l", "k"], names=["dimensionality_t2"]).item() == 6 / 3


def test_components_with_most_variance_are_counted():
    wide = np.array([[-10.0, 10.0, 0.0, 0.0], [0.0, 0.0, -1.0, 1.0], [5.0, 5.0, 5.0, 5.0]])
    assert share_of_components(wide) == pytest.approx(1 / 3)  # 100 / 101 of the variance
    wide[1] *= 5
    assert share_of_components(wide) == pytest.approx(2 / 3)
    assert share_of_components(np.ones((2, 4))) == 0
    assert np.isnan(share_of_components(np.empty((0, 4))))


@given(st.integers(0, 10**6))
def test_components_of_more_columns_than_rows_are_those_of_all_columns(seed):
    columns = np.random.default_rng(seed).normal(size=(12, 5))
    variances = np.linalg.svd(columns - columns.mean(axis=1, keepdims=True))[1] ** 2
    n_needed = 1 + int((np.cumsum(variances) / variances.sum() <= 0.95).sum())
    assert share_of_components(columns) == pytest.approx(n_needed / 12)
