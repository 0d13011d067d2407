"""``autometa kb describe``: describe tasks anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note
from autometa.cli._progress import steps


def describe(
    path: Annotated[Path, typer.Argument(help="Folder of the knowledge base.")],
    datasets: Annotated[Path, typer.Option(help="Folder of its tables with a manifest.csv.")],
    out: Annotated[Path, typer.Option(help="New folder that gets the result.")],
) -> None:
    """Describe the tasks of a knowledge base anew, by the meta-features of today."""
    from autometa.building import describe_tasks
    from autometa.exceptions import ParameterError
    from autometa.knowledge_base import KnowledgeBase

    if out.exists() and out.resolve() == path.resolve():
        raise ParameterError(
            f"'--out' must be a new folder: what a folder holds is never changed. Got '{out}', "
            "the knowledge base itself."
        )
    kb = KnowledgeBase.load(path)
    with steps("tasks") as show:
        described = describe_tasks(kb, datasets, on_progress=show)
    described.save(out, if_exists="append")
    note(f"'{out}' now holds {described}.")
