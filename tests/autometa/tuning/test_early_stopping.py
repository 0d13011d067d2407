"""The number of trees is a result: the first fold finds it, and everybody else goes by it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa import tune
from autometa.algorithms import TableCleaner
from autometa.importers import import_history
from autometa.tables import check_table
from autometa.tuning.workers._worker_side import EvaluationRequest, WorkerTable, evaluate
from autometa.validation import ValidationRequest

N_ROWS, MOST = 160, 60
FAST = {"learning_rate": 0.3, "n_estimators": MOST, "min_child_samples": 3}


def rows():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N_ROWS, 3)), columns=list("abc"))
    return X, (X["a"] + rng.normal(size=N_ROWS) > 0).astype(int)


@pytest.fixture(scope="module")
def state():
    table = check_table(*rows())
    cleaner = TableCleaner()
    return WorkerTable(table=table, X=cleaner.fit_transform(table.X), threads=1, cleaner=cleaner)


def request(**changes):
    usual = {"algorithm": "lightgbm", "config": FAST, "seed": 0, "metric": "neg_log_loss",
             "n_splits": 3, "n_used": 3, "fold_seed": 0, "stops_early": True}  # fmt: skip
    return EvaluationRequest(**(usual | changes))


def test_the_first_fold_finds_the_trees_that_all_folds_are_scored_with(state):
    stopped = evaluate(state, request())
    n = stopped.rounds[0].best
    assert 1 <= n < MOST
    assert [one.best for one in stopped.rounds] == [n, n, n]
    assert [one.grown for one in stopped.rounds][1:] == [n, n]
    assert stopped.rounds[0].grown == n + 20  # its patience at this rate
    asked_for = evaluate(state, request(config=FAST | {"n_estimators": n}, stops_early=False))
    np.testing.assert_array_equal(stopped.values, asked_for.values)
    assert asked_for.rounds == []


def test_nothing_stops_unless_that_is_asked_for(state):
    """As the runs of knowledge bases are measured."""
    whole = evaluate(state, request(stops_early=False, n_used=1))
    assert whole.rounds == []
    assert whole.n_rounds is None


def test_a_fold_that_is_alone_is_not_judged_on_the_few_rows_that_chose_its_trees(state):
    alone = evaluate(state, request(n_used=1))
    whole = evaluate(state, request(n_used=1, stops_early=False))
    np.testing.assert_array_equal(alone.values, whole.values)


def test_a_trial_without_time_is_scored_with_the_trees_it_has(state):
    slow = FAST | {"learning_rate": 0.02}
    cut = evaluate(state, request(config=slow, seconds=1e-6))
    assert cut.rounds[0].grown == 20
    assert np.isfinite(cut.score)


def test_forward_in_time_the_first_fold_has_too_few_rows_to_say():
    X, y = rows()
    days = pd.Series(pd.date_range("2020-01-01", periods=N_ROWS))
    table = check_table(X, y, validation=ValidationRequest(timestamps=days))
    cleaner = TableCleaner()
    state = WorkerTable(table=table, X=cleaner.fit_transform(table.X), threads=1, cleaner=cleaner)
    assert evaluate(state, request()).rounds == []


def test_result_runs_study_and_model_agree_on_the_trees(tmp_path):
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    X, y = rows()
    result = tune(
        X, y, metric="neg_log_loss", time_budget=None, n_trials=1, random_state=0,
        algorithms=["lightgbm"], knowledge_base=False, ensemble=False, isolate=False,
        storage=storage,
    )  # fmt: skip
    (trial,) = result.study.trials
    rounds = trial.user_attrs["evaluation"]["rounds"]
    n = rounds["n"]
    assert rounds["hyperparameter"] == "n_estimators"
    assert rounds["best"] == [n] * len(rounds["best"])
    assert n < trial.params["lightgbm.n_estimators"]  # the most there could be
    assert result.leaderboard()["config"][0]["n_estimators"] == n
    assert {json.loads(config)["n_estimators"] for config in result.runs()["config"]} == {n}
    imported = import_history(storage).knowledge_base.runs
    assert {json.loads(config)["n_estimators"] for config in imported["config"]} == {n}
    (member,) = result.best_pipeline[-1].estimators_
    assert member[-1].n_estimators == n  # of which it may grow fewer
