"""``autometa kb graph``: a knowledge base as a graph that others read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import say


class Runs(StrEnum):
    """Which runs become nodes."""

    aggregated = "aggregated"
    all = "all"
    none = "none"


@command(
    "kb graph",
    panel=LOOK,
    examples=[
        "autometa kb graph --out graph.ttl",
        "autometa kb graph kb:own --runs all --out graph.graphml",
    ],
    then="autometa kb query dominates",
)
def graph(
    out: Annotated[
        Path, typer.Option("--out", help="File to write: .ttl, .nt, .jsonld or .graphml.")
    ],
    knowledge_base: _knowledge_bases.Read = None,
    runs: Annotated[
        Runs,
        typer.Option(
            "--runs",
            help="Which runs are nodes: one a setup on a task, every single one, or none.",
        ),
    ] = Runs.aggregated,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", help="Of what OpenML has no number for; MLSea's by default."),
    ] = None,
) -> Answer:
    """Write a knowledge base as a graph in the terms of ML-Schema and MLSO.

    Turtle, N-Triples and JSON-LD for triple stores, GraphML for networkx, Gephi and the like.
    """
    from autometa.graph import check_graph_file

    used = _knowledge_bases.used(knowledge_base)
    check_graph_file(out)
    options = {} if namespace is None else {"namespace": namespace}
    made = used.open().graph(runs=runs.value, **options)
    made.save(out)
    say(f"'{out}' now holds the graph.")
    return Answer(
        content={"out": str(out), "format": out.suffix[1:], "runs": runs.value},
        knowledge_base=used.facts(),
    )
