"""Boosting that stops by itself is the booster that was asked for its best number of trees."""

from __future__ import annotations

import math
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss

from autometa.algorithms import HeldOutRows, get_algorithm, inner_estimator
from autometa.algorithms._stopping import Watch, WatchedFit, patience_of

BOOSTERS = ("lightgbm", "xgboost", "catboost", "hist_gradient_boosting")
TASKS = ("binary", "multiclass", "regression")
N_TRAIN, N_ROWS = 160, 260
MOST = {"lightgbm": 60, "xgboost": 60, "catboost": 60, "hist_gradient_boosting": 60}
RATE = 0.3  # so large that they overfit in a few trees


def rows_of(task_type):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N_ROWS, 4)), columns=list("abcd"))
    X["level"] = pd.Categorical(rng.choice(["x", "y", "z"], N_ROWS))
    signal = X["a"] + X["a"] * X["b"] + rng.normal(size=N_ROWS)
    targets = {
        "binary": (signal > 0).astype(int),
        "multiclass": pd.Series(np.digitize(signal, [-1, 1])),
        "regression": 1e4 + 100 * signal,  # far from 0: the booster sees a scaled target
    }
    return X, targets[task_type].to_numpy()


def watched(name, task_type, watch, weights=None, train=None, most=None):
    """Return a pipeline that watched the last rows while it was fitted, and its twin."""
    algorithm = get_algorithm(name)
    if not algorithm.is_installed:
        pytest.skip(f"{name} is not installed")
    X, y = rows_of(task_type)
    train = np.arange(N_TRAIN) if train is None else train
    config = algorithm.setups(task_type)["library"] | {"learning_rate": RATE}
    config = algorithm.with_rounds(config, most or MOST[name])
    pipeline = algorithm.build(config, task_type)[1:]
    held_out = HeldOutRows(X=X[N_TRAIN:], y=y[N_TRAIN:], weights=weights)
    WatchedFit(pipeline, algorithm.stopper, held_out, watch).fit(X.iloc[train], y[train])
    asked_for = algorithm.build(algorithm.with_rounds(config, watch.best), task_type)[1:]
    return pipeline, clone(asked_for).fit(X.iloc[train], y[train]), X, y


@pytest.mark.parametrize("task_type", TASKS)
@pytest.mark.parametrize("name", BOOSTERS)
def test_it_predicts_what_a_fit_of_its_best_number_of_trees_does(name, task_type):
    watch = Watch(patience=15)
    pipeline, asked_for, X, _ = watched(name, task_type, watch)
    assert 1 <= watch.best < watch.grown <= MOST[name]
    assert watch.grown == min(watch.best + 15, MOST[name])
    ask = "predict" if task_type == "regression" else "predict_proba"
    np.testing.assert_array_equal(getattr(pipeline, ask)(X), getattr(asked_for, ask)(X))


@pytest.mark.parametrize("name", BOOSTERS)
def test_nothing_that_watched_is_left_in_the_model(name):
    """Callbacks would be saved with it, and stop the next fit of a clone."""
    algorithm = get_algorithm(name)
    pipeline, *_ = watched(name, "binary", Watch(patience=5))
    fresh = algorithm.build({"learning_rate": RATE}, "binary")[1:]
    for ours, theirs in ((inner_estimator(pipeline[-1]), inner_estimator(fresh[-1])),):
        params, expected = ours.get_params(deep=False), theirs.get_params(deep=False)
        params.pop(algorithm.rounds)
        expected.pop(algorithm.rounds)
        assert {k: v for k, v in params.items() if v == v} == {
            k: v for k, v in expected.items() if v == v
        }


