"""One thread for linear algebra while anything here is computed.

The matrices are too small to share: BLAS threads that wait for busy cores made a trial many
times slower.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController


class _SingleThread:
    """The limit of the process, set by the first caller and taken off by the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_callers = 0
        self._limit: Any = None

    def enter(self) -> None:
        with self._lock:
            if self._n_callers == 0:
                self._limit = _controller().limit(limits=1, user_api="blas")
            self._n_callers += 1

    def leave(self) -> None:
        with self._lock:
            self._n_callers -= 1
            if self._n_callers == 0:
                self._limit.restore_original_limits()


_single_thread = _SingleThread()


@contextmanager
def single_threaded() -> Iterator[None]:
    """Keep BLAS to one thread; callers in several threads may overlap in any order.

    The limit is of the whole process: were each caller to restore what it met, one that
    came second and left last would leave the limit behind.
    """
    _single_thread.enter()
    try:
        yield
    finally:
        _single_thread.leave()


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
