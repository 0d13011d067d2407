"""Page: sections of plain values, and the template that makes HTML of them.

Every value is text to the template, which escapes it; the two kinds of HTML that come from
elsewhere, pictures and scikit-learn's diagram, are named `Picture` and `Drawn`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar

from autometa._common.markup import printable
from autometa._extras import require

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_CELL = 300  # letters of a cell: a level may be a whole document
MAX_WORD = 32  # letters that are not broken: names of algorithms and hyperparameters have fewer


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names and what is to be said of each."""

    kind: ClassVar[str] = "facts"
    rows: Sequence[tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list of sentences."""

    kind: ClassVar[str] = "items"
    title: str = ""
    items: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table; ``numbers`` are the places of columns that are set to the right."""

    kind: ClassVar[str] = "grid"
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture for light pages and one for dark ones, as data URIs, and what it shows in words."""

    kind: ClassVar[str] = "picture"
    light: str
    dark: str
    alt: str
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Code:
    """Text that is copied as it is: a command or a script; ``is_folded`` shows its title first."""

    kind: ClassVar[str] = "code"
    title: str
    text: str
    is_folded: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """HTML of a library that escapes what it shows, without its scripts."""

    kind: ClassVar[str] = "drawn"
    html: str


Block = Text | Facts | Items | Grid | Picture | Code | Drawn


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page under a heading; ``name`` is what links lead to."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page.

    Attributes
    ----------
    title, subtitle : str
    headline : str
        The one thing to know, in a sentence.
    figures : sequence of (str, str)
        A few numbers that stand on top, by name.
    sections : sequence of Section
    footer : str
    """

    title: str
    subtitle: str
    headline: str
    figures: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    footer: str = ""
    style: str = field(default="", repr=False)

    def html(self) -> str:
        """Return the page as one HTML document."""
        style = _template("report.css")
        return str(_environment().get_template("report.html.j2").render(page=self, style=style))


def filled(*blocks: Block | Iterable[Block] | None) -> list[Block]:
    """Return blocks in their order, without those that are missing."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Block):
            found.append(block)
        elif block is not None:
            found += block
    return found


@cache
def _environment() -> Environment:
    require("jinja2", "report", "A report")
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,  # a name that is missing is a fault, not an empty line
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned,
    )
    made.filters["short"] = _short
    made.tests["long"] = _is_long
    made.tests["wordy"] = _is_wordy
    return made


def _cleaned(value: Any) -> Any:
    """Return a value on its way into the page, before it is escaped; HTML of macros as it is."""
    return value if hasattr(value, "__html__") else printable(value)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def _is_long(value: Any) -> bool:
    """Say whether a text has a word that would widen its column beyond the page."""
    return any(len(word) > MAX_WORD for word in str(value).split())


def _is_wordy(value: Any) -> bool:
    """Say whether a text fills several lines of a narrow column."""
    return len(str(value)) > MAX_WORD / 2 and " " in str(value)


def _template(name: str) -> str:
    folder = resources.files("autometa.report").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")
