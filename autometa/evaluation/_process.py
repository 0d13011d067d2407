"""One worker process as its parent sees it: started, fed, listened to, killed.

Messages are frames of eight bytes of length and a pickle. What cannot be unpickled
on either side costs its call, never the connection.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from autometa.evaluation._frames import read_frame, write_frame
from autometa.evaluation._machine import LIBRARY_BYTES, is_about_memory
from autometa.evaluation._start import StartedProcess, start_process
from autometa.exceptions import WorkerError

Function = Callable[..., Any]

START_SECONDS = 60.0  # imports of a cold disk on a busy machine take some 20 s


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call ended.

    Attributes
    ----------
    key : hashable
        What the call was submitted under.
    status : {"ok", "timeout", "stopped", "memory", "error"}
        A call past its own deadline is "timeout"; one that was cancelled, "stopped".
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


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """What every worker of a pool is started with."""

    threads: int
    memory_limit: int | None
    initializer: Function | None
    initargs: tuple[Any, ...]
    preload: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """What came from a worker; no content when it is gone."""

    worker: Worker
    generation: int
    content: tuple[str, Any] | None


@dataclass(eq=False)
class Worker:
    """One process and the call it has.

    Attributes
    ----------
    due : deque of bool
        For each reply that is to come, in order, whether it ends an initializer.
    """

    settings: WorkerSettings
    replies: queue.Queue[Reply]
    key: Hashable = None
    deadline: float = float("inf")
    timeout: float | None = None
    processor_seconds: float | None = None
    started: float = 0.0
    generation: int = 0
    due: deque[bool] = field(default_factory=deque)
    process: StartedProcess | None = None
    errors: Any = field(default=None)
    outbox: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.spawn()

    def spawn(self) -> None:
        """Start the process.

        Raises
        ------
        WorkerError
            If the machine has no room for another: processes, threads or open files.
        """
        self.generation += 1
        self.due.clear()
        try:
            self._start_process()
        except (OSError, RuntimeError) as error:  # RuntimeError: "can't start new thread"
            self.kill()
            raise WorkerError(
                f"A worker process could not be started ({error}). Limits of processes, threads "
                "or open files may be in force: see 'ulimit -a'."
            ) from error
        self._initialize()

    @property
    def is_ready(self) -> bool:
        """Whether its initializer has run."""
        return self.process is not None and not any(self.due)

    def set_up(self, settings: WorkerSettings) -> None:
        """Run another initializer, now and whenever the process is replaced."""
        self.settings = settings
        if self.process is not None:
            self._initialize()

    def _initialize(self) -> None:
        # Also where there is nothing to do: the answer says that the process has started, and
        # only then the seconds of its first call begin.
        initializer = self.settings.initializer or type(None)
        self._send(initializer, self.settings.initargs, True)

    def _start_process(self) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        limit, preload = self.settings.memory_limit, self.settings.preload
        self.process = start_process(self.settings.threads, limit, self.errors, preload)
        self.outbox = queue.SimpleQueue()
        for target, args in (
            (self._listen, (self.process, self.generation)),
            (_deliver, (self.process, self.outbox)),
        ):
            threading.Thread(target=target, args=args, daemon=True).start()

    def _listen(self, process: StartedProcess, generation: int) -> None:
        with process.stdout as replies:
            while (frame := read_frame(replies)) is not None:
                self.replies.put(Reply(self, generation, _unpack(frame)))
        self.replies.put(Reply(self, generation, None))

    def _send(
        self,
        function: Function,
        args: tuple[Any, ...],
        is_initializer: bool,
        processor_seconds: float | None = None,
    ) -> None:
        message = pickle.dumps((function, args, is_initializer, processor_seconds))
        self.outbox.put(message)
        self.due.append(is_initializer)

    def start(
        self,
        key: Hashable,
        function: Function,
        args: tuple[Any, ...],
        timeout: float | None,
        processor_seconds: float | None = None,
    ) -> None:
        """Give the process a call; start it first when it is not running."""
        if self.process is None:
            self.spawn()
        self._send(function, args, False, processor_seconds)
        self.key, self.timeout, self.started = key, timeout, time.monotonic()
        self.processor_seconds = processor_seconds
        self._set_deadline()

    def _set_deadline(self) -> None:
        if self.key is None:
            return
        limit = float("inf") if self.timeout is None else self.timeout
        self.deadline = time.monotonic() + (limit if self.is_ready else START_SECONDS)

    def is_overdue(self) -> bool:
        """Whether its call should have ended."""
        return self.key is not None and time.monotonic() >= self.deadline

    def receive(self, reply: Reply) -> Outcome | None:
        """Turn a reply into an outcome; None when it does not end a call."""
        if reply.generation != self.generation:
            return None
        if reply.content is None:
            return self._died()
        status, value = reply.content
        if self.due.popleft():
            if status != "ok":
                raise WorkerError(self._why_not_started(f"could not be set up: {value}"))
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
            raise WorkerError(
                self._why_not_started(f"ended while it started (exit code {code}). {said}")
            )
        if self.key is None:
            return None
        if code == -getattr(signal, "SIGPROF", code + 1):
            spent = f"Stopped after {self.processor_seconds:.1f} processor seconds."
            return self._end("timeout", message=spent)
        killed = code == -getattr(signal, "SIGKILL", 9)
        reason = "killed, most likely for its memory" if killed else f"exit code {code}"
        # Native code that gets no memory aborts, and says so on its way out.
        status = "memory" if killed or is_about_memory(said) else "error"
        return self._end(status, message=f"Worker died: {reason}. {said}")

    def _why_not_started(self, said: str) -> str:
        limit = self.settings.memory_limit
        if limit is not None and limit < LIBRARY_BYTES:
            return (
                f"A worker needs {LIBRARY_BYTES >> 20} MB of address space for its libraries. It "
                f"was limited to {limit >> 20} MB and did not start; raise 'memory_limit' or "
                "'ulimit -v'."
            )
        return f"A worker {said}"

    def _last_words(self) -> str:
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 500))
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        about_memory = [line for line in lines if is_about_memory(line)]
        said: list[str] = about_memory or lines
        return said[-1] if said else ""

    def give_up(self) -> Outcome:
        """Kill the process past its deadline."""
        if not self.is_ready:
            self.kill()
            raise WorkerError(f"A worker did not start within {START_SECONDS:.0f} s.")
        self.kill()
        return self._end("timeout", message=f"Stopped after {self.timeout:.1f} s.")

    def stop(self) -> Outcome:
        """Kill the process and end its call, which was not wanted any longer."""
        self.kill()
        return self._end("stopped", message="Stopped.")

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
        if self.process is not None:
            self.generation += 1
            self.due.clear()
            self.outbox.put(None)
            self.process.kill()
            self.process.wait()
            with contextlib.suppress(OSError):  # it may hold bytes that nobody will read
                self.process.stdin.close()
            self.process = None
        if self.errors is not None:
            self.errors.close()
            self.errors = None


def _unpack(frame: bytes) -> tuple[str, Any]:
    try:
        content: tuple[str, Any] = pickle.loads(frame)  # noqa: S301 - written by our own child
    except Exception as error:  # a class whose module cannot be imported here, for one
        return "error", f"The result cannot be read: {type(error).__name__}: {error}"
    return content


def _deliver(process: StartedProcess, outbox: queue.SimpleQueue[bytes | None]) -> None:
    """Write messages as the child takes them, so that the parent never waits for its start."""
    while (message := outbox.get()) is not None:
        try:
            write_frame(process.stdin, message)
        except (OSError, ValueError):
            return  # the listener reports the death
        del message  # a table sent once is not kept for the life of the worker
