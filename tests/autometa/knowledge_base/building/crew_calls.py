"""Calls that crews of the tests make."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any


def double(_: Any, value: int) -> int:
    return 2 * value


def nap(_: Any, seconds: float) -> None:
    time.sleep(seconds)


def spin(_: Any, seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(10_000))


def note_and_nap(_: Any, folder: str, value: int, seconds: float) -> int:
    with (Path(folder) / str(value)).open("a") as file:
        file.write("begun\n")
    time.sleep(seconds)
    return value
