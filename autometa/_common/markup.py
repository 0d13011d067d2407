"""What objects show of themselves in notebooks: plain HTML, made here and nowhere else.

Whatever is in a user's table is text by the time it is in a page: `escaped` is the only way in.
Colours are those of the page around, mixed with grey, which suits light and dark notebooks. Where
styles are taken away, as code hosts do, plain tables stay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

# Signs that no page may hold, halves of a pair of UTF-16, and those that turn the direction of all
# that follows: names of columns have them, and a file with them is refused or reads otherwise.
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069]"
)
STYLE = (
    ".autometa{max-width:64rem}"
    ".autometa .scroll{overflow-x:auto;margin:.3em 0 1em}"
    ".autometa table{border-collapse:collapse;border:0}"
    ".autometa caption{text-align:left;font-weight:600;padding:.2em 0}"
    # `important`: notebooks' own rules, of many names, set all cells to the right
    "div.autometa table th,div.autometa table td{padding:.25em .8em .25em 0;"
    "text-align:left!important;"
    "vertical-align:top;border:0;border-bottom:1px solid rgba(128,128,128,.3);background:none;"
    "color:inherit;white-space:normal;overflow-wrap:break-word;max-width:30em}"
    "div.autometa table .number{text-align:right!important;font-variant-numeric:tabular-nums}"
    ".autometa p{margin:.3em 0}"
    ".autometa summary{cursor:pointer}"
)


def printable(value: Any) -> str:
    """Return a value as text that a page can hold: what cannot be shown becomes a box.

    Examples
    --------
    >>> printable("a" + chr(0xD800) + "b")
    'a\ufffdb'
    """
    return _UNSHOWN.sub("\ufffd", str(value))


def escaped(value: Any) -> str:
    """Return a value as text of HTML, also within quotes.

    Examples
    --------
    >>> escaped("<b> & 'c'")
    '&lt;b&gt; &amp; &#x27;c&#x27;'
    """
    return html.escape(printable(value), quote=True)


def html_table(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    caption: str = "",
    numbers: Collection[int] = (),
) -> str:
    """Return a table of HTML whose cells are text, whatever is in them.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequence
    caption : str, default=""
    numbers : collection of int
        Places of the columns that are set to the right.

    Examples
    --------
    >>> html_table(["a"], [["<b>"]])
    '<table><tr><th scope="col">a</th></tr><tr><td>&lt;b&gt;</td></tr></table>'
    """
    kinds = [' class="number"' if place in numbers else "" for place in range(len(header))]
    head = "".join(
        f'<th scope="col"{kind}>{escaped(name)}</th>'
        for name, kind in zip(header, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escaped(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    title = f"<caption>{escaped(caption)}</caption>" if caption else ""
    return f"<table>{title}<tr>{head}</tr>{body}</table>"


def html_facts(facts: Iterable[tuple[str, Any]]) -> str:
    """Return facts as a table of two columns whose first says what they are of.

    Examples
    --------
    >>> html_facts([("rows", 3)])
    '<table><tr><th scope="row">rows</th><td>3</td></tr></table>'
    """
    rows = "".join(
        f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(value)}</td></tr>'
        for name, value in facts
    )
    return f"<table>{rows}</table>"


def html_list(items: Iterable[Any]) -> str:
    """Return items as a list; nothing where there are none."""
    listed = "".join(f"<li>{escaped(item)}</li>" for item in items)
    return f"<ul>{listed}</ul>" if listed else ""


def scrolling(content: str) -> str:
    """Return content that scrolls by itself where the page is narrower."""
    return f'<div class="scroll">{content}</div>'


def folded(title: str, content: str) -> str:
    """Return content that is shown when its title is clicked."""
    return f"<details><summary>{escaped(title)}</summary>{content}</details>"


def notebook_block(*parts: str) -> str:
    """Return what a notebook shows of an object: parts of HTML, with the one style."""
    return f'<div class="autometa"><style>{STYLE}</style>{"".join(parts)}</div>'
