"""WorkerPool: calls in processes of their own, each with a deadline that holds.

Only killing a process stops native code, so a worker past its deadline is
killed and replaced; a crash or a memory blow-up costs the call that caused it.
Workers are never forked from the caller's process, whose threads could hold a lock for
ever, and do not run its script.
"""

from __future__ import annotations

import queue
import time
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any, Self

from autometa.evaluation._machine import address_space_for
from autometa.evaluation._process import Outcome, Reply, Worker, WorkerSettings
from autometa.evaluation._registered import with_registered
from autometa.exceptions import WorkerError

Function = Callable[..., Any]


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
    preload : sequence of str, default=()
        Modules that calls need: imported once, where workers can be forked from a process
        that has imported them. None of them may start a thread when it is imported.

    Attributes
    ----------
    notes : list of str
        What the machine did not grant.

    Raises
    ------
    WorkerError
        If no worker can be started.
    """

    def __init__(
        self,
        n_workers: int = 1,
        *,
        threads: int = 1,
        memory_limit: int | None = None,
        initializer: Function | None = None,
        initargs: tuple[Any, ...] = (),
        preload: Sequence[str] = (),
    ) -> None:
        initializer, initargs = with_registered(initializer, initargs)
        self._settings = WorkerSettings(
            threads=threads,
            memory_limit=address_space_for(memory_limit),
            initializer=initializer,
            initargs=initargs,
            preload=tuple(preload),
        )
        self._replies: queue.Queue[Reply] = queue.Queue()
        self._workers: list[Worker] = []
        self.notes: list[str] = []
        # A pool that is dropped, of a thread that ended for one, takes its workers along.
        weakref.finalize(self, _kill, self._workers)
        self._open(n_workers)

    def _open(self, n_workers: int) -> None:
        """Start the workers; where the machine has no room for all, go on with those it has."""
        while len(self._workers) < n_workers:
            try:
                self._workers.append(Worker(self._settings, self._replies))
            except WorkerError as error:
                if not self._workers:
                    raise
                self.notes.append(f"{len(self._workers)} of {n_workers} workers: {error}")
                return

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

    def set_up(self, initializer: Function, *initargs: Any) -> None:
        """Give all workers another state: what ``initializer(*initargs)`` returns in them."""
        wanted, arguments = with_registered(initializer, initargs)
        self._settings = replace(self._settings, initializer=wanted, initargs=arguments)
        for worker in self._workers:
            worker.set_up(self._settings)

    def cancel(self, key: Hashable) -> Outcome | None:
        """Kill the worker that has the call ``key``; None when no worker has it."""
        busy = next((w for w in self._workers if w.key is not None and w.key == key), None)
        return None if busy is None else busy.stop()

    def refill(self) -> None:
        """Start the workers that were killed now, not at the next call."""
        for worker in self._workers:
            if worker.process is None:
                worker.spawn()

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Return the next outcome; None when ``timeout`` seconds pass without one."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.n_busy:
            try:
                # Replies come before deadlines: what was ready in time counts, however
                # late the caller asks for it.
                reply = self._next_reply(until)
            except queue.Empty:
                overdue = next((w for w in self._workers if w.is_overdue()), None)
                if overdue is not None:
                    return overdue.give_up()
                if until is not None and time.monotonic() >= until:
                    return None
                continue
            outcome = reply.worker.receive(reply)
            if outcome is not None:
                return outcome
        return None

    def _next_reply(self, until: float | None) -> Reply:
        try:
            return self._replies.get_nowait()
        except queue.Empty:
            return self._replies.get(timeout=self._pause(until))

    def _pause(self, until: float | None) -> float:
        moments = [w.deadline for w in self._workers if w.key is not None]
        if until is not None:
            moments.append(until)
        return max(0.0, min(min(moments, default=0.0) - time.monotonic(), 3600.0))

    def close(self) -> None:
        """Kill the workers; calls under way are lost."""
        _kill(self._workers)


def _kill(workers: list[Worker]) -> None:
    for worker in workers:
        worker.kill()
