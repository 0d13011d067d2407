"""Where calls run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.evaluation._machine import usable_cores
from autometa.evaluation._process import Worker
from autometa.tables import check_table
from autometa.tuning._pools import (
    InlinePool,
    choose_threads,
    default_memory_limit,
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


def test_a_small_table_has_one_thread():
    table = check_table(pd.DataFrame({"a": np.arange(10.0)}), [0, 1] * 5)
    assert choose_threads(table, 1, is_timed=True) == 1
