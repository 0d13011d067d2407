"""Scorers that fail: refused before any work, or the end of a run that cannot be helped."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest
from own_scorers import QUICK, fraud_table
from sklearn.datasets import make_regression
from sklearn.metrics import make_scorer

from autometa import tune
from autometa.exceptions import FallbackWarning, MetricError


def test_a_scorer_that_fails_on_values_of_the_target_is_refused_before_any_work():
    def logarithms(y_true, y_pred):
        if (y_true < 0).any():
            raise ValueError("amounts are positive")
        return 0.0

    X, y = make_regression(60, 3, random_state=0)
    with pytest.raises(
        MetricError, match=r"'logarithms' fails .* ValueError: amounts are positive"
    ):
        tune(X, y, metric=make_scorer(logarithms), **QUICK | {"algorithms": ["ridge"]})


def no_few(truth, response):
    """Fails on the folds, not on the rows that it was tried on."""
    if len(truth) < 20:
        raise ValueError("too few amounts")
    return -float(np.abs(truth - response).mean())


def test_what_a_scorer_says_when_it_fails_is_the_reason_of_its_trials():
    X, y = make_regression(60, 3, random_state=0)
    quick = QUICK | {"algorithms": ["ridge"], "n_trials": 1, "isolate": False}
    with pytest.warns(FallbackWarning, match="'no_few' failed: ValueError: too few amounts"):
        result = tune(X, y, metric=make_scorer(no_few), **quick)
    assert result.is_fallback


def of_few(value):
    """Return a scorer that gives a value for the folds, and a score for what it is tried on."""

    def own(truth, response):
        if len(truth) < 20:
            if isinstance(value, Exception):
                raise value
            return value
        return -float(np.abs(truth - response).mean())

    return make_scorer(own)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (RuntimeError("row 31 lacks its amount"), "RuntimeError: row 31 lacks its amount"),
        (float("inf"), "returned inf, no finite number"),
        (float("-inf"), "returned -inf, no finite number"),
        (float("nan"), "returned nan, no finite number"),
    ],
)
def test_a_scorer_that_fails_for_three_algorithms_ends_the_run(value, said):
    X, y = make_regression(80, 3, random_state=0)
    stages = []
    names = ["ridge", "decision_tree", "nearest_neighbors"]
    quick = QUICK | {"algorithms": names, "n_trials": 50, "isolate": False}
    with pytest.raises(MetricError, match=f"{said}.*first 3 .*{', '.join(sorted(names))}"):
        tune(X, y, metric=of_few(value), callbacks=[lambda *_: stages.append(1)], **quick)
    assert len(stages) == 3  # of 50 trials


def test_a_scorer_that_fails_for_one_kind_of_model_does_not_end_the_run():
    def logarithmic(truth, response):
        if (response < 0).any():
            raise ValueError("logarithm of a negative amount")
        return -float(np.abs(np.log1p(truth) - np.log1p(response)).mean())

    X = pd.DataFrame({"a": np.linspace(0, 9, 90)})
    quick = QUICK | {"algorithms": ["ridge", "decision_tree"], "n_trials": 6, "isolate": False}
    result = tune(X, np.exp(X["a"]), metric=make_scorer(logarithmic), **quick)
    board = result.leaderboard()
    assert set(board.loc[board["status"] == "error", "algorithm"]) == {"ridge"}
    assert not result.is_fallback


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (lambda estimator, X, y: X["none"].mean(), "fails on predictions .* KeyError: 'none'"),
        (lambda estimator, X, y: float("nan"), "gives NaN"),
        (lambda estimator, X, y: float("inf"), "gives inf"),
        (lambda estimator, X, y: float("-inf"), "gives -inf"),
        (lambda estimator, X, y: None, "TypeError"),
        (lambda m, X, y: m.predict(X.assign(c1=0)).size, "column 'c1' was changed"),
        (lambda m, X, y: m.predict(X[["c0"]]).size, "without their column 'c1'"),
        (lambda m, X, y: m.predict(X.set_axis(X.index + 1)).size, "that is not among them"),
        (7, "Got int"),
    ],
)
def test_what_is_no_scorer_is_refused_before_any_work(metric, said):
    with pytest.raises(MetricError, match=said):
        tune(*fraud_table(), metric=metric, **QUICK)


def test_what_no_worker_can_be_sent_is_refused_by_name():
    lock = threading.Lock()

    def guarded(estimator, X, y):
        with lock:
            return float((estimator.predict(X) == y).mean())

    with pytest.raises(MetricError, match=r"'guarded.* cannot be sent to worker processes"):
        tune(*fraud_table(), metric=guarded, **QUICK)
