"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autometa._urls import hide_password
from autometa.cli._output import talk, visible

LOG_EVERY_SECONDS = 30.0
Show = Callable[[str, int, int | None], None]


@contextmanager
def steps(what: str) -> Iterator[Show]:
    """Yield a function that shows ``(what was done, how many are done, of how many)``."""
    if talk().is_terminal:
        with _bar() as show:
            yield show
    else:
        yield _log(what)


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=talk()) as progress:
        bar = progress.add_task("starting", total=None)

        def show(done: str, n_done: int, n_total: int | None) -> None:
            about = visible(hide_password(done))
            progress.update(bar, description=about, completed=n_done, total=n_total)

        yield show


def _log(what: str) -> Show:
    last = time.monotonic()

    def show(done: str, n_done: int, n_total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= LOG_EVERY_SECONDS or n_done == n_total:
            last = time.monotonic()
            of_all = "" if n_total is None else f" of {n_total}"
            talk().print(f"{n_done}{of_all} {what}; last: {done}")

    return show
