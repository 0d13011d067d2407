"""``autometa kb build``: measure a folder of tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note, talk


def build(
    datasets: Annotated[Path, typer.Option(help="Folder of tables with a manifest.csv.")],
    out: Annotated[Path, typer.Option(help="Folder of the knowledge base, new or begun.")],
    n_jobs: Annotated[int, typer.Option("--n-jobs", min=1, help="Worker processes.")] = 1,
    time_limit: Annotated[float, typer.Option(help="Seconds for each evaluation.")] = 20.0,
    n_folds: Annotated[int, typer.Option(min=2, help="Folds of the cross-validation.")] = 3,
    max_tasks: Annotated[
        int | None, typer.Option(help="Only the quickest so many.", show_default=False)
    ] = None,
) -> None:
    """Evaluate a shared list of setups on every dataset of a folder.

    Stopped in any way, the same command goes on where it was.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from autometa.knowledge_base.building import BuildSettings, build_knowledge_base

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=talk()) as progress:
        bar = progress.add_task("starting", total=None)

        def show(what: str, n_done: int, n_total: int) -> None:
            progress.update(bar, description=what, completed=n_done, total=n_total)

        build_knowledge_base(
            datasets,
            out,
            settings=BuildSettings(n_folds=n_folds, time_limit=time_limit),
            n_jobs=n_jobs,
            max_tasks=max_tasks,
            on_progress=show,
        )
    note(f"'{out}' is complete.")
