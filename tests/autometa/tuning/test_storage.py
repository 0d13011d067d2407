"""Storages that cannot be opened, that several open at once, and that fail under a run."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time

import optuna
import pytest
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from autometa.exceptions import StorageError
from autometa.tuning import tune
from autometa.tuning.study._storage import open_study

CHEAP = ("logistic_regression", "naive_bayes", "decision_tree")
INLINE = {"time_budget": None, "knowledge_base": False, "isolate": False, "random_state": 0}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "must be a URL such as sqlite:///run.db"),
        ("run.db", "must be a URL such as sqlite:///run.db"),
        ("nonsense", "must be a URL such as sqlite:///run.db"),
        ("://", "must be a URL"),
        ("nosuchdialect://host/x", "cannot be used"),
        ("sqlite:////no/such/folder/run.db", "There is no folder '/no/such/folder'"),
        ("sqlite:///{folder}", "unable to open database file"),
        ("sqlite:///{folder}/text.db", "file is not a database"),
        ("sqlite:///{folder}/other.db", "cannot be used"),
        ("postgresql://ann:s3/cr@et@127.0.0.1:1/x", "cannot be used"),
        ("postgresql://ann:s3cret@127.0.0.1:notaport/x", "cannot be used"),
        ("redis://:s3cret@127.0.0.1:1/0", "needs a package|cannot be used"),
        ("grpc://ann:s3cret@127.0.0.1:1", "needs a package|cannot be used"),
    ],
)
def test_a_storage_that_cannot_be_opened_is_one_sentence(tmp_path, url, told):
    (tmp_path / "text.db").write_text("This is no database. " * 100)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE studies (name TEXT)")
    with pytest.raises(StorageError, match=told) as caught:
        open_study(url.replace("{folder}", str(tmp_path)), "mine")
    assert "s3" not in str(caught.value)
    assert "et@" not in str(caught.value).replace("***@", "")
    assert "\n" not in str(caught.value)


BOTH = """
import sys, time
from pathlib import Path
from autometa.tuning.study._storage import open_study
folder, me = Path(sys.argv[1]), sys.argv[2]
for k in range(8):
    (folder / f"{k}-{me}").touch()
    while len(list(folder.glob(f"{k}-?"))) < 2:
        time.sleep(0.001)
    open_study(f"sqlite:///{folder / f'{k}.db'}", "mine")
"""


@pytest.mark.slow
def test_two_processes_open_one_new_sqlite_file(tmp_path):
    both = [
        subprocess.Popen(
            [sys.executable, "-c", BOTH, str(tmp_path), me], stderr=subprocess.PIPE, text=True
        )
        for me in "ab"
    ]
    ends = [(process.communicate(timeout=120)[1][-500:], process.returncode) for process in both]
    assert ends == [("", 0), ("", 0)]
    for k in range(8):
        (summary,) = optuna.get_all_study_summaries(f"sqlite:///{tmp_path / f'{k}.db'}")
        assert summary.study_name == "mine"


def drop_table(path):
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE trials")


def delete_study(path):
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM studies")


def overwrite(path):
    path.write_bytes(b"no database at all" * 1000)


def tear(path):
    with path.open("ab") as journal:
        journal.write(b'{"op_code": 4, "wor')


@pytest.mark.parametrize(
    "fault",
    [
        drop_table,
        tear,
        *(pytest.param(f, marks=pytest.mark.slow) for f in (delete_study, overwrite)),
    ],
)
def test_a_storage_that_fails_costs_the_record_not_the_run(mixed, features, tmp_path, fault):
    path = tmp_path / "run.db"
    is_journal = fault is tear
    storage = (
        JournalStorage(JournalFileBackend(str(path)))
        if is_journal
        else RDBStorage(f"sqlite:///{path}")
    )
    seen = []

    def callback(study, trial):
        seen.append((trial.number, trial.value))
        if trial.number == 2:
            fault(path)

    result = tune(
        features,
        mixed["two"],
        n_trials=6,
        algorithms=CHEAP,
        storage=storage,
        callbacks=[callback],
        **INLINE,
    )
    board = result.leaderboard()
    assert sorted(board["trial"]) == list(range(6))
    assert board["score"].notna().all()
    assert [number for number, _ in seen] == list(range(6))
    assert result.weights
    assert [t.value for t in result.study.trials] == [value for _, value in seen]
    (note,) = [note for note in result.notes if "went on without it" in note]
    assert "failed (" in note


def lock(path):
    LOCKS.append(sqlite3.connect(path, isolation_level=None))
    LOCKS[-1].execute("BEGIN EXCLUSIVE")


LOCKS = []


@pytest.mark.slow
def test_a_storage_that_does_not_answer_is_not_waited_for(mixed, features, tmp_path):
    path = tmp_path / "run.db"
    ends = {}

    def callback(study, trial):
        ends[trial.number] = time.monotonic()
        if trial.number == 1:
            lock(path)

    result = tune(
        features,
        mixed["two"],
        n_trials=4,
        algorithms=CHEAP,
        storage=f"sqlite:///{path}",
        callbacks=[callback],
        **(INLINE | {"time_budget": 12}),
    )
    LOCKS.pop().close()
    assert len(result.leaderboard()) == 4
    assert ends[2] - ends[1] < 6  # a fifth of the time that was left, and the trial itself
    (note,) = [note for note in result.notes if "no answer within" in note]
    assert "another process, suspended perhaps, holds a lock on it" in note
    assert len(optuna.load_study(study_name=None, storage=f"sqlite:///{path}").trials) == 2


FULL = """
import resource, sys, warnings
from pathlib import Path
import pandas as pd
from autometa.tuning import (tune)
from autometa.tuning.study._storage import open_study
frame = pd.read_csv(sys.argv[1])
open_study(sys.argv[2], "mine")
limit = Path(sys.argv[2].removeprefix("sqlite:///")).stat().st_size  # it cannot grow
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
result = tune(frame.drop(columns="two"), frame["two"], time_budget=None, n_trials=20,
              random_state=0, storage=sys.argv[2], study_name="mine",
              algorithms=["naive_bayes", "decision_tree"],
              knowledge_base=False, isolate=False)
print(len(result.leaderboard()), len(result.weights) > 0, result.notes)
"""


@pytest.mark.slow
def test_a_full_disk_costs_the_record_not_the_run(mixed, features, tmp_path):
    table = tmp_path / "table.csv"
    features[["size", "whole"]].assign(two=mixed["two"]).to_csv(table, index=False)
    storage = f"sqlite:///{tmp_path / 'run.db'}"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(table), storage],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("20 True ")
    assert "run.db' failed (" in done.stdout
    (summary,) = optuna.get_all_study_summaries(storage)  # what was stored before is sound
    assert summary.n_trials < 20
