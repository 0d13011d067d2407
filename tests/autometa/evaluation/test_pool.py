"""WorkerPool: a failing call costs itself alone, and deadlines hold."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import calls
import pytest

from autometa.evaluation import WorkerPool
from autometa.evaluation._process import Worker
from autometa.exceptions import WorkerError

SUPPORT = Path(__file__).parents[2] / "support"


@pytest.fixture
def pool():
    with WorkerPool(initializer=calls.state) as pool:
        yield pool


def run(pool, function, *args, timeout=30.0):
    pool.submit("key", function, *args, timeout=timeout)
    return pool.wait()


def test_a_call_gets_the_state_of_its_worker(pool):
    outcome = run(pool, calls.add, 5)
    assert (outcome.key, outcome.status, outcome.value) == ("key", "ok", 15)


@pytest.mark.slow
def test_a_worker_imports_no_library_before_a_call_needs_one():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import calls\n"
        "from autometa.evaluation import WorkerPool\n"
        "with WorkerPool(initializer=calls.state) as pool:\n"
        "    pool.submit('key', calls.heavy_libraries); print(pool.wait().value)\n"
    )
    command = [sys.executable, "-c", code, str(SUPPORT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_exception_is_an_outcome_and_the_worker_lives_on(pool):
    before = run(pool, calls.process_id).value
    outcome = run(pool, calls.fail)
    assert (outcome.status, outcome.message) == ("error", "ValueError: no such luck")
    assert run(pool, calls.process_id).value == before


def test_a_worker_past_its_deadline_is_killed_even_when_it_ignores_signals(pool):
    before = run(pool, calls.process_id).value
    outcome = run(pool, calls.deaf_sleep, 60.0, timeout=0.5)
    assert (outcome.status, outcome.message) == ("timeout", "Stopped after 0.5 s.")
    assert 0.5 <= outcome.seconds < 3.0  # killed at once: no wait for it to end by itself
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    assert run(pool, calls.add, 1).value == 11


def test_the_start_of_a_worker_is_not_counted_whether_or_not_it_is_set_up():
    for initializer in (None, calls.state):
        with WorkerPool(1, initializer=initializer) as pool:
            pool.submit("key", calls.imports, timeout=0.1)  # no process starts in so little
            assert pool.wait().status == "ok"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no processor timers on Windows")
def test_processor_seconds_are_limited_and_sleep_is_free(pool):
    pool.submit("busy", calls.spin, 60.0, timeout=60.0, processor_seconds=0.3)
    outcome = pool.wait()
    assert (outcome.status, outcome.message) == ("timeout", "Stopped after 0.3 processor seconds.")
    pool.submit("idle", calls.sleep, 1.0, timeout=60.0, processor_seconds=0.5)
    assert pool.wait().value == "slept"
    pool.submit("next", calls.spin, 0.8, timeout=60.0)
    assert pool.wait().status == "ok"


@pytest.mark.parametrize(("call", "status"), [(calls.crash, "error"), (calls.vanish, "memory")])
def test_a_dead_worker_costs_its_call_only(pool, call, status):
    assert run(pool, call).status == status
    assert run(pool, calls.add, 1).value == 11


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
def test_the_memory_limit_turns_a_blow_up_into_an_outcome():
    with WorkerPool(memory_limit=2 << 30) as pool:
        assert run(pool, calls.allocate, 8 << 30).status == "memory"
        assert run(pool, calls.allocate, 1 << 20).value == 1 << 20


def test_what_a_library_prints_is_not_taken_for_a_reply(pool):
    assert run(pool, calls.chatter).value == 7


def test_two_workers_work_at_the_same_time():
    with WorkerPool(2) as pool:
        for key in ("a", "b"):
            pool.submit(key, calls.sleep, 0.2, timeout=30)
        assert pool.n_idle == 0
        assert {pool.wait().key, pool.wait().key} == {"a", "b"}
        assert pool.wait() is None


def test_waiting_can_end_without_an_outcome(pool):
    pool.submit("key", calls.sleep, 30.0, timeout=60)
    start = time.monotonic()
    assert pool.wait(timeout=0.2) is None
    assert time.monotonic() - start < 10


def test_a_call_can_be_cancelled_and_its_worker_started_again(pool):
    before = run(pool, calls.process_id).value
    pool.submit("long", calls.sleep, 60.0)
    assert pool.cancel("long").status == "stopped"
    assert pool.cancel("long") is None
    pool.refill()
    assert run(pool, calls.process_id).value != before


def test_a_large_message_does_not_wait_for_the_worker_to_start():
    start = time.monotonic()
    with WorkerPool(initializer=bytes, initargs=(b"x" * (64 << 20),)) as pool:
        assert time.monotonic() - start < 1.0
        assert run(pool, calls.length).value == 64 << 20


def test_threads_are_set_in_the_worker():
    with WorkerPool(threads=3) as pool:
        assert run(pool, calls.threads).value == "3"


def test_submitting_to_a_busy_pool_is_an_error(pool):
    pool.submit("a", calls.sleep, 5.0)
    with pytest.raises(WorkerError, match="needs an idle worker"):
        pool.submit("b", calls.sleep, 5.0)


def test_a_call_that_a_worker_cannot_read_is_an_error_at_once(pool, monkeypatch):
    monkeypatch.setattr(calls.Secret, "__module__", "__main__")
    monkeypatch.setattr(sys.modules["__main__"], "Secret", calls.Secret, raising=False)
    start = time.monotonic()
    with WorkerPool(initializer=calls.length, initargs=(calls.Secret(),)) as other:
        other.submit("key", calls.add, 1)
        with pytest.raises(WorkerError, match=r"cannot be read by a worker: AttributeError"):
            other.wait()
    outcome = run(pool, calls.add, calls.Secret())
    assert (outcome.status, "cannot be read" in outcome.message) == ("error", True)
    assert run(pool, calls.add, 1).value == 11
    assert time.monotonic() - start < 30


def test_a_result_that_cannot_be_read_here_is_an_error(pool):
    outcome = run(pool, calls.unreadable)
    assert (outcome.status, "cannot be read" in outcome.message) == ("error", True)
    assert run(pool, calls.add, 1).value == 11


@pytest.mark.slow
def test_a_reply_that_was_ready_in_time_counts_however_late_it_is_read(pool):
    assert run(pool, calls.add, 1).value == 11
    pool.submit("key", calls.add, 2, timeout=2.0)
    time.sleep(3.0)
    assert pool.wait().value == 12


@pytest.mark.parametrize(
    "call", [calls.wrap_memory_error, calls.native_memory_error, calls.die_for_memory]
)
def test_a_lack_of_memory_is_told_from_other_errors_in_any_form(pool, call):
    assert run(pool, call).status == "memory"


NEVER = "import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch(); raise SystemExit(3)"


@pytest.mark.slow
@pytest.mark.parametrize("start", ["-c", "script"])
def test_no_file_of_the_current_folder_is_run_by_a_worker(tmp_path, start):
    for name in ("queue", "random", "tempfile", "sklearn", "joblib", "secrets"):
        (tmp_path / f"{name}.py").write_text(NEVER)
    code = (
        "import sys; sys.path.append(sys.argv[1]); here = sys.path.pop(0)\n"
        "from autometa.evaluation import WorkerPool; import calls\n"
        "sys.path.insert(0, here)\n"
        "with WorkerPool() as pool: pool.submit('k', calls.imports); print(pool.wait())\n"
    )
    (tmp_path / "mine.py").write_text(code)
    command = ["-c", code] if start == "-c" else ["mine.py"]
    done = subprocess.run(
        [sys.executable, *command, str(SUPPORT)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "'ok'" in done.stdout, done.stderr
    assert not list(tmp_path.glob("*.ran"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
def test_a_limit_already_in_force_is_kept_to():
    code = (
        "import resource, sys; sys.path.append(sys.argv[1])\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "from autometa.evaluation import WorkerPool; import calls\n"
        "with WorkerPool(memory_limit=1 << 40) as pool:\n"
        "    pool.submit('k', calls.address_space); print(pool.wait().value == 2 << 30)\n"
        "    pool.submit('k', calls.allocate, 3 << 30); print(pool.wait().status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(SUPPORT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["True", "memory"], done.stderr


def test_a_pool_goes_on_with_the_workers_that_could_be_started(monkeypatch):
    start, started = Worker._start_process, []

    def refuse_the_second(worker):
        if started:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        started.append(worker)
        start(worker)

    monkeypatch.setattr(Worker, "_start_process", refuse_the_second)
    with WorkerPool(3, initializer=calls.state) as pool:
        (note,) = pool.notes
        assert note.startswith("1 of 3 workers")
        assert run(pool, calls.add, 1).value == 11
    with pytest.raises(WorkerError, match="could not be started"):
        WorkerPool(1)


def test_a_failing_initializer_is_told():
    with WorkerPool(initializer=calls.fail, initargs=(None,)) as pool:
        pool.submit("key", calls.add, 1)
        with pytest.raises(WorkerError, match="no such luck"):
            pool.wait()


@pytest.mark.slow
def test_a_worker_ends_with_its_parent(tmp_path):
    script = (
        "import os, sys, time; sys.path.insert(0, sys.argv[1]); import calls\n"
        "from autometa.evaluation import WorkerPool\n"
        "pool = WorkerPool()\n"
        "pool.submit('key', calls.process_id); print(pool.wait().value, flush=True)\n"
        "pool.submit('key', calls.sleep, 600.0); time.sleep(0.3); os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(SUPPORT)],
        capture_output=True,
        text=True,
        check=False,
    )
    worker = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its parent by 10 s")
