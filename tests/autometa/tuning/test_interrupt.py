"""A run that is told to end: the best so far, the study in order, the handlers as before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import optuna
import pytest

from autometa.tuning import end_run, tune
from autometa.tuning._interrupt import Interruption

SUPPORT = Path(__file__).parents[2] / "support"
CHEAP = ("naive_bayes", "decision_tree")

RUN = """
import json, os, signal, sys, time
import pandas as pd
import faults
import autometa.tuning._search as search
from autometa.tuning import (tune)
search.evaluate = faults.hang_on_trees
frame = pd.read_csv(sys.argv[1])
before = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
def say(study, trial):
    if trial.state.name == "COMPLETE":
        print("ready", flush=True)
result = tune(frame.drop(columns="two"), frame["two"], time_budget=eval(sys.argv[3]), n_trials=500,
              storage=sys.argv[2], algorithms=["naive_bayes", "decision_tree"], n_jobs=2,
              knowledge_base=False, callbacks=[say])
after = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
print(json.dumps([result.stopped_early, result.n_completed, list(result.notes), before == after]))
"""


@pytest.fixture
def start(mixed, features, tmp_path):
    """Start a run of which every second trial hangs; wait until one has a score."""
    table, storage = tmp_path / "table.csv", f"sqlite:///{tmp_path / 'run.db'}"
    features[["size", "whole"]].assign(two=mixed["two"]).to_csv(table, index=False)

    def start(budget="120"):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(table), storage, budget],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(SUPPORT)},
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.0)  # the other trial hangs by now
        return process, storage

    return start


def states_of(storage):
    (summary,) = optuna.get_all_study_summaries(storage)
    study = optuna.load_study(study_name=summary.study_name, storage=storage)
    running = [t for t in study.trials if t.state.name == "RUNNING"]
    status = {t.user_attrs.get("evaluation", {}).get("status") for t in study.trials}
    return running, status


@pytest.mark.slow
@pytest.mark.parametrize("budget", ["120", "None"])
def test_the_first_ctrl_c_hands_over_the_best_so_far(start, budget):
    process, storage = start(budget)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    groups = {os.getpgid(int(child)) for child in children}
    assert os.getpgid(process.pid) not in groups  # a terminal's Ctrl-C does not reach workers
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    seconds = time.monotonic() - begun
    assert (process.returncode, err) == (0, "")
    assert "[true, " in out
    assert "Stopped early: the best of" in out
    assert out.strip().endswith("true]")  # the handlers are those of before
    assert seconds < 15  # three on a machine that has nothing else to do
    assert states_of(storage) == ([], {"ok", "stopped"})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_that_nobody_handles_ends_the_process_once_the_study_is_in_order(start, name):
    process, storage = start()
    process.send_signal(getattr(signal, name))
    process.communicate(timeout=60)
    assert process.returncode == -getattr(signal, name)
    assert states_of(storage) == ([], {"ok", "stopped"})


@pytest.mark.slow
def test_the_second_ctrl_c_ends_it_at_once(start):
    process, storage = start()
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (1, -signal.SIGINT)
    assert err.strip().endswith("KeyboardInterrupt")
    running, _ = states_of(storage)
    assert len(running) <= 2  # of a dead process: a run that goes on tries them again


def test_handlers_of_the_user_are_left_alone():
    def mine(*_):
        pass

    before = [signal.signal(s, mine) for s in (signal.SIGINT, signal.SIGTERM)]
    try:
        with Interruption(lambda: None):
            assert signal.getsignal(signal.SIGINT) is mine
            assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)


def test_no_handler_is_set_outside_the_main_thread():
    seen = []

    def look():
        with Interruption(lambda: None):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


def test_a_run_can_be_ended_from_elsewhere(mixed, features):
    assert not end_run()  # there is none
    result = tune(
        features,
        mixed["two"],
        time_budget=None,
        n_trials=50,
        algorithms=CHEAP,
        knowledge_base=False,
        isolate=False,
        callbacks=[lambda study, trial: trial.number < 2 or end_run()],
    )
    assert result.stopped_early
    assert result.n_completed == 3
    assert any("best of 3 scored setups" in note for note in result.notes)


def test_ctrl_c_in_a_trial_of_this_process_hands_over_too(mixed, features, monkeypatch):
    from autometa.tuning import _search

    evaluate, calls = _search.evaluate, []

    def interrupted(state, request):
        calls.append(request.algorithm)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        return evaluate(state, request)

    monkeypatch.setattr("autometa.tuning._search.evaluate", interrupted)
    # whoever started the tests may have had signals ignored
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    result = tune(
        features,
        mixed["two"],
        time_budget=None,
        n_trials=50,
        algorithms=CHEAP,
        knowledge_base=False,
        isolate=False,
    )
    signal.signal(signal.SIGINT, before)
    assert (result.stopped_early, result.n_completed) == (True, 2)
    assert result.leaderboard()["status"].tolist() == ["ok", "ok", "stopped"]
