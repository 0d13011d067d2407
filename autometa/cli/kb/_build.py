"""``autometa kb build``: measure a folder of tables."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import COLLECT, Answer, command
from autometa.cli._output import note, say, seconds
from autometa.cli.kb._writing import would_write

if TYPE_CHECKING:
    from autometa.building import BuildPlan


@command(
    "kb build",
    panel=COLLECT,
    examples=[
        "autometa kb build --datasets tables --out kb --n-jobs 2",
        "autometa kb build --datasets tables --out kb --algorithm lightgbm,svm --cpu-limit 60",
    ],
    then="autometa kb evaluate kb",
)
def build(
    datasets: Annotated[Path, typer.Option(help="Folder of tables with a manifest.csv.")],
    out: Annotated[Path, typer.Option(help="Folder of the knowledge base, new or begun.")],
    n_jobs: Annotated[int, typer.Option("--n-jobs", min=1, help="Worker processes.")] = 1,
    dask: Annotated[
        str | None,
        typer.Option(help="Dask scheduler whose workers evaluate.", show_default=False),
    ] = None,
    cpu_limit: Annotated[
        float, typer.Option("--cpu-limit", help="Processor seconds for each evaluation.")
    ] = 20.0,
    n_folds: Annotated[int, typer.Option(min=2, help="Folds of the cross-validation.")] = 3,
    algorithm: _options.Algorithms = None,
    max_tasks: Annotated[
        int | None, typer.Option(help="Only the quickest so many.", show_default=False)
    ] = None,
    keep_predictions: Annotated[
        bool,
        typer.Option(
            "--keep-predictions",
            help="Keep predictions of held-out rows too, in the folder predictions/.",
        ),
    ] = False,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Evaluate a shared list of setups on every dataset of a folder.

    Stopped in any way, the same command goes on where it was. With --dry-run, it says how
    many evaluations are left, and how long they may take.
    """
    from autometa.building import (
        BuildSettings,
        build_knowledge_base,
        dask_executor,
        plan_build,
    )
    from autometa.cli._progress import steps

    settings = BuildSettings(n_folds=n_folds, time_limit=cpu_limit)
    chosen: dict[str, Any] = {
        "max_tasks": max_tasks,
        "algorithms": _options.several(algorithm) or None,
    }
    if dry_run:
        with would_write(out, dry_run) as copy:
            plan = plan_build(datasets, copy, settings=settings, **chosen)
        return _planned(out, plan)
    with ExitStack() as stack:
        executor = None
        if dask is not None:
            executor, n_jobs = stack.enter_context(dask_executor(dask))
            say(f"{n_jobs} threads of the workers of {dask} evaluate.")
        not_loaded = build_knowledge_base(
            datasets,
            out,
            settings=settings,
            n_jobs=n_jobs,
            executor=executor,
            **chosen,
            keeps_predictions=keep_predictions,
            on_progress=stack.enter_context(steps("evaluations")),
        )
    for name, why in not_loaded.items():
        note(f"Table '{name}' could not be used: {why}")
    if not_loaded:
        say(f"'{out}' lacks {len(not_loaded)} tables. Correct them, and run the same again.")
    else:
        say(f"'{out}' is complete.")
    return Answer(
        content={
            "out": str(out),
            "is_complete": not not_loaded,
            "not_loaded": dict(not_loaded),
            "dry_run": False,
        },
        knowledge_base=_knowledge_bases.facts_of(str(out), out),
        exit_code=int(bool(not_loaded)),
    )


def _planned(out: Path, plan: BuildPlan) -> Answer:
    say(
        f"'{out}' would get {plan.n_evaluations} evaluations on {plan.n_tasks} tables, with "
        f"{plan.n_done} there already; {plan.n_undescribed} tables would be described. Expected "
        f"are about {seconds(plan.expected_cpu_seconds)} of processor time, at most "
        f"{seconds(plan.max_cpu_seconds)}, shared by the worker processes."
    )
    return Answer(
        content={
            "out": str(out),
            "is_complete": not plan.n_evaluations and not plan.n_undescribed,
            "not_loaded": {},
            "dry_run": True,
            "plan": asdict(plan),
        },
        knowledge_base=_knowledge_bases.facts_of(str(out), out),
    )
