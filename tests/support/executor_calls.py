"""Calls that executors of the tests make."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from autometa.building._worker_side import _outside_the_clock


def double(_: Any, value: int) -> int:
    return 2 * value


def nap(_: Any, seconds: float) -> None:
    time.sleep(seconds)


def spin(_: Any, seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(10_000))


def load_and_spin(_: Any, loading: float, fitting: float) -> None:
    """Use a processor as a setup does whose table is not loaded yet."""
    with _outside_the_clock():
        spin(None, loading)
    spin(None, fitting)


def note_and_nap(_: Any, folder: str, value: int, seconds: float) -> int:
    with (Path(folder) / str(value)).open("a") as file:
        file.write("begun\n")
    time.sleep(seconds)
    return value
