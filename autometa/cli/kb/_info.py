"""``autometa kb info``: what a knowledge base holds."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from autometa.cli import _knowledge_bases
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import console, make_table, number, size, visible

SHOWN_SOURCES = 12  # a history of many studies has hundreds; --json has all
SHOWN_LETTERS = 300  # of one source's provenance, which may hold a whole protocol


@command(
    "kb info",
    panel=LOOK,
    examples=["autometa kb info", "autometa kb info kb:own --json"],
    then="autometa kb list",
)
def info(knowledge_base: _knowledge_bases.Read = None) -> Answer:
    """Say what a knowledge base holds, where it comes from, and what it takes on the disk."""
    from autometa.knowledge_base import folder_facts, run_facts, summarise

    used = _knowledge_bases.used(knowledge_base)
    kb = used.open()
    folders = [folder_facts(folder) for folder in used.folders]
    content = {**summarise(kb), **run_facts(kb), "folders": folders}
    return Answer(content=content, show=partial(_show, content), knowledge_base=used.facts())


def _show(summary: dict[str, Any]) -> None:
    out = console()
    for folder in summary["folders"]:
        parts = ", ".join(f"{n} of {table}" for table, n in folder["n_parts"].items())
        state = f"{size(folder['n_bytes'])}, written {folder['written'] or 'never'}"
        path = visible(folder["path"])
        out.print(f"{path}: {state}; parts: {parts}", soft_wrap=True)
    out.print()
    shown = make_table("", "what", "value", right=("value",))
    for key in ("n_tasks", "n_families", "n_setups", "n_runs", "n_scores", "n_metafeatures"):
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
            out.print(f"  {text[:SHOWN_LETTERS]}", soft_wrap=True)
