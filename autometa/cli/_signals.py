"""Ctrl-C, SIGTERM and a closed terminal: how a command ends by them.

Any command ends as by Ctrl-C, so that what it was writing is put away; ``autometa tune`` ends
with the best so far.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any, Self

STANDARD_ERROR = 2
ENDING = b"\nEnding with the best so far. Once more ends at once.\n"
WRITING = b"\nWriting what was found first. Once more ends at once.\n"
NOTHING_YET = b"\nStopped before anything was fitted; nothing was written.\n"
AT_ONCE = b"\nStopped at once; what was not written yet is lost.\n"


@contextlib.contextmanager
def endings() -> Iterator[list[int]]:
    """Let SIGTERM and a closed terminal break in as Ctrl-C does; yield which of them did.

    Python would leave both to the system, which ends the process at once: temporary files
    stay, and nothing is said. The second one is left to the system.
    """
    ended_by: list[int] = []

    def break_in(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        ended_by.append(number)
        raise KeyboardInterrupt

    before: dict[int, Any] = {}
    for name in ("SIGTERM", "SIGHUP"):  # there is no SIGHUP on Windows
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with contextlib.suppress(ValueError):  # outside the main thread
                signal.signal(number, break_in)
                before[number] = signal.SIG_DFL
    _OF_COMMANDS.append(break_in)
    try:
        yield ended_by
    finally:
        _OF_COMMANDS.remove(break_in)
        for number, handler in before.items():
            signal.signal(number, handler)


_OF_COMMANDS: list[Any] = []  # handlers of commands under way, which `EarlyEnd` takes over from


class EarlyEnd:
    """Ends the run of `tune` at the first signal, and the command at the second.

    Attributes
    ----------
    exit_code : int or None
        What a shell expects of a command that a signal ended; None when none came.
    is_found : bool
        Set by the command once a model is there to be written: the first signal lets that
        be done.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self.is_found = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        from autometa.tuning import end_run

        self._end_run = end_run
        usual = (signal.SIG_DFL, signal.default_int_handler, *_OF_COMMANDS)
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
        is_first = self.exit_code is None
        self.exit_code = 128 + number
        if self._end_run():
            _say(ENDING)
        elif is_first and self.is_found:
            _say(WRITING)
        else:
            _say(NOTHING_YET if is_first else AT_ONCE)
            raise SystemExit(self.exit_code)


def _say(message: bytes) -> None:
    """Write to the terminal itself: print() is not for signal handlers."""
    with contextlib.suppress(OSError):  # a closed terminal
        os.write(STANDARD_ERROR, message)
