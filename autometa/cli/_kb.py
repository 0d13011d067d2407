"""``autometa kb``: build knowledge bases and look into them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, note, print_json, talk

app = typer.Typer(help="Build knowledge bases and look into them.", no_args_is_help=True)


@app.command()
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

    from autometa.knowledge_base import BuildSettings, build_knowledge_base

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


@app.command()
def merge(
    paths: Annotated[list[Path], typer.Argument(help="Folders of knowledge bases.")],
    out: Annotated[Path, typer.Option(help="Folder that gets what all of them hold.")],
) -> None:
    """Join knowledge bases into one folder; exact repeats are kept once."""
    from autometa.knowledge_base import KnowledgeBase

    joined = KnowledgeBase.load(paths[0])
    for path in paths[1:]:
        joined.merge(KnowledgeBase.load(path))
    joined.save(out)
    note(f"'{out}' now holds {KnowledgeBase.load(out)}.")


@app.command()
def describe(
    path: Annotated[Path, typer.Argument(help="Folder of the knowledge base.")],
    datasets: Annotated[Path, typer.Option(help="Folder of its tables with a manifest.csv.")],
    out: Annotated[Path, typer.Option(help="New folder that gets the result.")],
) -> None:
    """Describe the tasks of a knowledge base anew, by the meta-features of today."""
    from rich.progress import Progress

    from autometa.knowledge_base import KnowledgeBase, describe_tasks

    kb = KnowledgeBase.load(path)
    with Progress(console=talk()) as progress:
        bar = progress.add_task("describing", total=len(kb.tasks))
        described = describe_tasks(
            kb, datasets, on_progress=lambda name: progress.update(bar, advance=1, description=name)
        )
    described.save(out)
    note(f"'{out}' now holds {described}.")


@app.command()
def info(
    path: Annotated[
        Path | None, typer.Argument(help="Its folder; the bundled one when not given.")
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """Say what a knowledge base holds."""
    from autometa.knowledge_base import KnowledgeBase, summarise

    kb = KnowledgeBase.load(path) if path else KnowledgeBase.bundled()
    summary = summarise(kb)
    if as_json:
        print_json({"schema": 1, **summary})
        return
    out = console()
    title = f"{path or 'bundled knowledge base'}"
    shown = make_table(title, "what", "value", right=("value",))
    for key in ("n_tasks", "n_families", "n_setups", "n_runs", "n_metafeatures"):
        shown.add_row(key, str(summary[key]))
    out.print(shown)
    for key in ("task_types", "algorithms", "metrics", "statuses"):
        counts = make_table(key.replace("_", " "), "", "count", right=("count",))
        for name, count in summary[key].items():
            counts.add_row(name, str(count))
        out.print()
        out.print(counts)
