"""What the knowledge base recommends is what tune tries first."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, tune
from autometa.importers import import_history

ALGORITHMS = ["decision_tree", "logistic_regression", "naive_bayes", "nearest_neighbors"]
ODD = {"nearest_neighbors": {"n_neighbors": 23}, "decision_tree": {"max_depth": 7}}


def knowledge_of_a_winner(winner: str) -> KnowledgeBase:
    """Return runs of twelve tasks on which one setup, known to no list of ours, is far ahead."""
    tasks = [f"t{i}" for i in range(12)]
    setups = [(winner, ODD[winner])] + [(a, {}) for a in ALGORITHMS]
    rng = np.random.default_rng(0)
    runs = pd.DataFrame(
        {
            "task_id": task,
            "algorithm": algorithm,
            "config": json.dumps(config),
            "metric": "roc_auc",
            "score": (0.95 if config else 0.7) + 0.01 * rng.normal(),
            "fit_seconds": 0.01,
        }
        for task in tasks
        for algorithm, config in setups
    )
    metafeatures = pd.DataFrame({"n_rows": rng.integers(200, 400, 12)}, index=tasks)
    return KnowledgeBase.from_frames(
        pd.DataFrame({"task_id": tasks, "task_type": "binary"}), metafeatures, runs
    )


@pytest.mark.parametrize("winner", sorted(ODD))
def test_the_winner_that_a_knowledge_base_knows_is_the_first_trial(winner):
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    result = tune(
        X,
        X["a"] > 0,
        knowledge_base=knowledge_of_a_winner(winner),
        algorithms=ALGORITHMS,
        n_trials=3,
        time_budget=None,
        isolate=False,
        random_state=0,
    )
    first = result.study.trials[0]
    assert first.user_attrs["evaluation"]["source"] == "recommended"
    assert first.params["algorithm"] == winner
    for name, value in ODD[winner].items():
        assert first.params[f"{winner}.{name}"] == value
    board = result.leaderboard()
    assert (board.loc[board["trial"] == 0, "source"] == "recommended").all()


def test_a_result_is_added_with_what_the_table_was_described_by(tmp_path):
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    base = knowledge_of_a_winner("decision_tree")
    settings = {"algorithms": ALGORITHMS, "n_trials": 2, "time_budget": None, "isolate": False}
    result = tune(X, X["a"] > 0, knowledge_base=base, random_state=0, **settings)
    task_id = result.task.task_id
    assert result.metafeatures["n_rows"].to_dict() == {task_id: 300.0}
    result.save(tmp_path / "model")
    for source in (result, tmp_path / "model"):
        imported = import_history(source).knowledge_base
        assert imported.metafeatures["n_rows"].to_dict() == {task_id: 300.0}
        assert imported.tasks["task_id"].tolist() == [task_id]
    assert base.add(result).metafeatures.loc[task_id, "n_rows"] == 300.0
    alone = tune(X, X["a"] > 0, knowledge_base=False, random_state=0, **settings)
    assert alone.metafeatures is None
