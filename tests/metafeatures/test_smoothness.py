"""Complexity of a number to predict: by hand, and against the plain algorithms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from metafeatures import describe
from metafeatures._pairs.efficiency import (
    collective_efficiency,
    individual_efficiency,
    rank_correlations,
)


def complexity(X: object, y: object) -> pd.Series[float]:
    return describe(pd.DataFrame(X), y, task_type="regression", families=["complexity"])


def test_a_line_is_not_complex():
    found = complexity(np.arange(4.0)[:, None], 2.0 * np.arange(4) + 1)
    assert found["correlation_c1"] == found["correlation_c2"] == pytest.approx(1)
    assert found[["correlation_c3", "correlation_c4"]].tolist() == [0, 0]
    assert found.filter(like="linear_fit").tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert found["smoothness_s1"] == found["smoothness_s2"] == pytest.approx(1 / 3)
    assert found["smoothness_s3"] == pytest.approx(1 / 9)
    assert 0 < found["smoothness_s4"] <= 1 / 36
    assert found["dimensionality_t2"] == found["dimensionality_t3"] == 1 / 4
    assert found["dimensionality_t4"] == 1


def test_four_rows_give_what_the_hand_computes():
    found = complexity(np.arange(4.0)[:, None], [0.0, 3.0, 1.0, 4.0])
    assert found["correlation_c1"] == found["correlation_c2"] == pytest.approx(0.8)
    assert found["correlation_c3"] == 1 / 4
    assert found["correlation_c4"] == 1
    residuals = np.array([-1, -3, 3, 1]) / 8  # in the order of the target
    assert found["linear_fit_l1"] == pytest.approx(np.abs(residuals).mean())
    assert found["linear_fit_l2"] == pytest.approx((residuals**2).mean())
    assert found["linear_fit_l3"] == pytest.approx((13 + 9 + 13) / 64 / 9)
    assert found["smoothness_s1"] == pytest.approx(2 / 3)
    assert found["smoothness_s2"] == pytest.approx(5 / 9)
    nearest = [9 / 16, (9 / 16 + 1 / 4) / 2, (9 / 16 + 1 / 4) / 2, 9 / 16]
    assert found["smoothness_s3"] == pytest.approx(np.mean(nearest))


@given(st.integers(0, 10**6))
def test_linear_fit_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    target = (y - y.min()) / np.ptp(y)
    residuals = target - LinearRegression().fit(X, target).predict(X)
    found = complexity(X, y)
    assert found["linear_fit_l1"] == pytest.approx(np.abs(residuals).mean())
    assert found["linear_fit_l2"] == pytest.approx((residuals**2).mean())


def test_the_line_between_rows_is_what_many_points_there_give():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    target = (y - y.min()) / np.ptp(y)
    model, order = LinearRegression().fit(X, target), np.argsort(target)
    way = rng.random((4000, 49, 1))
    between = X[order][1:] * way + X[order][:-1] * (1 - way)
    wanted = target[order][1:] * way[..., 0] + target[order][:-1] * (1 - way[..., 0])
    errors = (model.predict(between.reshape(-1, 2)) - wanted.ravel()) ** 2
    assert complexity(X, y)["linear_fit_l3"] == pytest.approx(errors.mean(), rel=0.01)


@given(st.integers(0, 10**6))
def test_rank_correlations_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    columns, target = rng.integers(0, 6, (3, 20)) * 1.0, rng.normal(size=20)
    expected = [scipy.stats.spearmanr(column, target)[0] for column in columns]
    np.testing.assert_allclose(rank_correlations(columns, target), expected)


def reference_individual_efficiency(column: np.ndarray, target: np.ndarray) -> float:
    """Take rows away one by one, and rank everything anew each time."""
    n_rows = target.size
    if scipy.stats.spearmanr(column, target)[0] < 0:
        column = -column
    order = np.argsort(target, kind="stable")
    column, target = column[order], target[order]
    for n_away in range(n_rows - 1):
        ranks, others = scipy.stats.rankdata(column), scipy.stats.rankdata(target)
        if np.ptp(ranks) and np.ptp(others) and np.corrcoef(ranks, others)[0, 1] >= 0.9 - 1e-12:
            return n_away / n_rows
        worst = np.abs(ranks - others).argmax()
        column, target = np.delete(column, worst), np.delete(target, worst)
    return 1.0


@given(st.integers(0, 10**6))
def test_individual_efficiency_is_that_of_the_plain_algorithm(seed):
    rng = np.random.default_rng(seed)
    n_rows = int(rng.integers(3, 40))
    column = rng.integers(0, 9, n_rows) * 1.0
    target = column + rng.integers(0, 12, n_rows)
    if np.ptp(column) == 0 or np.ptp(target) == 0:
        return
    expected = reference_individual_efficiency(column, target)
    assert individual_efficiency(column[None, :], target) == pytest.approx(expected)


def test_the_column_that_needs_the_fewest_rows_away_counts():
    rng = np.random.default_rng(0)
    target = rng.normal(size=50)
    noise = rng.normal(size=50)
    good = target + 0.3 * noise
    columns = np.array([noise, good, np.ones(50)])
    expected = reference_individual_efficiency(good, target)
    assert individual_efficiency(columns, target) == pytest.approx(expected)


def test_columns_that_do_not_vary_tell_nothing():
    constant, target = np.ones((2, 4)), np.array([0.0, 0.2, 0.7, 1.0])
    assert individual_efficiency(constant, target) == 1
    assert collective_efficiency(constant, target) == 1
    found = complexity(np.ones((4, 1)), target)
    assert np.isnan(found["correlation_c1"])
    assert found["linear_fit_l2"] == pytest.approx(target.var())
    assert found["smoothness_s2"] == 0
    assert found["dimensionality_t4"] == 0


def test_one_column_tells_the_rows_that_another_leaves():
    first, second = np.array([0.0, 0.5, 1.0, 0.5]), np.array([0.0, 0.0, 0.0, 1.0])
    target = np.array([0.0, 0.5, 1.0, 0.8])
    # the line on the first misses only the last row by more than 0.1, and a row is told
    assert collective_efficiency(first[None, :], target) == 0
    stubborn = np.array([0.0, 1.0, 0.0, 1.0])
    assert collective_efficiency(second[None, :], stubborn) == 3 / 4


@pytest.mark.slow
@given(st.integers(0, 10**6))
def test_values_do_not_change_when_columns_and_target_are_stretched(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(25, 3)), rng.normal(size=25)
    stretched = complexity(X * rng.lognormal(sigma=2, size=3) + 7, 3 * y - 1)
    own_units = ["dimensionality_t3", "dimensionality_t4"]
    expected = complexity(X, y).drop(own_units)
    pd.testing.assert_series_equal(stretched.drop(own_units), expected, rtol=1e-6)
