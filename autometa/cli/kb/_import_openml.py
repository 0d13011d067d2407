"""``autometa kb import openml``: run histories that others uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli._output import note
from autometa.cli._progress import steps
from autometa.cli.kb._import_run import report_imports
from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError

SEVERAL = "repeat it, or separate by commas."


def import_openml(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder that gets what is kept.")],
    suite: Annotated[
        list[str] | None, typer.Option(help=f"Suite by number or alias; {SEVERAL}")
    ] = None,
    task: Annotated[list[str] | None, typer.Option(help=f"Task by number; {SEVERAL}")] = None,
    flow: Annotated[list[str] | None, typer.Option(help=f"Flow by number; {SEVERAL}")] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import runs of a suite, of tasks or of flows from OpenML.

    Answers are kept: killed in any way, the same command goes on where it was, and
    repeated it makes no request. Runs go to what the folder holds already.
    """
    from autometa.importers import openml

    _check_out(out)
    settings = openml.OpenMLSettings(
        server=server,
        cache=cache,
        refresh=refresh,
        interval=interval,
        timeout=timeout,
        tries=tries,
    )
    try:
        with steps("requests") as show:
            imported = openml.import_openml(
                suites=_split(suite),
                tasks=_split(task),
                flows=_split(flow),
                measures=_split(measure),
                max_runs=max_runs,
                max_runs_per_task=max_runs_per_task,
                seconds=seconds,
                qualities=qualities,
                settings=settings,
                on_progress=show,
                on_wait=lambda why, *_: note(f"OpenML: {why}"),
            )
    except KnowledgeBaseSourceError as error:
        note(f"Error: {error}")
        raise typer.Exit(1) from error
    report_imports({f"openml:{','.join(_scope(suite, task, flow))}": imported}, out, as_json)


def _scope(*given: list[str] | None) -> list[str]:
    names = ("suite", "task", "flow")
    return [
        f"{name}/{one}" for name, values in zip(names, given, strict=True) for one in _split(values)
    ]


def _split(values: list[str] | None) -> list[str]:
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def _check_out(out: Path) -> None:
    """Raise before anything is fetched when there is no place for it."""
    if out.exists() and not out.is_dir():
        raise KnowledgeBaseError(f"'--out' must be a folder, new or begun. '{out}' is a file.")
