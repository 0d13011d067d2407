"""``autometa kb plot``: pictures of a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import say
from autometa.cli._plots import check_plots


@command(
    "kb plot",
    panel=LOOK,
    examples=["autometa kb plot --out pictures", "autometa kb plot kb:own --out pictures"],
    then="autometa kb evaluate --plots pictures",
)
def plot(
    out: Annotated[Path, typer.Option("--out", help="Folder that gets the pictures.")],
    knowledge_base: _knowledge_bases.Read = None,
) -> Answer:
    """Draw which tasks a knowledge base covers, and which algorithms win on them."""
    from autometa.plotting import plot_knowledge_base

    check_plots(out, "--out")
    used = _knowledge_bases.used(knowledge_base)
    names = [path.name for path in plot_knowledge_base(used.open(), out)]
    say(f"'{out}' now holds {', '.join(names)}.")
    return Answer(content={"out": str(out), "files": names}, knowledge_base=used.facts())
