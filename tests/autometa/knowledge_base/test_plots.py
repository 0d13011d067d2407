"""Shares of wins counted by hand, and pictures that show all tasks."""

from __future__ import annotations

import pandas as pd
import pytest

from autometa import KnowledgeBase, KnowledgeBaseError
from autometa.knowledge_base import plot_coverage, plot_wins, shares_of_wins


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


def test_pictures_are_written(kb, tmp_path):
    pytest.importorskip("matplotlib")
    plot_coverage(kb, tmp_path / "coverage.png")
    plot_wins(kb, tmp_path / "wins.svg")
    assert (tmp_path / "coverage.png").read_bytes().startswith(b"\x89PNG")
    assert "accuracy" in (tmp_path / "wins.svg").read_text()


def test_a_plot_of_tasks_whose_sizes_are_on_different_tasks_says_what_it_needs(kb, tmp_path):
    pytest.importorskip("matplotlib")
    described = kb.metafeatures
    described.loc["a", "n_rows"] = float("nan")
    described.loc["b", "n_columns"] = 0.0  # no place on a logarithmic axis
    unsized = KnowledgeBase.from_frames(kb.tasks, described, kb.runs)
    with pytest.raises(KnowledgeBaseError, match=r"'n_rows' and 'n_columns'.*for no task"):
        plot_coverage(unsized, tmp_path / "coverage.png")
    assert not (tmp_path / "coverage.png").exists()
