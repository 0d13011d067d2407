"""Workers are forked from a process that has imported their libraries, and are as fresh ones."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import calls
import pytest

from autometa.evaluation import WorkerPool, _start
from autometa.exceptions import WorkerError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")
SUPPORT = Path(__file__).parents[2] / "support"


def run(pool, function, *args):
    pool.submit("key", function, *args, timeout=30.0)
    return pool.wait()


def in_new_process(code):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, sys.argv[1])\n" + code,
            str(SUPPORT),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid, seconds=20.0):
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


@pytest.fixture(params=["forked", "fresh"])
def pool(request, monkeypatch):
    monkeypatch.setattr(_start, "can_fork", lambda: request.param == "forked")
    with WorkerPool(initializer=calls.state) as pool:
        yield pool


@pytest.mark.slow
def test_what_was_imported_once_serves_all_workers():
    lines = in_new_process(
        "import calls\n"
        "from autometa.evaluation import WorkerPool\n"
        "pool = WorkerPool(2, preload=['tabnanny', 'no_such_module'])\n"
        "pool.submit('a', calls.is_imported, 'tabnanny'); print(pool.wait().value)\n"
        "pool.submit('a', calls.is_imported, 'tabnanny'); print(pool.wait().value)\n"
        "print('tabnanny' in sys.modules)\n"
    )
    assert lines == ["True", "True", "False"]


def test_a_worker_takes_the_folder_and_the_environment_of_now(pool, tmp_path, monkeypatch):
    run(pool, calls.add, 1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_SETTING", "of now")
    pool.submit("other", calls.sleep, 60.0)
    pool.cancel("other")
    assert run(pool, calls.folder).value == str(tmp_path)
    assert run(pool, calls.setting, "SOME_SETTING").value == "of now"


@pytest.mark.slow
def test_a_limit_of_now_holds_for_the_next_worker():
    lines = in_new_process(
        "import calls, resource\n"
        "from autometa.evaluation import WorkerPool\n"
        "for n in (64, 32):\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (n, 64))\n"
        "    with WorkerPool() as pool:\n"
        "        pool.submit('k', calls.limit_of_files); print(pool.wait().value)\n"
    )
    assert lines == ["64", "32"]


def test_workers_draw_numbers_of_their_own():
    with WorkerPool(2, preload=["numpy"]) as pool:
        for key in "ab":
            pool.submit(key, calls.random_number, timeout=30.0)
        assert pool.wait().value != pool.wait().value


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [(calls.vanish, "memory", "killed"), (calls.crash, "error", "exit code -6")],
)
def test_how_a_worker_died_is_said(pool, call, status, said):
    outcome = run(pool, call)
    assert (outcome.status, said in outcome.message) == (status, True)
    assert run(pool, calls.add, 1).value == 11


def test_a_fork_server_that_was_killed_is_replaced_and_its_workers_end():
    with WorkerPool(1, initializer=calls.state) as pool:
        worker = run(pool, calls.process_id).value
        server = run(pool, calls.parent_id).value
        os.kill(server, signal.SIGKILL)
        assert wait_until_gone(worker)
        run(pool, calls.add, 1)  # may be given to the one that has just died
        assert run(pool, calls.add, 1).value == 11
        assert run(pool, calls.parent_id).value != server


@pytest.mark.slow
def test_a_process_that_ends_takes_its_fork_server_along():
    server, worker = in_new_process(
        "import calls, os\n"
        "from autometa.evaluation import WorkerPool\n"
        "pool = WorkerPool()\n"
        "pool.submit('k', calls.parent_id); print(pool.wait().value)\n"
        "pool.submit('k', calls.process_id); print(pool.wait().value)\n"
        "pool.submit('k', calls.sleep, 600.0); sys.stdout.flush(); os._exit(0)\n"
    )
    assert wait_until_gone(int(server))
    assert wait_until_gone(int(worker))


@pytest.mark.slow
def test_a_fork_server_that_nobody_needs_ends_and_the_next_worker_has_another():
    lines = in_new_process(
        "import calls, os, subprocess, time\n"
        "from autometa.evaluation import WorkerPool, _start\n"
        "_start.IDLE_SECONDS = 0.2\n"
        "def first():\n"
        "    with WorkerPool() as pool:\n"
        "        pool.submit('k', calls.parent_id)\n"
        "        return pool.wait().value\n"
        "before = first(); ended = False\n"
        "for _ in range(400):\n"
        "    time.sleep(0.05)\n"
        "    state = open(f'/proc/{before}/stat').read().split()[2]\n"
        "    if state == 'Z': ended = True; break\n"
        "print(ended, first() != before)\n"
    )
    assert lines == ["True", "True"]


@pytest.mark.slow
def test_a_pool_that_is_closed_at_once_waits_for_no_import():
    (seconds,) = in_new_process(
        "import time\n"
        "from autometa.evaluation import WorkerPool\n"
        "pool = WorkerPool(2, preload=['calls_slow_import'])\n"
        "start = time.monotonic(); pool.close(); print(time.monotonic() - start)\n"
    )
    assert float(seconds) < 3.0  # the module takes ten


def test_a_pool_that_is_dropped_takes_its_workers_along(pool):
    workers = [run(pool, calls.process_id).value]
    with ThreadPoolExecutor(1) as thread:  # as executors do that keep a pool for each thread
        own = threading.local()

        def first():
            own.pool = WorkerPool(initializer=calls.state)
            return run(own.pool, calls.process_id).value

        workers.append(thread.submit(first).result())
        assert is_alive(workers[1])
    gc.collect()
    assert wait_until_gone(workers[1])
    assert is_alive(workers[0])


def test_an_environment_too_large_for_a_message_reaches_the_worker(monkeypatch):
    for number in range(4):
        monkeypatch.setenv(f"LARGE_{number}", "x" * 100_000)
    with WorkerPool(initializer=calls.state) as pool:
        assert run(pool, calls.setting, "LARGE_3").value == "x" * 100_000
        assert run(pool, calls.parent_id).value == os.getpid()


@pytest.mark.slow
def test_libraries_are_imported_early_for_the_workers_of_a_run():
    early, parent = in_new_process(
        "import calls\n"
        "from autometa.evaluation import _start\n"
        "from autometa.tuning.workers._early import import_for_workers\n"
        "import_for_workers()\n"
        "(server,) = _start._servers.values(); print(server._process.pid)\n"
        "from autometa.tuning.workers._pools import open_pool\n"
        "pool = open_pool(1, 1, None, True)\n"
        "pool.submit('k', calls.parent_id); print(pool.wait().value); pool.close()\n"
    )
    assert early == parent


def test_a_machine_without_room_for_a_process_is_reported(monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(_start, "_ask", refuse)
    with pytest.raises(WorkerError, match="could not be started"):
        WorkerPool(1)
