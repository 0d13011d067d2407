"""The child's side of a worker: read a call from stdin, answer on stdout, until stdin ends.

Run as ``python -m autometa.evaluation._worker``. The pickles that pass are the
parent's own. A thread reads ahead, so that a child whose parent dies ends too.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
import warnings
from typing import Any, BinaryIO

MAX_MESSAGE = 2000


def main() -> None:
    """Serve calls until the parent closes the pipe or dies."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not be a reply
    warnings.simplefilter("ignore")
    _limit_memory(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    calls: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_read, args=(requests, calls), daemon=True).start()
    state: Any = None
    while True:
        function, arguments, is_initializer, processor_seconds = calls.get()
        _limit_processor(processor_seconds)
        status, value = _call(function, arguments if is_initializer else (state, *arguments))
        _limit_processor(None)
        if is_initializer and status == "ok":
            state, value = value, None
        _reply(replies, status, value)


def _read(requests: BinaryIO, calls: queue.Queue[Any]) -> None:
    while True:
        try:
            calls.put(pickle.load(requests))  # noqa: S301 - written by the parent alone
        except EOFError:
            os._exit(0)


def _call(function: Any, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "ok", function(*arguments)
    except MemoryError:
        return "memory", "MemoryError: the worker's memory limit was reached"
    except Exception as error:  # a trial may fail in any way its library knows
        if "bad_alloc" in str(error) or "bad allocation" in str(error):
            return "memory", f"{type(error).__name__}: {error}"[:MAX_MESSAGE]
        trace = traceback.format_exception_only(error)[-1].strip()
        return "error", trace[:MAX_MESSAGE]


def _reply(replies: BinaryIO, status: str, value: Any) -> None:
    try:
        message = pickle.dumps((status, value), protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError, MemoryError) as error:
        message = pickle.dumps(("error", f"The result cannot be sent: {error}"))
    replies.write(message)
    replies.flush()


def _limit_processor(seconds: float | None) -> None:
    """End this process when it has used so many seconds of a processor, also in native code."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds or 0.0)  # SIGPROF's default is to end


def _limit_memory(n_bytes: int) -> None:
    if not n_bytes:
        return
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))


if __name__ == "__main__":
    main()
