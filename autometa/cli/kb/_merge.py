"""``autometa kb merge``: join folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note


def merge(
    paths: Annotated[list[Path], typer.Argument(help="Folders of knowledge bases.")],
    out: Annotated[Path, typer.Option(help="Folder that gets what all of them hold.")],
) -> None:
    """Join knowledge bases into one folder; exact repeats are kept once."""
    from autometa.knowledge_base import KnowledgeBase

    joined = KnowledgeBase.load(paths[0])
    for path in paths[1:]:
        joined.merge(KnowledgeBase.load(path))
    joined.save(out)
    note(f"'{out}' now holds {KnowledgeBase.load(out)}.")
