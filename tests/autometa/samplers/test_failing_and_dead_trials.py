"""Trials that fail or died: tried is tried, worse than any success; nothing waits for the dead."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import numpy as np
import optuna
import pandas as pd
import pytest

from autometa import KnowledgeBase, WarmStartSampler
from autometa.performance import Rows
from autometa.samplers import _study

optuna.logging.set_verbosity(optuna.logging.ERROR)


def knn():
    rows = pd.DataFrame(
        {
            "task_id": ["s"] * 3 + ["t"] * 3,
            "algorithm": "knn",
            "config": [{"k": 1}, {"k": 7}, {"k": 50}] * 2,
            "metric": "accuracy",
            "score": [0.7, 0.9, 0.8] * 2,
        }
    )
    tasks = pd.DataFrame({"task_id": ["s", "t"], "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, None, rows)


@pytest.mark.parametrize("ending", ["fail", "prune"])
@pytest.mark.parametrize("failing", [{7}, set(range(1, 101))])
def test_a_failing_setup_is_not_suggested_again(ending, failing):
    def objective(trial):
        if trial.suggest_int("k", 1, 100) in failing:
            raise MemoryError if ending == "fail" else optuna.TrialPruned
        return 1.0

    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(knn(), seed=0))
    study.optimize(objective, 12, catch=MemoryError)
    tried = [trial.params["k"] for trial in study.trials]
    assert tried[0] == 7
    assert tried.count(7) == 1
    assert len(set(tried)) >= 10


@pytest.mark.parametrize("successes", [[0.9], [0.9, 0.8], [-3.0, -1.0], [0.0], [1e100, -1e100]])
def test_a_failure_lies_below_the_worst_success(successes):
    scores = [*successes, float("nan")]
    done = [(0, np.full(1, i / len(scores)), score) for i, score in enumerate(scores)]
    _, found = _study._stacked(done, Rows(np.zeros(0, int), np.zeros((0, 1))))
    assert found[:-1].tolist() == successes
    assert found[-1] < min(successes)
    assert np.isfinite((found**2).sum())


@pytest.mark.parametrize("n", [0, 1, 3])
def test_trials_of_this_process_that_never_ask_hold_nothing_back(n):
    study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(knn(), seed=0))
    for _ in range(n):
        study.ask()
    assert study.ask().suggest_int("k", 1, 100) == 7


@pytest.mark.slow
def test_trials_of_a_process_that_died_hold_nothing_back_for_long(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'study.db'}"
    optuna.create_study(study_name="s", storage=url, direction="maximize")
    code = (
        "import os, signal, sys, optuna; study = optuna.load_study(study_name='s', "
        "storage=sys.argv[1]); [study.ask() for _ in range(3)]; os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, url], check=False, capture_output=True)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=11)

    monkeypatch.setattr(_study, "datetime", Later)
    study = optuna.load_study(study_name="s", storage=url, sampler=WarmStartSampler(knn(), seed=0))
    assert len(study.trials) == 3
    assert study.ask().suggest_int("k", 1, 100) == 7
