"""Trials in executors of others: the same results, lost workers, tables sent, calls cancelled."""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import calls
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris

from autometa import AutoMetaClassifier, tune
from autometa.exceptions import ParameterError
from autometa.tuning.workers import _executor_side
from autometa.tuning.workers._executor_runner import MAX_LOST, ExecutorRunner
from autometa.tuning.workers._executor_side import RemoteCall, SetUp, SharedFile, find_file
from autometa.tuning.workers._pools import InlinePool
from autometa.tuning.workers._runner import PoolRunner
from autometa.tuning.workers._worker_side import evaluate

QUICK = {
    "time_budget": None,
    "n_trials": 2,
    "cv": 2,
    "random_state": 0,
    "knowledge_base": False,
    "algorithms": ["naive_bayes"],
}


def tuned(**options):
    X, y = load_iris(return_X_y=True, as_frame=True)
    result = tune(X, y, **QUICK, **options)
    return result, result.best_pipeline.predict_proba(X).tolist()


@pytest.fixture(scope="module")
def expected():
    result, probabilities = tuned()
    return result.leaderboard()["score"].tolist(), probabilities


def check_equal(executor, expected):
    result, probabilities = tuned(executor=executor)
    assert result.notes == ()
    assert (result.leaderboard()["score"].tolist(), probabilities) == expected


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_gives_what_worker_processes_here_give(kind, expected):
    with kind(1) as executor:
        check_equal(executor, expected)


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_each_time_though_it_thinks_that_calls_are_pure(expected):
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=1, threads_per_worker=4, dashboard_address=None)
    with cluster, Client(cluster) as client:
        for _ in range(2):
            check_equal(client.get_executor(pure=True), expected)


@pytest.mark.slow
def test_an_executor_that_was_shut_down_leaves_the_run_to_this_machine(expected):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    result, probabilities = tuned(executor=executor)
    assert (result.leaderboard()["score"].tolist(), probabilities) == expected
    (note,) = result.notes
    assert "The executor takes no more calls" in note


class Losing(ThreadPoolExecutor):
    """Loses the first calls, as a host that dies does."""

    def __init__(self, n_lost):
        super().__init__(1)
        self.n_lost, self.n_calls = n_lost, 0

    def submit(self, function, *args):
        self.n_calls += 1
        return super().submit(self.lose if self.n_calls <= self.n_lost else function, *args)

    def lose(self, *_):
        raise OSError("the host is gone")


def runner_of(executor):
    runner = ExecutorRunner(PoolRunner(InlinePool), 1, executor)
    runner.set_up(answer_of_the_table, 41, 1)
    return runner


def answer_of_the_table(value, threads):
    return value


def test_a_lost_worker_costs_its_call_and_says_nothing_of_the_setup():
    with Losing(1) as executor:
        runner = runner_of(executor)
        runner.submit("a", evaluate, None)
        outcome = runner.wait(10)
        runner.close()
    assert (outcome.key, outcome.status) == ("a", "stopped")
    assert "the host is gone" in outcome.message
    assert len(runner.notes) == 1


def test_an_executor_that_loses_every_call_is_left():
    with Losing(100) as executor:
        runner = runner_of(executor)
        for number in range(MAX_LOST):
            runner.submit(number, evaluate, None)
            assert runner.wait(10).status == "stopped"
        runner.submit("here", evaluate, None)
        assert runner.wait(10).key == "here"  # the inline pool took it
        runner.close()
    assert executor.n_calls == MAX_LOST
    assert "went on on this machine" in runner.notes[-1]


def test_a_table_is_sent_to_a_machine_that_lacks_it_and_only_then(tmp_path):
    path = tmp_path / "table"
    path.write_bytes(b"content")
    file = SharedFile.of(str(path))
    assert find_file(file) == str(path)
    elsewhere = SharedFile(str(tmp_path / "not here"), file.digest)
    assert find_file(elsewhere) is None
    kept = find_file(elsewhere, {file.digest: b"content"})
    assert Path(kept).read_bytes() == b"content"
    assert find_file(elsewhere) == kept


def test_a_file_of_the_same_path_with_another_content_is_not_taken_for_the_table(tmp_path):
    path = tmp_path / "table"
    path.write_bytes(b"another run's")
    assert find_file(SharedFile(str(path), "0" * 64)) is None


@pytest.mark.slow
def test_deadlines_hold_and_a_cancelled_call_in_a_thread_ends():
    set_up = SetUp(calls.state, (), 1, None)

    def call(name, timeout):
        return _executor_side.run_call(
            RemoteCall(name, "run", set_up, calls.sleep, (300,), timeout)
        )

    assert call("late", 0.5).status == "timeout"
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(call, "cancelled", None)
        threading.Timer(2.0, _executor_side.cancel_here, ("cancelled",)).start()
        assert future.result(timeout=60).status == "stopped"
    _executor_side.close_here("run")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"executor": 3}, "must have the method 'submit'"),
        ({"executor": ThreadPoolExecutor}, "must have the method 'submit'"),
        ({"patience": 0}, "'patience' must be an int > 0"),
        ({"patience": 1.5}, "'patience' must be an int > 0"),
        ({"learn": "yes"}, "'learn' must be True or False"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(ParameterError, match=said):
        tuned(**options)


def test_an_executor_and_trials_in_this_process_exclude_each_other():
    with ThreadPoolExecutor(1) as executor, pytest.raises(ParameterError, match="Got both"):
        tuned(executor=executor, isolate=False)


def test_clones_of_an_estimator_share_its_executor():
    with ThreadPoolExecutor(1) as executor:
        assert clone(AutoMetaClassifier(executor=executor)).executor is executor
