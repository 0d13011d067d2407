"""``autometa kb plot``: pictures of a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note


def plot(
    out: Annotated[Path, typer.Option(help="Folder that gets the pictures.")],
    path: Annotated[
        Path | None, typer.Argument(help="Its folder; the bundled one when not given.")
    ] = None,
) -> None:
    """Draw which tasks a knowledge base covers, and which algorithms win on them."""
    from autometa.knowledge_base import KnowledgeBase, plot_coverage, plot_wins

    kb = KnowledgeBase.load(path) if path else KnowledgeBase.bundled()
    out.mkdir(parents=True, exist_ok=True)
    plot_coverage(kb, out / "coverage.png")
    plot_wins(kb, out / "wins.png")
    note(f"'{out}' now holds coverage.png and wins.png.")
