"""Histories that tests of the store draw, and parts of any size from small frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.knowledge_base._checks import check_runs
from autometa.knowledge_base.storage import _folder, _layout, _opened, _writer

TASKS = ("a", "b", "ä", "task 10", "task 9", "😀")


def draw_runs(seed: int, n: int = 60) -> pd.DataFrame:
    """Return runs of few tasks and setups, so that repeats are many."""
    rng = np.random.default_rng(seed)
    status = rng.choice(["ok", "ok", "ok", "timeout", "memory", "error"], n)
    score = np.where(status == "ok", rng.choice([0.1, 0.25, 1 / 3], n), np.nan)
    runs = pd.DataFrame(
        {
            "task_id": rng.choice(TASKS, n),
            "algorithm": rng.choice(["knn", "smo"], n),
            "config": rng.choice(["{}", '{"k": 1}'], n),
            "metric": rng.choice(["accuracy", "r2"], n),
            "score": score,
            "fidelity": rng.choice([0.1, 1.0], n),
            "fit_seconds": rng.choice([np.nan, 0.1, 0.7], n),
            "train_score": rng.choice([0.25, np.nan], n),
            "fold_scores": [
                rng.choice([0.25, 0.5], 2).tolist() if s == "ok" else None for s in status
            ],
            "status": status,
        }
    )
    return check_runs(runs, TASKS)


def without_repeats(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the first of all rows that read the same in every column."""
    texts = [
        "|".join(str(list(v)) if hasattr(v, "__len__") and not isinstance(v, str) else str(v)
                 for v in row)
        for row in runs.itertuples(index=False)
    ]  # fmt: skip
    return runs[~pd.Series(texts, runs.index).duplicated()]


def task_table() -> pd.DataFrame:
    return pd.DataFrame({"task_id": TASKS, "task_type": ["binary", "multiclass"] * 3})


def make_everything_large(monkeypatch: pytest.MonkeyPatch, rows: int = 16) -> None:
    """Treat a small folder as a large one: not kept in memory, many row groups, small pieces."""
    monkeypatch.setattr(_folder, "SMALL", 0)
    monkeypatch.setattr(_layout, "ROWS_PER_GROUP", rows)
    monkeypatch.setattr(_opened, "ROWS_PER_GROUP", rows)
    monkeypatch.setattr(_writer, "PIECE_ROWS", 4 * rows)
