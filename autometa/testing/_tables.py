"""Small tables that contracts are tested on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

N_ROWS = 240
N_TRAINING = 180  # the rest is predicted


def learnable_table(task_type: str) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return a table with a column of every kind, and a target that two of them decide."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number, {1}": rng.normal(size=N_ROWS),
            "count": rng.integers(0, 6, N_ROWS),
            "flag": rng.random(N_ROWS) > 0.5,
            "level": rng.choice(["x", "y", "z"], N_ROWS),
            "many": [f"l{v}" for v in rng.integers(0, 60, N_ROWS)],
            "day": pd.date_range("2024-01-01", periods=N_ROWS),
            "note": [" ".join(rng.choice(["hot", "cold", "wet", "dry"], 4)) for _ in range(N_ROWS)],
            "constant": 1,
            "empty": None,
        }
    )
    X.loc[::7, "number, {1}"] = np.nan
    X.loc[::5, "level"] = None
    signal = X["count"] + X["flag"]
    if task_type == "regression":
        return X, signal * 2.0 + rng.normal(size=N_ROWS) * 0.1
    if task_type == "binary":
        return X, pd.Series(np.where(signal > 2, "p", "q"))
    return X, pd.Series(np.select([signal < 2, signal < 4], ["low", "mid"], "high"))


def tiny_table(task_type: str, n_rows: int) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return a few rows of numbers; each class has as many of them."""
    rng = np.random.default_rng(n_rows)
    X = pd.DataFrame(rng.normal(size=(n_rows, 3)), columns=list("abc"))
    X["a"] = rng.permutation(np.linspace(-2, 2, n_rows))
    if task_type == "regression":
        return X, X["a"] + X["b"]
    n_classes = 2 if task_type == "binary" else 2 + (n_rows >= 9)  # three rows of a class
    return X, pd.qcut(X["a"], n_classes, labels=False)
