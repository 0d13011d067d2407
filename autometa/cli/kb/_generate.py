"""``autometa kb generate``: a folder of tables that nobody collected, for ``kb build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._command import COLLECT, Answer, command
from autometa.cli._output import note, say
from autometa.cli.kb._writing import would_write
from autometa.exceptions import ParameterError


@command(
    "kb generate",
    panel=COLLECT,
    examples=[
        "autometa kb generate --synthetic 20 --out tables",
        "autometa kb generate --datasets mine --per-dataset 3 --out tables",
    ],
    then="autometa kb build --datasets tables --out kb",
)
def generate(
    out: Annotated[Path, typer.Option(help="Folder of the generated tables, new or begun.")],
    datasets: Annotated[
        Path | None,
        typer.Option(
            help="Folder of tables with a manifest.csv to derive tasks from; not changed.",
            show_default=False,
        ),
    ] = None,
    per_dataset: Annotated[
        int, typer.Option(min=0, help="Tasks to derive from each of these tables.")
    ] = 2,
    synthetic: Annotated[
        int, typer.Option(min=0, help="Tasks to sample from random causal models.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same tables.")] = 0,
    max_rows: Annotated[int, typer.Option(min=40, help="Rows of the largest table.")] = 2000,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Derive tables from those of a folder, and synthesise others.

    The result goes into `kb build`. Stopped in any way, the same command goes on where it
    was. With --dry-run, it says how many tables are left to generate.
    """
    from autometa.building.generation._generated_folder import generate_tasks, plan_tasks
    from autometa.cli._progress import steps

    if not synthetic and (datasets is None or not per_dataset):
        raise ParameterError("There is nothing to do: give --datasets or --synthetic.")
    wanted: dict[str, Any] = {
        "per_dataset": per_dataset,
        "n_synthetic": synthetic,
        "random_state": seed,
        "max_rows": max_rows,
    }
    if dry_run:
        with would_write(out, dry_run) as copy:
            n_derived, n_synthetic = plan_tasks(copy, datasets, **wanted)
        say(
            f"'{out}' would get {n_derived} derived and {n_synthetic} synthetic tables of up to "
            f"{max_rows} rows."
        )
        plan = {"n_derived": n_derived, "n_synthetic": n_synthetic}
        return Answer(content={"out": str(out), "skipped": {}, "dry_run": True, "plan": plan})
    with steps("tables") as show:
        skipped = generate_tasks(out, datasets, **wanted, on_progress=show)
    for why in skipped.values():
        note(why)
    say(f"'{out}' is complete.")
    return Answer(content={"out": str(out), "skipped": dict(skipped), "dry_run": False})
