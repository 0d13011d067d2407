"""What every ``kb import`` does once its options are read: read all, write all, report all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autometa._urls import hide_password
from autometa.cli import _knowledge_bases
from autometa.cli._command import Answer
from autometa.cli._output import console, make_table, note, say, talk, visible
from autometa.cli.kb._writing import target_folder, would_write

if TYPE_CHECKING:
    from autometa.importers import Imported
    from autometa.knowledge_base import KnowledgeBase


def run_import(
    format: str | None,
    sources: Sequence[str],
    to: str | None,
    out: Path | None,
    task_prefix: str,
    dry_run: bool,
    options: dict[str, Any],
) -> Answer:
    """Read all sources, and write them once all of them could be read."""
    from autometa.importers import import_history

    name, folder = target_folder(to, out)
    imported: dict[str, Imported] = {}
    with talk().status("reading") as status:
        for source in sources:
            status.update(visible(hide_password(f"reading {Path(source).name}")))
            imported[source] = import_history(source, format, task_prefix=task_prefix, **options)
    return write_imports(imported, name, folder, dry_run)


def write_imports(imported: dict[str, Imported], name: str, folder: Path, dry_run: bool) -> Answer:
    """Add what was imported to a folder, and report all of it."""
    from autometa.knowledge_base import KnowledgeBase, add_to

    reports = []
    with would_write(folder, dry_run) as written:
        for source, one in imported.items():
            added = add_to(written, one.knowledge_base, source)
            reports.append(_report(source, one) | {"added": asdict(added)})
        total = KnowledgeBase.load(written)
        counts, said = _counts(total), str(total)
    say(f"'{folder}' {'would then hold' if dry_run else 'now holds'} {said}.")
    for report in reports:
        for text in report["notes"]:
            note(text)
    return Answer(
        content={"imported": reports, "total": counts, "dry_run": dry_run},
        show=partial(_show_all, reports),
        knowledge_base=_knowledge_bases.facts_of(name, folder),
    )


def _report(source: str, imported: Imported) -> dict[str, Any]:
    kb = imported.knowledge_base
    return {
        "source": hide_password(str(source)),
        "format": str(kb.provenance.get("format", "kb")),
        **_counts(kb),
        "n_metafeatures": kb.metafeatures.shape[1],
        "dropped": [{"what": d.what, "count": d.count, "why": d.why} for d in imported.dropped],
        "notes": list(imported.notes),
    }


def _counts(kb: KnowledgeBase) -> dict[str, int]:
    counts = kb.counts()
    return {
        "n_tasks": len(kb.tasks),
        "n_setups": len(counts.tasks_of_setup),
        "n_runs": counts.n_runs,
        "n_scores": counts.n_scores,
    }


def _show_all(reports: list[dict[str, Any]]) -> None:
    for report in reports:
        _show(report)


def _show(report: dict[str, Any]) -> None:
    out = console()
    out.print(visible(f"{report['source']} ({report['format']})"))
    counts = make_table("", "what", "count", right=("count",))
    for key in ("n_tasks", "n_setups", "n_runs", "n_scores"):
        counts.add_row(key.removeprefix("n_"), str(report[key]))
    counts.add_row("new runs", str(report["added"]["n_runs"]))
    counts.add_row("new scores", str(report["added"]["n_scores"]))
    counts.add_row("meta-features", str(report["n_metafeatures"]))
    out.print(counts)
    if report["dropped"]:
        dropped = make_table("dropped", "what", "count", "why", right=("count",))
        for item in report["dropped"]:
            dropped.add_row(item["what"], str(item["count"]), item["why"])
        out.print()
        out.print(dropped)
