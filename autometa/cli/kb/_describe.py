"""``autometa kb describe``: describe tasks anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import KEEP, Answer, command
from autometa.cli._output import say
from autometa.cli._progress import steps
from autometa.exceptions import ParameterError


@command(
    "kb describe",
    panel=KEEP,
    examples=[
        "autometa kb describe kb:own --datasets tables --out described",
        "autometa kb describe kb:bundled --datasets tables --out described --dry-run",
    ],
    then="autometa kb evaluate described",
)
def describe(
    datasets: Annotated[
        Path, typer.Option("--datasets", help="Folder of its tables with a manifest.csv.")
    ],
    out: Annotated[Path, typer.Option("--out", help="New folder that gets the result.")],
    knowledge_base: _knowledge_bases.Read = None,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Describe the tasks of a knowledge base anew, by the meta-features of today."""
    from autometa.building import describe_tasks
    from autometa.tuning.saved._outputs import check_output_folder

    used = _knowledge_bases.used(knowledge_base)
    if out.exists() and out.resolve() in [folder.resolve() for folder in used.folders]:
        raise ParameterError(
            f"'--out' must be a new folder: what a folder holds is never changed. Got '{out}', "
            "the knowledge base itself."
        )
    check_output_folder(out, "--out")
    with steps("tasks") as show:
        described = describe_tasks(used.open(), datasets, on_progress=show)
    if not dry_run:
        described.save(out)
    say(f"'{out}' {'would hold' if dry_run else 'now holds'} {described}.")
    return Answer(
        content={
            "out": str(out),
            "n_tasks": len(described.tasks),
            "n_metafeatures": described.metafeatures.shape[1],
            "dry_run": dry_run,
        },
        knowledge_base=used.facts(),
    )
