"""Compaction: many parts become few, and exact repeats go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from autometa.knowledge_base._keeping._parts_of import (
    metafeatures_of,
    paths_of,
    runs_of,
    tasks_of,
    write_runs,
)
from autometa.knowledge_base._keeping._repeats import SeenRuns
from autometa.knowledge_base._keeping._rewriting import WAIT, Rewrite, rewriting
from autometa.knowledge_base._parts import TABLES, write_part

LARGE = 4 * 2**20  # bytes from which a part is left alone


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
        Runs that were there twice, and are now there once.
    """

    n_parts_before: int
    n_parts_after: int
    n_bytes_before: int
    n_bytes_after: int
    n_repeats: int


def compact(folder: str | os.PathLike[str], *, wait: float = WAIT) -> Compacted:
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
        n_repeats = _join_runs(rewrite)
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


def _join_runs(rewrite: Rewrite) -> int:
    """Join the parts of runs; return the number of repeats among them.

    Large parts without repeats stay as they are.
    """
    sizes = {path: path.stat().st_size for path in paths_of(rewrite.folder, "runs")}
    small = {path for path, size in sizes.items() if size < LARGE}
    seen = SeenRuns()
    n_repeats = 0

    def changed() -> Iterator[pd.DataFrame]:
        nonlocal n_repeats
        paths = sorted(sizes, key=lambda path: -sizes[path])
        for path, runs in zip(paths, runs_of(paths), strict=True):
            new = seen.add(runs)
            n_repeats += int((~new).sum())
            if not new.all() or (path in small and len(small) > 1):
                rewrite.old.append(path)
                yield runs[new]

    for path, _ in write_runs(rewrite.folder, changed()):
        rewrite.wrote(path)
    return n_repeats
