"""Builds on other executors: a process pool, a Dask cluster, and workers that die."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor

import executor_calls
import psutil
import pytest

from autometa.building._executors import Call, FuturesCallExecutor, LocalCallExecutor, outcomes
from autometa.exceptions import WorkerError

CALLS = [Call(i, executor_calls.double, (i,), 30.0) for i in range(6)]


def results(executor, calls):
    with executor:
        return {outcome.key: outcome.value for outcome in outcomes(executor, calls)}


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2) as executor:
        yield executor


@pytest.mark.slow
def test_an_executor_of_local_processes_makes_every_call():
    assert results(LocalCallExecutor(2, None), CALLS) == {i: 2 * i for i in range(6)}


@pytest.mark.slow
def test_a_process_pool_makes_every_call(processes):
    assert results(FuturesCallExecutor(processes, 2, None), CALLS) == {i: 2 * i for i in range(6)}


@pytest.mark.slow
def test_a_call_past_its_processor_seconds_costs_itself_alone(processes):
    calls = [
        Call("busy", executor_calls.spin, (60.0,), 0.3),
        Call("next", executor_calls.double, (4,), 30),
    ]
    with FuturesCallExecutor(processes, 1, None) as executor:
        ended = {outcome.key: outcome.status for outcome in outcomes(executor, calls)}
    assert ended == {"busy": "timeout", "next": "ok"}


def test_a_broken_pool_is_told_and_never_waited_for():
    with ProcessPoolExecutor(1) as pool, FuturesCallExecutor(pool, 1, None) as executor:
        executor.give(Call("a", executor_calls.nap, (60.0,), 60.0))
        while not pool._processes:
            time.sleep(0.05)
        os.kill(next(iter(pool._processes)), signal.SIGKILL)
        with pytest.raises(WorkerError, match="What is finished is kept; run the same command"):
            executor.wait()


@pytest.fixture(scope="module")
def cluster():
    """A real Dask cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_makes_every_call_also_when_a_worker_is_killed(cluster, tmp_path):
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        executor = FuturesCallExecutor(client.get_executor(pure=False), 2, None)
        calls = [
            Call(i, executor_calls.note_and_nap, (str(tmp_path), i, 0.5), 30.0) for i in range(8)
        ]
        made = {}
        with executor:
            for outcome in outcomes(executor, calls):
                made[outcome.key] = outcome.value
                if len(made) == 2:
                    _kill_a_busy_worker(client)
    assert made == {i: i for i in range(8)}


def _kill_a_busy_worker(client):
    """Kill -9 a Dask worker while it waits for its evaluation."""
    for _ in range(200):
        for address, tasks in client.processing().items():
            pid = client.run(os.getpid, workers=[address])[address]
            if tasks and psutil.Process(pid).children():
                os.kill(pid, signal.SIGKILL)
                return
        time.sleep(0.05)
    raise AssertionError("no Dask worker was busy")
