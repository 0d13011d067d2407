"""Advice in this process: for what takes no longer than a worker's start."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from autometa.knowledge_base import KnowledgeBase
from autometa.tables import check_table
from autometa.tuning import _advice_here, tune
from autometa.tuning._advice_here import ask_here, can_ask_here
from autometa.tuning._budget import Clock


@pytest.fixture(scope="module")
def iris():
    return check_table(*load_iris(return_X_y=True, as_frame=True))


def test_small_tables_and_bases_are_asked_about_here(iris):
    assert can_ask_here(iris, None, Clock(10))
    assert can_ask_here(iris, KnowledgeBase.bundled(), Clock(None))


@pytest.mark.parametrize("limit", ["MAX_CELLS", "MAX_RUNS"])
def test_what_may_take_long_is_asked_of_a_worker(iris, monkeypatch, limit):
    monkeypatch.setattr(_advice_here, limit, 100)
    assert not can_ask_here(iris, None, Clock(10))


def test_with_little_time_a_worker_is_asked_which_can_be_stopped(iris):
    assert not can_ask_here(iris, None, Clock(10, time.monotonic() - 7))


def test_the_answer_is_advice_and_an_error_costs_the_advice_alone(iris):
    question = "roc_auc_ovr", None, ("naive_bayes", "decision_tree"), None
    outcome = ask_here("advice", iris, None, *question)
    assert (outcome.key, outcome.status) == ("advice", "ok")
    assert {c.algorithm for c in outcome.value.candidates} <= {"naive_bayes", "decision_tree"}
    outcome = ask_here("advice", iris, None, "no_metric", *question[1:])
    assert (outcome.status, "no_metric" in outcome.message) == ("error", True)


def test_a_run_tries_what_was_advised_here_first(monkeypatch):
    monkeypatch.setattr("autometa.tuning._search.ask_advice", None)  # no worker is asked
    X = pd.DataFrame({"c": np.arange(60.0)})
    names = ["naive_bayes", "decision_tree"]
    result = tune(X, np.arange(60) % 2, n_trials=1, time_budget=None, algorithms=names)
    assert result.leaderboard()["source"].tolist() == ["recommended"]
