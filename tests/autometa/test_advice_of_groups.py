"""Advice for tables whose rows belong together: which runs it rests on, and what it builds."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa import Recommendation, recommend
from autometa.knowledge_base import KnowledgeBase


@pytest.fixture(scope="module")
def kb():
    runs = pd.DataFrame(
        {
            "task_id": ["a", "a", "a", "a"],
            "algorithm": ["mlp", "ridge", "mlp", "ridge"],
            "config": "{}",
            "metric": "r2",
            "score": [0.9, 0.5, 0.4, 0.6],
            "fold_kind": ["shuffled", "shuffled", "group", "group"],
        }
    )
    tasks = pd.DataFrame({"task_id": ["a"], "task_type": "regression"})
    return KnowledgeBase.from_frames(tasks, None, runs)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=120), "who": np.arange(120) // 6})
    return X, pd.Series(rng.normal(size=120), name="y")


def test_runs_by_group_come_first_for_a_table_with_groups(kb, table):
    X, y = table
    shuffled = recommend(X, y, metric="r2", n=2, knowledge_base=kb)
    grouped = recommend(X, y, metric="r2", n=2, knowledge_base=kb, groups="who")
    assert [one.algorithm for one in shuffled] == ["mlp", "ridge"]
    assert [one.algorithm for one in grouped] == ["ridge", "mlp"]
    assert not [note for note in grouped.notes if "borrowed" in note]
    assert grouped.task.n_columns == 1


def test_what_is_borrowed_is_noted(kb, table):
    X, y = table
    advice = recommend(X, y, metric="r2", n=2, knowledge_base=kb, timestamps="who")
    (note,) = [note for note in advice.notes if "borrowed" in note]
    assert note.startswith("The setups are to be scored on time folds. Runs of all 1 earlier")


def test_what_is_built_for_groups_does_not_stop_early_by_random_rows(kb, table):
    X, y = table
    stops = {}
    for kind, asked in {"shuffled": {}, "group": {"groups": "who"}}.items():
        advice = recommend(X, y, metric="r2", n=2, knowledge_base=kb, **asked)
        (mlp,) = [one for one in advice if one.algorithm == "mlp"]
        stored = Recommendation.from_dict(json.loads(json.dumps(mlp.to_dict())))
        assert stored.fold_kind == kind
        for one in (mlp, stored):
            params = one.build().get_params(deep=True)
            stops[kind] = {v for n, v in params.items() if n.endswith("early_stopping")}
    assert stops == {"shuffled": {True}, "group": {False}}
