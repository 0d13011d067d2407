"""Where calls run: in worker processes, or, for tiny tables and tests, in this one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Protocol, Self

from autometa.evaluation import Outcome, WorkerPool
from autometa.evaluation._machine import (
    address_space_for,
    address_space_in_force,
    is_about_memory,
    usable_cores,
)
from autometa.exceptions import WorkerError
from autometa.tables import Table
from autometa.tuning.workers._early import PRELOAD
from autometa.tuning.workers._memory import default_memory_limit
from autometa.tuning.workers._worker_side import warm_up

MIN_WORK_FOR_THREADS = 300_000  # cells, times outputs
# Numerical libraries reserve address space for each thread: below this, one has to do.
MIN_BYTES_FOR_THREADS = 4 << 30


class Pool(Protocol):
    """What a run needs of a pool."""

    @property
    def notes(self) -> list[str]: ...

    @property
    def n_busy(self) -> int: ...

    def set_up(self, initializer: Callable[..., Any], *initargs: Any) -> None: ...

    def submit(
        self, key: Hashable, function: Callable[..., Any], *args: Any, timeout: float | None = None
    ) -> None: ...

    def wait(self, timeout: float | None = None) -> Outcome | None: ...

    def cancel(self, key: Hashable) -> Outcome | None: ...

    def refill(self) -> None: ...

    def close(self) -> None: ...


class InlinePool:
    """The interface of a WorkerPool without processes: no deadline holds, a crash is everybody's.

    Calls run one after the other when they are waited for.
    """

    def __init__(self) -> None:
        self._state: Any = None
        self._calls: deque[tuple[Hashable, Callable[..., Any], tuple[Any, ...]]] = deque()
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def n_busy(self) -> int:
        """Calls not run yet."""
        return len(self._calls)

    def set_up(self, initializer: Callable[..., Any], *initargs: Any) -> None:
        """Run the initializer; what it returns is the first argument of every call."""
        self._state = initializer(*initargs)

    def submit(
        self, key: Hashable, function: Callable[..., Any], *args: Any, timeout: float | None = None
    ) -> None:
        """Take note of a call; ``timeout`` means nothing here."""
        self._calls.append((key, function, args))

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Run the next call and return its outcome."""
        if not self._calls:
            return None
        key, function, args = self._calls.popleft()
        start = time.monotonic()
        try:
            value = function(self._state, *args)
        except Exception as error:  # as in a worker: a trial may fail in any way
            message = f"{type(error).__name__}: {error}"
            lacks_memory = isinstance(error, MemoryError) or is_about_memory(message)
            status = "memory" if lacks_memory else "error"
            return Outcome(
                key=key, status=status, message=message, seconds=time.monotonic() - start
            )
        return Outcome(key=key, status="ok", value=value, seconds=time.monotonic() - start)

    def cancel(self, key: Hashable) -> Outcome | None:
        """Forget a call that has not run."""
        for call in list(self._calls):
            if call[0] == key:
                self._calls.remove(call)
                return Outcome(key=key, status="stopped", message="Stopped.")
        return None

    def refill(self) -> None:
        """Do nothing: there are no processes."""

    def close(self) -> None:
        """Forget all calls."""
        self._calls.clear()


def open_pool(
    n_jobs: int, threads: int, memory_limit: int | None, isolate: bool, has_spare: bool = True
) -> Pool:
    """Return a pool whose workers import what they need, and wait for a table.

    The spare one is one worker more than ``n_jobs``: it asks for advice at the start
    and then stands by, so that a killed worker is replaced at once.
    """
    if not isolate:
        return InlinePool()
    limit = default_memory_limit(n_jobs) if memory_limit is None else memory_limit
    try:
        pool = WorkerPool(
            n_jobs + has_spare,
            threads=threads,
            memory_limit=limit,
            initializer=warm_up,
            preload=PRELOAD,
        )
    except WorkerError as error:
        inline = InlinePool()
        inline.notes.append(f"Trials ran in this process, where none can be stopped: {error}")
        return inline
    in_force = address_space_in_force()
    if in_force is not None:
        pool.notes.append(
            f"A limit of {in_force / 2**30:.1f} GB of address space is in force for each process; "
            "workers keep to it."
        )
    return pool


def choose_threads(
    table: Table, n_jobs: int, is_timed: bool, memory_limit: int | None = None
) -> int:
    """Return the threads of each worker, by the size of the table and what is free."""
    limit = address_space_for(memory_limit)
    if limit is not None and limit < MIN_BYTES_FOR_THREADS:
        return 1
    work = table.X.size * max(1, table.n_classes // 2)
    return n_threads(work, n_jobs, free_cores() if is_timed else usable_cores())


def n_threads(work: int, n_jobs: int, n_cores: int) -> int:
    """Return the threads of each worker: its share of the cores, one for small tables.

    Threads that wait for each other at every split cost more than they give
    there, many times more on a machine that has other work to do.
    """
    return 1 if work < MIN_WORK_FOR_THREADS else max(1, n_cores // n_jobs)


def free_cores() -> int:
    """Return the cores that nothing else is using just now, one at least."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:  # known on Linux only
        return usable_cores()
    running = next((int(x.split()[1]) for x in lines if x.startswith("procs_running")), 1)
    return max(1, usable_cores() - max(0, running - 1))
