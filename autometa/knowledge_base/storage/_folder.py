"""A folder of parts, opened: tables are read when they are asked for.

A folder that is small is checked and kept in memory whole, as compressed as it
lies on the disk. Of a large one the footers are read, and row groups when they
are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._checks import check_metafeatures, check_tasks
from autometa.knowledge_base._filling import combined, combined_tasks
from autometa.knowledge_base.storage._files import digest, unreadable
from autometa.knowledge_base.storage._manifest import (
    MANIFEST,
    folds_in,
    read_manifest,
    run_defaults,
)
from autometa.knowledge_base.storage._opened import OpenedPart, open_part
from autometa.knowledge_base.storage._parts import TABLES, live_paths
from autometa.knowledge_base.storage._replaced import retry_if_rewritten

SMALL = 64 << 20  # bytes

Found = TypeVar("Found")


class StoredFolder:
    """The parts of a folder, as they were when it was opened.

    Parameters
    ----------
    path : Path
        Of a knowledge base; it may have no parts yet.

    Attributes
    ----------
    is_small : bool
        Whether it is held in memory.
    runs : list of OpenedPart
    defaults : dict
        Values of runs in columns that a part lacks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open()

    def open(self) -> None:
        """List and open the parts, anew when they have changed."""
        retry_if_rewritten(self.path, self._open)

    def _open(self) -> None:
        is_begun = (self.path / MANIFEST).exists()
        provenance = read_manifest(self.path)["provenance"] if is_begun else {}
        self.defaults, self._folds = run_defaults(provenance), folds_in(provenance)
        # Writers write tasks before runs, so runs are listed first: no run lacks its task.
        paths = {table: live_paths(self.path, table) for table in reversed(TABLES)}
        self.is_small = (
            sum(_size(path) for paths_of_table in paths.values() for path in paths_of_table)
            <= SMALL
        )
        opened = {
            table: [
                open_part(path, keep=self.is_small, defaults=self.defaults)
                for path in paths_of_table
            ]
            for table, paths_of_table in paths.items()
        }
        self._tasks, self._metafeatures = opened["tasks"], opened["metafeatures"]
        self.runs: list[OpenedPart] = opened["runs"]

    @property
    def names(self) -> set[str]:
        """Names of the parts of runs."""
        return {part.name for part in self.runs}

    def fingerprint(self) -> str:
        """Return a digest of the names of all parts, which are made of their contents."""
        return digest_of_names(
            part.name for part in (*self._tasks, *self._metafeatures, *self.runs)
        )

    def check_filled(self) -> None:
        """Say so when there is nothing in the folder to learn from."""
        if not self._tasks or not self.runs:
            raise KnowledgeBaseError(
                f"The knowledge base '{self.path}' is empty: it has no runs yet."
            )

    def task_ids(self) -> set[str]:
        """Return the ids of the tasks that are described in words; none when it is empty."""
        return self._ids(self._tasks)

    def described(self) -> set[str]:
        """Return the ids of the tasks that have meta-features."""
        return self._ids(self._metafeatures)

    def _ids(self, parts: list[OpenedPart]) -> set[str]:
        return self.retry_if_rewritten(lambda: {name for part in parts for name in part.ids()})

    def tasks(self) -> pd.DataFrame:
        """Return the tasks; of two descriptions of one, the last value that is known."""
        frames = self.retry_if_rewritten(lambda: [part.frame("tasks") for part in self._tasks])
        if not frames:
            return check_tasks(pd.DataFrame({"task_id": [], "task_type": []}, dtype=str))
        tasks = combined_tasks(frames, "last")
        if not self._folds:
            return tasks
        return tasks.assign(fold=tasks["fold"].fillna(tasks["task_id"].map(self._folds)))

    def metafeatures(self) -> pd.DataFrame:
        """Return the meta-features of the tasks that have some."""
        frames = self.retry_if_rewritten(
            lambda: [p.frame("metafeatures") for p in self._metafeatures]
        )
        if not frames:
            return check_metafeatures(None, [])
        return combined(frames, "last")

    def retry_if_rewritten(self, read: Callable[[], Found]) -> Found:
        """Return what ``read`` returns; when a part is gone meanwhile, open and read again."""
        while True:
            try:
                return read()
            except FileNotFoundError:
                self.open()


def digest_of_names(names: Iterable[str]) -> str:
    """Return a digest of the names of parts, which are made of their contents."""
    return digest("\n".join(sorted(names)).encode())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
