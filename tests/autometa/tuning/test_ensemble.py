"""Greedy ensemble selection, on predictions small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from autometa.metrics import Predictions, every_metric, mean_score, measured_metrics, score
from autometa.tables import TASK_TYPES
from autometa.tuning.final_model._ensemble import (
    MAX_ROWS,
    MAX_SORTED_ROWS,
    _counts,
    _rows,
    make_score_function,
    max_candidates,
    select,
)


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


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("positive", [0, 1])
@pytest.mark.parametrize(
    ("task_type", "metric"), [(t, name) for t in TASK_TYPES for name in measured_metrics(t)]
)
def test_the_score_function_agrees_with_scikit_learn(task_type, metric, positive, is_weighted):
    rng = np.random.default_rng(1)
    n_classes = {"binary": 2, "multiclass": 4}.get(task_type, 0)
    counts = rng.integers(1, 4, 300).astype(float) if is_weighted else None
    folds = rng.integers(0, 3, 300)
    if n_classes:
        y = rng.integers(0, n_classes, 300)
        y[(folds == 2) & (y == 1)] = 0  # a fold without one of the classes
        values = np.round(rng.dirichlet(np.ones(n_classes), 300), 1)  # with ties
        values /= values.sum(axis=1, keepdims=True)
    else:
        y, values = rng.normal(size=300), rng.normal(size=300)
    whole = Predictions(y=y, values=values, n_classes=n_classes, positive=positive, weights=counts)
    expected = mean_score(score(metric, whole.rows(folds == fold)) for fold in range(3))
    score_of = make_score_function(metric, y, n_classes, folds, positive, counts)
    assert score_of(values)[0] == pytest.approx(expected, rel=1e-8)  # of nine digits


def test_every_metric_that_is_kept_but_those_that_sort_for_long_is_fast():
    kept = {name for task_type in TASK_TYPES for name in measured_metrics(task_type)}
    fast = {name for name, metric in every_metric().items() if metric.fast is not None}
    assert fast <= kept
    assert kept - fast == {
        "average_precision",
        "neg_median_absolute_error",
        "neg_mean_absolute_percentage_error",
    }


def test_only_the_common_class_is_thinned_and_stands_for_all_its_rows():
    y = (np.arange(60_000) % 500 == 0).astype(int)
    values = two_classes(np.linspace(0.1, 0.9, len(y)))
    for metric, limit in {"roc_auc": MAX_SORTED_ROWS, "neg_log_loss": MAX_ROWS}.items():
        rows = _rows([values], y, metric, 2)
        assert (len(rows), y[rows].sum()) == (limit, 120)
        counts = _counts([values], y, rows, 2, None)
        assert counts.sum() == pytest.approx(len(y))
        assert counts[y[rows] == 1].tolist() == [1.0] * 120
        sample = make_score_function(metric, y[rows], 2, counts=counts)(values[rows])[0]
        assert sample == pytest.approx(make_score_function(metric, y, 2)(values)[0], abs=2e-3)


def test_averages_are_chosen_by_the_mean_over_folds_that_is_reported():
    rng = np.random.default_rng(0)
    y, folds = np.arange(2_000) % 2, rng.integers(0, 5, 2_000)
    steady = np.clip(0.5 + 0.05 * (2 * y - 1) + 0.1 * rng.normal(size=2_000), 0, 1)
    shifting = 0.5 + 0.08 * (folds - 2) + 0.02 * (2 * y - 1)  # right within each fold
    values = [two_classes(p) for p in (shifting, steady)]
    score_of = make_score_function("roc_auc", y, 2, folds)
    weights = select(values, y, "roc_auc", 2, [1, 1], folds=folds)
    assert weights[0] > 0.5
    average = sum(weight * values[i] for i, weight in weights.items())
    assert score_of(average) >= max(score_of(v) for v in values)


def test_an_undefined_score_loses():
    score_of = make_score_function("roc_auc", np.zeros(4), 2)
    assert score_of(two_classes([0.1, 0.2, 0.3, 0.4]))[0] == -np.inf


@pytest.mark.parametrize(
    ("n_rows", "n"), [(80, 4), (400, 8), (2_000, 15), (9_000, 40), (10**6, 60)]
)
def test_few_rows_tell_few_candidates_apart(n_rows, n):
    assert max_candidates(n_rows) == n
