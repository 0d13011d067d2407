"""Calls that workers of the tests run."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any


def state() -> dict[str, int]:
    return {"base": 10}


def add(shared: dict[str, int], value: int) -> int:
    return shared["base"] + value


def sleep(shared: Any, seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def deaf_sleep(shared: Any, seconds: float) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(seconds)


def fail(shared: Any) -> None:
    raise ValueError("no such luck")


def crash(shared: Any) -> None:
    os.abort()


def vanish(shared: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def allocate(shared: Any, n_bytes: int) -> int:
    return len(bytearray(n_bytes))


def chatter(shared: Any) -> int:
    print("not a reply", flush=True)
    os.write(1, b"nor is this\n")
    return 7


def length(shared: bytes) -> int:
    return len(shared)


def threads(shared: Any) -> str:
    return os.environ["OMP_NUM_THREADS"]


def process_id(shared: Any) -> int:
    return os.getpid()


def spin(shared: Any, seconds: float) -> None:
    """Use the processor for that long, in one call that a signal handler would not stop."""
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(10_000))


class Secret:
    """Travels under the name its module has at that moment."""


def unreadable(shared: Any) -> Any:
    Secret.__module__ = "__main__"
    sys.modules["__main__"].Secret = Secret  # type: ignore[attr-defined]
    return Secret()


def wrap_memory_error(shared: Any) -> None:
    try:
        raise MemoryError
    except MemoryError as error:
        raise ValueError("the fit failed") from error


def native_memory_error(shared: Any) -> None:
    raise RuntimeError("std::bad_alloc")


def die_for_memory(shared: Any) -> None:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\nwhat: it\n")
    os.abort()


def imports(shared: Any) -> str:
    import queue
    import random

    return queue.__name__ + random.__name__


def address_space(shared: Any) -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0]


def heavy_libraries(shared: Any) -> list[str]:
    return sorted({"sklearn", "scipy", "pandas", "lightgbm", "optuna"} & set(sys.modules))


def parent_id(shared: Any) -> int:
    return os.getppid()


def folder(shared: Any) -> str:
    return os.getcwd()


def setting(shared: Any, name: str) -> str | None:
    return os.environ.get(name)


def is_imported(shared: Any, name: str) -> bool:
    return name in sys.modules


def limit_of_files(shared: Any) -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def random_number(shared: Any) -> float:
    import numpy as np

    return float(np.random.random())
