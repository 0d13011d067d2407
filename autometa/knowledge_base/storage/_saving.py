"""Saving: what a folder does not hold yet becomes parts of it.

What it holds is compared a million runs at a time, so neither side has to fit
into memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseWriteError
from autometa.knowledge_base._filling import additions, say_left_out, task_additions
from autometa.knowledge_base._repeated import repeated_or_less
from autometa.knowledge_base._run_source import StoredRuns
from autometa.knowledge_base._same_tasks import check_same_tasks
from autometa.knowledge_base._schema import RUN_KEY
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._layout import from_arrow
from autometa.knowledge_base.storage._parts import (
    MANIFEST,
    add_provenance,
    read_manifest,
    write_manifest,
    write_part,
)

PIECE_ROWS = 1_000_000


def save_tables(
    folder: Path,
    tasks: pd.DataFrame,
    metafeatures: pd.DataFrame,
    runs: pd.DataFrame | StoredRuns,
    provenance: dict[str, Any],
) -> None:
    """Write the tables to a folder; one that exists gets what it does not hold yet.

    Runs are written after the tasks they speak of, the manifest of a new folder
    last: a folder that was killed while it was begun is begun again.
    """
    is_new = not _has_manifest(folder)
    if not is_new:
        read_manifest(folder)  # of a newer schema nothing is known
    saved = StoredFolder(folder)
    if saved.task_ids():
        check_same_tasks(saved.tasks(), tasks)
    n_written, n_others = write_tasks(folder, saved, tasks, metafeatures)
    say_left_out(n_others, folder)
    if isinstance(runs, StoredRuns):
        n_written += runs.read(
            lambda tables: _write_runs(folder, (from_arrow("runs", table) for table in tables)),
            rows=PIECE_ROWS,
            known=saved.names,
        )
    else:
        n_written += _write_runs(folder, _pieces(runs))
    if is_new:
        write_manifest(folder, provenance)
    elif n_written and provenance:
        add_provenance(folder, provenance)


def _has_manifest(folder: Path) -> bool:
    """Say whether a folder is begun; make one that is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / MANIFEST).exists()
    except OSError as error:
        raise KnowledgeBaseWriteError(
            f"Could not write to '{folder}': {error.strerror}. Name a folder where you may write."
        ) from error


def write_tasks(
    folder: Path, saved: StoredFolder, tasks: pd.DataFrame, metafeatures: pd.DataFrame
) -> tuple[int, int]:
    """Write the tasks that are not saved yet, and what was unknown of those that are.

    Returns
    -------
    n_written : int
        Rows.
    n_others : int
        Values that are saved with another content, which stays.
    """
    held = saved.tasks() if saved.task_ids() else tasks.iloc[:0]
    new_tasks = tasks[~tasks["task_id"].isin(held["task_id"])]
    more_tasks, n_others = task_additions(held, tasks)
    described = saved.metafeatures()
    new_features = metafeatures[~metafeatures.index.isin(described.index)]
    more_features, n_other_features = additions(described, metafeatures)
    n_written = 0
    for table, frame in (
        ("tasks", new_tasks),
        ("tasks", more_tasks),
        ("metafeatures", new_features),
        ("metafeatures", more_features),
    ):
        if len(frame):
            write_part(folder, table, frame)
            n_written += len(frame)
    return n_written, n_others + n_other_features


def _write_runs(folder: Path, pieces: Iterable[pd.DataFrame]) -> int:
    saved = StoredRuns([StoredFolder(folder)])
    n_written = 0
    for piece in pieces:
        new = piece[_is_new(piece, saved)]
        if len(new):
            write_part(folder, "runs", new)
        n_written += len(new)
    return n_written


def _is_new(runs: pd.DataFrame, saved: StoredRuns) -> Any:
    """Mark the runs that are not saved; what is saved is read for their tasks only."""
    if not saved.n_rows:
        return np.ones(len(runs), dtype=bool)
    known = saved.frame(runs["task_id"].unique(), columns=RUN_KEY)[RUN_KEY]
    both = pd.concat([known, runs[RUN_KEY]], ignore_index=True)
    return ~repeated_or_less(both)[len(known) :]


def _pieces(runs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cut runs into pieces, each task whole in one."""
    if len(runs) <= PIECE_ROWS:
        yield runs
        return
    codes, _ = pd.factorize(runs["task_id"], sort=True)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    cuts = [0]
    for start in starts.tolist():
        if start - cuts[-1] >= PIECE_ROWS:
            cuts.append(start)
    for begin, end in zip(cuts, [*cuts[1:], len(runs)], strict=True):
        yield runs.iloc[order[begin:end]]
