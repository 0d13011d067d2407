"""Progress: what a run is doing and how long it has, shown while it does it.

A stage is shown when it begins, so that nobody looks at nothing, and again every few seconds.
Imports nothing that takes time: the command line tells its first stage before the library is
there.
"""

from __future__ import annotations

import contextlib
import logging
import math
import multiprocessing
import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

from autometa.tuning._notebook_bar import NotebookBar

_logger = logging.getLogger("autometa.tuning.progress")

LIVE_SECONDS = 0.25  # between two looks at a line that is kept up to date: it seems to run
# Between two lines of a stage that goes on, where lines stay: a log is read later, so a long run
# says less often that it lives, but never less than twice a minute.
MIN_LINE_SECONDS, MAX_LINE_SECONDS, LINE_SHARE = 5.0, 30.0, 0.05
CLEAR_LINE = "\r\x1b[2K"


class Display(Protocol):
    """Where progress is shown."""

    interval: float

    def begin(self, line: str) -> None:
        """Show that a stage begins."""

    def beat(self, line: str) -> None:
        """Show that it goes on."""

    def end(self, line: str) -> None:
        """Show how long it took."""

    def close(self) -> None:
        """Leave the screen as it is to be."""


class Lines:
    """A line for each stage that begins, and now and then one for a stage that goes on.

    Parameters
    ----------
    write : callable
        Writes a line.
    """

    interval = MIN_LINE_SECONDS

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def begin(self, line: str) -> None:
        """Write the stage."""
        with contextlib.suppress(OSError, ValueError):  # closed: no reason to end the run
            self._write(line)

    def beat(self, line: str) -> None:
        """Write it again, with what was reached."""
        self.begin(line)

    def end(self, line: str) -> None:
        """Write nothing: the next line says when."""

    def close(self) -> None:
        """Do nothing."""


class TerminalLine:
    """One line of a terminal that is kept up to date; what is over stays above it."""

    interval = LIVE_SECONDS

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, line: str) -> None:
        """Show the stage."""
        self._replace(line)

    def beat(self, line: str) -> None:
        """Show it anew."""
        self._replace(line)

    def end(self, line: str) -> None:
        """Leave a line that says how long it took."""
        self._replace(f"{line}\n")

    def close(self) -> None:
        """Leave no half a line."""
        self._replace("")

    def _replace(self, text: str) -> None:
        room = shutil.get_terminal_size().columns - 1  # a full line would begin the next one
        with contextlib.suppress(OSError, ValueError):  # closed: no reason to end the run
            self._stream.write(CLEAR_LINE + text[:room].rstrip("\n") + "\n" * text.endswith("\n"))
            self._stream.flush()


class Progress:
    """The stages of a run: shown by a display, and logged once each.

    Parameters
    ----------
    display : Display or None
        None tells the logger alone.

    Attributes
    ----------
    started : float
        Moment of ``time.monotonic()`` that seconds count from.
    budget : float
        Seconds there are in all, perhaps infinite.
    """

    def __init__(self, display: Display | None = None) -> None:
        self.started = time.monotonic()
        self.budget = math.inf
        self._display = display
        self._lock = threading.Lock()
        self._stage = ""
        self._detail: Callable[[], str] | None = None
        self._began = self._said = self.started
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, verbose: bool | None) -> Self:
        """Return the progress of a call from Python; see ``verbose`` of `tune`."""
        made = cls()
        if verbose or (verbose is None and _is_watched()):
            made._display = _display(made.share)
        return made

    def set_clock(self, started: float, budget: float) -> None:
        """Take over from when seconds count, and how many there are."""
        self.started, self.budget = started, budget

    def stage(self, name: str, detail: Callable[[], str] | None = None) -> None:
        """Begin a stage; the one before it is over.

        Parameters
        ----------
        name : str
            Such as "searching".
        detail : callable, optional
            Returns what was reached so far; it is called from another thread.
        """
        self._end_stage()
        with self._lock:
            self._stage, self._detail = name, detail
            self._began = self._said = time.monotonic()
        _logger.info(self.line())
        if self._display is not None:
            with self._lock:
                self._display.begin(self.line())
            self._start_beating()

    def event(self, text: str) -> None:
        """Tell something that happened within a stage, to the logger and where lines stay."""
        _logger.info(text)
        if isinstance(self._display, Lines):
            with self._lock:
                self._display.beat(f"{self._times()} {text}")

    def line(self) -> str:
        """Return what is going on, with the seconds gone and left."""
        detail = ""
        if self._detail is not None:
            with contextlib.suppress(Exception):  # read while it changes; the next one is whole
                detail = self._detail()
        return f"{self._times()} {self._stage}" + (f": {detail}" if detail else "")

    def close(self, summary: str = "") -> None:
        """End the last stage, and say what came of it."""
        if self._closed.is_set():
            return
        self._end_stage()
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        if summary:
            _logger.info(summary)
        if self._display is not None:
            with self._lock:
                if summary:
                    self._display.begin(f"{self._times()} {summary}")
                    self._display.end(f"{self._times()} {summary}")
                self._display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def share(self) -> float | None:
        """Return which part of the budget is gone, from 0 to 1; None where there is no end."""
        if not math.isfinite(self.budget) or self.budget <= 0:
            return None
        return min((time.monotonic() - self.started) / self.budget, 1.0)

    def _times(self) -> str:
        gone = time.monotonic() - self.started
        if not math.isfinite(self.budget):
            return f"[{gone:.1f} s]"
        return f"[{gone:.1f} s, {max(self.budget - gone, 0.0):.0f} s left]"

    def _end_stage(self) -> None:
        if not self._stage:
            return
        took = time.monotonic() - self._began
        line = self.line().partition("] ")[2]
        with self._lock:
            self._stage, self._detail = "", None
            if self._display is not None:
                self._display.end(f"{line} ({took:.1f} s)")

    def _start_beating(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._beat, daemon=True, name="progress")
            self._thread.start()

    def _beat(self) -> None:
        assert self._display is not None
        while not self._closed.wait(min(self._display.interval, LIVE_SECONDS)):
            with self._lock:
                is_due = time.monotonic() - self._said >= self._interval()
                if is_due and self._stage:
                    self._said = time.monotonic()
                    self._display.beat(self.line())

    def _interval(self) -> float:
        assert self._display is not None
        if not isinstance(self._display, Lines):
            return self._display.interval
        share = LINE_SHARE * self.budget if math.isfinite(self.budget) else MIN_LINE_SECONDS
        return min(max(share, MIN_LINE_SECONDS), MAX_LINE_SECONDS)


def _display(share: Callable[[], float | None]) -> Display | None:
    """Return where a call from Python shows its progress, of which a part is over.

    None where there is no place: a program without a console has no stderr.
    """
    notebook = _notebook()
    if notebook is not None:
        return NotebookBar(notebook, share)
    if sys.stderr is None or sys.stderr.closed:
        return None
    if sys.stderr.isatty():
        return TerminalLine(sys.stderr)
    return Lines(lambda line: print(line, file=sys.stderr, flush=True))


def _is_watched() -> bool:
    """Whether somebody looks on: at a terminal or a notebook, not at one worker of many."""
    is_main = multiprocessing.parent_process() is None
    is_main = is_main and threading.current_thread() is threading.main_thread()
    if not is_main or _notebook() is not None:
        return is_main
    return sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty()


def _notebook() -> Callable[..., Any] | None:
    """Return what displays in the notebook that this runs in; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):  # IPython in a terminal has no kernel
        return None
    from importlib import import_module

    display: Callable[..., Any] = import_module("IPython.display").display
    return display
