"""``autometa kb diff``: what two knowledge bases do not share."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, note, number, print_json, visible

if TYPE_CHECKING:
    from autometa.knowledge_base import Difference

SHOWN_ROWS = 10


def diff(
    a: Annotated[str, typer.Argument(help="Folder of a knowledge base.")],
    b: Annotated[str, typer.Argument(help="Folder of another.")],
    noise: Annotated[
        float, typer.Option(min=0.0, help="Scores differ beyond so many standard errors; 0: all.")
    ] = 3.0,
    as_json: _options.AsJson = False,
) -> None:
    """Say what two knowledge bases do not share, and where their numbers disagree.

    Exit code 0 when nothing differs beyond noise, 1 when something does, 2 when
    one of them cannot be read.
    """
    from autometa.exceptions import KnowledgeBaseError
    from autometa.knowledge_base import diff as run
    from autometa.knowledge_base import folder_named

    try:
        found = run(folder_named(a), folder_named(b), noise=noise)
    except KnowledgeBaseError as error:  # a damaged one too: 1 says that they differ
        note(f"Error: {error}")
        raise typer.Exit(2) from error
    if as_json:
        print_json({"schema": 1, "is_empty": found.is_empty, **_content(found)})
    else:
        _print(found, a, b)
    if not found.is_empty:
        raise typer.Exit(1)


def _content(found: Difference) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for item in fields(found):
        value = getattr(found, item.name)
        is_frame = hasattr(value, "to_dict")
        content[item.name] = value.astype(object).to_dict("records") if is_frame else value
    return content


def _print(found: Difference, a: str, b: str) -> None:
    out = console()
    for item in fields(found):
        value = getattr(found, item.name)
        if item.name.startswith("n_") or not len(value):
            continue
        title = (
            item.name.replace("_", " ").replace(" in a", f" in {a}").replace(" in b", f" in {b}")
        )
        out.print(f"{title}: {len(value)}")
        if hasattr(value, "columns"):
            shown = make_table("", *map(str, value.columns))
            for row in value.head(SHOWN_ROWS).itertuples(index=False):
                shown.add_row(*(number(x, 6) if isinstance(x, float) else str(x) for x in row))
            out.print(shown)
        else:
            out.print("  " + ", ".join(map(visible, value[:SHOWN_ROWS])))
        if len(value) > SHOWN_ROWS:
            out.print(f"  ... and {len(value) - SHOWN_ROWS} more; --json has all")
    note(
        f"{found.n_scores_compared} scores compared; {len(found.scores)} differ, "
        f"{found.n_scores_within_noise} more within noise."
    )
