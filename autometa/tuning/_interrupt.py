"""Interruption: the first Ctrl-C ends a run early, with what it has; the second ends it now.

A signal that breaks in anywhere could leave a storage half written or a worker
without its call, so the first only leaves word, which the run looks for many
times a second. Then handlers are as they were before.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

FINISH_SECONDS = 2.0  # for the refits of a run that is asked to end: three in all, with the rest
# Signals that end a process by default, before it could tidy up: a batch system's, and that of
# a terminal which was closed (not on Windows).
FATAL = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ACTIVE: list[Interruption] = []


def end_run() -> bool:
    """Ask the runs of `tune` under way in this process to end now, with the best so far.

    May be called from a signal handler or another thread.

    Returns
    -------
    bool
        False when there is none, or all have been asked before.
    """
    asked = [run for run in list(_ACTIVE) if not run.is_asked]
    for run in asked:
        run.ask()
    return bool(asked)


class Interruption:
    """Whether a run was asked to end early, by a signal or by `end_run`.

    Handlers are set in the main thread alone, only where Python's or the
    system's own are in force, and taken away at the first signal or the end.

    Parameters
    ----------
    on_asked : callable
        Called at once, in a signal handler: it must only set a value.
    defers : bool, default=True
        False leaves Ctrl-C to break in, for calls that run in this process.
    """

    def __init__(self, on_asked: Callable[[], None], *, defers: bool = True) -> None:
        self.is_asked = False
        self.signal: int | None = None
        self._on_asked = on_asked
        self._defers = defers
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        _ACTIVE.append(self)
        if self._defers and threading.current_thread() is threading.main_thread():
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                self._set(signal.SIGINT)
            for number in FATAL:
                if signal.getsignal(number) is signal.SIG_DFL:
                    self._set(number)
        return self

    def __exit__(self, *_: object) -> None:
        _ACTIVE.remove(self)
        self._restore()

    def ask(self) -> None:
        """Ask the run to end."""
        self.is_asked = True
        self._on_asked()

    def pass_on(self) -> None:
        """Let a signal that was to end the process do so, now that the run is in order."""
        if self.signal is not None and self.signal in FATAL:
            os.kill(os.getpid(), self.signal)

    def _set(self, number: int) -> None:
        self._before[number] = signal.signal(number, self._receive)

    def _receive(self, number: int, _: FrameType | None) -> None:
        self._restore()
        self.signal = number
        self.ask()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._receive:
                signal.signal(number, handler)
        self._before = {}
