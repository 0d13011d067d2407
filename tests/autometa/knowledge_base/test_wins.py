"""Shares of wins counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from autometa import KnowledgeBase
from autometa.knowledge_base import shares_of_wins


@pytest.fixture
def kb():
    """Two tasks: on 'a' the tree wins, on 'b' both are equal."""
    runs = pd.DataFrame(
        {
            "task_id": ["a", "a", "b", "b", "a"],
            "algorithm": ["tree", "knn", "tree", "knn", "knn"],
            "config": "{}",
            "metric": "accuracy",
            "score": [0.9, 0.8, 0.7, 0.7, 1.0],
            "fold_scores": [[0.88, 0.92], [0.8, 0.8], [0.7, 0.7], [0.7, 0.7], [1.0, 1.0]],
            "fidelity": [1.0, 1.0, 1.0, 1.0, 0.5],
        }
    )
    tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": "binary"})
    described = pd.DataFrame(
        {"n_rows": [100.0, 50.0], "n_columns": [4.0, 2.0], "n_classes": [2.0, 2.0]},
        index=["a", "b"],
    )
    return KnowledgeBase.from_frames(tasks, described, runs)


def test_a_tie_is_shared_and_parts_of_rows_do_not_count(kb):
    shares = shares_of_wins(kb).set_index("algorithm")
    assert shares["best"].to_dict() == {"tree": 0.75, "knn": 0.25}
    assert shares["near_best"].to_dict() == {"tree": 1.0, "knn": 0.5}
