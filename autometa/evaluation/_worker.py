"""The child's side of a worker: read a call from stdin, answer on stdout, until stdin ends.

Run as ``python -P -m autometa.evaluation._worker``, or forked by
`autometa.evaluation._fork_server`. The pickles that pass are the parent's own. A thread
reads ahead, so that a child whose parent dies ends too.
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
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from autometa.evaluation._frames import read_frame, write_frame
from autometa.evaluation._machine import address_space, address_space_for, is_about_memory

MAX_MESSAGE = 2000


def main() -> None:
    """Serve calls with the memory limit that the command line names."""
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0)


def serve(memory_limit: int) -> NoReturn:
    """Serve calls until the parent closes the pipe or dies.

    Parameters
    ----------
    memory_limit : int
        Bytes of address space this process may use; 0 for no limit of its own.
    """
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not be a reply
    warnings.simplefilter("ignore")
    messages: queue.Queue[bytes] = queue.Queue()
    # before the limit: a thread that gets no memory for its start is waited for without end
    threading.Thread(target=_read, args=(requests, messages), daemon=True).start()
    _limit_memory(memory_limit)
    state: Any = None
    while True:
        status, value, is_initializer = _serve(state, messages.get())
        if is_initializer and status == "ok":
            state, value = value, None
        _reply(replies, status, value)
        del value  # a fitted model is not kept while the next one is fitted


def _read(requests: BinaryIO, messages: queue.Queue[bytes]) -> None:
    code = 1
    try:
        while (message := read_frame(requests)) is not None:
            messages.put(message)
        code = 0
    except MemoryError:
        os.write(2, b"MemoryError: a call is larger than the worker's memory limit\n")
    finally:
        os._exit(code)  # without this thread the process would wait for a call without end


def _serve(state: Any, message: bytes) -> tuple[str, Any, bool]:
    """Run the call of a message; a message that cannot be read is an error as any other."""
    status, call = _call(pickle.loads, (message,))
    del message
    if status != "ok":
        return status, f"The call cannot be read by a worker: {call}", False
    function, arguments, is_initializer, processor_seconds = call
    _limit_processor(processor_seconds)
    status, value = _call(function, arguments if is_initializer else (state, *arguments))
    _limit_processor(None)
    return status, value, is_initializer


def _call(function: Any, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "ok", function(*arguments)
    except Exception as error:  # a trial may fail in any way its library knows
        trace = traceback.format_exception_only(error)[-1].strip()[:MAX_MESSAGE]
        if any(_lacks_memory(cause) for cause in _causes(error)):
            return "memory", trace or "MemoryError: the worker's memory limit was reached"
        return "error", trace


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from: libraries wrap a MemoryError in errors of their own."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _lacks_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or is_about_memory(str(error))


def _reply(replies: BinaryIO, status: str, value: Any) -> None:
    try:
        message = pickle.dumps((status, value), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        message = pickle.dumps(("memory", "MemoryError: the result is too large to be sent"))
    except Exception as error:  # objects refuse to be pickled in any way they like
        message = pickle.dumps(("error", f"The result cannot be sent: {error}"))
    write_frame(replies, message)


def _limit_processor(seconds: float | None) -> None:
    """End this process when it has used so many seconds of a processor, also in native code."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds or 0.0)  # SIGPROF's default is to end


def _limit_memory(n_bytes: int) -> None:
    """Limit the address space; where less is allowed already, that stays."""
    limit = address_space_for(n_bytes or None)
    if limit is None:
        return
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return
    if limit < address_space():  # a fork has what its server has imported
        os.write(2, b"MemoryError: the libraries alone take more than the worker's memory limit\n")
        os._exit(1)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    main()
