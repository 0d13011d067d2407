"""Call executors: who makes the evaluations of a build - worker processes here, or any executor.

Wherever a call runs, it runs in a process of its own that can be killed: an
evaluation that hangs, crashes or eats memory costs itself alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from autometa.building._worker_side import warm_up
from autometa.evaluation import Outcome, WorkerPool
from autometa.exceptions import WorkerError

WALL_PER_PROCESSOR_SECOND = 5.0
# Loading a table is outside the limit of a setup, so the wall clock leaves room for it: 300 s
# read and clean some gigabytes of text.
LOAD_SECONDS = 300.0
MAX_TRIES = 3
_here = threading.local()


@dataclass(frozen=True)
class Call:
    """One thing to do: ``function(None, *arguments)``, within so many processor seconds."""

    key: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    processor_seconds: float


class CallExecutor(Protocol):
    """What takes calls and hands back their outcomes."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    @property
    def n_idle(self) -> int:
        """How many calls may be given now."""

    def give(self, call: Call) -> None:
        """Begin a call."""

    def wait(self) -> Outcome | None:
        """Return the next outcome; None when no call is under way."""


def make_call_executor(
    n_jobs: int, executor: Executor | None, memory_limit: int | None
) -> CallExecutor:
    """Return the executor for a build: ``n_jobs`` processes here, or calls to ``executor``."""
    if executor is None:
        return LocalCallExecutor(n_jobs, memory_limit)
    return FuturesCallExecutor(executor, n_jobs, memory_limit)


def outcomes(executor: CallExecutor, calls: Iterable[Call]) -> Iterator[Outcome]:
    """Yield the outcome of each call; calls are drawn as the executor has room for them."""
    waiting = iter(calls)
    while True:
        while executor.n_idle:
            call = next(waiting, None)
            if call is None:
                break
            executor.give(call)
        outcome = executor.wait()
        if outcome is None:
            return
        yield outcome


class LocalCallExecutor:
    """Worker processes of this machine, with one thread each."""

    def __init__(self, n_jobs: int, memory_limit: int | None) -> None:
        self._pool = _open_pool(n_jobs, memory_limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    @property
    def n_idle(self) -> int:
        """Workers without a call."""
        return self._pool.n_idle

    def give(self, call: Call) -> None:
        """Begin a call in an idle worker."""
        _submit(self._pool, call)

    def wait(self) -> Outcome | None:
        """Return the next outcome; None when no worker is busy."""
        return self._pool.wait()


class FuturesCallExecutor:
    """Calls given to an executor, at most ``n_jobs`` at a time.

    A call whose worker was lost is given again, up to three times.
    """

    def __init__(self, executor: Executor, n_jobs: int, memory_limit: int | None) -> None:
        self._executor, self._n_jobs, self._memory_limit = executor, n_jobs, memory_limit
        self._under_way: dict[Future[Outcome], tuple[Call, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for future in self._under_way:
            future.cancel()

    @property
    def n_idle(self) -> int:
        """How many calls may be given now."""
        return self._n_jobs - len(self._under_way)

    def give(self, call: Call) -> None:
        """Hand a call to the executor."""
        self._give(call, 1)

    def _give(self, call: Call, n_tries: int) -> None:
        guarded = replace(call, key=None)  # the key stays here: it may be large
        future = self._executor.submit(run_guarded, guarded, self._memory_limit)
        self._under_way[future] = (call, n_tries)

    def wait(self) -> Outcome | None:
        """Return the next outcome; None when no call is under way."""
        while self._under_way:
            done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
            future = done.pop()
            call, n_tries = self._under_way.pop(future)
            error = CancelledError("lost") if future.cancelled() else future.exception()
            if error is None:
                return replace(future.result(), key=call.key)
            if isinstance(error, BrokenExecutor) or n_tries >= MAX_TRIES:
                raise WorkerError(
                    f"The executor lost its workers ({type(error).__name__}: {error}). What is "
                    "finished is kept; run the same command again to go on."
                ) from error
            self._give(call, n_tries + 1)
        return None


def run_guarded(call: Call, memory_limit: int | None) -> Outcome:
    """Run a call in a killable process beside the executor's worker; return how it ended."""
    pool = getattr(_here, "pool", None)
    if pool is None:
        pool = _here.pool = _open_pool(1, memory_limit)
    _submit(pool, call)
    outcome = pool.wait()
    assert outcome is not None
    return outcome


def _open_pool(n_workers: int, memory_limit: int | None) -> WorkerPool:
    return WorkerPool(
        n_workers,
        memory_limit=memory_limit,
        initializer=warm_up,
        preload=[warm_up.__module__],
    )


def _submit(pool: WorkerPool, call: Call) -> None:
    pool.submit(
        call.key if call.key is not None else 0,
        call.function,
        *call.arguments,
        timeout=LOAD_SECONDS + call.processor_seconds * WALL_PER_PROCESSOR_SECOND,
        processor_seconds=call.processor_seconds,
    )
