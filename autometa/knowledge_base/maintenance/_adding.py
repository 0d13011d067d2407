"""Adding and merging: what a folder does not hold yet becomes parts of its own.

Nothing here takes a lock: parts are immutable, and two writers of one folder
write different ones. Runs come a part at a time, so histories that do not fit
into memory are merged as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._urls import hide_password
from autometa.exceptions import KnowledgeBaseWriteError
from autometa.knowledge_base._filling import additions, say_left_out, task_additions
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._run_source import StoredRuns
from autometa.knowledge_base._same_tasks import check_same_tasks
from autometa.knowledge_base._schema import RUN_KEY
from autometa.knowledge_base._usable import usable_frame, usable_tasks
from autometa.knowledge_base.maintenance._parts_of import (
    Progress,
    metafeatures_in,
    paths_of,
    restore_tasks,
    runs_of,
    tasks_in,
    write_runs,
)
from autometa.knowledge_base.maintenance._repeats import SeenRuns
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._parts import (
    MANIFEST,
    add_provenance,
    join_provenance,
    read_manifest,
    write_manifest,
    write_part,
)
from autometa.knowledge_base.storage._replaced import read_rewrites, retry_if_rewritten

FEW_TASKS = 500  # up to which a large folder is asked for these alone


@dataclass(frozen=True, kw_only=True)
class Added:
    """What an addition brought.

    Attributes
    ----------
    n_tasks, n_described, n_runs : int
        New tasks, tasks with meta-features that had none, and new runs.
    n_repeats : int
        Runs that were there already, or twice in what was added.
    """

    n_tasks: int = 0
    n_described: int = 0
    n_runs: int = 0
    n_repeats: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(
            n_tasks=self.n_tasks + other.n_tasks,
            n_described=self.n_described + other.n_described,
            n_runs=self.n_runs + other.n_runs,
            n_repeats=self.n_repeats + other.n_repeats,
        )


def add_to(folder: Path, kb: KnowledgeBase, source: str) -> Added:
    """Add a knowledge base to a folder, which is begun when there is none.

    ``source`` says where it comes from, beside its own provenance. Runs that cannot
    be learnt from, such as a score that its metric cannot have, are left out with a
    warning.
    """
    provenance = {"source": hide_password(source), **kb.provenance, "added": _now()}
    runs = usable_frame(kb.runs, f"'{hide_password(source)}'")
    tasks = set(runs["task_id"].unique())
    with _Target(folder, tasks if len(tasks) <= FEW_TASKS else None) as target:
        added = target.take(kb.tasks, kb.metafeatures, [runs], provenance)
    say_left_out(target.n_others, folder)
    return added


def merge_folders(
    folders: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    on_progress: Progress | None = None,
) -> Added:
    """Add what the folders hold to the folder ``out``, which is begun when there is none.

    Where two describe a task differently, the first of them is kept; what it does
    not know is filled in from the others. The provenance of all is kept.

    Parameters
    ----------
    folders : sequence of path
    out : path
    on_progress : callable, optional
        Called with the name of each folder that was taken, its number, and how
        many there are.

    Raises
    ------
    KnowledgeBaseError
        If one of the folders holds no knowledge base, or ``out`` cannot be written to.
    KnowledgeBaseCorruptError
        If a file is damaged.
    """
    paths = [Path(folder) for folder in folders]
    for path in paths:
        read_manifest(path)
    total = Added()
    with _Target(Path(out)) as target:
        for number, path in enumerate(paths, start=1):
            total += _take_folder(target, path)
            if on_progress is not None:
                on_progress(str(path), number, len(paths))
    return total


def _take_folder(target: _Target, folder: Path) -> Added:
    """Add a folder; one that is rewritten meanwhile is read again, and what is there is left."""
    n_before = target.n_written
    while True:
        count = read_rewrites(folder).count
        # Writers write tasks before runs, so runs are listed first: no run lacks its task.
        runs = paths_of(folder, "runs")
        try:
            added = target.take(
                usable_tasks(tasks_in(folder), f"'{folder}'"),
                metafeatures_in(folder),
                _usable(folder, runs_of(runs)),
                read_manifest(folder).get("provenance") or {},
            )
        except FileNotFoundError:
            if read_rewrites(folder).count == count:
                raise
            target.open()
            continue
        n_earlier = target.n_written - n_before - added.n_runs
        return added + Added(n_runs=n_earlier, n_repeats=-n_earlier)


def _usable(folder: Path, frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Yield the runs that can be learnt from, with one warning for all that cannot."""
    where = f"'{folder}'"
    for frame in frames:
        found = usable_frame(frame, where)
        where = where if found is frame else ""
        yield found


