"""TrialBook: the study of a run, as Optuna stores it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState

from autometa.tables import check_table
from autometa.tuning._plan import Candidate
from autometa.tuning._study import TrialBook, candidate_of, content_hash
from autometa.tuning._worker_side import Verdict

ALGORITHMS = ("lightgbm", "logistic_regression")
LINEAR = Candidate(
    algorithm="logistic_regression",
    config={"C": 0.1, "class_weight": None, "numbers": "normal"},
    source="known",
)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return check_table(pd.DataFrame({"a": rng.normal(size=40)}), rng.integers(0, 2, 40))


def verdict(fold_scores, *, is_complete=True):
    return Verdict(
        scores={"roc_auc": float(np.mean(fold_scores)), "f1": float("nan")},
        fold_scores=fold_scores,
        fit_seconds=0.5,
        seconds=0.6,
        values=np.zeros((40, 2), dtype="float32"),
        is_complete=is_complete,
    )


def test_a_candidate_is_what_the_trial_is_made_of(table):
    book = TrialBook(table, "roc_auc", ALGORITHMS, seed=0)
    trial, asked = book.ask(LINEAR)
    assert asked == LINEAR
    told = book.tell(trial, asked, verdict([0.7, 0.9]))
    assert (told.state, told.value) == (TrialState.COMPLETE, pytest.approx(0.8))
    assert told.params == LINEAR.params
    assert told.user_attrs["evaluation"]["scores"] == {"roc_auc": pytest.approx(0.8)}
    assert candidate_of(told) == LINEAR
    assert book.tried == {LINEAR.key}


def test_the_sampler_proposes_from_the_space_of_the_algorithm_it_chose(table):
    book = TrialBook(table, "roc_auc", ALGORITHMS, seed=0)
    for _ in range(12):
        trial, asked = book.ask()
        assert set(asked.config) == set(book.spaces[asked.algorithm])
        book.tell(trial, asked, verdict([0.5]))


def test_the_same_seed_proposes_the_same(table):
    proposals = []
    for _ in range(2):
        book = TrialBook(table, "roc_auc", ALGORITHMS, seed=7)
        asked = []
        for number in range(12):
            trial, candidate = book.ask()
            asked.append(candidate)
            book.tell(trial, candidate, verdict([number / 20]))
        proposals.append(asked)
    assert proposals[0] == proposals[1]


def test_failed_skipped_and_cut_trials_say_why(table):
    book = TrialBook(table, "roc_auc", ALGORITHMS, seed=0)
    failed = book.fail(*book.ask(LINEAR), "timeout", "Stopped after 3.0 s.")
    assert failed.state == TrialState.FAIL
    assert failed.user_attrs["evaluation"] == {
        "source": "known",
        "status": "timeout",
        "message": "Stopped after 3.0 s.",
    }
    assert book.skip(*book.ask(), "Needs about 9 s.").state == TrialState.PRUNED
    cut = book.tell(*book.ask(), verdict([0.4], is_complete=False))
    assert (cut.state, cut.value) == (TrialState.PRUNED, pytest.approx(0.4))
    assert book.n_finished == 3


def test_the_study_of_a_table_is_found_again(table):
    storage = InMemoryStorage()
    first = TrialBook(table, "roc_auc", ALGORITHMS, 0, storage)
    first.tell(*first.ask(LINEAR), verdict([0.7]))
    assert first.agree("folds", [5, 5]) == [5, 5]
    again = TrialBook(table, "roc_auc", ALGORITHMS, 1, storage)
    assert [t.value for t in again.resumed] == [pytest.approx(0.7)]
    assert again.agree("folds", [3, 3]) == [5, 5]
    other = TrialBook(table, "accuracy", ALGORITHMS, 0, storage)
    assert other.n_finished == 0


def test_a_trial_of_a_dead_process_is_ended_and_one_of_a_live_process_is_not(table):
    storage = InMemoryStorage()
    book = TrialBook(table, "roc_auc", ALGORITHMS, 0, storage)
    host = book.ask(LINEAR)[0].user_attrs["process"].rpartition(":")[0]
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for process in (f"{host}:{dead.pid}", f"{host}:1", "elsewhere:1"):
        book.ask()[0].set_user_attr("process", process)
    again = TrialBook(table, "roc_auc", ALGORITHMS, 0, storage)
    states = [trial.state for trial in again.study.trials]
    own, gone, live, far = states
    assert (own, gone) == (TrialState.FAIL, TrialState.FAIL)
    assert again.study.trials[1].user_attrs["evaluation"]["message"] == (
        "The process that ran it ended."
    )
    assert (live, far) == (TrialState.RUNNING, TrialState.RUNNING)


def test_the_hash_tells_tables_apart(table):
    other = check_table(table.X.assign(a=table.X["a"] + 1), table.y)
    flipped = check_table(table.X, 1 - table.y)
    hashes = {content_hash(t) for t in (table, other, flipped)}
    assert len(hashes) == 3
    assert content_hash(check_table(table.X.copy(), table.y.copy())) == content_hash(table)


def test_the_hash_takes_columns_of_lists():
    frame = pd.DataFrame({"a": [[1], [2], [3], [4], [5]], "b": range(5)})
    assert len(content_hash(check_table(frame, [0, 1, 0, 1, 0]))) == 12
