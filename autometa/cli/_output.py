"""The one printer: results go to stdout, talk to stderr, and names stay names.

A knowledge base, a table or a path may come from anybody, and so may a name in
it. Whatever is printed passes here: control characters, which command a
terminal, are shown as escapes, and square brackets are no markup.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import sys
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from autometa._common.json_numbers import json_values
from autometa._common.readable import readable
from autometa._urls import hide_password
from autometa.cli._spelling import as_options

if TYPE_CHECKING:
    import pandas as pd

# What has no look of its own: controls, formats (such as those that turn the reading
# direction), surrogates, and separators of lines and paragraphs.
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
ENDLESS = 1_000_000  # signs of a line in a file or a pipe, which nothing should break
JOINERS = "\u200c\u200d"  # formats that Persian, Hindi and emoji are written with


def visible(text: str, lines: bool = False) -> str:
    r"""Return text whose control characters are shown as escapes.

    Parameters
    ----------
    text : str
    lines : bool, default=False
        Whether line breaks and tabs may stay what they are.

    Examples
    --------
    >>> print(visible("\x1b[31mred\nnext"))
    \x1b[31mred\nnext
    """
    if text.isascii() and text.isprintable():
        return text
    kept = JOINERS + ("\n\t" if lines else "")
    return "".join(
        sign.encode("unicode_escape").decode()
        if unicodedata.category(sign) in UNSEEN and sign not in kept
        else sign
        for sign in text
    )


class PlainConsole(Console):
    """A console to which every string is text: no markup, no emoji codes, no control characters."""

    def __init__(
        self, *, stderr: bool = False, width: int | None = None, quiet: bool = False
    ) -> None:
        super().__init__(
            stderr=stderr,
            width=width,
            quiet=quiet,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def render_str(self, text: str, **options: Any) -> Text:
        """Return what stands for a string wherever rich meets one: lines, titles, cells."""
        options |= {"markup": False, "emoji": False}
        return super().render_str(visible(hide_password(text), lines=True), **options)


class PlainTable(Table):
    """A table each of whose cells is one line of text, under a heading."""

    heading = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the heading as wide as the terminal, and nothing else where there are no rows.

        A title of rich is as wide as its table: a narrow one breaks it into several lines.
        Elsewhere than on a terminal cells are parted by tabs, for ``cut`` and spreadsheets.
        """
        if self.heading:
            yield Text(self.heading, style="table.title")
        if not self.row_count:
            return
        if not console.is_terminal:
            names = [str(column.header) for column in self.columns]
            cells = zip(*(column.cells for column in self.columns), strict=True)
            for row in (names, *([str(cell) for cell in row] for row in cells)):
                yield Segment("\t".join(row) + "\n")
        else:
            yield from super().__rich_console__(console, options)

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row; a line break in a name cannot make a row of its own."""
        super().add_row(*(visible(hide_password(str(cell))) for cell in cells), **options)


def console() -> Console:
    """Return the console of results; plain text, in lines of any length, elsewhere."""
    out = PlainConsole()
    if not out.is_terminal:
        out = PlainConsole(width=ENDLESS)
    return out


@dataclass
class Mode:
    """How the command that runs talks, and what it has said.

    Attributes
    ----------
    as_json, is_quiet, is_verbose, is_debug : bool
        As its options say.
    notes : list of str
        What the JSON object says beside the answer.
    """

    as_json: bool = False
    is_quiet: bool = False
    is_verbose: bool = False
    is_debug: bool = False
    notes: list[str] = field(default_factory=list)


MODE = Mode()
LOGGED = ("autometa", "metafeatures")  # optuna's logger has a handler of its own


class _SayRecords(logging.Handler):
    """Says what is logged, as everything else that is said."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"{record.name}: {record.getMessage()}")


_SAY_RECORDS = _SayRecords()


def begin() -> None:
    """Begin another command, as tests do in one process."""
    vars(MODE).update(vars(Mode()))  # the object is shared: other modules have imported it
    for name in LOGGED:
        logging.getLogger(name).removeHandler(_SAY_RECORDS)
        logging.getLogger(name).setLevel(logging.NOTSET)


def set_mode(
    as_json: bool = False, quiet: bool = False, verbose: bool = False, debug: bool = False
) -> None:
    """Set how the command talks; what was set before its name, ``autometa -q tune``, holds too."""
    MODE.as_json |= as_json
    MODE.is_quiet |= quiet
    MODE.is_verbose |= verbose
    MODE.is_debug |= debug
    if debug:
        for name in LOGGED:
            logger = logging.getLogger(name)
            logger.addHandler(_SAY_RECORDS)
            logger.setLevel(logging.DEBUG)


def talk() -> Console:
    """Return the console of progress and notes."""
    return PlainConsole(stderr=True, quiet=MODE.is_quiet)


def say(text: str) -> None:
    """Say one line on stderr, unless the command is to be quiet; passwords of URLs are hidden."""
    if not MODE.is_quiet:
        say_error(text)


def say_error(text: str) -> None:
    """Say on stderr what a quiet command says too."""
    with contextlib.suppress(OSError):  # what cannot be said must not break what is done
        _print(visible(hide_password(text), lines=MODE.is_debug), sys.stderr)


def note(text: str) -> None:
    """Say what a user should know of the answer, once: on stderr, or in the JSON object."""
    text = as_options(hide_password(text))
    if text not in MODE.notes:  # warnings come back as notes of a result
        MODE.notes.append(text)
        if not MODE.as_json:  # whose reader would meet it twice
            say(f"Note: {text}")


def _print(text: str, file: Any) -> None:
    """Print a line; what the encoding of a terminal lacks is escaped."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=file)


def print_json(content: dict[str, Any], *, is_error: bool = False) -> None:
    """Print one JSON object; what is not a finite number becomes null."""
    text = json.dumps(json_values(content), allow_nan=False)
    print(text, file=sys.stderr if is_error else sys.stdout)


def make_table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table; the columns named in ``right`` hold numbers."""
    title, shown_right = visible(title), set(map(visible, right))
    table = PlainTable(header_style="bold", box=None, pad_edge=False)
    table.heading = title
    for column in map(visible, columns):
        is_number = column in shown_right
        table.add_column(column, justify="right" if is_number else "left", no_wrap=is_number)
    return table


def number(value: float, digits: int = 4) -> str:
    """Return a number for people: 4 digits, a dash for what is unknown."""
    return readable(value, digits)


def seconds(value: float) -> str:
    """Return a duration for people."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def size(n_bytes: int) -> str:
    """Return what a file takes, for people; a small one is not 0."""
    return f"{n_bytes / 1e6:.2f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"


def settings(config: dict[str, Any]) -> str:
    """Return a configuration in one line."""
    return ", ".join(
        f"{key}={number(value) if isinstance(value, float) else value}"
        for key, value in sorted(config.items())
    )


def print_csv(frame: pd.DataFrame) -> None:
    """Print a table as csv: as it is for files and pipes, made visible for a terminal."""
    text = frame.to_csv(index=False, lineterminator="\n")
    print(visible(text, lines=True) if sys.stdout.isatty() else text, end="")
