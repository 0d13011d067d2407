"""Trials that go wrong, in the worker where they run."""

from __future__ import annotations

import os
import time
from typing import Any

from autometa.tuning._worker_side import Request, WorkerTable, judge


def crash_on_trees(state: WorkerTable, request: Request) -> Any:
    if request.algorithm == "decision_tree":
        os.abort()
    return judge(state, request)


def hang_on_trees(state: WorkerTable, request: Request) -> Any:
    if request.algorithm == "decision_tree":
        time.sleep(600)
    return judge(state, request)


def grow_on_trees(state: WorkerTable, request: Request) -> Any:
    if request.algorithm == "decision_tree":
        return len(bytearray(1 << 40))
    return judge(state, request)


def fail_always(state: WorkerTable, request: Request) -> Any:
    raise ValueError(f"{request.algorithm} is not to be had")


def never_refit(state: WorkerTable, algorithm: str, config: Any, seed: int) -> Any:
    time.sleep(600)
