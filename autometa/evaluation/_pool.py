"""WorkerPool: calls in processes of their own, each with a deadline that holds.

Only killing a process stops native code, so a worker past its deadline is
killed and replaced; a crash or a memory blow-up costs the call that caused it.
Workers are started afresh, never forked, and do not run the caller's script.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Self

from autometa.exceptions import WorkerError

Function = Callable[..., Any]

START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call ended.

    Attributes
    ----------
    key : hashable
        What the call was submitted under.
    status : {"ok", "timeout", "memory", "error"}
    value : object
        The function's result when ``status`` is "ok".
    message : str
        Why it failed, in one line; empty when it did not.
    seconds : float
        Wall-clock seconds from submission.
    """

    key: Hashable
    status: str
    value: Any = None
    message: str = ""
    seconds: float = 0.0


class WorkerPool:
    """Worker processes that run one call each at a time.

    Parameters
    ----------
    n_workers : int, default=1
    threads : int, default=1
        Threads that numerical libraries may use in each worker.
    memory_limit : int or None, default=None
        Bytes of address space a worker may use (not on Windows).
    initializer : callable, optional
        Called in each new worker as ``initializer(*initargs)``; what it
        returns is the first argument of every call. Importable by name.
    initargs : tuple, default=()
    """

    def __init__(
        self,
        n_workers: int = 1,
        *,
        threads: int = 1,
        memory_limit: int | None = None,
        initializer: Function | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        self._settings = _Settings(threads, memory_limit, initializer, initargs)
        self._replies: queue.Queue[_Reply] = queue.Queue()
        self._workers = [_Worker(self._settings, self._replies) for _ in range(n_workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def n_idle(self) -> int:
        """Workers without a call."""
        return sum(worker.key is None for worker in self._workers)

    @property
    def n_busy(self) -> int:
        """Workers with a call."""
        return len(self._workers) - self.n_idle

    def submit(
        self,
        key: Hashable,
        function: Function,
        *args: Any,
        timeout: float | None = None,
        processor_seconds: float | None = None,
    ) -> None:
        """Start ``function(state, *args)`` in an idle worker.

        Parameters
        ----------
        key : hashable
            Comes back in the outcome; not None.
        function : callable
            Importable by name; gets the initializer's result first.
        timeout : float or None
            Seconds after which the worker is killed, its start not counted.
        processor_seconds : float or None
            Processor seconds the call may use, however busy the machine is (not on
            Windows).
        """
        idle = [worker for worker in self._workers if worker.key is None]
        if not idle:
            raise WorkerError("submit needs an idle worker. Got none; wait for an outcome first.")
        soonest = min(idle, key=lambda worker: (not worker.is_ready, worker.process is None))
        soonest.start(key, function, args, timeout, processor_seconds)

    def cancel(self, key: Hashable) -> Outcome | None:
        """Kill the worker that has the call ``key``; None when no worker has it."""
        busy = next((w for w in self._workers if w.key is not None and w.key == key), None)
        return None if busy is None else busy.stop("Stopped.")

    def refill(self) -> None:
        """Start the workers that were killed now, not at the next call."""
        for worker in self._workers:
            if worker.process is None:
                worker.spawn()

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Return the next outcome; None when ``timeout`` seconds pass without one."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.n_busy:
            overdue = next((w for w in self._workers if w.is_overdue()), None)
            if overdue is not None:
                return overdue.give_up()
            pause = self._pause(until)
            try:
                reply = self._replies.get(timeout=pause)
            except queue.Empty:
                if until is not None and time.monotonic() >= until:
                    return None
                continue
            outcome = reply.worker.receive(reply)
            if outcome is not None:
                return outcome
        return None

    def _pause(self, until: float | None) -> float:
        moments = [w.deadline for w in self._workers if w.key is not None]
        if until is not None:
            moments.append(until)
        return max(0.0, min(min(moments, default=0.0) - time.monotonic(), 3600.0))

    def close(self) -> None:
        """Kill the workers; calls under way are lost."""
        for worker in self._workers:
            worker.kill()


@dataclass(frozen=True)
class _Settings:
    threads: int
    memory_limit: int | None
    initializer: Function | None
    initargs: tuple[Any, ...]


@dataclass(frozen=True)
class _Reply:
    worker: _Worker
    generation: int
    content: tuple[str, Any] | None


@dataclass(eq=False)
class _Worker:
    """One process and the call it has."""

    settings: _Settings
    replies: queue.Queue[_Reply]
    key: Hashable = None
    deadline: float = float("inf")
    timeout: float | None = None
    processor_seconds: float | None = None
    started: float = 0.0
    generation: int = 0
    is_ready: bool = False
    process: subprocess.Popen[bytes] | None = None
    errors: Any = field(default=None)
    outbox: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.spawn()

    def spawn(self) -> None:
        self.generation += 1
        self.is_ready = self.settings.initializer is None
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "autometa.evaluation._worker",
                str(self.settings.memory_limit or 0),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=_environment(self.settings.threads),
            start_new_session=True,
        )
        threading.Thread(
            target=self._listen, args=(self.process, self.generation), daemon=True
        ).start()
        self.outbox = queue.SimpleQueue()
        threading.Thread(target=_deliver, args=(self.process, self.outbox), daemon=True).start()
        if self.settings.initializer is not None:
            self._send(self.settings.initializer, self.settings.initargs, True)

    def _listen(self, process: subprocess.Popen[bytes], generation: int) -> None:
        assert process.stdout is not None
        with process.stdout as replies:
            while True:
                try:
                    content = pickle.load(replies)  # noqa: S301 - written by our own child
                except (EOFError, pickle.UnpicklingError, ValueError, OSError):
                    self.replies.put(_Reply(self, generation, None))
                    return
                self.replies.put(_Reply(self, generation, content))

    def _send(
        self,
        function: Function,
        args: tuple[Any, ...],
        is_initializer: bool,
        processor_seconds: float | None = None,
    ) -> None:
        self.outbox.put(pickle.dumps((function, args, is_initializer, processor_seconds)))

    def start(
        self,
        key: Hashable,
        function: Function,
        args: tuple[Any, ...],
        timeout: float | None,
        processor_seconds: float | None = None,
    ) -> None:
        if self.process is None:
            self.spawn()
        self.key, self.timeout, self.started = key, timeout, time.monotonic()
        self.processor_seconds = processor_seconds
        self._set_deadline()
        self._send(function, args, False, processor_seconds)

    def _set_deadline(self) -> None:
        limit = float("inf") if self.timeout is None else self.timeout
        self.deadline = time.monotonic() + (limit if self.is_ready else START_SECONDS)

    def is_overdue(self) -> bool:
        return self.key is not None and time.monotonic() >= self.deadline

    def receive(self, reply: _Reply) -> Outcome | None:
        """Turn a reply into an outcome; None when it does not end a call."""
        if reply.generation != self.generation:
            return None
        if reply.content is None:
            return self._died()
        status, value = reply.content
        if not self.is_ready:
            if status != "ok":
                raise WorkerError(f"A worker could not be set up: {value}")
            self.is_ready = True
            self._set_deadline()
            return None
        if status == "ok":
            return self._end(status, value=value)
        return self._end(status, message=str(value))

    def _died(self) -> Outcome | None:
        assert self.process is not None
        code = self.process.wait()
        said = self._last_words()
        was_ready = self.is_ready
        self.kill()
        if not was_ready:
            raise WorkerError(f"A worker ended while it started (exit code {code}). {said}")
        if self.key is None:
            return None
        if code == -getattr(signal, "SIGPROF", code + 1):
            spent = f"Stopped after {self.processor_seconds:.1f} processor seconds."
            return self._end("timeout", message=spent)
        killed = code == -getattr(signal, "SIGKILL", 9)
        reason = "killed, most likely for its memory" if killed else f"exit code {code}"
        return self._end("memory" if killed else "error", message=f"Worker died: {reason}. {said}")

    def _last_words(self) -> str:
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 500))
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def give_up(self) -> Outcome:
        """Kill the process past its deadline."""
        if not self.is_ready:
            self.kill()
            raise WorkerError(f"A worker did not start within {START_SECONDS:.0f} s.")
        return self.stop(f"Stopped after {self.timeout:.1f} s.")

    def stop(self, message: str) -> Outcome:
        """Kill the process and end its call."""
        self.kill()
        return self._end("timeout", message=message)

    def _end(self, status: str, value: Any = None, message: str = "") -> Outcome:
        outcome = Outcome(
            key=self.key,
            status=status,
            value=value,
            message=message,
            seconds=time.monotonic() - self.started,
        )
        self.key, self.deadline = None, float("inf")
        return outcome

    def kill(self) -> None:
        """End the process now; the next call starts another."""
        if self.process is None:
            return
        self.generation += 1
        self.is_ready = False
        self.outbox.put(None)
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it may hold bytes that nobody will read
            self.process.stdin.close()
        self.errors.close()
        self.process = None


def _deliver(process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[bytes | None]) -> None:
    """Write messages as the child takes them, so that the parent never waits for its start."""
    assert process.stdin is not None
    while (message := outbox.get()) is not None:
        try:
            process.stdin.write(message)
            process.stdin.flush()
        except (OSError, ValueError):
            return  # the listener reports the death


def _environment(threads: int) -> dict[str, str]:
    count = str(threads)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "GOMP_SPINCOUNT": "10000",  # threads that spin ruin short fits on busy cores
    }
