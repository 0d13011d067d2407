"""What runs where an executor's worker is: a call, in a process of its own that can be killed.

An executor's worker may be a thread of this process, another process, or another machine. Each
keeps the processes it has started for the next call, and a table once, under the name of its
content; a call itself carries a setup only.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autometa.evaluation import Outcome, WorkerPool
from autometa.tuning.workers._early import PRELOAD
from autometa.tuning.workers._worker_side import warm_up

LOOK_SECONDS = 0.2  # how soon a cancelled call ends: less than a user notices
IDLE_SECONDS = 60.0  # a child without a call ends then: its run may be over, or its host gone
CHUNK = 1 << 20
_lock = threading.Lock()
_idle: list[_Child] = []
_unwanted: set[str] = set()  # names of calls that were cancelled


@dataclass(frozen=True)
class SharedFile:
    """A file of the run, by what it holds: another machine has it under another path."""

    path: str
    digest: str

    @classmethod
    def of(cls, path: str) -> SharedFile:
        """Return a file as it is now."""
        return cls(path, _digest(path))


@dataclass(frozen=True)
class SetUp:
    """What the calls of a run get first.

    Attributes
    ----------
    initializer, initargs
        As `WorkerPool` takes them; files among the arguments are `SharedFile`.
    threads : int
    memory_limit : int or None
    """

    initializer: Callable[..., Any]
    initargs: tuple[Any, ...]
    threads: int
    memory_limit: int | None


@dataclass(frozen=True)
class RemoteCall:
    """One call; ``name`` is unlike that of any other, so that no executor takes two for one."""

    name: str
    run: str
    set_up: SetUp
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    timeout: float | None


@dataclass(eq=False)
class _Child:
    """A worker process, the run whose table it holds, and the clock of its idleness."""

    pool: WorkerPool
    run: str
    threads: int
    memory_limit: int | None
    timer: threading.Timer | None = None


def run_call(call: RemoteCall, contents: dict[str, bytes] | None = None) -> Outcome | None:
    """Run a call beside the executor's worker; None when this machine lacks the table.

    ``contents`` are the files by their digest, sent after that.
    """
    files = [arg for arg in _arguments_of(call) if isinstance(arg, SharedFile)]
    paths = {file: find_file(file, contents) for file in files}
    if None in paths.values():
        return None
    child = _take_child(call, paths)
    try:
        child.pool.submit(call.name, call.function, *call.arguments, timeout=call.timeout)
        outcome = _wait(child.pool, call.name)
    except BaseException:
        child.pool.close()
        raise
    finally:
        _unwanted.discard(call.name)
    _keep(child)
    return outcome


def _wait(pool: WorkerPool, name: str) -> Outcome | None:
    """Return how a call ended; a pool is one thread's, so who waits is who cancels."""
    while (outcome := pool.wait(timeout=LOOK_SECONDS)) is None:
        if name in _unwanted:
            return pool.cancel(name)
    return outcome


def cancel_here(name: str) -> None:
    """Have a call end that a thread of this process waits for; any other is unknown here."""
    _unwanted.add(name)


def close_here(run: str) -> None:
    """End the idle children of a run that is over, as far as they are this process's."""
    with _lock:
        over = [child for child in _idle if child.run == run]
        for child in over:
            _idle.remove(child)
    for child in over:
        _end(child)


def find_file(file: SharedFile, contents: dict[str, bytes] | None = None) -> str | None:
    """Return where this machine has a file, after writing it if it was sent; None if nowhere."""
    if os.path.exists(file.path) and _is_whole(file):
        return file.path
    kept = _folder() / file.digest
    if not kept.exists():
        if contents is None or file.digest not in contents:
            return None
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as written:
            written.write(contents[file.digest])
        os.replace(written.name, kept)  # threads of one worker may all be at it
    return str(kept)


def _arguments_of(call: RemoteCall) -> tuple[Any, ...]:
    """Return what the initializer gets; that of registered plug-ins wraps another one."""
    flat: list[Any] = []
    for arg in call.set_up.initargs:
        flat.extend(arg if isinstance(arg, tuple) else [arg])
    return tuple(flat)


def _with_paths(value: Any, paths: dict[SharedFile, Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_with_paths(one, paths) for one in value)
    return paths[value] if isinstance(value, SharedFile) else value


def _take_child(call: RemoteCall, paths: dict[SharedFile, Any]) -> _Child:
    """Return a child with the table of the call's run: one that has it, or another."""
    wanted = call.set_up
    with _lock:
        fit = [
            child
            for child in _idle
            if (child.threads, child.memory_limit) == (wanted.threads, wanted.memory_limit)
        ]
        child = min(fit, key=lambda one: one.run != call.run, default=None)
        if child is not None:
            _idle.remove(child)
            if child.timer is not None:
                child.timer.cancel()
    if child is None:
        pool = WorkerPool(
            threads=wanted.threads,
            memory_limit=wanted.memory_limit,
            initializer=warm_up,
            preload=PRELOAD,
        )
        child = _Child(pool, "", wanted.threads, wanted.memory_limit)
    if child.run != call.run:
        child.pool.set_up(wanted.initializer, *_with_paths(wanted.initargs, paths))
        child.run = call.run
    return child


def _keep(child: _Child) -> None:
    child.timer = threading.Timer(IDLE_SECONDS, _end_idle, (child,))
    child.timer.daemon = True
    with _lock:
        _idle.append(child)
    child.timer.start()


def _end_idle(child: _Child) -> None:
    with _lock:
        if child not in _idle:
            return
        _idle.remove(child)
    child.pool.close()


def _end(child: _Child) -> None:
    if child.timer is not None:
        child.timer.cancel()
    child.pool.close()


@cache
def _folder() -> Path:
    """Return this process's folder of tables that were sent to it; it goes with the process."""
    folder = tempfile.mkdtemp(prefix="autometa-sent-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _is_whole(file: SharedFile) -> bool:
    """Say whether a file of that path is the one meant: another machine may have its own."""
    try:
        return _digest(file.path) == file.digest
    except OSError:
        return False


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
