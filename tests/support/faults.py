"""Trials that go wrong, in the worker where they run."""

from __future__ import annotations

import os
import time
from typing import Any

from autometa.tuning.workers._worker_side import EvaluationRequest, WorkerTable, evaluate


def crash_on_trees(state: WorkerTable, request: EvaluationRequest) -> Any:
    if request.algorithm == "decision_tree":
        os.abort()
    return evaluate(state, request)


def hang_on_trees(state: WorkerTable, request: EvaluationRequest) -> Any:
    if request.algorithm == "decision_tree":
        time.sleep(600)
    return evaluate(state, request)


def nap_first(state: WorkerTable, request: EvaluationRequest) -> Any:
    time.sleep(1.0)
    return evaluate(state, request)


def grow_on_trees(state: WorkerTable, request: EvaluationRequest) -> Any:
    if request.algorithm == "decision_tree":
        return len(bytearray(1 << 40))
    return evaluate(state, request)


def fail_always(state: WorkerTable, request: EvaluationRequest) -> Any:
    raise ValueError(f"{request.algorithm} is not to be had")


def never_refit(state: WorkerTable, algorithm: str, config: Any, seed: int) -> Any:
    time.sleep(600)


def fit_a_little() -> int:
    """Import what a worker may need, and fit a model of each make."""
    import lightgbm
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    X, y = np.random.default_rng(0).normal(size=(2_000, 10)), np.arange(2_000) % 2
    models = (
        lightgbm.LGBMClassifier(n_estimators=10, n_jobs=1, verbose=-1),
        HistGradientBoostingClassifier(max_iter=10),
        LogisticRegression(),
    )
    return sum(len(model.fit(X, y).classes_) for model in models)


def is_fitted(n_classes: int) -> bool:
    return n_classes == 6
