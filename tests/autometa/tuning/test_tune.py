"""tune(): something fitted always comes back, in time, whatever the trials do."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import faults
import numpy as np
import optuna
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import accuracy_score, r2_score

from autometa.exceptions import DatasetError, FallbackWarning, MetricError, ParameterError
from autometa.knowledge_base import KnowledgeBase
from autometa.tuning import tune
from autometa.tuning._tune import tune_since
from autometa.tuning.scheduling._plan import Candidate

CHEAP = ("logistic_regression", "decision_tree", "naive_bayes")
INLINE = {"time_budget": None, "knowledge_base": False, "isolate": False, "random_state": 0}


@pytest.mark.parametrize("target", ["two", "labels"])
def test_labels_that_are_words_come_back(mixed, features, target):
    result = tune(features, mixed[target], n_trials=4, algorithms=CHEAP, **INLINE)
    predicted = result.best_pipeline.predict(features)
    assert set(predicted) <= set(mixed[target])
    assert accuracy_score(mixed[target], predicted) > 0.6
    probabilities = result.best_pipeline.predict_proba(features)
    assert probabilities.sum(axis=1) == pytest.approx(1.0)
    assert result.best_pipeline.classes_.tolist() == sorted(set(mixed[target]))


def test_numbers_are_predicted_from_the_raw_table(mixed, features):
    result = tune(
        features, mixed["number"], n_trials=3, algorithms=["ridge", "elastic_net"], **INLINE
    )
    assert result.metric == "neg_root_mean_squared_error"
    assert r2_score(mixed["number"], result.best_pipeline.predict(features)) > 0.5


@pytest.mark.slow
def test_the_result_is_a_function_of_the_seed(mixed, features):
    results = [
        tune(features, mixed["two"], n_trials=14, algorithms=CHEAP, **INLINE) for _ in range(2)
    ]
    boards = [r.leaderboard().drop(columns="fit_seconds") for r in results]
    pd.testing.assert_frame_equal(*boards)
    said = [r.best_pipeline.predict_proba(features) for r in results]
    np.testing.assert_array_equal(*said)


def test_the_leaderboard_tells_what_was_tried(mixed, features):
    result = tune(features, mixed["two"], n_trials=8, algorithms=["logistic_regression"], **INLINE)
    board = result.leaderboard()
    assert board["rank"].tolist() == list(range(1, 9))
    assert board["score"].dropna().is_monotonic_decreasing
    assert set(board["source"]) == {"preset", "search"}
    assert list(result.strategy) == ["known setups", "TPESampler"]
    assert result.strategy["known setups"] == (board["source"] == "preset").sum()
    assert sum(result.strategy.values()) == 8
    assert board["weight"].sum() == pytest.approx(1.0)
    assert board.loc[0, "config"]["numbers"] in ("scaled", "normal")
    assert result.score == pytest.approx(board["score"].max(), abs=0.02)


def test_without_ensemble_the_best_single_is_fitted(mixed, features):
    result = tune(features, mixed["two"], n_trials=4, algorithms=CHEAP, ensemble=False, **INLINE)
    best = result.leaderboard().loc[0]
    assert result.weights == {best["trial"]: 1.0}
    assert result.score == best["score"]
    vote = result.best_pipeline[-1]
    assert isinstance(vote, VotingClassifier)
    assert len(vote.estimators_) == 1


def test_the_runs_can_be_added_to_a_knowledge_base(mixed, features):
    result = tune(features, mixed["two"], n_trials=3, algorithms=CHEAP, name="mixed", **INLINE)
    base = KnowledgeBase.from_frames(result.task.to_frame(), None, result.runs())
    assert len(base.runs) == 9  # three metrics each
    assert base.runs["metric"].value_counts()["roc_auc"] == 3
    other = KnowledgeBase.from_frames(
        pd.DataFrame({"task_id": ["t"], "task_type": ["binary"]}), None, base.runs.iloc[:0]
    )
    assert len(other.add(result.runs(), tasks=result.task.to_frame()).runs) == 9


def test_callbacks_see_each_trial_as_in_optuna(mixed, features):
    seen = []
    tune(
        features,
        mixed["two"],
        n_trials=3,
        algorithms=CHEAP,
        callbacks=[lambda study, trial: seen.append((trial.number, trial.state.name))],
        **INLINE,
    )
    assert seen == [(0, "COMPLETE"), (1, "COMPLETE"), (2, "COMPLETE")]


def test_a_callback_can_stop_the_search(mixed, features):
    stop = optuna.study.MaxTrialsCallback(2, states=None)
    result = tune(features, mixed["two"], n_trials=9, algorithms=CHEAP, callbacks=[stop], **INLINE)
    assert len(result.study.trials) == 2
    assert result.weights


@pytest.mark.slow
def test_two_trials_at_a_time_share_one_study(mixed, features):
    result = tune(
        features,
        mixed["two"],
        time_budget=None,
        n_trials=7,
        n_jobs=2,
        algorithms=CHEAP,
        knowledge_base=False,
    )
    assert result.leaderboard()["trial"].sort_values().tolist() == list(range(7))
    assert set(result.leaderboard()["status"]) <= {"ok", "pruned"}


def test_any_scorer_of_scikit_learn_is_taken(mixed, features):
    result = tune(
        features, mixed["two"], metric="balanced_accuracy", n_trials=2, algorithms=CHEAP, **INLINE
    )
    assert (result.metric, 0.5 < result.score <= 1.0) == ("balanced_accuracy", True)
    with pytest.raises(MetricError, match="Did you mean 'roc_auc'"):
        tune(features, mixed["two"], metric="roc_uac", n_trials=2, **INLINE)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"time_budget": None}, "'n_trials' must say when to stop"),
        ({"time_budget": 0}, "'time_budget' must be a number of seconds > 0"),
        ({"time_budget": math.nan}, "'time_budget' must be a number"),
        ({"time_budget": math.inf}, "'n_trials' must say when to stop"),
        ({"n_trials": 0}, "'n_trials' must be an int > 0"),
        ({"n_trials": 2.5}, "'n_trials' must be an int > 0"),
        ({"n_trials": math.inf}, "'n_trials' must be an int > 0"),
        ({"random_state": -1}, "'random_state' must be an int from 0 to 2"),
        ({"random_state": "a"}, "'random_state' must be an int from 0 to 2"),
        ({"n_jobs": 0}, "'n_jobs' must be an int >= 1"),
        ({"n_jobs": True}, "'n_jobs' must be an int >= 1"),
        ({"n_jobs": 1.5}, "'n_jobs' must be an int >= 1"),
    ],
)
def test_wrong_arguments_are_told(features, mixed, wrong, told):
    with pytest.raises(ParameterError, match=told):
        tune(features, mixed["two"], **wrong)


def test_a_table_of_constants_is_told(mixed):
    with pytest.raises(DatasetError, match="two distinct values"):
        tune(pd.DataFrame({"a": np.ones(300)}), mixed["two"], time_budget=5)


@pytest.mark.parametrize("budget", [0.2, 1.0, 6.0])
@pytest.mark.filterwarnings("ignore:No setup could be scored")
def test_something_fitted_comes_back_within_the_budget(budget):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    start = time.monotonic()
    result = tune(X, y, time_budget=budget, random_state=0)
    seconds = time.monotonic() - start
    assert seconds < budget + 1.0
    assert result.seconds == pytest.approx(seconds, abs=0.2)
    assert accuracy_score(y, result.best_pipeline.predict(X)) > 0.85


def test_a_spent_budget_leaves_a_small_tree_and_says_so():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    with pytest.warns(FallbackWarning, match="budget was spent before the first trial"):
        result = tune_since(time.monotonic() - 0.3, X, y, time_budget=0.3)
    assert np.isnan(result.score)
    assert result.weights == {}
    assert r2_score(y, result.best_pipeline.predict(X)) > 0.3


def run_with(monkeypatch, evaluate, mixed, features, **wanted):
    monkeypatch.setattr("autometa.tuning._search.evaluate", evaluate)
    settings = {"n_trials": 6, "time_budget": None, "algorithms": CHEAP, "random_state": 0}
    return tune(features, mixed["two"], knowledge_base=False, **(settings | wanted))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "status"),
    [(faults.crash_on_trees, "error"), (faults.grow_on_trees, "memory")],
)
def test_a_trial_that_goes_wrong_costs_itself_alone(monkeypatch, mixed, features, fault, status):
    result = run_with(monkeypatch, fault, mixed, features)
    board = result.leaderboard().groupby("algorithm")["status"].agg(set)
    assert board["decision_tree"] == {status}
    assert "ok" in board["logistic_regression"]
    failed = [t for t in result.study.trials if t.state == optuna.trial.TrialState.FAIL]
    assert all(t.user_attrs["evaluation"]["message"] for t in failed)
    assert len(result.study.trials) == 6


@pytest.mark.slow
def test_a_trial_that_hangs_is_killed_and_the_budget_holds(monkeypatch, mixed, features):
    start = time.monotonic()
    result = run_with(
        monkeypatch, faults.hang_on_trees, mixed, features, n_trials=None, time_budget=12
    )
    assert time.monotonic() - start < 15
    board = result.leaderboard()
    assert set(board.loc[board["algorithm"] == "decision_tree", "status"]) == {"stopped"}
    assert result.weights


def test_when_every_trial_fails_the_causes_are_told(monkeypatch, mixed, features):
    with pytest.warns(FallbackWarning, match=r"naive_bayes is not to be had \(trials: 2\)"):
        result = run_with(
            monkeypatch, faults.fail_always, mixed, features, algorithms=["naive_bayes"], n_trials=2
        )
    assert set(result.best_pipeline.predict(features)) == {"yes", "no"}


@pytest.mark.slow
@pytest.mark.parametrize(("has_words", "n_models"), [(False, 5), (True, 1)])
def test_models_of_the_search_stand_in_for_refits_that_are_late(
    monkeypatch, mixed, features, has_words, n_models
):
    """Words are learnt anew in each fold: one model is then fitted on all rows beside these."""
    monkeypatch.setattr("autometa.tuning.final_model._finish.refit", faults.never_refit)
    start = time.monotonic()
    X = features if has_words else features.drop(columns="words")
    result = tune(
        X,
        mixed["two"],
        time_budget=12,
        random_state=0,
        algorithms=CHEAP,
        knowledge_base=False,
    )
    assert time.monotonic() - start < 15
    assert not result.is_fallback
    assert len(result.best_pipeline[-1].estimators_) == n_models
    assert any("models kept from the search" in note for note in result.notes)
    assert accuracy_score(mixed["two"], result.best_pipeline.predict(X)) > 0.7


KILLED_RUN = """
import os, signal, sys, threading
import pandas as pd
from autometa.tuning import (tune)
from autometa.tuning.scheduling._plan import Candidate
frame = pd.read_csv(sys.argv[1])

