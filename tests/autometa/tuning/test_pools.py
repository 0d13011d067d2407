"""Where calls run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from faults import fit_a_little, is_fitted

from autometa import tune
from autometa.evaluation import WorkerPool
from autometa.evaluation._machine import LIBRARY_BYTES, usable_cores
from autometa.evaluation._process import Worker
from autometa.exceptions import ParameterError, WorkerError
from autometa.tables import Table, check_table
from autometa.tuning._budget import Clock
from autometa.tuning._options import TuneOptions
from autometa.tuning._question import Question
from autometa.tuning._run import Run
from autometa.tuning.workers._memory import default_memory_limit, n_bytes
from autometa.tuning.workers._pools import (
    InlinePool,
    choose_threads,
    free_cores,
    n_threads,
    open_pool,
)


def add(state, value):
    return state + value


def fail(state):
    raise ValueError("no such luck")


def test_the_inline_pool_answers_as_a_worker_pool_does():
    with InlinePool() as pool:
        pool.set_up(int, "40")
        pool.submit("a", add, 2)
        pool.submit("b", fail)
        assert pool.n_busy == 2
        first, second = pool.wait(), pool.wait()
        assert (first.key, first.status, first.value) == ("a", "ok", 42)
        assert (second.status, second.message) == ("error", "ValueError: no such luck")
        assert pool.wait() is None


def test_a_call_that_has_not_run_can_be_taken_back():
    with InlinePool() as pool:
        pool.set_up(int, "40")
        pool.submit("a", add, 2)
        assert pool.cancel("a").status == "stopped"
        assert pool.cancel("a") is None
        assert pool.n_busy == 0


@pytest.mark.parametrize(
    ("work", "n_jobs", "cores", "threads"),
    [(1_000, 1, 8, 1), (10**9, 1, 8, 8), (10**9, 3, 8, 2), (10**9, 20, 8, 1)],
)
def test_small_tables_get_one_thread_and_large_ones_share_the_cores(work, n_jobs, cores, threads):
    assert n_threads(work, n_jobs, cores) == threads


def test_there_is_always_a_core():
    assert 1 <= free_cores() <= usable_cores()


def test_a_worker_is_left_some_memory():
    limit = default_memory_limit(1000)
    assert limit is None or limit >= 4 << 30


def test_not_isolated_means_in_this_process():
    assert isinstance(open_pool(1, 1, None, isolate=False), InlinePool)


def test_where_no_process_can_be_started_trials_run_in_this_one(monkeypatch):
    def refuse(worker):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Worker, "_start_process", refuse)
    pool = open_pool(1, 1, None, isolate=True)
    assert isinstance(pool, InlinePool)
    assert "where none can be stopped" in pool.notes[0]


@pytest.mark.parametrize(
    ("more", "n_workers"),
    [
        ({"knowledge_base": False}, 1),
        ({"knowledge_base": False, "time_budget": 60}, 2),  # a killed worker is replaced at once
        ({}, 2),  # one asks for advice
    ],
)
def test_a_spare_worker_is_started_where_it_has_something_to_do(monkeypatch, more, n_workers):
    started = []
    monkeypatch.setattr(Worker, "_start_process", lambda worker: started.append(worker))
    options = TuneOptions(**{"time_budget": None, "n_trials": 1} | more)
    question = Question.of(pd.DataFrame({"a": np.arange(40.0)}), [0, 1] * 20, options)
    with Run(question, options, Clock(options.time_budget)):
        assert len(started) == n_workers


def test_a_small_table_has_one_thread():
    table = check_table(pd.DataFrame({"a": np.arange(10.0)}), [0, 1] * 5)
    assert choose_threads(table, 1, is_timed=True) == 1


@pytest.mark.parametrize(
    ("size", "number"),
    [("4GB", 4 * 10**9), ("512MiB", 2**29), ("7", 7), ("1.5 kb", 1500), (2**30, 2**30)],
)
def test_sizes_are_read_as_their_units_say(size, number):
    assert n_bytes(size) == number


@pytest.mark.parametrize("size", ["", "GB", "4 horses", "-1GB", True, 1e9])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(ParameterError, match="'memory_limit' must be a size such as 4GB"):
        n_bytes(size)


@pytest.mark.parametrize("limit", [0, 50 << 20, LIBRARY_BYTES - 1, "640MB"])
def test_a_limit_that_no_worker_can_start_under_is_refused_before_the_run(limit):
    X = pd.DataFrame({"a": np.arange(20.0)})
    with pytest.raises(ParameterError, match=r"number of bytes >= 671,088,640 or None.*Got"):
        tune(X, [0, 1] * 10, n_trials=1, time_budget=None, memory_limit=limit)


@pytest.mark.slow
def test_the_smallest_limit_is_enough_for_every_library_and_a_small_fit():
    with WorkerPool(memory_limit=LIBRARY_BYTES, initializer=fit_a_little) as pool:
        pool.submit("k", is_fitted)
        assert pool.wait(120).value


@pytest.mark.parametrize("preload", [(), ("sklearn.ensemble", "lightgbm")])
@pytest.mark.parametrize("megabytes", [50, 300, 450])
def test_a_worker_that_its_limit_kept_from_starting_says_so(megabytes, preload):
    said = f"needs 640 MB of address space.*limited to {megabytes} MB"
    limited = {"memory_limit": megabytes << 20, "preload": preload}
    with WorkerPool(**limited, initializer=fit_a_little) as pool:
        pool.submit("k", is_fitted)
        with pytest.raises(WorkerError, match=said):
            pool.wait(30)


def test_a_worker_of_little_memory_has_one_thread():
    table = Table(
        X=pd.DataFrame(np.zeros((200_000, 20))), y=np.zeros(200_000), classes=np.array([]),
        task_type="regression",
    )  # fmt: skip
    assert choose_threads(table, 1, False, 2 << 30) == 1
    assert choose_threads(table, 1, False, 64 << 30) == usable_cores()
