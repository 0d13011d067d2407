"""Ctrl-C, SIGTERM and a closed terminal during ``autometa tune``: end with the best so far."""

from __future__ import annotations

import contextlib
import os
import signal
from types import FrameType
from typing import Any, Self

STANDARD_ERROR = 2
MESSAGE = b"\nEnding with the best so far. Once more ends at once.\n"


class EarlyEnd:
    """Ends the run of `tune` at the first signal, and the command at the second.

    Attributes
    ----------
    exit_code : int or None
        What a shell expects of a command that a signal ended; None when none came.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        from autometa.tuning import end_run

        self._end_run = end_run
        usual = (signal.SIG_DFL, signal.default_int_handler)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # there is no SIGHUP on Windows
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) in usual:
                with contextlib.suppress(ValueError):  # outside the main thread
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        self.exit_code = 128 + number
        if not self._end_run():  # nothing to end yet, or asked before
            raise SystemExit(self.exit_code)
        with contextlib.suppress(OSError):  # a closed terminal; print() is not for handlers
            os.write(STANDARD_ERROR, MESSAGE)
