"""Where the runs of a knowledge base come from: a frame in memory, or parts read when asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeVar

import pandas as pd

from autometa.knowledge_base._schema import RUN_DEFAULTS
from autometa.knowledge_base.storage._columns import normal_runs
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._layout import from_arrow, to_column
from autometa.knowledge_base.storage._opened import FramePart, Part
from autometa.knowledge_base.storage._stream import BATCH_ROWS, batches

Found = TypeVar("Found")


class FrameRuns:
    """Runs in memory, as they are."""

    n_left_out = 0

    def __init__(self, runs: pd.DataFrame) -> None:
        self._runs = runs

    @property
    def n_rows(self) -> int:
        """How many there are."""
        return len(self._runs)

    def frame(self, tasks: Collection[str] | None = None) -> pd.DataFrame:
        """Return the runs of these tasks, or all."""
        if tasks is None:
            return self._runs
        return self._runs[self._runs["task_id"].isin(list(tasks))].reset_index(drop=True)

    def read(
        self, use: Callable[[Iterator[Any]], Found], columns: Sequence[str], rows: int = BATCH_ROWS
    ) -> Found:
        """Return what ``use`` makes of all runs as one table, text as codes."""
        import pyarrow as pa

        columns = [*dict.fromkeys(["task_id", *columns])]
        columns_held = {n: to_column(n, self._runs[n]) for n in columns if n in self._runs}
        return use(iter([normal_runs(pa.table(columns_held), columns)]))


class StoredRuns:
    """Runs of folders, and such that were added to them but not saved yet.

    Parameters
    ----------
    sources : sequence of StoredFolder or FramePart
        Of repeats, that of the first source counts.
    """

    def __init__(self, sources: Sequence[StoredFolder | FramePart]) -> None:
        self.sources = tuple(sources)

    @property
    def is_small(self) -> bool:
        """Whether all of it is in memory anyway."""
        return all(not isinstance(s, StoredFolder) or s.is_small for s in self.sources)

    @property
    def n_rows(self) -> int:
        """How many there are; repeats that several parts hold are counted."""
        return sum(part.n_rows for part in self._parts())

    @property
    def n_left_out(self) -> int:
        """Of those that were read, how many cannot be learnt from."""
        return sum(part.n_left_out for part in self._parts())

    def part_names(self) -> frozenset[str]:
        """Return the names of the parts; that of runs in memory is empty."""
        return frozenset(part.name for part in self._parts())

    def _parts(self, skip: Collection[str] = ()) -> list[Part]:
        parts: list[Part] = []
        for source in self.sources:
            parts += source.runs if isinstance(source, StoredFolder) else [source]
        return [part for part in parts if part.name not in skip]

    def frame(
        self, tasks: Collection[str] | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return the runs of these tasks, or all."""
        return from_arrow("runs", self._columns(tasks, columns))

    def _columns(
        self, tasks: Collection[str] | None, columns: Sequence[str] | None
    ) -> dict[str, Any]:
        import pyarrow as pa

        tables = self._retry_if_rewritten(lambda: list(batches(self._parts(), columns, tasks)))
        content = pa.concat_tables(tables, promote_options="default") if tables else _empty()
        names = content.column_names if columns is None else columns
        return {name: content[name] for name in names}

    def read(
        self,
        use: Callable[[Iterator[Any]], Found],
        columns: Sequence[str] | None = None,
        rows: int = BATCH_ROWS,
        skip: Collection[str] = (),
    ) -> Found:
        """Return what ``use`` makes of a stream of Arrow tables with these columns, or all.

        All runs of a task are in one table, text is dictionary-encoded. Parts of
        the names ``skip`` are left out. When a part is gone because
        its folder was compacted, ``use`` is called anew.
        """
        return self._retry_if_rewritten(lambda: use(batches(self._parts(skip), columns, rows=rows)))

    def _retry_if_rewritten(self, read: Callable[[], Found]) -> Found:
        while True:
            try:
                return read()
            except FileNotFoundError:
                for source in self.sources:
                    if isinstance(source, StoredFolder):
                        source.open()


def joined(first: FrameRuns | StoredRuns, second: FrameRuns | StoredRuns) -> StoredRuns:
    """Return both as one source, read when asked; of repeats the first is kept."""
    return StoredRuns([*_sources(first), *_sources(second)])


def _sources(runs: FrameRuns | StoredRuns) -> Sequence[StoredFolder | FramePart]:
    if isinstance(runs, StoredRuns):
        return runs.sources
    return [FramePart(runs.frame())] if runs.n_rows else []


def _empty() -> Any:
    import pyarrow as pa

    return normal_runs(pa.table({"task_id": pa.nulls(0, pa.string())}), list(RUN_DEFAULTS))
