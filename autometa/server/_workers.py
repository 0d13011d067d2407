"""The worker processes as the server sees them: a queue, and a thread beside each process."""

from __future__ import annotations

import asyncio
import itertools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from autometa.evaluation import Outcome, WorkerPool
from autometa.exceptions import WorkerError
from autometa.server._errors import ApiError, internal, refused
from autometa.server._settings import Settings
from autometa.server._worker_side import Refusal, answer, open_state

logger = logging.getLogger(__name__)

QuestionFunction = Callable[..., Any]


@dataclass(frozen=True)
class _Question:
    function: QuestionFunction
    arguments: tuple[Any, ...]
    future: Future[str]


class Workers:
    """Answers questions in worker processes, each within its seconds and its memory.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._queue: queue.Queue[_Question | None] = queue.Queue()
        self._numbers = itertools.count()
        self._threads = [
            threading.Thread(target=self._serve, daemon=True, name=f"autometa-worker-{n}")
            for n in range(settings.n_workers)
        ]
        self._pools: list[WorkerPool] = []

    def start(self) -> None:
        """Start the processes."""
        for thread in self._threads:
            self._pools.append(self._open())
            thread.start()

    def close(self) -> None:
        """End them; questions that wait are given up."""
        for _ in self._threads:
            self._queue.put(None)
        for pool in self._pools:
            pool.close()

    @property
    def n_waiting(self) -> int:
        """Questions that no process has taken yet."""
        return self._queue.qsize()

    async def ask(self, function: QuestionFunction, *arguments: Any) -> str:
        """Return a worker's answer, as JSON.

        Raises
        ------
        ApiError
            If the worker refuses, takes too long, needs too much memory, or too many wait.
        """
        if self.n_waiting >= self._settings.limits.waiting:
            raise ApiError(
                429, "ServerBusyError", "Too many requests wait; ask again soon.", retry_after=2
            )
        question = _Question(function, arguments, Future())
        self._queue.put(question)
        return await asyncio.wrap_future(question.future)

    def _open(self) -> WorkerPool:
        limits = self._settings.limits
        return WorkerPool(
            memory_limit=limits.memory_bytes,
            initializer=open_state,
            initargs=(self._settings.knowledge_base, limits),
        )

    def _serve(self) -> None:
        pool = self._pools[int(threading.current_thread().name.rpartition("-")[2])]
        while (question := self._queue.get()) is not None:
            if not question.future.set_running_or_notify_cancel():
                continue  # the client has left
            try:
                question.future.set_result(self._answer(pool, question))
            except Exception as error:  # whatever it is, the thread lives on for the next one
                question.future.set_exception(error)

    def _answer(self, pool: WorkerPool, question: _Question) -> str:
        seconds = self._settings.limits.advice_seconds
        key = next(self._numbers)
        try:
            pool.submit(key, answer, question.function, *question.arguments, timeout=seconds)
            outcome = pool.wait()
        except WorkerError as error:
            raise ApiError(503, "WorkerError", "No worker could be started.") from error
        if outcome is None:
            raise ApiError(503, "WorkerError", "The server is ending.")
        if outcome.status == "ok":
            if isinstance(outcome.value, Refusal):
                raise refused(outcome.value.kind, outcome.value.message)
            return str(outcome.value)
        raise _failure(outcome, seconds)


def _failure(outcome: Outcome, seconds: float) -> ApiError:
    if outcome.status == "timeout":
        return ApiError(
            422, "TimeLimitError", f"It took more than {seconds:g} s, the most there is here. "
            "Send a sample of the rows.",
        )  # fmt: skip
    if outcome.status == "memory":
        return ApiError(
            413, "LimitError", "It needs more memory than there is here. Send a sample of the rows."
        )
    logger.error("A worker failed: %s", outcome.message.partition(":")[0])
    return internal()
