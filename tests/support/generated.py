"""Tables drawn at random: kinds of columns x classes x gaps x sizes x metrics, by a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

METRICS = {
    "binary": ["roc_auc", "accuracy", "neg_log_loss", "f1", "average_precision"],
    "multiclass": ["neg_log_loss", "accuracy", "balanced_accuracy", "f1_macro"],
    "regression": ["neg_root_mean_squared_error", "r2", "neg_mean_absolute_error"],
}
CHEAP = {  # fitted in milliseconds, each of another family
    "binary": ["logistic_regression", "decision_tree", "naive_bayes", "nearest_neighbors"],
    "multiclass": ["logistic_regression", "decision_tree", "naive_bayes", "nearest_neighbors"],
    "regression": ["ridge", "decision_tree", "elastic_net", "nearest_neighbors"],
}
TASK_TYPES = tuple(METRICS)
WORDS = ["red", "small", "engine", "stops", "starts", "when", "cold", "warm", "again", "never"]
CLASSES = ["cat", "dog", "eel", "fox", "gnu", "hen"]


@dataclass(frozen=True)
class Generated:
    """A table, its target, and the metric to judge it by."""

    X: pd.DataFrame
    y: np.ndarray
    task_type: str
    metric: str


def _columns(rng: np.random.Generator, n: int) -> dict[str, object]:
    """Return one column of each kind, in the types that pandas users have them in."""
    days = pd.Timestamp("2019-11-30 22:10") + pd.to_timedelta(rng.integers(0, 9_000, n), unit="h")
    return {
        "normal": rng.normal(size=n),
        "far": 1e6 + 50 * rng.normal(size=n),
        "skewed": np.exp(2 * rng.normal(size=n)),
        "count": rng.poisson(4, n),
        "rating": rng.integers(1, 6, n).astype(float),
        "flag": rng.random(n) < 0.4,
        "sex": rng.choice(["f", "m"], n),
        "colour": rng.choice(["red", "green", "blue", "very dark"], n, p=[0.5, 0.3, 0.1, 0.1]),
        "many": rng.choice([f"l{i}" for i in range(25)], n),
        "code": rng.choice(["007", "7", "70"], n),
        "date": days,
        "stamp": days.strftime("%Y-%m-%d %H:%M"),
        "remark": [" ".join(rng.choice(WORDS, rng.integers(4, 9))) for _ in range(n)],
    }


def _target(rng: np.random.Generator, signal: np.ndarray, task_type: str) -> np.ndarray:
    if task_type == "regression":
        return np.asarray(signal * rng.choice([0.01, 1.0, 300.0]) + rng.choice([0.0, -5.0, 1e4]))
    ranks = pd.Series(signal).rank(method="first").to_numpy() - 1
    if task_type == "binary":
        return np.where(ranks < rng.choice([0.5, 0.8]) * len(signal), "no", "yes")
    return np.array(CLASSES)[(ranks * rng.choice([3, 4]) // len(signal)).astype(int)]


def generated(
    seed: int, task_type: str | None = None, n_rows: int | None = None, text: bool = True
) -> Generated:
    """Return the table of a seed; half of its columns have gaps."""
    rng = np.random.default_rng([13, seed])
    task_type = task_type or TASK_TYPES[seed % 3]
    n = n_rows or int(rng.choice([40, 80, 150]))
    drawn = _columns(rng, n)
    if not text:
        drawn.pop("remark")
    kept = rng.choice(list(drawn), rng.integers(3, 9), replace=False)
    X = pd.DataFrame({name: drawn[name] for name in kept})
    first = pd.Series(drawn[kept[0]])
    signal = first.rank().to_numpy() / n + rng.normal(0, 0.3, n)
    if "colour" in X:
        signal += X["colour"] == "red"
    for name in X.columns[::2]:
        gaps = rng.random(n) < rng.choice([0.05, 0.4])
        X[name] = X[name].astype(object).mask(gaps) if X[name].dtype == bool else X[name].mask(gaps)
    y = _target(rng, np.asarray(signal), task_type)
    return Generated(X, y, task_type, str(rng.choice(METRICS[task_type])))
