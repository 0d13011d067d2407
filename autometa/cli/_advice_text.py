"""Advice on a screen of any width: two lines a setup, so that the first ones stay in sight.

What goes into a file or another program is a table with tabs instead, and `--json` for more.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autometa._common.out_of_range import outside_in_words
from autometa.cli._output import console, make_table, number, seconds, settings, visible

if TYPE_CHECKING:
    from autometa.recommendation import Recommendations

INDENT = "   "  # of what stands below a setup, as wide as its rank
MIN_NAME = 8  # letters of an algorithm, however narrow the screen
CUT = "..."
KEPT_FREE = 2  # lines of the screen: the command that was typed, and the next prompt
NAMED_NEIGHBORS = 5


def show_advice(task: dict[str, Any], advice: Recommendations, explain: int | None) -> None:
    """Print advice, and why the setup of rank ``explain`` (0: the first) stands there."""
    out = console()
    if out.is_terminal:
        height = None if explain is not None else out.height
        for line, style in _screen(task, advice, out.width, height):
            out.print(line, style=style)
    else:
        out.print(_table(task, advice))
        for line in _about(advice):
            out.print(line)
    if explain is not None and advice:
        explanation = advice[max(explain, 1) - 1].explain()
        text = explanation.text(out.width) if out.is_terminal else str(explanation)
        out.print(f"\n{text}")


def title_of(task: dict[str, Any]) -> str:
    """Return what was asked about, and by what it is scored."""
    n_rows, n_columns = task["n_rows"], task["n_columns"]
    size = f"{n_rows} rows" + (f" x {n_columns} columns" if n_columns else "")
    scored = (
        f"scored by {task['metric']}"
        if task["scores_of"] == task["metric"]
        else f"asked for {task['metric']}, ordered and scored by {task['scores_of']}"
    )
    return (
        f"{task['name'] or 'described'}: {task['task_type']}, {size}, {scored} (greater is better)"
    )


def _about(advice: Recommendations) -> list[str]:
    """Return on what the advice rests."""
    if not advice.neighbors:
        return []
    names = ", ".join(visible(neighbor.name) for neighbor in advice.neighbors[:NAMED_NEIGHBORS])
    about = outside_in_words(advice.outside) if advice.outside else _familiarity(advice.novelty)
    return [f"Most like this dataset: {names}.", about]


def _familiarity(novelty: float) -> str:
    """Say how far the advice rests on tasks like this one."""
    if novelty >= 1.0:
        return "It is unlike all earlier tasks: this is the all-round order, and less is certain."
    if novelty > 0.0:
        return f"It is unusual: {novelty:.0%} of the advice is the all-round order."
    return "It is much like earlier tasks."


def _interval_name(advice: Recommendations) -> str:
    level = advice[0].confidence_level if advice else 0.9
    return f"{100 * level:g} % interval"


def _table(task: dict[str, Any], advice: Recommendations) -> Any:
    names = ("rank", "algorithm", "score", _interval_name(advice), "fit", "role")
    shown = make_table(title_of(task), *names, "hyperparameters")
    for rank, cells in enumerate(_numbers(advice), start=1):
        one = advice[rank - 1]
        shown.add_row(str(rank), *cells, one.role, settings(one.config))
    return shown


def _numbers(advice: Recommendations) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for one in advice:
        low, high = one.score_interval
        rows.append(
            (
                visible(one.algorithm),
                number(one.expected_score),
                f"{number(low, 3)} .. {number(high, 3)}",
                seconds(one.expected_fit_seconds),
            )
        )
    return rows


def _screen(
    task: dict[str, Any], advice: Recommendations, width: int, height: int | None
) -> list[tuple[str, str]]:
    """Return the lines for a screen, each with its style."""
    above = [
        *((line, "bold") for line in _wrapped(visible(title_of(task)), width)),
        *((line, "") for line in _wrapped(advice.heading, width)),
    ]
    below = [(line, "") for text in _about(advice) for line in _wrapped(text, width)]
    header = ("algorithm", "score", _interval_name(advice), "fit")
    first, *others = _aligned([header, *_numbers(advice)], width)
    details = [_details(one, width, whole=rank == 1) for rank, one in enumerate(advice, start=1)]
    if height is not None:
        room = height - KEPT_FREE - len(above) - 1 - len(below) - len(others)
        details = _that_fit(details, room)
    entries = []
    for rank, (line, lines) in enumerate(zip(others, details, strict=True), start=1):
        entries.append((f"{rank:>2} {line}"[:width], "bold" if rank == 1 else ""))
        entries += [(text, "dim") for text in lines]
    cut = any(text.endswith(CUT) for lines in details for text in lines)
    hint = [(f"{CUT} is cut here; --json has it whole.", "dim")] if cut else []
    shown = [(f"{INDENT}{first}"[:width], "bold"), *entries] if advice else []
    return [*above, *shown, *below, *hint]


def _aligned(rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """Return rows whose cells stand below each other, in what is left beside the rank."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = width - len(INDENT)
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= room else 1
    too_wide = sum(widths) + gap * (len(widths) - 1) - room
    widths[0] = max(MIN_NAME, widths[0] - max(too_wide, 0))
    lines = []
    for name, *numbers in rows:
        cells = [name[: widths[0]].ljust(widths[0])]
        cells += [cell.rjust(w) for cell, w in zip(numbers, widths[1:], strict=True)]
        lines.append((" " * gap).join(cells))
    return lines


def _details(one: Any, width: int, *, whole: bool) -> list[str]:
    """Return role and hyperparameters: on one line that is cut, or whole on several."""
    text = "; ".join(part for part in (visible(one.role), visible(settings(one.config))) if part)
    if not text:
        return []
    if whole:
        return _wrapped(text, width, INDENT)
    room = width - len(INDENT)
    return [INDENT + (text if len(text) <= room else text[: room - len(CUT)] + CUT)]


def _that_fit(details: list[list[str]], room: int) -> list[list[str]]:
    """Leave out what stands below the last setups until the first ones stay on the screen."""
    kept = [list(lines) for lines in details]
    for lines in reversed(kept[1:]):
        if sum(map(len, kept)) <= room:
            break
        lines.clear()
    return kept


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return text in lines; a name with a hyphen is one word."""
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
