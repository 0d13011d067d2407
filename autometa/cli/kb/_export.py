"""``autometa kb export``: files that others read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _options
from autometa.cli._output import note, print_json


class Format(StrEnum):
    """What others read."""

    csv = "csv"
    parquet = "parquet"
    frames = "frames"
    matrix = "matrix"
    aslib = "aslib"


def export(
    out: Annotated[Path, typer.Option(help="New folder that gets the files.")],
    knowledge_base: Annotated[
        str | None,
        typer.Argument(
            metavar="[KB]",
            help="Its folder, 'own' or 'bundled'; these two together when not given.",
        ),
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f")] = Format.csv,
    as_json: _options.AsJson = False,
) -> None:
    """Write a knowledge base as files that others read.

    csv and parquet: a file a table. frames: the same as Feather files, types
    included. matrix: a csv a metric, tasks by setups. aslib: a scenario.
    """
    from autometa.knowledge_base import KnowledgeBase, folder_named
    from autometa.knowledge_base import export as run

    kb = (
        KnowledgeBase.default()
        if knowledge_base is None
        else KnowledgeBase.load(folder_named(knowledge_base))
    )
    done = run(kb, out, format.value)
    if as_json:
        files = {"files": list(done.files), "left_out": list(done.left_out)}
        print_json({"schema": 1, "path": str(out), **files})
    for said in done.left_out:
        note(f"Left out: {said}.")
    note(f"'{out}' now holds {', '.join(done.files)}.")
