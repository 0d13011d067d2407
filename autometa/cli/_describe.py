"""``autometa describe``: the meta-features of a table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._output import console, make_table, number, say

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

Families = Annotated[
    list[str] | None,
    typer.Option(
        "--family",
        help="Only this family; repeat it, or separate by commas.",
        show_default=False,
        autocompletion=_options.starting_with(lambda: _families()),
        rich_help_panel=_options.SEARCH,
    ),
]
TimeBudget = Annotated[
    float | None,
    typer.Option(
        "--time-budget",
        min=0.001,
        help="Seconds; cheap ones come first.",
        rich_help_panel=_options.SEARCH,
    ),
]
AllRows = Annotated[
    bool,
    typer.Option(
        "--all-rows",
        help="No bounds: all rows, all columns.",
        rich_help_panel=_options.SEARCH,
    ),
]
# Columns of a table in this order: centre and spread first, then from smallest to largest.
SUMMARIES = ("mean", "sd", "min", "q25", "median", "q75", "max", "range", "sum")


@command(
    "describe",
    panel=ADVICE,
    examples=[
        "autometa describe churn.csv --target left",
        "autometa describe openml:31 --family simple,clustering --json",
    ],
    then="autometa recommend --metafeatures described.json --task-type binary",
)
def describe(
    table: _options.TableName,
    target: _options.Target = None,
    task_type: _options.TaskTypeOption = None,
    encoding: _options.Encoding = None,
    family: Families = None,
    time_budget: TimeBudget = None,
    all_rows: AllRows = False,
) -> Answer:
    """Print the meta-features of TABLE: what it is like, in numbers."""
    from autometa.datasets import load_dataset
    from metafeatures import MetaFeatureExtractor

    with _options.path_of(table) as path:
        loaded = load_dataset(path, target, task_type=task_type, encoding=encoding)
    bounds: dict[str, Any] = {"max_rows": None} if all_rows else {}
    extractor = MetaFeatureExtractor(
        families=_options.several(family) or None,
        time_budget=time_budget,
        random_state=0,  # two calls print the same
        **bounds,
    )
    values = loaded.describe(extractor)
    reasons = extractor.report_["reason"]
    reasons = reasons[reasons != ""]
    task = {"name": loaded.name, "target": loaded.target, "task_type": loaded.task_type}
    return Answer(
        content={
            "task": task,
            "metafeatures": values.to_dict(),
            "reasons": reasons.to_dict(),
        },
        show=partial(_show, values, reasons),
    )


def _show(values: pd.Series[float], reasons: pd.Series[str]) -> None:
    for shown in _tables(values):
        console().print(shown)
        console().print()
    for reason, names in reasons.groupby(reasons):
        say(f"{len(names)} {reason}")


def _families() -> list[str]:
    from metafeatures import list_metafeatures

    return sorted(list_metafeatures()["family"].unique())


def _tables(values: pd.Series[float]) -> list[Table]:
    """Return the tables of each family: single values, summaries, other common outputs."""
    from metafeatures import list_metafeatures

    catalogue = list_metafeatures().set_index("name").loc[values.index]
    tables = []
    for family in catalogue["family"].unique():
        part = values[catalogue["family"] == family]
        groups = _by_outputs(part.index)
        for outputs, measures in groups.items():
            shown = make_table(family, "meta-feature", *outputs, "definition", right=outputs)
            for measure in measures:
                names = [f"{measure}.{output}" for output in outputs]
                cells = [number(part[name]) if name in part else "" for name in names]
                listed = next((name for name in names if name in part), measure)
                definition = str(catalogue.loc[listed, "definition"])
                if outputs == ("value",):
                    cells = [number(part[measure])]
                elif outputs[0] in SUMMARIES:
                    definition = definition.split(": ", 1)[-1]
                else:
                    definition = definition.split(": ", 1)[0]
                shown.add_row(measure, *cells, definition)
            tables.append(shown)
    return tables


def _by_outputs(names: pd.Index[str]) -> dict[tuple[str, ...], list[str]]:
    """Return measures by the columns of the table that shows them.

    Outputs that one measure has alone are shown as values of their own.
    """
    by_measure: dict[str, list[str]] = {}
    for name in names:
        measure, _, output = name.partition(".")
        by_measure.setdefault(measure, []).append(output)
    single = [measure for measure, outputs in by_measure.items() if outputs == [""]]
    several = {measure: outputs for measure, outputs in by_measure.items() if outputs != [""]}
    summarised = [outputs for outputs in several.values() if set(outputs) <= set(SUMMARIES)]
    in_use = {output for outputs in summarised for output in outputs}
    summaries = tuple(summary for summary in SUMMARIES if summary in in_use)
    groups: dict[tuple[str, ...], list[str]] = {}
    for measure, outputs in several.items():
        is_summarised = set(outputs) <= set(SUMMARIES)
        groups.setdefault(summaries if is_summarised else tuple(outputs), []).append(measure)
    for columns, measures in list(groups.items()):
        # A table for one measure says less than a line for each of its outputs.
        if len(measures) == 1 and columns != summaries:
            del groups[columns]
            single += [f"{measures[0]}.{output}" for output in columns]
    return ({("value",): single} if single else {}) | groups
