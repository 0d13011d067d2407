"""``autometa kb remove``: tasks, algorithms or sources leave a knowledge base."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import KEEP, Answer, command
from autometa.cli._output import say, visible
from autometa.cli.kb import _arguments
from autometa.cli.kb._writing import written_folder
from autometa.exceptions import ParameterError


@command(
    "kb remove",
    panel=KEEP,
    examples=[
        "autometa kb remove --task churn --dry-run",
        "autometa kb remove kb:team --source 'postgresql://*' --yes",
    ],
    then="autometa kb compact",
)
def remove(
    knowledge_base: _knowledge_bases.Written = _knowledge_bases.OWN,
    task: _arguments.Tasks = None,
    algorithm: _options.Algorithms = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="Only runs from this source; a * at its end stands for anything.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: _options.DryRun = False,
    wait: _arguments.Wait = 60.0,
) -> Answer:
    """Remove the runs that fit all that is given, and tasks that are left without any."""
    from autometa.knowledge_base import remove as run

    folder = written_folder(knowledge_base)
    wanted: dict[str, Any] = {
        "tasks": _options.several(task) or None,
        "algorithms": _options.several(algorithm) or None,
        "source": source,
    }
    planned = run(folder, **wanted, dry_run=True)
    what = f"{planned.n_runs} runs and {len(planned.tasks)} tasks of '{folder}'"
    if not dry_run and not yes:
        if not sys.stdin.isatty():
            raise ParameterError(f"Removing {what} needs --yes where nobody can be asked.")
        typer.confirm(visible(f"Remove {what}?"), abort=True, err=True)
    done = planned if dry_run else run(folder, **wanted, wait=wait)
    say(
        f"{'Would remove' if dry_run else 'Removed'} {done.n_runs} runs and {len(done.tasks)} "
        f"tasks of '{folder}'."
    )
    return Answer(
        content={
            "tasks": list(done.tasks),
            "n_runs": done.n_runs,
            "n_scores": done.n_scores,
            "dry_run": dry_run,
        },
        knowledge_base=_knowledge_bases.facts_of(knowledge_base, folder),
    )
