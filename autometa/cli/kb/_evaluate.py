"""``autometa kb evaluate``: how good the advice from a knowledge base is."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import console, make_table, say
from autometa.cli._plots import check_plots
from autometa.cli._progress import steps

# What the verdict of `summarise_evaluation` means to who has to decide.
WORDS = {
    "better": "The advice is better than the all-round order.",
    "alike": "The advice is no better than the all-round order, within the noise of its families.",
    "worse": "The advice is WORSE than the all-round order: do not ask it for such tasks.",
}


class FailIf(StrEnum):
    """Which verdict is a failure."""

    worse = "worse"
    not_better = "not-better"


FAILING = {None: (), FailIf.worse: ("worse",), FailIf.not_better: ("worse", "alike")}


@command(
    "kb evaluate",
    panel=LOOK,
    examples=[
        "autometa kb evaluate --beyond-rows 2000 --plots pictures",
        "autometa kb evaluate kb:team --fail-if worse --seed 1 --json",
    ],
    then="autometa kb fit kb:team",
)
def evaluate(
    knowledge_base: _knowledge_bases.Read = None,
    metric: _options.Metric = None,
    # ten, as is usual: nine tenths of the tasks stay to learn from
    n_splits: Annotated[int, typer.Option(min=2, help="Parts; each is held out once.")] = 10,
    n_repeats: Annotated[int, typer.Option(min=1, help="Divisions into parts.")] = 1,
    beyond_rows: Annotated[
        int | None,
        typer.Option(
            min=1, help="Hold out all tasks of more rows at once, not parts.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the divisions and the models.")] = 0,
    fail_if: Annotated[
        FailIf | None,
        typer.Option(help="End with exit code 1 on this verdict.", show_default=False),
    ] = None,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for pictures (extra 'report').", show_default=False)
    ] = None,
) -> Answer:
    """Hold families out, ask for advice on their tasks, and compare with simple orders.

    Regret is 0 for the best setup of a task and 1 for the worst; after so many setups,
    and as the mean over the logarithm of time for budgets in seconds.
    """
    from autometa.meta_models import evaluation

    check_plots(plots)
    used = _knowledge_bases.used(knowledge_base)
    with steps("parts") as show:
        measured = evaluation.evaluate(
            used.open(),
            metric=metric,
            n_splits=n_splits,
            n_repeats=n_repeats,
            beyond_rows=beyond_rows,
            random_state=seed,
            on_progress=show,
        )
    figures = evaluation.summarise_evaluation(measured)
    if plots is not None:
        from autometa.plotting import plot_evaluation

        written = plot_evaluation(measured, plots)
        say(f"'{plots}' now holds {', '.join(path.name for path in written)}.")
    verdicts = [of_type["verdict"] for of_type in figures]
    return Answer(
        content={"task_types": [_with_plain_keys(of_type) for of_type in figures]},
        show=partial(_show_all, figures),
        knowledge_base=used.facts(),
        exit_code=int(any(verdict in FAILING[fail_if] for verdict in verdicts)),
    )


def _with_plain_keys(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures whose regrets have names that a program can use as they are."""
    return {
        **figures,
        "orders": {name: _plain(means) for name, means in figures["orders"].items()},
        "harm": _plain(figures["harm"]),
    }


def _plain(by_column: dict[str, Any]) -> dict[str, Any]:
    return {
        _plain_key(column): _plain(value) if isinstance(value, dict) else value
        for column, value in by_column.items()
    }


def _plain_key(column: str) -> str:
    """Return "regret_at_3" of "@3" and "regret_within_60s" of "60 s"; others as they are."""
    if column.startswith("@"):
        return f"regret_at_{column[1:]}"
    return f"regret_within_{column[:-2]}s" if column.endswith(" s") else column


def _show_all(figures: list[dict[str, Any]]) -> None:
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
    # Ten: what advice lists unless it is asked for more, and what intervals are calibrated on.
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
