"""``autometa kb list``: the tasks, setups or runs of a knowledge base, as a table."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, note, number, print_json, settings
from autometa.cli.kb import _arguments

if TYPE_CHECKING:
    import pandas as pd

SHOWN_ROWS = 50


class TaskType(StrEnum):
    """What kind of target tasks have; histories that do not say which say classification."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"
    classification = "classification"


def list_(
    knowledge_base: Annotated[
        str | None,
        typer.Argument(
            metavar="[KB]",
            help="Its folder, 'own' or 'bundled'; these two together when not given.",
        ),
    ] = None,
    setups: Annotated[bool, typer.Option("--setups", help="List setups.")] = False,
    runs: Annotated[bool, typer.Option("--runs", help="List runs.")] = False,
    task: _arguments.Task = None,
    algorithm: _arguments.Algorithm = None,
    task_type: Annotated[
        list[TaskType] | None, typer.Option(help="Only tasks of this type; repeatable.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", "-m", help="Only runs with this metric; repeatable."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=0, help="Rows at most; 0 is all. 50, and all of them with --json."),
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """List the tasks of a knowledge base, or its setups or runs, that fit all filters."""
    from autometa.knowledge_base import (
        KnowledgeBase,
        folder_named,
        run_list,
        runs_that_fit,
        setup_list,
        task_list,
    )

    if setups and runs:
        raise typer.BadParameter("give one of --setups and --runs")
    kb = (
        KnowledgeBase.default()
        if knowledge_base is None
        else KnowledgeBase.load(folder_named(knowledge_base))
    )
    found = runs_that_fit(
        kb, tasks=task, algorithms=algorithm, task_types=task_type, metrics=metric
    )
    what = "setups" if setups else "runs" if runs else "tasks"
    listed = setup_list(found) if setups else run_list(found) if runs else task_list(kb, found)
    n_shown = limit if limit is not None else None if as_json else SHOWN_ROWS
    shown = listed.head(n_shown) if n_shown else listed
    if as_json:
        print_json({"schema": 1, "n": len(listed), what: _records(shown)})
        return
    _print(shown, f"{len(listed)} {what}")
    if len(shown) < len(listed):
        note(f"... and {len(listed) - len(shown)} more; --limit 0 lists all.")


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    records = frame.astype(object).to_dict("records")
    return [
        {str(key): json.loads(value) if key == "config" else value for key, value in record.items()}
        for record in records
    ]


def _print(frame: pd.DataFrame, title: str) -> None:
    numbers = tuple(str(name) for name in frame.select_dtypes("number").columns)
    shown = make_table(title, *map(str, frame.columns), right=numbers)
    for record in frame.astype(object).to_dict("records"):
        shown.add_row(*(_cell(str(key), value) for key, value in record.items()))
    console().print(shown)


def _cell(key: str, value: object) -> str:
    if key == "config":
        return settings(json.loads(str(value)))
    if key.startswith("n_") and value == value:
        return f"{int(float(str(value)))}"
    return number(value) if isinstance(value, float) else str(value)
