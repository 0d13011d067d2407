"""Calls that workers of the tests run."""

from __future__ import annotations

import os
import signal
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
