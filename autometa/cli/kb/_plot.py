"""``autometa kb plot``: pictures of a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import say


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
    from autometa.knowledge_base import plot_coverage, plot_wins

    used = _knowledge_bases.used(knowledge_base)
    kb = used.open()
    out.mkdir(parents=True, exist_ok=True)
    plot_coverage(kb, out / "coverage.png")
    plot_wins(kb, out / "wins.png")
    say(f"'{out}' now holds coverage.png and wins.png.")
    return Answer(
        content={"out": str(out), "files": ["coverage.png", "wins.png"]},
        knowledge_base=used.facts(),
    )
