"""``autometa kb plot``: pictures of a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note
from autometa.cli.kb import _arguments


def plot(
    out: Annotated[Path, typer.Option(help="Folder that gets the pictures.")],
    knowledge_base: _arguments.FolderName = "bundled",
) -> None:
    """Draw which tasks a knowledge base covers, and which algorithms win on them."""
    from autometa.knowledge_base import KnowledgeBase, folder_named, plot_coverage, plot_wins

    kb = KnowledgeBase.load(folder_named(knowledge_base))
    out.mkdir(parents=True, exist_ok=True)
    plot_coverage(kb, out / "coverage.png")
    plot_wins(kb, out / "wins.png")
    note(f"'{out}' now holds coverage.png and wins.png.")