def test_the_best_number_of_trees_has_the_least_weighted_loss():
    """Rows of weight 0 do not count, though they would ask for other trees."""
    weights = np.r_[np.ones(30), np.zeros(N_ROWS - N_TRAIN - 30)]
    watch = Watch(patience=60)
    algorithm = get_algorithm("lightgbm")
    watched("lightgbm", "binary", watch, weights)
    X, y = rows_of("binary")
    config = algorithm.with_rounds({"learning_rate": RATE}, MOST["lightgbm"])
    whole = algorithm.build(config, "binary")[1:].fit(X[:N_TRAIN], y[:N_TRAIN])
    encoded = whole[:-1].transform(X[N_TRAIN:])
    losses = [
        log_loss(y[N_TRAIN:][:30], whole[-1].predict_proba(encoded, num_iteration=n)[:30])
        for n in range(1, MOST["lightgbm"] + 1)
    ]
    assert watch.best == int(np.argmin(losses)) + 1
    every = Watch(patience=60)
    watched("lightgbm", "binary", every)
    assert every.best != watch.best


@pytest.mark.parametrize("name", ["lightgbm", "xgboost", "catboost"])
def test_a_deadline_ends_it_with_the_trees_it_has(name):
    watch = Watch(patience=50, deadline=time.monotonic())
    pipeline, _, X, _ = watched(name, "binary", watch)
    assert 1 <= watch.best <= watch.grown == 20  # the fewest that say something of it
    assert np.isfinite(pipeline.predict_proba(X)).all()


@pytest.mark.parametrize("name", BOOSTERS)
def test_held_out_rows_of_a_class_that_is_not_trained_on_are_not_watched(name):
    X, y = rows_of("multiclass")
    train = np.flatnonzero(y[:N_TRAIN] != 1)
    pipeline, *_ = watched(name, "multiclass", Watch(patience=5), train=train)
    assert pipeline.predict_proba(X).shape == (N_ROWS, 2)


@pytest.mark.parametrize("name", BOOSTERS)
def test_other_forms_of_a_target_are_watched_where_held_out_rows_lie_lower(name):
    """A logarithm, or an objective of counts, has no place for them."""
    algorithm = get_algorithm(name)
    X, _ = rows_of("regression")
    y = np.exp(X["a"].to_numpy()) + 1.0
    y[N_TRAIN : N_TRAIN + 5] = 0.0
    held_out = HeldOutRows(X=X[N_TRAIN:], y=y[N_TRAIN:])
    for target in set(algorithm.targets) - {"identity"}:
        config = algorithm.with_rounds({"learning_rate": RATE, "target": target}, 30)
        watch = Watch(patience=10)
        pipeline = algorithm.build(config, "regression")[1:]
        WatchedFit(pipeline, algorithm.stopper, held_out, watch).fit(X[:N_TRAIN], y[:N_TRAIN])
        asked_for = algorithm.build(algorithm.with_rounds(config, watch.best), "regression")[1:]
        asked_for.fit(X[:N_TRAIN], y[:N_TRAIN])
        np.testing.assert_array_equal(pipeline.predict(X), asked_for.predict(X))


def test_catboost_keeps_the_trees_from_which_on_its_leaves_are_others():
    """It takes ten steps a leaf from 200 trees on: 60 of 250 are not a fit of 60."""
    watch = Watch(patience=15)
    pipeline, asked_for, X, _ = watched("catboost", "binary", watch, most=250)
    assert 200 <= watch.best <= watch.grown <= 250
    np.testing.assert_array_equal(pipeline.predict_proba(X), asked_for.predict_proba(X))


def test_a_watch_ends_after_its_patience_and_remembers_the_best():
    watch = Watch(patience=2)
    assert [watch.is_over(loss) for loss in (3.0, 1.0, 2.0, 1.0)] == [False, False, False, True]
    assert (watch.best, watch.grown) == (2, 4)


def test_a_watch_takes_a_loss_that_is_no_number_for_no_better():
    watch = Watch(patience=3)
    assert [watch.is_over(loss) for loss in (math.nan, 2.0, math.nan)] == [False] * 3
    assert watch.best == 2


def test_a_watch_prefers_no_fewer_trees_than_the_fewest():
    watch = Watch(patience=1)
    watch.fewest = 3
    assert [watch.is_over(loss) for loss in (1.0, 2.0, 3.0, 4.0)] == [False, False, False, True]
    assert watch.best == 3


@pytest.mark.parametrize(("rate", "patience"), [(0.01, 200), (0.05, 40), (0.3, 20), (None, 20)])
def test_small_steps_have_more_patience(rate, patience):
    assert patience_of({"learning_rate": rate}) == patience
