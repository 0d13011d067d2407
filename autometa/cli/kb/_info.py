"""``autometa kb info``: what a knowledge base holds."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, number, print_json, visible

SHOWN_SOURCES = 12


def info(
    knowledge_base: Annotated[
        str | None,
        typer.Argument(
            metavar="[KB]",
            help="Its folder, 'own' or 'bundled'; these two together when not given.",
        ),
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """Say what a knowledge base holds, where it comes from, and what it takes on the disk."""
    from autometa.knowledge_base import (
        KnowledgeBase,
        default_folders,
        folder_facts,
        folder_named,
        run_facts,
        summarise,
    )

    if knowledge_base is None:
        folders, kb = default_folders(), KnowledgeBase.default()
    else:
        folders = [folder_named(knowledge_base)]
        kb = KnowledgeBase.load(folders[0])
    facts = [folder_facts(folder) for folder in folders]
    summary = {**summarise(kb), **run_facts(kb), "folders": facts}
    if as_json:
        print_json({"schema": 1, **summary})
    else:
        _print(summary)


def _print(summary: dict[str, Any]) -> None:
    out = console()
    for folder in summary["folders"]:
        parts = ", ".join(f"{n} of {table}" for table, n in folder["n_parts"].items())
        size = f"{folder['n_bytes'] / 1e6:.2f} MB, written {folder['written'] or 'never'}"
        path = visible(folder["path"])
        out.print(f"{path}: {size}; parts: {parts}", soft_wrap=True)
    out.print()
    shown = make_table("", "what", "value", right=("value",))
    for key in ("n_tasks", "n_families", "n_setups", "n_runs", "n_metafeatures"):
        shown.add_row(key, str(summary[key]))
    shown.add_row("share_failed", number(summary["share_failed"], 2))
    out.print(shown)
    for key in ("task_types", "algorithms", "metrics", "statuses", "fidelities", "sources"):
        counts = make_table(key.replace("_", " "), "", "count", right=("count",))
        listed = list(summary[key].items())
        for name, count in listed[:SHOWN_SOURCES] if key == "sources" else listed:
            counts.add_row(name or "not said", str(count))
        out.print()
        out.print(counts)
    if summary["provenance"]:
        out.print("\nprovenance")
        for source in summary["provenance"].get("sources", [summary["provenance"]]):
            text = json.dumps(source, sort_keys=True)
            out.print(f"  {text[:300]}", soft_wrap=True)
