"""``autometa kb import openml``: run histories that others uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import Answer, command
from autometa.cli._output import say
from autometa.cli._progress import steps
from autometa.cli.kb._import import SCHEMA, Out
from autometa.cli.kb._import_run import write_imports
from autometa.cli.kb._writing import target_folder

SEVERAL = "repeat it, or separate by commas."


@command(
    "kb import openml",
    examples=[
        "autometa kb import openml --suite 99 --metric roc_auc --out openml99",
        "autometa kb import openml --task 31,3 --flow 6969 --seconds --to kb:team",
    ],
    then="autometa kb info openml99",
    schema=SCHEMA,
)
def import_openml(
    suite: Annotated[
        list[str] | None, typer.Option(help=f"Suite by number or alias; {SEVERAL}")
    ] = None,
    task: Annotated[list[str] | None, typer.Option(help=f"Task by number; {SEVERAL}")] = None,
    flow: Annotated[list[str] | None, typer.Option(help=f"Flow by number; {SEVERAL}")] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "-m",
            help="OpenML's name or scikit-learn's; accuracy and RMSE when not given; " + SEVERAL,
        ),
    ] = None,
    max_runs: Annotated[
        int | None, typer.Option(min=1, help="Runs taken at most.", show_default=False)
    ] = None,
    max_runs_per_task: Annotated[
        int | None, typer.Option(min=1, help="Of each task.", show_default=False)
    ] = None,
    seconds: Annotated[
        bool, typer.Option("--seconds/--no-seconds", help="Ask for fit times as well.")
    ] = False,
    qualities: Annotated[
        bool,
        typer.Option("--qualities/--no-qualities", help="Ask for all qualities of each dataset."),
    ] = True,
    server: Annotated[
        str | None, typer.Option(help="URL of the API; the client's when not given.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of the answers; the user's cache when not given.")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask again for what may grow.")
    ] = False,
    interval: Annotated[
        float, typer.Option(min=0.0, help="Seconds between two requests, at least.")
    ] = 0.25,
    timeout: Annotated[
        float, typer.Option(min=0.001, help="Seconds of silence that end a request.")
    ] = 60.0,
    tries: Annotated[int, typer.Option(min=1, help="Times that one request is made.")] = 8,
    to: _knowledge_bases.To = None,
    out: Out = None,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Import runs of a suite, of tasks or of flows from OpenML.

    Answers are kept: killed in any way, the same command goes on where it was, and
    repeated it makes no request. Runs go to what the folder holds already.
    """
    from autometa.importers import openml

    name, folder = target_folder(to, out)
    settings = openml.OpenMLSettings(
        server=server,
        cache=cache,
        refresh=refresh,
        interval=interval,
        timeout=timeout,
        tries=tries,
    )
    with steps("requests") as show:
        imported = openml.import_openml(
            suites=_options.several(suite),
            tasks=_options.several(task),
            flows=_options.several(flow),
            measures=_options.several(metric),
            max_runs=max_runs,
            max_runs_per_task=max_runs_per_task,
            seconds=seconds,
            qualities=qualities,
            settings=settings,
            on_progress=show,
            on_wait=lambda why, *_: say(f"OpenML: {why}"),
        )
    scope = ",".join(_scope(suite=suite, task=task, flow=flow))
    return write_imports({f"openml:{scope}": imported}, name, folder, dry_run)


def _scope(**given: list[str] | None) -> list[str]:
    return [f"{kind}/{one}" for kind, values in given.items() for one in _options.several(values)]
