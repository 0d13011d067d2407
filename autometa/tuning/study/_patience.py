"""Calls that are given up when they take too long: a storage that hangs must not hang a run."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")

# A process that is suspended within a transaction keeps its lock, and the server answers nobody
# who needs that row; which of the two it is cannot be seen from here.
WHY_NO_ANSWER = "it cannot be reached, or another process, suspended perhaps, holds a lock on it"


class PatientCaller:
    """Makes calls one after the other in a thread of its own.

    A call that is given up goes on in its thread, which nobody waits for.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], Result], seconds: float) -> Result:
        """Return what ``function`` does, or raise what it raises.

        Raises
        ------
        TimeoutError
            If that takes longer.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=_serve, args=(self._calls,), daemon=True)
            self._thread.start()
        reply: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()
        self._calls.put((function, reply))
        try:
            value, error = reply.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no answer within {seconds:.0f} s: {WHY_NO_ANSWER}") from None
        if error is not None:
            raise error
        result: Result = value
        return result

    def close(self) -> None:
        """Let the thread end once it is idle."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread = None


def _serve(calls: queue.SimpleQueue[Any]) -> None:
    while (call := calls.get()) is not None:
        function, reply = call
        try:
            reply.put((function(), None))
        except Exception as error:  # the caller's own, raised where it called
            reply.put((None, error))
