"""``autometa report``: a page on a table and what to try on it, before any training."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._output import MODE, console, note, talk
from autometa.cli._recommend import advice_for, load_table
from autometa.cli._written import typed_line

if TYPE_CHECKING:
    from autometa.recommendation import Recommendations


@command(
    "report",
    panel=ADVICE,
    examples=[
        "autometa report churn.csv --target left --out report.html",
        "autometa report sklearn:wine -m accuracy -n 5 --out wine.html",
    ],
    then="autometa tune churn.csv --target left --time-budget 60 --report tuned.html",
)
def report(
    table: _options.TableName,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The HTML file to write; one that is there is replaced.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ],
    target: _options.Targets = None,
    task_type: _options.TaskTypeOption = None,
    positive: _options.Positive = None,
    encoding: _options.Encoding = None,
    groups: _options.Groups = None,
    timestamps: _options.Timestamps = None,
    gap: _options.FoldGap = None,
    cv: _options.Folds = None,
    stratify: _options.Stratify = None,
    weights: _options.Weights = None,
    metric: _options.Metric = None,
    n: Annotated[
        int,
        typer.Option("--n", "-n", min=1, help="How many setups.", rich_help_panel=_options.SEARCH),
    ] = 10,
    algorithm: _options.Algorithms = None,
    knowledge_base: _knowledge_bases.Names = None,
) -> Answer:
    """Write a page on TABLE and what to try on it, as one HTML file.

    Nothing is trained; 'autometa tune --report FILE' writes one on a search. The file needs no
    other, and no network (extra report).
    """
    from autometa.report import check_report, write_advice_report
    from autometa.tables import TableOverview

    check_report(out, "--out")
    used = _knowledge_bases.used(knowledge_base)
    loaded = load_table(
        table,
        target,
        task_type,
        encoding,
        metric,
        {"groups": groups, "timestamps": timestamps, "gap": gap, "cv": cv, "stratify": stratify},
        weights,
    )
    advice = advice_for(
        loaded,
        positive,
        {
            "metric": metric,
            "n": n,
            "algorithms": _options.several(algorithm) or None,
            "knowledge_base": used.given,
        },
    )
    for said in advice.notes:
        note(said)
    with talk().status("making the page"):
        overview = TableOverview.of(loaded)
        about = {"command": typed_line(), "notes": MODE.notes}
        write_advice_report(advice, overview, out, **about)
    facts = advice.to_dict()
    return Answer(
        content={
            "task": facts["task"],
            "out": str(out),
            "n_bytes": out.stat().st_size,
            "n_recommendations": len(advice),
        },
        show=partial(_show, advice, out),
        knowledge_base=used.facts(),
    )


def _show(advice: Recommendations, out: Path) -> None:
    console().print(f"Wrote '{out}', on {len(advice)} setups to try.", markup=False)
