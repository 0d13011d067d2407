"""``autometa kb diff``: what two knowledge bases do not share."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _knowledge_bases
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import console, make_table, number, say, visible

if TYPE_CHECKING:
    from autometa.knowledge_base import Difference

SHOWN_ROWS = 10  # of each table; --json has all


@command(
    "kb diff",
    panel=LOOK,
    examples=["autometa kb diff kb:bundled kb:own", "autometa kb diff before after --noise 0"],
    then="autometa kb merge before after --out both",
)
def diff(
    a: Annotated[str, typer.Argument(help=f"A knowledge base: {_knowledge_bases.NAMES}.")],
    b: Annotated[str, typer.Argument(help="Another.")],
    noise: Annotated[
        float, typer.Option(min=0.0, help="Scores differ beyond so many standard errors; 0: all.")
    ] = 3.0,
) -> Answer:
    """Say what two knowledge bases do not share, and where their numbers disagree.

    Exit code 0 when nothing differs beyond noise, 1 when something does, 2 when
    one of them cannot be read.
    """
    from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
    from autometa.knowledge_base import diff as run
    from autometa.knowledge_base import folder_named

    try:
        difference = run(folder_named(a), folder_named(b), noise=noise)
    except KnowledgeBaseCorruptError as error:  # elsewhere a failure, exit code 1
        raise KnowledgeBaseError(*error.args) from error
    return Answer(
        content={"is_empty": difference.is_empty, **_content(difference)},
        show=partial(_show, difference, a, b),
        exit_code=int(not difference.is_empty),
    )


def _content(difference: Difference) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for item in fields(difference):
        value = getattr(difference, item.name)
        is_frame = hasattr(value, "to_dict")
        content[item.name] = value.astype(object).to_dict("records") if is_frame else value
    return content


def _show(difference: Difference, a: str, b: str) -> None:
    out = console()
    for item in fields(difference):
        value = getattr(difference, item.name)
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
    say(
        f"{difference.n_scores_compared} scores compared; {len(difference.scores)} differ, "
        f"{difference.n_scores_within_noise} more within noise."
    )
