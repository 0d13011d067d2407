"""What folders of knowledge bases take on the disk, and when they were last written to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autometa.knowledge_base._tables import Tables
from autometa.knowledge_base.maintenance._parts_of import paths_of
from autometa.knowledge_base.storage._folder import digest_of_names
from autometa.knowledge_base.storage._folders import is_knowledge_base
from autometa.knowledge_base.storage._parts import TABLES, read_manifest
from autometa.knowledge_base.storage._replaced import retry_if_rewritten


def fingerprint_of(folder: Path) -> str | None:
    """Return a digest of what a folder holds, equal for equal parts; None when it holds none."""
    if not is_knowledge_base(folder):
        return None
    return digest_of_names(path.name for table in TABLES for path in paths_of(folder, table))


def folder_facts(folder: Path) -> dict[str, Any]:
    """Return path, fingerprint, size, parts, date of the newest part, schema and versions."""
    manifest = read_manifest(folder)
    stats_of = retry_if_rewritten(
        folder, lambda: {t: [path.stat() for path in paths_of(folder, t)] for t in TABLES}
    )
    stats = [stat for stats_of_table in stats_of.values() for stat in stats_of_table]
    newest = max((stat.st_mtime for stat in stats), default=None)
    return {
        "path": str(folder),
        "fingerprint": fingerprint_of(folder),
        "n_bytes": sum(stat.st_size for stat in stats),
        "n_parts": {table: len(stats_of_table) for table, stats_of_table in stats_of.items()},
        "written": None if newest is None else _date(newest),
        "schema_version": manifest["schema_version"],
        "versions": manifest.get("versions", {}),
    }


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def run_facts(kb: Tables) -> dict[str, Any]:
    """Return the share of runs that failed, and runs by fidelity and by source."""
    runs = kb.runs.drop_duplicates(["task_id", "algorithm", "config", "fidelity", "source"])
    fidelities = runs["fidelity"].round(4).value_counts().sort_index(ascending=False)
    return {
        "share_failed": float((runs["status"] != "ok").mean()),
        "fidelities": _counts(fidelities.items()),
        "sources": _counts(runs["source"].value_counts().items()),
    }


def _counts(counted: Iterable[tuple[Any, Any]]) -> dict[str, int]:
    return {str(value): int(count) for value, count in counted}
