"""One BLAS thread while meta-features are computed.

The matrices are small: threads of BLAS mostly wait, on a busy machine for 20 times as
long as the work takes, and the last digits of a product depend on their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = Lock()
_inside: list[Any] = []


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread; the last of several callers to leave lifts the limit."""
    with _lock:
        limit = _inside[0] if _inside else _libraries().limit(limits=1, user_api="blas")
        _inside.append(limit)
    try:
        yield
    finally:
        with _lock:
            _inside.pop()
            if not _inside:
                limit.restore_original_limits()


@cache
def _libraries() -> ThreadpoolController:
    """Return the libraries of threads; made when all that use them have been imported."""
    return ThreadpoolController()
