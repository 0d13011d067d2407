"""Advice learns from what a user added, as soon as it is there, and stays buildable."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.datasets import load_iris

from autometa import KnowledgeBase, recommend
from autometa.algorithms import every_algorithm
from autometa.knowledge_base import add_to, base_of, compact, default_state, user_folder


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return user_folder()


def likeness_of_iris(algorithm, config):
    """Return a task described as iris is, on which one setup is perfect and others are not."""
    bundled = KnowledgeBase.bundled()
    row = bundled.metafeatures.loc[["iris"]] if "iris" in bundled.metafeatures.index else None
    if row is None:
        row = bundled.metafeatures.iloc[[0]]
    runs = pd.DataFrame(
        {
            "task_id": "mine",
            "algorithm": [algorithm, "naive_bayes", "decision_tree", "logistic_regression"],
            "config": [config, "{}", "{}", "{}"],
            "metric": "neg_log_loss",
            "score": [-1e-6, -2.0, -3.0, -2.5],
            "fit_seconds": 0.01,
        }
    )
    tasks = pd.DataFrame({"task_id": ["mine"], "task_type": ["multiclass"]})
    return KnowledgeBase.from_frames(tasks, row.set_axis(["mine"]), runs)


@pytest.mark.slow
def test_what_was_added_is_learnt_from_at_once_and_foreign_algorithms_are_not_recommended(own):
    X, y = load_iris(return_X_y=True, as_frame=True)
    before = recommend(X, y, n=10)
    assert default_state() == ()
    add_to(own, likeness_of_iris("foreign.Flow(1)", "{}"), "a test")
    add_to(own, likeness_of_iris("nearest_neighbors", '{"n_neighbors": 77}'), "a test")
    after = recommend(X, y, n=10)
    known = {algorithm.name for algorithm in every_algorithm() if algorithm.is_installed}
    assert {found.algorithm for found in after} <= known
    assert not any(found.config.get("n_neighbors") == 77 for found in before)
    assert any(found.config.get("n_neighbors") == 77 for found in after)  # among ten of 150
    assert "foreign.Flow(1)" in base_of(None).algorithms


@pytest.mark.slow
def test_the_default_is_read_once_for_each_content(own):
    add_to(own, likeness_of_iris("foreign.Flow(1)", "{}"), "a test")
    first = base_of(None)
    assert base_of(None) is first
    add_to(own, likeness_of_iris("foreign.Flow(1)", '{"a": 1}'), "a test")
    second = base_of(None)
    assert second.n_runs == first.n_runs + 1
    compact(own)
    assert base_of(None).n_runs == second.n_runs
