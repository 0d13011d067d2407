"""``autometa kb evaluate``: how good the advice from a knowledge base is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, note, print_json
from autometa.cli._progress import steps
from autometa.cli.kb import _arguments

WORDS = {
    "better": "The advice is better than the all-round order.",
    "alike": "The advice is no better than the all-round order, within the noise of its families.",
    "worse": "The advice is WORSE than the all-round order: do not ask it for such tasks.",
}


def evaluate(
    knowledge_base: _arguments.FolderName = "bundled",
    metric: Annotated[
        str | None, typer.Option(help="What to be good at; the usual metric when not given.")
    ] = None,
    n_splits: Annotated[int, typer.Option(min=2, help="Parts; each is held out once.")] = 10,
    n_repeats: Annotated[int, typer.Option(min=1, help="Divisions into parts.")] = 1,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for pictures (extra 'report').", show_default=False)
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """Hold families out, ask for advice on their tasks, and compare with simple orders.

    Regret is 0 for the best setup of a task and 1 for the worst; after so many setups,
    and as the mean over the logarithm of time for budgets in seconds.
    """
    from autometa.knowledge_base import KnowledgeBase, folder_named
    from autometa.meta_models import evaluation

    kb = KnowledgeBase.load(folder_named(knowledge_base))
    with steps("parts") as show:
        found = evaluation.evaluate(
            kb, metric=metric, n_splits=n_splits, n_repeats=n_repeats, on_progress=show
        )
    figures = evaluation.summarise_evaluation(found)
    if plots is not None:
        for written in evaluation.plot_evaluation(found, plots):
            note(f"'{written}' written.")
    if as_json:
        print_json({"schema": 1, "task_types": figures})
        return
    for of_type in figures:
        _show(of_type)


def _show(figures: dict[str, Any]) -> None:
    out = console()
    columns = [name for name in next(iter(figures["orders"].values())) if name != "errors"]
    title = (
        f"{figures['task_type']}, {figures['metric']}: {figures['n_tasks']} tasks "
        f"of {figures['n_families']} families"
    )
    table = make_table(title, "mean regret", *columns, right=tuple(columns))
    for name, means in figures["orders"].items():
        table.add_row(name, *(_number(means[column]) for column in columns))
    for what, label in (("beyond_noise", "harm beyond noise"), ("any", "harm at all")):
        shares = [figures["harm"].get(column, {}).get(what) for column in columns]
        table.add_row(label, *(_share(share) for share in shares))
    out.print(table)
    listed, everything = figures["intervals"]["listed"], figures["intervals"]["all"]
    out.print(
        f"90 % intervals hold {_share(listed['coverage'])} of the first ten "
        f"(width {listed['width']:.3g}), {_share(everything['coverage'])} of all. "
        f"Rank correlation {figures['rank_correlation']:.2f}."
    )
    if figures["seconds"] is not None:
        out.print(
            f"Seconds: {_share(figures['seconds']['within_factor_2'])} within a factor of 2, "
            f"log error {figures['seconds']['log_error']:.2f}."
        )
    out.print(WORDS[figures["verdict"]] + "\n")


def _number(value: float) -> str:
    return "" if value != value else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.1%}"