def stop(study, trial):
    if trial.number == 3:  # the next trial will be on its way
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGKILL)).start()

tune(frame.drop(columns="two"), frame["two"], time_budget=None, n_trials=30, random_state=0,
     storage=sys.argv[2], algorithms=["logistic_regression", "naive_bayes"], knowledge_base=False,
     callbacks=[stop])
"""


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(mixed, features, tmp_path):
    path, storage = tmp_path / "table.csv", f"sqlite:///{tmp_path / 'run.db'}"
    features.assign(two=mixed["two"]).to_csv(path, index=False)
    done = subprocess.run([sys.executable, "-c", KILLED_RUN, str(path), storage], check=False)
    assert done.returncode == -signal.SIGKILL
    (summary,) = optuna.get_all_study_summaries(storage)
    n_before = summary.n_trials
    assert 4 <= n_before < 20
    frame = pd.read_csv(path)
    result = tune(
        frame.drop(columns="two"),
        frame["two"],
        time_budget=None,
        n_trials=n_before + 3,
        storage=storage,
        algorithms=["logistic_regression", "naive_bayes"],
        knowledge_base=False,
    )
    killed = result.leaderboard().query("status == 'stopped'")
    assert len(result.study.trials) == n_before + 3 + len(killed)
    retried = [t.user_attrs.get("retry_of") for t in result.study.trials]
    assert set(killed["trial"]) == set(retried) - {None}
    states = {trial.state.name for trial in result.study.trials}
    assert "RUNNING" not in states
    ok = result.leaderboard().query("status == 'ok'")
    assert set(result.weights) <= set(ok["trial"])
    assert not ok["config"].map(str).duplicated().any()


@pytest.mark.slow
def test_advice_that_speaks_of_other_hyperparameters_is_tried_once(monkeypatch, mixed, features):
    old = Candidate(algorithm="naive_bayes", config={"gone": 1}, source="recommended")
    monkeypatch.setattr("autometa.tuning._search.preset_candidates", lambda *_: [old, old])
    result = tune(features, mixed["two"], n_trials=4, algorithms=["naive_bayes"], **INLINE)
    assert (result.leaderboard()["source"] == "recommended").sum() <= 2
    assert len(result.study.trials) == 4


def test_trials_enqueued_before_come_first(mixed, features, tmp_path):
    storage = f"sqlite:///{tmp_path / 'run.db'}"
    study = optuna.create_study(storage=storage, study_name="mine", direction="maximize")
    mine = {"algorithm": "logistic_regression", "logistic_regression.C": 0.5}
    study.enqueue_trial(mine)
    result = tune(
        features,
        mixed["two"],
        n_trials=2,
        algorithms=CHEAP,
        storage=storage,
        study_name="mine",
        **INLINE,
    )
    assert mine.items() <= result.study.trials[0].params.items()
    assert len(result.study.trials) == 2


def children_of(pid):
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def test_no_worker_outlives_the_run(mixed, features):
    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        pytest.skip("children are listed on Linux")
    before = children_of(os.getpid())
    tune(
        features, mixed["two"], n_trials=1, time_budget=None, algorithms=CHEAP, knowledge_base=False
    )
    servers = children_of(os.getpid()) - before  # what workers are forked from may stay a while
    assert len(servers) <= 1
    assert not any(children_of(pid) for pid in servers)
