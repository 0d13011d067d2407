"""Greedy ensemble selection, on predictions small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from autometa.evaluation import Predictions, score
from autometa.tuning._ensemble import make_judge, max_candidates, select


def two_classes(p):
    p = np.asarray(p, dtype="float64")
    return np.column_stack([1 - p, p])


def test_models_that_err_in_opposite_directions_share_the_weight():
    y = np.linspace(0.0, 1.0, 2_000)
    weights = select([y + 1.0, y - 1.0, y + 5.0], y, "neg_root_mean_squared_error", 0, [1, 1, 1])
    assert weights == {0: 0.5, 1: 0.5}


def test_a_perfect_model_stands_alone():
    y = np.linspace(0.0, 1.0, 2_000)
    weights = select([y, y + 0.5, y - 0.5], y, "neg_root_mean_squared_error", 0, [1, 1, 1])
    assert weights == {0: 1.0}


def test_what_cannot_be_refitted_in_time_is_left_out():
    y = np.linspace(0.0, 1.0, 2_000)
    values = [y + 1.0, y - 1.0, y - 1.2]
    weights = select(values, y, "neg_root_mean_squared_error", 0, [5, 50, 1], max_cost=10)
    assert set(weights) == {0, 2}


def test_the_best_is_let_in_whatever_it_costs():
    y = np.arange(100.0)
    assert select([y, y + 1], y, "neg_root_mean_squared_error", 0, [99, 1], max_cost=1) == {0: 1.0}


def test_on_few_rows_the_weights_are_drawn_towards_each_other():
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    values = [y + rng.normal(0, 0.5, 400), y + rng.normal(0, 0.9, 400)]
    few = select(values, y, "neg_root_mean_squared_error", 0, [1, 1])
    many = select([np.tile(v, 10) for v in values], np.tile(y, 10), "r2", 0, [1, 1])
    assert sum(few.values()) == pytest.approx(1.0)
    assert few[0] == pytest.approx(0.8 * many[0] + 0.1, abs=0.02)


def test_rows_that_were_not_held_out_are_not_looked_at():
    y = np.arange(2_000.0)
    half = np.where(y < 1_000, np.nan, y + 1.0)
    weights = select([half, y - 1.0], y, "neg_root_mean_squared_error", 0, [1, 1])
    assert weights == {0: 0.5, 1: 0.5}


def test_a_spent_time_limit_gives_the_best_single():
    y = np.arange(2_000.0)
    values = [y + 1.0, y - 1.0]
    metric = "neg_root_mean_squared_error"
    assert select(values, y, metric, 0, [1, 1], time_limit=-1.0) == {0: 1.0}


@pytest.mark.parametrize("metric", ["roc_auc", "neg_log_loss", "accuracy"])
def test_the_judge_agrees_with_scikit_learn_on_classes(metric):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 300)
    values = two_classes(np.round(rng.uniform(0.01, 0.99, 300), 1))  # with ties
    expected = score(metric, Predictions(y=y, values=values, n_classes=2))
    assert make_judge(metric, y, 2)(values)[0] == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["neg_root_mean_squared_error", "r2"])
def test_the_judge_agrees_with_scikit_learn_on_numbers(metric):
    rng = np.random.default_rng(1)
    y, values = rng.normal(size=300), rng.normal(size=300)
    expected = score(metric, Predictions(y=y, values=values))
    assert make_judge(metric, y, 0)(values)[0] == pytest.approx(expected)


def test_an_undefined_score_loses():
    judge = make_judge("roc_auc", np.zeros(4), 2)
    assert judge(two_classes([0.1, 0.2, 0.3, 0.4]))[0] == -np.inf


@pytest.mark.parametrize(
    ("n_rows", "n"), [(80, 4), (400, 8), (2_000, 15), (9_000, 40), (10**6, 60)]
)
def test_few_rows_tell_few_candidates_apart(n_rows, n):
    assert max_candidates(n_rows) == n
