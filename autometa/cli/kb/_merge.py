"""``autometa kb merge``: join folders."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import COLLECT, Answer, command
from autometa.cli._output import say
from autometa.cli._progress import steps
from autometa.cli.kb._writing import would_write


@command(
    "kb merge",
    panel=COLLECT,
    examples=[
        "autometa kb merge kb:own kb:team --out all",
        "autometa kb merge anna ben --out all --dry-run",
    ],
    then="autometa kb evaluate all",
)
def merge(
    folders: Annotated[
        list[str],
        typer.Argument(metavar="KB...", help=f"Knowledge bases: {_knowledge_bases.NAMES}."),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Folder that gets what all of them hold, new or begun.")
    ],
    dry_run: _options.DryRun = False,
) -> Answer:
    """Join knowledge bases into one folder; exact repeats are kept once.

    Where two describe a task differently, the first is kept. Killed, the same
    command goes on where it was.
    """
    from autometa.knowledge_base import KnowledgeBase, folder_named, merge_folders

    with steps("folders") as show, would_write(out, dry_run) as written:
        named = [folder_named(name) for name in _options.several(folders)]
        merged = merge_folders(named, written, on_progress=show)
        total = str(KnowledgeBase.load(written))
    say(
        f"{merged.n_runs} new runs, {merged.n_tasks} new tasks; {merged.n_repeats} exact repeats "
        f"were dropped. '{out}' {'would then hold' if dry_run else 'now holds'} {total}."
    )
    return Answer(
        content={"out": str(out), "dry_run": dry_run, **asdict(merged)},
        knowledge_base=_knowledge_bases.facts_of(str(out), out),
    )
