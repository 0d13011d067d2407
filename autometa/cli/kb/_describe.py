"""``autometa kb describe``: describe tasks anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note, talk


def describe(
    path: Annotated[Path, typer.Argument(help="Folder of the knowledge base.")],
    datasets: Annotated[Path, typer.Option(help="Folder of its tables with a manifest.csv.")],
    out: Annotated[Path, typer.Option(help="New folder that gets the result.")],
) -> None:
    """Describe the tasks of a knowledge base anew, by the meta-features of today."""
    from rich.progress import Progress

    from autometa.knowledge_base import KnowledgeBase
    from autometa.knowledge_base.building import describe_tasks

    kb = KnowledgeBase.load(path)
    with Progress(console=talk()) as progress:
        bar = progress.add_task("describing", total=len(kb.tasks))
        described = describe_tasks(
            kb, datasets, on_progress=lambda name: progress.update(bar, advance=1, description=name)
        )
    described.save(out)
    note(f"'{out}' now holds {described}.")
