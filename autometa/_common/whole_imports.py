"""Imports that Ctrl-C cannot break: half of a library in memory fails for the rest of a session."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def whole_imports() -> Iterator[None]:
    """Let Ctrl-C wait until what is imported here is there, some seconds at most.

    Python drops the module that was interrupted and keeps those which have seen its half: the
    next ``import optuna`` succeeds, and its trials fail by an attribute that is missing.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    pressed: list[int] = []

    def wait(number: int, _: FrameType | None) -> None:
        pressed.append(number)

    signal.signal(signal.SIGINT, wait)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is wait:  # what is imported may have set its own
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if pressed:
            raise KeyboardInterrupt
