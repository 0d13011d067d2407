"""Writing to a folder: what it does not hold yet becomes parts of it.

Saving, adding and merging all come here. Nothing takes a lock: parts are immutable, and two
writers of one folder write different ones. What the folder holds is compared a piece at a
time, so neither side has to fit into memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans
from autometa.exceptions import KnowledgeBaseWriteError
from autometa.knowledge_base._counts import runs_per_setup
from autometa.knowledge_base._filling import additions, task_additions
from autometa.knowledge_base._repeated import repeated_or_less
from autometa.knowledge_base._run_source import FrameRuns, StoredRuns
from autometa.knowledge_base._same_tasks import check_same_tasks
from autometa.knowledge_base._schema import RUN_KEY
from autometa.knowledge_base.storage._folder import StoredFolder, digest_of_names
from autometa.knowledge_base.storage._layout import from_arrow
from autometa.knowledge_base.storage._manifest import (
    MANIFEST,
    add_provenance,
    join_provenance,
    read_manifest,
    write_manifest,
)
from autometa.knowledge_base.storage._parts import encoded_part, write_part

PIECE_ROWS = 1_000_000  # about 1 GB as a frame


@dataclass(frozen=True, kw_only=True)
class Added:
    """What an addition brought.

    Attributes
    ----------
    n_tasks, n_described : int
        New tasks, and tasks with meta-features that had none.
    n_runs : int
        Runs that have new scores: a setup on a task once, however many metrics it has.
    n_scores : int
        New scores: one metric of one run each.
    n_repeats : int
        Scores that were held already, or twice in what was added.
    """

    n_tasks: int = 0
    n_described: int = 0
    n_runs: int = 0
    n_scores: int = 0
    n_repeats: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(
            n_tasks=self.n_tasks + other.n_tasks,
            n_described=self.n_described + other.n_described,
            n_runs=self.n_runs + other.n_runs,
            n_scores=self.n_scores + other.n_scores,
            n_repeats=self.n_repeats + other.n_repeats,
        )


class FolderWriter:
    """A folder that gets parts, begun when there is none; its manifest comes last when it is new.

    So a folder that was killed while it was begun is begun again.

    Parameters
    ----------
    folder : Path
    about : mapping, optional
        What the manifest of a new folder says of itself; see `KnowledgeBase.save`.

    Attributes
    ----------
    n_others : int
        Values that describe tasks and that are held with another content, which stays.
    """

    def __init__(self, folder: Path, about: Mapping[str, str] | None = None) -> None:
        self.folder, self.about = folder, about or {}
        self.n_others = 0
        self._provenance: list[Mapping[str, Any]] = []

    def __enter__(self) -> FolderWriter:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._is_new = not (self.folder / MANIFEST).exists()
        except OSError as error:
            raise KnowledgeBaseWriteError(
                f"Could not write to '{self.folder}': {error.strerror}. Name a folder where you "
                "may write."
            ) from error
        if not self._is_new:
            read_manifest(self.folder)  # refuses a newer schema, of which nothing is known
        self._held = StoredFolder(self.folder)
        return self

    def add(
        self,
        tasks: pd.DataFrame,
        metafeatures: pd.DataFrame,
        runs: FrameRuns | StoredRuns,
        provenance: Mapping[str, Any],
    ) -> Added:
        """Write what is new; runs last, so that each speaks of a task that is there."""
        held, described = self._held.tasks(), self._held.metafeatures()
        check_same_tasks(held, tasks)
        new_tasks = tasks[~tasks["task_id"].isin(held["task_id"])]
        new_features = metafeatures[~metafeatures.index.isin(described.index)]
        more_tasks, n_other_tasks = task_additions(held, tasks)
        more_features, n_other_features = additions(described, metafeatures)
        self.n_others += n_other_tasks + n_other_features
        frames = {
            "tasks": (new_tasks, more_tasks),
            "metafeatures": (new_features, more_features),
        }
        parts = [(table, frame) for table, two in frames.items() for frame in two if len(frame)]
        for table, frame in parts:
            write_part(self.folder, table, frame)
        listed = {*held["task_id"], *tasks["task_id"]}
        written = self._write_runs(runs, listed)
        restore_tasks(self.folder, written.tasks, tasks, metafeatures)
        n_new = written.n_scores
        if provenance and (n_new or parts):
            self._provenance.append(provenance)
        self._held.open()
        return Added(
            n_tasks=len(new_tasks),
            n_described=len(new_features),
            n_runs=written.n_runs,
            n_scores=n_new,
            n_repeats=runs.n_rows - runs.n_left_out - n_new,
        )

    def _write_runs(self, runs: FrameRuns | StoredRuns, listed: set[str]) -> _Written:
        """Write the runs of these tasks that are new; return what was written.

        Others may have added tasks to the folder that ``runs`` are read from since its tasks
        were read: their runs wait for the next time.
        """
        written = _Written()

        def write(pieces: Iterable[pd.DataFrame]) -> None:
            held = StoredRuns([StoredFolder(self.folder)])  # with what an earlier attempt wrote
            for piece in pieces:
                new = piece[_is_new(piece, held) & piece["task_id"].isin(listed).to_numpy()]
                if len(new):
                    write_part(self.folder, "runs", new)
                    written.count(new)

        if isinstance(runs, FrameRuns):
            write(_pieces(runs.frame()))
        else:
            runs.read(
                lambda tables: write(from_arrow("runs", table) for table in tables),
                rows=PIECE_ROWS,
                skip=self._held.names,
            )
        return written

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        if self._is_new and not (self.folder / MANIFEST).exists():
            write_manifest(self.folder, join_provenance(*self._provenance), self.about)
        for provenance in self._provenance:
            add_provenance(self.folder, provenance)


@dataclass
class _Written:
    """Runs that were written: their tasks, and how many they are."""

    tasks: set[str] = field(default_factory=set)
    n_runs: int = 0
    n_scores: int = 0

    def count(self, new: pd.DataFrame) -> None:
        self.tasks.update(new["task_id"].unique())
        self.n_runs += int(runs_per_setup(new).sum())
        self.n_scores += len(new)


def restore_tasks(
    folder: Path, spoken_of: set[str], tasks: pd.DataFrame, metafeatures: pd.DataFrame
) -> None:
    """Write the tasks again that others have removed while runs of them were written.

    Who adds runs of a task that is there writes no task, and who removes a task looks
    for runs first: each sees the folder as it was before the other's change.

    Parameters
    ----------
    folder : Path
    spoken_of : set of str
        Tasks of the runs that were written.
    tasks, metafeatures : DataFrame
        Their descriptions.
    """
    gone = spoken_of - StoredFolder(folder).task_ids() if spoken_of else set()
    for table, frame, names in (
        ("tasks", tasks, tasks["task_id"]),
        ("metafeatures", metafeatures, metafeatures.index),
    ):
        lost = frame[names.isin(gone)]
        if len(lost):
            write_part(folder, table, lost)


def fingerprint_of_tables(
    tasks: pd.DataFrame, metafeatures: pd.DataFrame, runs: pd.DataFrame
) -> str:
    """Return the fingerprint of the folder that these tables become when they are saved."""
    parts = [("tasks", tasks), ("metafeatures", metafeatures)]
    parts += [("runs", piece) for piece in _pieces(runs)]
    return digest_of_names(encoded_part(table, frame)[0] for table, frame in parts if len(frame))


def _is_new(runs: pd.DataFrame, held: StoredRuns) -> Booleans:
    """Mark the runs that are not held; what is held is read for their tasks only."""
    if not held.n_rows:
        return np.ones(len(runs), dtype=np.bool_)
    keys_held = held.frame(runs["task_id"].unique(), columns=RUN_KEY)[RUN_KEY]
    both = pd.concat([keys_held, runs[RUN_KEY]], ignore_index=True)
    return ~repeated_or_less(both)[len(keys_held) :]


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
