"""``autometa kb merge``: join folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _options
from autometa.cli._output import note, print_json
from autometa.cli._progress import steps


def merge(
    folders: Annotated[
        list[str], typer.Argument(metavar="KB...", help="Folders of knowledge bases.")
    ],
    out: Annotated[Path, typer.Option(help="Folder that gets what all of them hold.")],
    as_json: _options.AsJson = False,
) -> None:
    """Join knowledge bases into one folder; exact repeats are kept once.

    Where two describe a task differently, the first is kept. Killed, the same
    command goes on where it was.
    """
    from dataclasses import asdict

    from autometa.knowledge_base import KnowledgeBase, folder_named, merge_folders

    with steps("folders") as show:
        merged = merge_folders([folder_named(name) for name in folders], out, on_progress=show)
    if as_json:
        print_json({"schema": 1, "knowledge_base": str(out), **asdict(merged)})
    note(
        f"{merged.n_runs} new runs, {merged.n_tasks} new tasks; {merged.n_repeats} exact repeats "
        f"were dropped. '{out}' now holds {KnowledgeBase.load(out)}."
    )
