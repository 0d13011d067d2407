"""``autometa kb add``: what a user has joins their own knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa._urls import hide_password
from autometa.cli import _options
from autometa.cli._output import note, print_json
from autometa.cli._progress import steps


def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Knowledge bases, exports of these, csv or parquet files of runs, tune results, "
            "Optuna storage URLs, ASlib scenarios.",
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(metavar="KB", help="Folder that gets them; your own when not given."),
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="What the sources are; recognised when not given.")
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """Add runs to a knowledge base; what it holds already is left out.

    Without --to they go to your own, which advice reads beside the bundled one.
    """
    from autometa.knowledge_base import folder_named, user_folder

    folder = user_folder() if to is None else folder_named(to)
    if to is None:
        note(f"Adding to your own knowledge base, '{folder}'.")
    added = []
    with steps("sources") as show:
        for number, source in enumerate(sources, start=1):
            found = _add(source, folder, format)
            show(source, number, len(sources))
            note(
                f"'{source}': {found['n_runs']} new runs, {found['n_tasks']} new tasks; "
                f"{found['n_repeats']} runs were there already."
            )
            added.append({"source": hide_password(source), **found})
    if as_json:
        print_json({"schema": 1, "knowledge_base": str(folder), "added": added})


def _add(source: str, folder: Path, format: str | None) -> dict[str, int]:
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
        return asdict(merge_folders([given], folder))
    if format is None and is_export(given):
        return asdict(add_to(folder, read_export(given), source))
    imported = import_history(source, format=format)
    for dropped in imported.dropped:
        note(f"'{source}': left out {dropped.count} {dropped.what}: {dropped.why}")
    for said in imported.notes:
        note(f"'{source}': {said}")
    return asdict(add_to(folder, imported.knowledge_base, source))
