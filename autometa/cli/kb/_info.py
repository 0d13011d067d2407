"""``autometa kb info``: what a knowledge base holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, print_json


def info(
    path: Annotated[
        Path | None, typer.Argument(help="Its folder; the bundled one when not given.")
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """Say what a knowledge base holds."""
    from autometa.knowledge_base import KnowledgeBase, summarise

    kb = KnowledgeBase.load(path) if path else KnowledgeBase.bundled()
    summary = summarise(kb)
    if as_json:
        print_json({"schema": 1, **summary})
        return
    out = console()
    title = f"{path or 'bundled knowledge base'}"
    shown = make_table(title, "what", "value", right=("value",))
    for key in ("n_tasks", "n_families", "n_setups", "n_runs", "n_metafeatures"):
        shown.add_row(key, str(summary[key]))
    out.print(shown)
    for key in ("task_types", "algorithms", "metrics", "statuses"):
        counts = make_table(key.replace("_", " "), "", "count", right=("count",))
        for name, count in summary[key].items():
            counts.add_row(name, str(count))
        out.print()
        out.print(counts)
