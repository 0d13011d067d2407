"""``autometa kb remove``: tasks, algorithms or sources leave a knowledge base."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from autometa.cli import _options
from autometa.cli._output import note, print_json, visible
from autometa.cli.kb import _arguments


def remove(
    knowledge_base: _arguments.FolderName = "own",
    task: Annotated[
        list[str] | None,
        typer.Option("--task", "-t", help="Only runs on this task_id; repeatable."),
    ] = None,
    algorithm: Annotated[
        list[str] | None,
        typer.Option("--algorithm", "-a", help="Only runs of this algorithm; repeatable."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Only runs from this source; a * at its end stands for anything."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    wait: _arguments.Wait = 60.0,
    as_json: _options.AsJson = False,
) -> None:
    """Remove the runs that fit all that is given, and tasks that are left without any."""
    from autometa.exceptions import ParameterError
    from autometa.knowledge_base import folder_named
    from autometa.knowledge_base import remove as run

    folder = folder_named(knowledge_base)
    wanted = {"tasks": task or None, "algorithms": algorithm or None, "source": source}
    planned = run(folder, **wanted, dry_run=True)  # type: ignore[arg-type]
    what = f"{planned.n_runs} runs and {len(planned.tasks)} tasks of '{folder}'"
    if not dry_run and not yes:
        if not sys.stdin.isatty():
            raise ParameterError(f"Removing {what} needs --yes where nobody can be asked.")
        typer.confirm(visible(f"Remove {what}?"), abort=True, err=True)
    done = planned if dry_run else run(folder, **wanted, wait=wait)  # type: ignore[arg-type]
    if as_json:
        content = {"tasks": list(done.tasks), "n_runs": done.n_runs, "dry_run": dry_run}
        print_json({"schema": 1, **content})
    note(
        f"{'Would remove' if dry_run else 'Removed'} {done.n_runs} runs and {len(done.tasks)} "
        f"tasks of '{folder}'."
    )
