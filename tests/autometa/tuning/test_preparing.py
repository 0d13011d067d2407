"""Preparing: cleaned once, within the clock, and shared through files."""

from __future__ import annotations

import mmap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner
from autometa.exceptions import WorkerError
from autometa.tables import check_table
from autometa.tuning import tune
from autometa.tuning._budget import Clock
from autometa.tuning._preparing import Preparation
from autometa.tuning.workers import _cleaning
from autometa.tuning.workers._cleaning import clean
from autometa.tuning.workers._pools import InlinePool
from autometa.tuning.workers._sharing import SharedFolder, put, take
from autometa.tuning.workers._worker_side import load


@pytest.fixture
def folder():
    shared = SharedFolder()
    yield shared
    shared.close()


def is_mapped(frame):
    block = frame.select_dtypes("float64").to_numpy()
    while isinstance(block, np.ndarray):
        block = block.base
    return isinstance(block, memoryview) and isinstance(block.obj, mmap.mmap)


def test_what_is_shared_is_mapped_and_equal(mixed, features, folder):
    table = check_table(features, mixed["two"])
    shared = folder.put("table", table)
    cleaned = clean(None, shared, folder.path("cleaned"), np.inf, 0)
    state = load(shared, cleaned, 1)
    assert state.X.equals(TableCleaner().fit_transform(table.X))
    assert state.table.X.equals(table.X)
    assert is_mapped(state.X)


def test_where_no_file_can_be_written_objects_travel_themselves(monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryDirectory", _refuse)
    shared = SharedFolder()
    value = {"a": np.arange(3)}
    assert shared.put("a", value) is value
    assert take(value) is value
    assert put("/dev/null/no", value) is value


def _refuse(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_the_files_go_with_the_run(folder):
    path = Path(folder.put("a", np.zeros(3)))
    assert path.exists()
    folder.close()
    assert not path.exists()


@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_a_part_of_the_rows_is_cleaned_when_all_would_take_too_long(monkeypatch, folder, seconds):
    monkeypatch.setattr(_cleaning, "TIMED_ROWS", (100, 200))
    rng = np.random.default_rng(0)
    y = np.zeros(30_000, dtype=int)
    y[:3] = 1
    words = rng.choice([f"w{i}" for i in range(500)], size=(30_000, 12))
    X = pd.DataFrame({"t": [" ".join(row) for row in words], "n": rng.normal(size=30_000)})
    shared = folder.put("table", check_table(X, y))
    found = take(clean(None, shared, None, seconds, 0))
    assert 100 <= len(found.rows) < 30_000
    assert len(found.X) == len(found.rows)
    assert y[found.rows].sum() > 0  # each class keeps a row
    assert take(clean(None, shared, None, np.inf, 0)).rows is None


def test_a_run_on_a_part_of_the_rows_says_so(monkeypatch):
    monkeypatch.setattr(_cleaning, "TIMED_ROWS", (100, 200))
    monkeypatch.setattr("autometa.tuning._preparing.CLEANING_SHARE", 0.0)
    monkeypatch.setattr("autometa.tuning._preparing.HERE_SHARE", 0.0)
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(3_000, 3))).add_prefix("c")
    result = tune(
        X,
        X["c0"] > 0,
        time_budget=20,
        n_trials=1,
        algorithms=["naive_bayes"],
        knowledge_base=False,
        isolate=False,
    )
    assert any("works on 100 of 3000 rows" in note for note in result.notes)
    assert result.leaderboard()["fidelity"].tolist() == pytest.approx([100 / 3000])
    assert result.task.n_rows == 3000
    assert len(result.best_pipeline.predict(X)) == 3_000
    held_out = result.oof_predictions().dropna()
    assert held_out["row"].max() > 1_000  # rows of the whole table


class StuckPool(InlinePool):
    """Its calls never end."""

    def wait(self, timeout=None):
        time.sleep(min(timeout, 0.01))


def test_the_fallback_comes_back_when_cleaning_does_not_end(monkeypatch, folder, mixed, features):
    monkeypatch.setattr("autometa.tuning._preparing.HERE_SHARE", 0.0)
    notes: list[str] = []
    table = check_table(features, mixed["two"])
    preparation = Preparation(table, StuckPool(), folder, Clock(2.0), 0)
    fallback = preparation.begin()
    assert preparation.finish(1, notes) is None
    assert len(fallback.predict(features)) == len(features)
    assert "was stopped after" in notes[0]


def test_a_budget_that_the_door_alone_exceeds_is_said(folder, mixed, features):
    notes: list[str] = []
    table = check_table(features, mixed["two"])
    clock = Clock(1.0, started=time.monotonic() - 2.0)
    preparation = Preparation(table, InlinePool(), folder, clock, 0)
    fallback = preparation.begin()
    assert preparation.finish(1, notes) is None
    assert notes == ["The budget of 1 s was spent when the table was checked."]
    assert len(fallback.predict(features)) == len(features)


class _NeverStarts(InlinePool):
    def submit(self, *_, **__):
        pass

    def wait(self, timeout=None):
        raise WorkerError("A worker did not start within 60 s.")


def test_a_small_table_is_cleaned_here_when_no_worker_starts(mixed, features, folder):
    table = check_table(features, mixed["two"])
    preparation = Preparation(table, _NeverStarts(), folder, Clock(60.0), seed=0)
    preparation.raw = folder.put("table", table)
    preparation._submit(1.0)  # as after a moment in which the machine stood still
    notes = []
    prepared = preparation.finish(1, notes)
    assert notes == ["A worker did not start within 60 s."]
    assert prepared.X.equals(TableCleaner().fit_transform(table.X))
