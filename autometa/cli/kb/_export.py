"""``autometa kb export``: files that others read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import note, say
from autometa.cli.kb._writing import would_write


class Format(StrEnum):
    """What others read."""

    csv = "csv"
    parquet = "parquet"
    frames = "frames"
    matrix = "matrix"
    aslib = "aslib"


@command(
    "kb export",
    panel=LOOK,
    examples=[
        "autometa kb export --out tables",
        "autometa kb export kb:own --format aslib --out scenario",
    ],
    then="autometa kb add tables --to kb:team",
)
def export(
    out: Annotated[Path, typer.Option("--out", help="New folder that gets the files.")],
    knowledge_base: _knowledge_bases.Read = None,
    format: Annotated[Format, typer.Option("--format", help="What reads it.")] = Format.csv,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Write a knowledge base as files that others read.

    csv and parquet: a file a table. frames: the same as Feather files, types
    included. matrix: a csv a metric, tasks by setups. aslib: a scenario.
    """
    from autometa.knowledge_base import export as run

    used = _knowledge_bases.used(knowledge_base)
    with would_write(out, dry_run) as folder:
        done = run(used.open(), folder, format.value)
    for said in done.left_out:
        note(f"Left out: {said}.")
    say(f"'{out}' {'would hold' if dry_run else 'now holds'} {', '.join(done.files)}.")
    return Answer(
        content={
            "out": str(out),
            "format": format.value,
            "files": list(done.files),
            "left_out": list(done.left_out),
            "dry_run": dry_run,
        },
        knowledge_base=used.facts(),
    )
