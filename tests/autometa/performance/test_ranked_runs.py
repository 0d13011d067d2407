"""Which of a large history is used: all of it while it is small, else a share of each task."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase
from autometa.performance import _ranked_runs
from autometa.performance._ranked_runs import _share, read_ranked_runs


def history(*counts):
    """Return a history of tasks with so many runs of one algorithm, scores rising with x."""
    rows = [
        (f"t{task}", "a", {"x": float(x)}, x / 1000)
        for task, count in enumerate(counts)
        for x in range(count)
    ]
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "config", "score"])
    ids = [f"t{task}" for task in range(len(counts))]
    tasks = pd.DataFrame({"task_id": ids, "task_type": "regression"})
    return KnowledgeBase.from_frames(tasks, None, runs.assign(metric="r2"))


def n_used(runs):
    return [len(rows) for rows in runs.rows]


def test_all_tasks_and_all_their_runs_are_used_while_there_is_room():
    runs = read_ranked_runs(history(300, *[3] * 250), ["a"])
    assert sorted(n_used(runs)) == [*[3] * 250, 300]


def test_beyond_the_room_each_task_has_the_same_share_and_keeps_its_best(monkeypatch):
    monkeypatch.setattr(_ranked_runs, "MAX_RUNS", 150)
    runs = read_ranked_runs(history(200, 100, 50), ["a"])
    assert n_used(runs) == [50, 50, 50]
    best = [
        runs.setups[rows[np.argmax(z)]][1]["x"]
        for rows, z in zip(runs.rows, runs.scores, strict=True)
    ]
    assert best == [199.0, 99.0, 49.0]
    tops = sorted(runs.setups[row][1]["x"] for row in runs.rows[0])[-16:]
    assert tops == list(map(float, range(184, 200)))


@pytest.mark.parametrize(
    ("counts", "in_all", "share"),
    [
        ([50, 50, 50], 200, 50),  # all fit
        ([10, 100, 100], 150, 70),  # what the small one leaves is for the others
        ([100, 100], 10, 34),  # never less than what says which runs are good
    ],
)
def test_what_small_tasks_leave_is_for_large_ones(counts, in_all, share):
    assert _share(np.array(counts), in_all) == share


def test_no_more_is_read_than_can_be_held(monkeypatch):
    monkeypatch.setattr(_ranked_runs, "MIN_TASKS", 1)
    monkeypatch.setattr(_ranked_runs, "MAX_READ", 25)
    assert read_ranked_runs(history(10, 10, 10), ["a"]).task_ids == ("t0", "t1")
