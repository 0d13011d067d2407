"""``autometa kb list``: the tasks, setups or runs of a knowledge base, as a table."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import MODE, console, make_table, number, say, settings
from autometa.cli.kb import _arguments
from autometa.exceptions import ParameterError

if TYPE_CHECKING:
    import pandas as pd

SHOWN_ROWS = 50  # of a list that may have millions; --limit 0 shows all


class TaskType(StrEnum):
    """What kind of target tasks have; histories that do not say which say classification."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"
    classification = "classification"


@command(
    "kb list",
    panel=LOOK,
    examples=[
        "autometa kb list --task-type binary",
        "autometa kb list kb:own --runs --task churn --metric roc_auc --limit 20",
    ],
    then="autometa kb info",
)
def list_(
    knowledge_base: _knowledge_bases.Read = None,
    setups: Annotated[bool, typer.Option("--setups", help="List setups.")] = False,
    runs: Annotated[bool, typer.Option("--runs", help="List runs, a row a metric.")] = False,
    task: _arguments.Tasks = None,
    algorithm: _options.Algorithms = None,
    task_type: Annotated[
        list[TaskType] | None, typer.Option(help="Only tasks of this type; repeat it.")
    ] = None,
    metric: _arguments.Metrics = None,
    limit: Annotated[
        int | None,
        typer.Option(min=0, help="Rows at most; 0 is all. 50, and all of them with --json."),
    ] = None,
) -> Answer:
    """List the tasks of a knowledge base, or its setups or runs, that fit all filters."""
    from autometa.knowledge_base import run_list, runs_that_fit, setup_list, task_list

    if setups and runs:
        raise ParameterError("Give one of --setups and --runs.")
    used = _knowledge_bases.used(knowledge_base)
    kb = used.open()
    fitting = runs_that_fit(
        kb,
        tasks=_options.several(task) or None,
        algorithms=_options.several(algorithm) or None,
        task_types=task_type,
        metrics=_options.several(metric) or None,
    )
    what = "setups" if setups else "runs" if runs else "tasks"
    listed = (
        setup_list(fitting) if setups else run_list(fitting) if runs else task_list(kb, fitting)
    )
    n_shown = limit if limit is not None else None if MODE.as_json else SHOWN_ROWS
    shown = listed.head(n_shown) if n_shown else listed
    return Answer(
        content={"n": len(listed), what: _records(shown)},
        show=partial(_show_part, shown, len(listed), what),
        knowledge_base=used.facts(),
    )


def _show_part(shown: pd.DataFrame, n_listed: int, what: str) -> None:
    # A run is listed once for each of its metrics.
    _show(shown, f"{n_listed} {'scores' if what == 'runs' else what}")
    if len(shown) < n_listed:
        say(f"... and {n_listed - len(shown)} more; --limit 0 lists all.")


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    records = frame.astype(object).to_dict("records")
    return [
        {str(key): json.loads(value) if key == "config" else value for key, value in record.items()}
        for record in records
    ]


def _show(frame: pd.DataFrame, title: str) -> None:
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
