"""Histories of a hand-made function: every task is a bowl whose bottom moves a little."""

from __future__ import annotations

import json

import numpy as np
import optuna
import pandas as pd

from autometa.knowledge_base import KnowledgeBase


def bowl(config, x0=0.3, rate0=-2.0):
    """Greatest (0) at x = x0, rate = 10 ** rate0, and kind 'b'."""
    wrong_kind = 0.3 * (config["kind"] != "b")
    off = (config["x"] - x0) ** 2 + 0.1 * (np.log10(config["rate"]) - rate0) ** 2
    return -float(off + wrong_kind)


def random_config(rng):
    return {
        "x": float(rng.uniform()),
        "rate": float(10 ** rng.uniform(-4, 0)),
        "kind": str(rng.choice(["a", "b", "c"])),
    }


def bowl_history(n_tasks=12, n_runs=40, sign=1.0, algorithm="bowl", metric="score"):
    """Ragged: every task has its own random configurations; ``sign=-1`` reverses all ranks."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n_tasks):
        x0, rate0 = 0.3 + 0.05 * rng.standard_normal(), -2 + 0.2 * rng.standard_normal()
        for _ in range(n_runs):
            config = random_config(rng)
            score = sign * bowl(config, x0, rate0)
            rows.append((f"task{i}", algorithm, json.dumps(config), metric, score))
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "config", "metric", "score"])
    tasks = pd.DataFrame({"task_id": [f"task{i}" for i in range(n_tasks)], "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, None, runs)


def suggest_config(trial):
    return {
        "x": trial.suggest_float("x", 0, 1),
        "rate": trial.suggest_float("rate", 1e-4, 1, log=True),
        "kind": trial.suggest_categorical("kind", ["a", "b", "c"]),
    }


def bowl_objective(trial):
    return bowl(suggest_config(trial))


def run(sampler, n_trials, objective=bowl_objective, **kwargs):
    study = optuna.create_study(direction="maximize", sampler=sampler, **kwargs)
    study.optimize(objective, n_trials=n_trials)
    return study


def assert_all_differ(study):
    points = [tuple(sorted(trial.params.items())) for trial in study.trials]
    assert len(set(points)) == len(points)
