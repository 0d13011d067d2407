"""Trials in executors of others that are ended: by Ctrl-C, by the budget, by a killed worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults
import psutil
import pytest
from sklearn.datasets import load_iris

from autometa import tune

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).parents[2] / "support"
USUAL = {"random_state": 0, "knowledge_base": False, "n_jobs": 2}
RUN = """
import json
from concurrent.futures import ProcessPoolExecutor
import faults
import autometa.tuning._search as search
import autometa.tuning.workers._executor_runner as runner
from autometa import tune
from sklearn.datasets import load_iris

def say(study, trial):
    if trial.state.name == "COMPLETE":
        print("ready", flush=True)

if __name__ == "__main__":
    search.evaluate = runner.evaluate = faults.hang_on_trees
    X, y = load_iris(return_X_y=True, as_frame=True)
    with ProcessPoolExecutor(2) as executor:
        result = tune(X, y, time_budget=120, algorithms=["naive_bayes", "decision_tree"],
                      executor=executor, callbacks=[say], random_state=0, n_jobs=2,
                      knowledge_base=False)
        print(json.dumps([result.stopped_early, result.score > -0.5]), flush=True)
        for process in executor._processes.values():  # each waits for a call that hangs
            process.kill()
"""


@pytest.fixture
def hanging(monkeypatch):
    use(monkeypatch, faults.hang_on_trees)


def use(monkeypatch, evaluate):
    """Have trials made by another function, which the executor is given as the usual one."""
    monkeypatch.setattr("autometa.tuning._search.evaluate", evaluate)
    monkeypatch.setattr("autometa.tuning.workers._executor_runner.evaluate", evaluate)


def test_ctrl_c_hands_over_the_best_while_a_worker_of_the_executor_hangs(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(RUN)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SUPPORT)},
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.0)  # the other trial hangs by now
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    line = process.stdout.readline()
    while line == "ready\n":
        line = process.stdout.readline()
    assert time.monotonic() - begun < 15  # three on a machine that has nothing else to do
    assert line == "[true, true]\n"
    process.communicate(timeout=60)


def test_the_budget_holds_while_workers_of_the_executor_hang(hanging):
    X, y = load_iris(return_X_y=True, as_frame=True)
    with ThreadPoolExecutor(2) as executor:
        begun = time.monotonic()
        result = tune(
            X, y, time_budget=12, algorithms=["naive_bayes", "decision_tree"], executor=executor,
            **USUAL,
        )  # fmt: skip
        seconds = time.monotonic() - begun
    assert seconds < 12 + 6  # one on a machine that has nothing else to do
    assert result.score > -0.5
    assert "naive_bayes" in set(result.leaderboard()["algorithm"])


def kill_a_busy_worker(client):
    """Kill -9 the process of a Dask worker that waits for a trial; return whether there was one."""
    for _ in range(600):
        for address, tasks in client.processing().items():
            pid = client.run(os.getpid, workers=[address])[address]
            if tasks and psutil.Process(pid).children():
                os.kill(pid, signal.SIGKILL)
                return True
        time.sleep(0.05)
    return False


@pytest.mark.filterwarnings("ignore")  # Dask's own, of the worker that is gone
def test_a_dask_worker_that_is_killed_in_mid_trial_costs_its_trial_at_most(monkeypatch):
    from distributed import Client, LocalCluster

    use(monkeypatch, faults.nap_first)
    X, y = load_iris(return_X_y=True, as_frame=True)
    killed = []
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, Client(cluster, set_as_default=False) as client:
        killer = threading.Thread(target=lambda: killed.append(kill_a_busy_worker(client)))
        killer.start()
        result = tune(
            X, y, time_budget=None, n_trials=6, algorithms=["naive_bayes", "decision_tree"],
            executor=client.get_executor(pure=False), **USUAL,
        )  # fmt: skip
        killer.join()
    assert killed == [True]
    trials = result.study.trials
    status = [trial.user_attrs["evaluation"]["status"] for trial in trials]
    assert status.count("ok") + status.count("pruned") == 6  # as many as were asked for
    assert set(status) <= {"ok", "pruned", "stopped"}  # nobody calls the setup a bad one
    assert status.count("stopped") <= 1
    assert len(result.best_pipeline.predict(X)) == len(X)
