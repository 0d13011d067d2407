"""What ``kb import`` does once its options are known: read all, write all, tell all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autometa._urls import hide_password
from autometa.cli._output import console, make_table, note, print_json, talk, visible
from autometa.exceptions import KnowledgeBaseError

if TYPE_CHECKING:
    from autometa.importers import Imported


def run_import(
    format: str | None,
    sources: Sequence[str],
    out: Path | None,
    task_prefix: str,
    dry_run: bool,
    as_json: bool,
    options: dict[str, Any],
) -> None:
    """Read all sources, and write them once all of them could be read."""
    from autometa.importers import import_history

    if out is None and not dry_run:
        raise KnowledgeBaseError(
            "'--out' must name the folder of a knowledge base. To see what would be imported, "
            "say --dry-run."
        )
    found: dict[str, Imported] = {}
    with talk().status("reading") as status:
        for source in sources:
            status.update(visible(hide_password(f"reading {Path(source).name}")))
            found[source] = import_history(source, format, task_prefix=task_prefix, **options)
    report_imports(found, None if dry_run else out, as_json)


def report_imports(found: dict[str, Imported], out: Path | None, as_json: bool = False) -> None:
    """Save what was imported into ``out``, unless that is None, and tell all of it."""
    from autometa.knowledge_base import KnowledgeBase

    if out is not None:
        for imported in found.values():
            imported.knowledge_base.save(out, if_exists="append")
    total = KnowledgeBase.load(out) if out is not None else None
    if as_json:
        content: dict[str, Any] = {
            "schema": 1,
            "out": None if out is None else str(out),
            "imported": [_as_dict(source, one) for source, one in found.items()],
        }
        if total is not None:
            content["knowledge_base"] = _counts(total)
        print_json(content)
        return
    for source, imported in found.items():
        _print(source, imported)
    if out is not None:
        note(f"'{out}' now holds {total}.")


def _as_dict(source: str, imported: Imported) -> dict[str, Any]:
    from autometa._urls import hide_password

    kb = imported.knowledge_base
    return {
        "source": hide_password(str(source)),
        "format": str(kb.provenance.get("format", "kb")),
        **_counts(kb),
        "dropped": [{"what": d.what, "count": d.count, "why": d.why} for d in imported.dropped],
        "notes": list(imported.notes),
    }


def _counts(kb: Any) -> dict[str, int]:
    n_setups = len(kb.runs[["algorithm", "config"]].drop_duplicates())
    return {"n_tasks": len(kb.tasks), "n_setups": n_setups, "n_runs": len(kb.runs)}


def _print(source: str, imported: Imported) -> None:
    about = _as_dict(source, imported)
    out = console()
    out.print(visible(f"{about['source']} ({about['format']})"))
    counts = make_table("", "what", "count", right=("count",))
    for key in ("n_tasks", "n_setups", "n_runs"):
        counts.add_row(key.removeprefix("n_"), str(about[key]))
    counts.add_row("meta-features", str(imported.knowledge_base.metafeatures.shape[1]))
    out.print(counts)
    if imported.dropped:
        dropped = make_table("dropped", "what", "count", "why", right=("count",))
        for item in imported.dropped:
            dropped.add_row(item.what, str(item.count), item.why)
        out.print()
        out.print(dropped)
    for said in imported.notes:
        note(f"Note: {said}")
