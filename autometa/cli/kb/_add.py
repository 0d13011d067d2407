"""``autometa kb add``: what a user has joins their own knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from autometa._urls import hide_password
from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import COLLECT, Answer, command
from autometa.cli._output import note, say
from autometa.cli._progress import steps
from autometa.cli.kb._writing import target_folder, would_write


@command(
    "kb add",
    panel=COLLECT,
    examples=[
        "autometa kb add model runs.csv sqlite:///study.db",
        "autometa kb add runs.parquet --to kb:team --dry-run",
    ],
    then="autometa kb info kb:own",
)
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Knowledge bases, exports of these, csv or parquet files of runs, tune results, "
            "Optuna storage URLs, ASlib scenarios.",
        ),
    ],
    to: _knowledge_bases.To = None,
    format: Annotated[
        str | None,
        typer.Option(help="What the sources are; recognised when not given.", show_default=False),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            help="What to call these runs, such as whose they are; 'kb info' shows it.",
            show_default=False,
        ),
    ] = None,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Add runs to a knowledge base; what it holds already is left out.

    Without --to they go to your own, which advice reads on top of the bundled one. 'kb
    import' does the same with the options of each format.
    """
    name, folder = target_folder(to)
    added = []
    with steps("sources") as show, would_write(folder, dry_run) as written:
        for number, source in enumerate(sources, start=1):
            counts = _add(source, written, format, label)
            show(source, number, len(sources))
            say(
                f"'{source}': {counts['n_runs']} new runs, {counts['n_tasks']} new tasks; "
                f"{counts['n_repeats']} scores were held already."
            )
            added.append({"source": hide_password(source), **counts})
    return Answer(
        content={"added": added, "dry_run": dry_run},
        knowledge_base=_knowledge_bases.facts_of(name, folder),
    )


def _add(source: str, folder: Path, format: str | None, label: str | None) -> dict[str, Any]:
    from dataclasses import asdict

    from autometa.importers import import_history, is_export, read_export
    from autometa.knowledge_base import (
        add_to,
        folder_named,
        is_knowledge_base,
        merge_folders,
    )

    given = folder_named(source)
    if format is None and is_knowledge_base(given):
        return asdict(merge_folders([given], folder, label=label))
    if format is None and is_export(given):
        return asdict(add_to(folder, read_export(given), source, label))
    imported = import_history(source, format=format)
    for dropped in imported.dropped:
        note(f"'{source}': left out {dropped.count} {dropped.what}: {dropped.why}")
    for said in imported.notes:
        note(f"'{source}': {said}")
    return asdict(add_to(folder, imported.knowledge_base, source, label))
