"""``autometa kb query``: questions to the graph of a knowledge base."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import console, make_table, visible


def _names() -> list[str]:
    from autometa.graph import QUESTIONS

    return list(QUESTIONS)


@command(
    "kb query",
    panel=LOOK,
    examples=[
        "autometa kb query winners-with-gaps",
        "autometa kb query 'SELECT ?name WHERE { ?task a mls:Task ; rdfs:label ?name }'",
    ],
    then="autometa kb graph --out graph.ttl",
)
def query(
    question: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUERY]",
            help="SPARQL, or the name of a question; the questions are listed when not given.",
            show_default=False,
            autocompletion=_options.starting_with(_names),
        ),
    ] = None,
    knowledge_base: _knowledge_bases.Read = None,
    runs: Annotated[
        bool, typer.Option("--runs", help="With a node a setup on a task; takes longer.")
    ] = False,
    time_limit: Annotated[
        float, typer.Option("--time-budget", min=0.0, help="Seconds after which it is given up.")
    ] = 60.0,
) -> Answer:
    """Ask the graph of a knowledge base by SPARQL.

    Nothing but this graph is read, and nothing is changed.
    """
    from autometa.graph import QUESTIONS

    used = _knowledge_bases.used(knowledge_base)
    if question is None:
        columns: list[str] = ["question", "asks"]
        rows: list[list[Any]] = [[name, asked.text] for name, asked in QUESTIONS.items()]
    else:
        graph = used.open().graph(runs="aggregated" if runs else "none")
        found = graph.query(question, time_limit=time_limit)
        columns, rows = found.columns, found.rows
    content = {"columns": columns, "rows": rows}
    return Answer(content=content, show=partial(_show, columns, rows), knowledge_base=used.facts())


def _show(columns: list[str], rows: list[list[Any]]) -> None:
    shown = make_table("", *columns)
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    console().print(shown)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else visible(str(value))