class _Target:
    """A folder that gets parts; its manifest comes last when it is new.

    Of what it holds, only runs of the tasks ``only`` are read, if these are given.
    """

    def __init__(self, folder: Path, only: set[str] | None = None) -> None:
        self.folder = folder
        self.only = only
        self.is_new = not (folder / MANIFEST).exists()
        self.n_written = 0
        self.n_others = 0
        self.provenance: list[Mapping[str, Any]] = []

    def __enter__(self) -> _Target:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KnowledgeBaseWriteError(
                f"Could not make the folder '{self.folder}': {error.strerror}."
            ) from error
        if not self.is_new:
            read_manifest(self.folder)  # of a newer schema nothing is known
        self.open()
        return self

    def open(self) -> None:
        """Read what the folder holds."""
        retry_if_rewritten(self.folder, self._open)

    def _open(self) -> None:
        self.told = tasks_in(self.folder)
        self.tasks = set(self.told["task_id"])
        self.described = set(metafeatures_in(self.folder).index)
        self.seen = SeenRuns()
        if self.only is None:
            for runs in runs_of(paths_of(self.folder, "runs")):
                self.seen.add(runs)
            return
        held = StoredRuns([StoredFolder(self.folder)])
        if held.n_rows:
            self.seen.add(held.frame(sorted(self.only), columns=RUN_KEY))

    def take(
        self,
        tasks: pd.DataFrame,
        metafeatures: pd.DataFrame,
        runs: Iterable[pd.DataFrame],
        provenance: Mapping[str, Any],
    ) -> Added:
        """Write what is new; runs last, so that each speaks of a task that is there."""
        check_same_tasks(self.told, tasks)
        given = tasks, metafeatures
        n_filled = self._fill(tasks, metafeatures)
        tasks = tasks[~tasks["task_id"].isin(self.tasks)]
        metafeatures = metafeatures[~metafeatures.index.isin(self.described)]
        for table, frame in (("tasks", tasks), ("metafeatures", metafeatures)):
            if len(frame):
                write_part(self.folder, table, frame)
        self.told = pd.concat([self.told, tasks], ignore_index=True)
        self.tasks.update(tasks["task_id"])
        self.described.update(metafeatures.index)
        n_runs, n_new = 0, 0
        spoken_of: set[str] = set()

        def fresh() -> Iterator[pd.DataFrame]:
            nonlocal n_runs
            for frame in runs:
                n_runs += len(frame)
                new = frame[self.seen.add(frame)]
                spoken_of.update(new["task_id"].unique())
                yield new

        for _, n_rows in write_runs(self.folder, fresh()):
            n_new += n_rows
            self.n_written += n_rows
        restore_tasks(self.folder, spoken_of, *given)
        if provenance and (n_new or n_filled or len(tasks) or len(metafeatures)):
            self.provenance.append(provenance)
        return Added(
            n_tasks=len(tasks),
            n_described=len(metafeatures),
            n_runs=n_new,
            n_repeats=n_runs - n_new,
        )

    def _fill(self, tasks: pd.DataFrame, metafeatures: pd.DataFrame) -> int:
        """Write what was unknown of tasks that are there; return of how many."""
        filled = 0
        for table, (rows, n_others) in (
            ("tasks", task_additions(tasks_in(self.folder), tasks)),
            (
                "metafeatures",
                additions(metafeatures_in(self.folder), metafeatures),
            ),
        ):
            self.n_others += n_others
            if len(rows):
                write_part(self.folder, table, rows)
                filled += len(rows)
        return filled

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        if self.is_new and not (self.folder / MANIFEST).exists():
            write_manifest(self.folder, join_provenance(*self.provenance))
        for provenance in self.provenance:
            add_provenance(self.folder, provenance)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
