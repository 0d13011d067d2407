"""NotebookBar: how far a run is, as one output of a notebook's cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autometa._common.markup import escaped

# A notebook's own colours: the bar is the browser's, letters are those of the page.
BAR = (
    '<progress style="width:100%;max-width:40rem;height:1em" max="1" {value}'
    'aria-label="share of the time budget that is gone"></progress>'
)
LINE = '<div style="font-family:monospace;white-space:pre-wrap;{style}">{text}</div>'


class NotebookBar:
    """A bar for the time budget and a line on what is reached, kept up to date in one output.

    Stages that are over stay below it, with their seconds. Where no HTML is shown, as in a text
    console, it is lines of text.

    Parameters
    ----------
    display : callable
        ``IPython.display.display``: called with ``display_id=True`` it gives a handle.
    share : callable
        Returns which part of the budget is gone, None where there is no end.
    """

    interval = 1.0  # each goes to a browser

    def __init__(
        self, display: Callable[..., Any], share: Callable[[], float | None] = lambda: None
    ) -> None:
        self._done: list[str] = []
        self._share = share
        self._is_over = False
        self._handle = display(_Shown("", []), display_id=True)

    def begin(self, line: str) -> None:
        """Show the stage."""
        self.beat(line)

    def beat(self, line: str) -> None:
        """Show it anew."""
        bar = "" if self._is_over else _bar(self._share())
        self._handle.update(_Shown(line, self._done, bar))

    def end(self, line: str) -> None:
        """Keep a line that says how long it took."""
        self._done.append(line)
        self.beat("")

    def close(self) -> None:
        """Take the bar away and leave what is over."""
        self._is_over = True
        self.beat("")


def _bar(share: float | None) -> str:
    # without a value it moves to and fro: something is going on
    return BAR.format(value="" if share is None else f'value="{share:.3f}" ')


class _Shown:
    """What is shown: a bar, the line of what goes on, and those of what is over."""

    def __init__(self, line: str, done: list[str], bar: str = "") -> None:
        self._line, self._done, self._bar = line, tuple(done), bar

    def __repr__(self) -> str:
        return "\n".join([*self._done, self._line]).rstrip("\n")

    def _repr_html_(self) -> str:
        now = LINE.format(style="", text=escaped(self._line)) if self._line else ""
        over = "".join(LINE.format(style="opacity:.7", text=escaped(line)) for line in self._done)
        return f"{self._bar}{now}{over}"
