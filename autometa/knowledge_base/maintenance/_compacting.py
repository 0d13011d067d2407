"""Compaction: many parts become few, and exact repeats go."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from autometa.knowledge_base.maintenance._parts_of import (
    ROWS,
    Progress,
    metafeatures_of,
    paths_of,
    tasks_of,
)
from autometa.knowledge_base.maintenance._rewriting import WAIT, Rewrite, rewriting
from autometa.knowledge_base.storage._layout import from_arrow
from autometa.knowledge_base.storage._manifest import run_defaults
from autometa.knowledge_base.storage._opened import open_part
from autometa.knowledge_base.storage._parts import TABLES, read_manifest, write_part
from autometa.knowledge_base.storage._stream import _may_repeat as may_repeat
from autometa.knowledge_base.storage._stream import batches

LARGE = 4 * 2**20  # bytes; two parts below are joined


@dataclass(frozen=True, kw_only=True)
class Compacted:
    """What a compaction did.

    Attributes
    ----------
    n_parts_before, n_parts_after : int
        Files of the three tables.
    n_bytes_before, n_bytes_after : int
        Their sizes.
    n_repeats : int
        Scores that two parts held, and one holds now.
    """

    n_parts_before: int
    n_parts_after: int
    n_bytes_before: int
    n_bytes_after: int
    n_repeats: int


def compact(
    folder: str | os.PathLike[str], *, wait: float = WAIT, on_progress: Progress | None = None
) -> Compacted:
    """Join the many parts of a knowledge base into few, and drop exact repeats.

    Readers and adders are not disturbed: what is added meanwhile stays a part of
    its own. Killed at any moment, the folder holds what it held. Temporary files
    of writers that died are cleared away.

    Parameters
    ----------
    folder : path
        The knowledge base.
    wait : float, default=60.0
        Seconds to wait for another process that rewrites the same folder.
    on_progress : callable, optional
        Called with "runs", how many were read, and how many there are.

    Raises
    ------
    KnowledgeBaseError
        If the folder cannot be written to, or another process holds it.
    KnowledgeBaseCorruptError
        If a part is damaged; nothing is changed then.
    """
    folder = Path(folder)
    with rewriting(folder, wait) as rewrite:
        before = _all_parts(folder)
        n_bytes = sum(path.stat().st_size for path in before)
        for table in ("tasks", "metafeatures"):
            _join_small(rewrite, table)
        n_repeats = _join_runs(rewrite, on_progress)
    after = _all_parts(folder)
    return Compacted(
        n_parts_before=len(before),
        n_parts_after=len(after),
        n_bytes_before=n_bytes,
        n_bytes_after=sum(path.stat().st_size for path in after),
        n_repeats=n_repeats,
    )


def _all_parts(folder: Path) -> list[Path]:
    return [path for table in TABLES for path in paths_of(folder, table)]


def _join_small(rewrite: Rewrite, table: str) -> None:
    """Join the parts of a table that has one row a task."""
    paths = paths_of(rewrite.folder, table)
    if len(paths) > 1:
        joined = tasks_of(paths) if table == "tasks" else metafeatures_of(paths)
        rewrite.wrote(write_part(rewrite.folder, table, joined))
        rewrite.old += paths


def _join_runs(rewrite: Rewrite, on_progress: Progress | None) -> int:
    """Join the parts of runs, sorted by task over all of them; return the number of repeats.

    A task is then in one part, so that who asks for one reads little. Parts that
    are so already stay as they are.
    """
    paths = paths_of(rewrite.folder, "runs")
    n_small = sum(path.stat().st_size < LARGE for path in paths)
    defaults = run_defaults(read_manifest(rewrite.folder)["provenance"])
    parts = [open_part(path, keep=False, defaults=defaults) for path in paths]
    if n_small < 2 and not may_repeat(parts):
        return 0
    n_rows, n_total = 0, sum(part.n_rows for part in parts)
    for table in batches(parts, rows=ROWS):
        n_rows += len(table)
        rewrite.wrote(write_part(rewrite.folder, "runs", from_arrow("runs", table)))
        if on_progress is not None:
            on_progress("runs", n_rows, n_total)
    rewrite.old += paths
    return n_total - n_rows
