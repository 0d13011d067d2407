"""Several `tune` on one study in PostgreSQL, one of them suspended, one killed."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import optuna
import pytest
from optuna.trial import TrialState
from postgres import server  # noqa: F401 - a fixture
from sklearn.datasets import load_iris

from autometa import tune

psycopg = pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
pytestmark = pytest.mark.slow

ALONE = """
import sys
from sklearn.datasets import load_iris
from autometa import tune
X, y = load_iris(return_X_y=True, as_frame=True)
result = tune(X, y, time_budget=None, n_trials=int(sys.argv[3]), storage=sys.argv[1],
              study_name=sys.argv[2], isolate=False, knowledge_base=False,
              algorithms=["naive_bayes"])
print(len(result.leaderboard()), result.score)
"""
BUSY = """
select count(*) from pg_stat_activity where application_name = %s and state <> 'idle'
"""
SETTINGS = {
    "time_budget": None,
    "isolate": False,
    "knowledge_base": False,
    "algorithms": ["naive_bayes"],
}


@pytest.fixture(autouse=True)
def connections_are_let_go():
    """Collect connections of threads that have ended: the driver warns of each, in any test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def begin(url, name, n_trials):
    command = [sys.executable, "-c", ALONE, url, name, str(n_trials)]
    environment = {**os.environ, "PGAPPNAME": name}  # by which the server lists its sessions
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    )


def run(url, name, n_trials):
    X, y = load_iris(return_X_y=True, as_frame=True)
    result = tune(X, y, n_trials=n_trials, storage=url, study_name=name, **SETTINGS)
    assert not [note for note in result.notes if "went on without it" in note], result.notes
    backend = result.study._storage._backend  # it keeps connections to the end of the process
    backend.remove_session()
    backend.engine.dispose()
    return result


def trials_of(url, name):
    storage = optuna.storages.RDBStorage(url.replace("://", "+psycopg://"))
    try:
        return optuna.load_study(study_name=name, storage=storage).trials
    finally:
        storage.remove_session()
        storage.engine.dispose()


def wait_for_trials(url, name, n_trials):
    for _ in range(600):  # a minute: imports on a busy machine
        try:
            if len(trials_of(url, name)) >= n_trials:
                return
        except KeyError:  # the study is not begun
            pass
        time.sleep(0.1)
    pytest.fail("no trial was begun")


def suspend(process, url, name):
    """Stop a process where it holds no lock of the database: others would wait for that one."""
    with psycopg.connect(url, autocommit=True) as session:
        for _ in range(100):
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.05)  # the server ends what it was sent before
            (n_busy,) = session.execute(BUSY, [name]).fetchone()
            if not n_busy:
                return
            process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
    pytest.fail("the process was within a transaction each time")


def test_a_suspended_run_goes_on_and_its_trial_counts_once(server):  # noqa: F811
    run(server, "suspended", 1)
    other = begin(server, "suspended", 12)
    wait_for_trials(server, "suspended", 2)
    suspend(other, server, "suspended")
    before = len(trials_of(server, "suspended"))
    run(server, "suspended", before + 2)
    meanwhile = trials_of(server, "suspended")
    # what the suspended one had begun is still its own, nobody took it for dead
    assert not [t for t in meanwhile if t.state == TrialState.FAIL]
    other.send_signal(signal.SIGCONT)
    _, err = other.communicate(timeout=120)
    assert other.returncode == 0, err
    trials = trials_of(server, "suspended")
    states = [trial.state for trial in trials]
    assert states.count(TrialState.RUNNING) == 0
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert states.count(TrialState.COMPLETE) + states.count(TrialState.PRUNED) == 12


def test_a_killed_run_costs_its_trial_and_is_not_called_a_bad_setup(server):  # noqa: F811
    other = begin(server, "killed", 500)
    wait_for_trials(server, "killed", 2)
    other.kill()
    other.communicate()
    n = len(trials_of(server, "killed"))
    result = run(server, "killed", n + 2)
    assert result.n_completed >= n - 1
    ended = trials_of(server, "killed")
    assert not [t for t in ended if t.state == TrialState.RUNNING]
    failed = [t for t in ended if t.state == TrialState.FAIL]
    assert {t.user_attrs["evaluation"]["status"] for t in failed} <= {"stopped"}


def test_two_runs_in_threads_of_one_process_do_not_take_each_other_for_dead(server):  # noqa: F811
    run(server, "threads", 1)
    errors = []

    def in_a_thread():
        try:
            run(server, "threads", 12)
        except Exception as error:  # a thread has nobody else to say it to
            errors.append(error)

    threads = [threading.Thread(target=in_a_thread) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    states = [trial.state for trial in trials_of(server, "threads")]
    assert TrialState.FAIL not in states
    assert TrialState.RUNNING not in states
    assert len(states) in (12, 13)  # both may begin the last one at once


def test_a_plain_optuna_worker_on_the_study_is_not_taken_for_dead(server):  # noqa: F811
    run(server, "plain", 2)
    storage = optuna.storages.RDBStorage(server.replace("://", "+psycopg://"))
    study = optuna.load_study(study_name="plain", storage=storage)
    plain = study.ask()
    run(server, "plain", 4)
    assert study.trials[plain.number].state == TrialState.RUNNING
    study.tell(plain, 0.5)
    assert study.trials[plain.number].value == 0.5
    storage.remove_session()
    storage.engine.dispose()
