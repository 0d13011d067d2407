"""An opened part: its row groups can be read one by one, and each is checked when it is read.

Opening reads the footer only, which the name of the part vouches for; the
footer vouches for the row groups. What is small is kept in memory as it lies on
the disk, and no longer needs its file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from autometa._limits import open_regular, parse_json
from autometa.knowledge_base._schema import RUN_DEFAULTS, TASK_DEFAULTS
from autometa.knowledge_base._usable import usable_runs, usable_tasks
from autometa.knowledge_base.storage._columns import TEXTS, normal_runs
from autometa.knowledge_base.storage._files import digest, unreadable
from autometa.knowledge_base.storage._footer import RowGroup
from autometa.knowledge_base.storage._layout import NOTE, ROWS_PER_GROUP, from_arrow, to_arrow
from autometa.knowledge_base.storage._parts import (
    check_footer,
    damaged,
    footer_digest,
    footer_size,
    groups_of,
    name_digests,
    read_table,
    read_whole,
    reading,
)
from autometa.knowledge_base.storage._types import INDEX_NAMES

LAST = "\U0010ffff"
_LIKELY_FOOTER = 1 << 16


@dataclass(frozen=True)
class Span:
    """Some consecutive rows of a part, and the task_ids they may have."""

    first: str
    last: str
    n_rows: int


class Part(Protocol):
    """Runs in pieces that can be read alone."""

    name: str
    n_rows: int
    is_clean: bool

    @property
    def n_left_out(self) -> int:
        """Of the rows that were read, how many cannot be learnt from."""

    @property
    def spans(self) -> list[Span]:
        """The pieces, in their order."""

    def read(self, index: int, columns: Sequence[str] | None = None) -> Any:
        """Return the rows of one span as an Arrow table, text as codes."""


class OpenedPart:
    """A Parquet part.

    Attributes
    ----------
    name : str
        That of its file.
    n_rows : int
    is_clean : bool
        Whether rows are known to be sorted by task and free of repeats.
    """

    def __init__(
        self,
        path: Path,
        metadata: Any,
        tail: bytes,
        data: bytes | None,
        defaults: Mapping[str, Any],
    ) -> None:
        self.path, self.name, self._metadata, self._data = path, path.name, metadata, data
        self._defaults = defaults
        with reading(path):
            check_footer(path, metadata)
            self._hashes = _hashes_of(path, metadata)
        self._tail = tail
        self.is_clean = self._hashes is not None
        self.n_rows = int(metadata.num_rows)
        self._left_out: dict[int, int] = {}  # by span
        self._warned = False  # one warning a part says it all

    @property
    def n_left_out(self) -> int:
        """Of the rows that were read, how many cannot be learnt from."""
        return sum(self._left_out.values())

    @cached_property
    def _groups(self) -> list[RowGroup]:
        """Read when they are asked for: those of a large part take a tenth of a second."""
        with reading(self.path):
            return groups_of(self.path, self._metadata, self._tail)

    @cached_property
    def spans(self) -> list[Span]:
        """One a row group."""
        return [
            # texts of kilobytes have no bounds
            Span("", LAST, group.n_rows)
            if group.first is None or group.last is None
            else Span(group.first, group.last, group.n_rows)
            for group in self._groups
        ]

    def read(self, index: int, columns: Sequence[str] | None = None) -> Any:
        """Return the rows of one span as an Arrow table, text as codes.

        Raises
        ------
        FileNotFoundError
            If the file is gone: list the parts again.
        KnowledgeBaseCorruptError
            If the row group is not what was written.
        """
        import pyarrow.parquet as pq

        names_held = [field.name for field in self._metadata.schema.to_arrow_schema()]
        asked = None if columns is None else [name for name in columns if name in names_held]
        with self._source() as source, reading(self.path):
            self._check(source, index)
            file = pq.ParquetFile(
                source,
                metadata=self._metadata,
                read_dictionary=[name for name in TEXTS if name in names_held],
                page_checksum_verification=True,
            )
            content = normal_runs(
                file.read_row_group(index, columns=asked), columns, self._defaults
            )
        usable = usable_runs(content, "" if self._warned else f"'{self.name}'")
        self._left_out[index] = len(content) - len(usable)
        self._warned |= usable is not content
        return usable

    def frame(self, table: str) -> pd.DataFrame:
        """Return all of the part; its bytes are checked whole."""
        with reading(self.path):
            rows = from_arrow(table, self._whole())
        if table == "tasks":
            missing = {n: value for n, value in TASK_DEFAULTS.items() if n not in rows}
            return usable_tasks(rows.assign(**missing), f"'{self.name}'")
        return rows[rows.index.notna()] if table == "metafeatures" else rows

    def ids(self) -> list[str]:
        """Return the ids of the tasks it describes; its bytes are checked whole."""
        with reading(self.path):
            index = next(name for name in INDEX_NAMES if name in self._metadata.schema.names)
            return [name for name in self._whole([index])[index].to_pylist() if name is not None]

    def _whole(self, columns: list[str] | None = None) -> Any:
        data = read_whole(self.path) if self._data is None else self._data
        return read_table(self.path, data, columns)

    def _source(self) -> Any:
        import pyarrow as pa

        if self._data is not None:
            return pa.BufferReader(self._data)
        try:
            open_regular(self.path).close()  # Arrow would wait for a pipe's writer
            return pa.OSFile(str(self.path))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _check(self, source: Any, index: int) -> None:
        """Compare the bytes of a row group with its hash; those in memory were checked whole."""
        if self._data is not None or self._hashes is None:
            return
        group = self._groups[index]
        source.seek(group.start)
        if digest(source.read(group.n_bytes)) != self._hashes[index]:
            raise damaged(self.path, f"row group {index} is not what was written")


def _hashes_of(path: Path, metadata: Any) -> list[str] | None:
    """Return the hashes of the row groups; None in parts of schema 1, which have none."""
    note = parse_json((metadata.metadata or {}).get(NOTE, b"{}"))
    hashes: list[str] | None = note.get("row_groups")
    if hashes is not None and len(hashes) != metadata.num_row_groups:
        raise damaged(path, "its footer has hashes of other row groups than there are")
    return hashes


class FramePart:
    """Runs that are not on the disk yet, with the looks of a part."""

    def __init__(self, runs: pd.DataFrame) -> None:
        self.name, self.is_clean, self.n_left_out = "", True, 0
        self._content = to_arrow("runs", runs, narrow=False)
        self.n_rows = len(self._content)

    @cached_property
    def spans(self) -> list[Span]:
        """The pieces, in their order."""
        tasks = self._content["task_id"]
        starts = range(0, self.n_rows, ROWS_PER_GROUP)
        ends = [min(start + ROWS_PER_GROUP, self.n_rows) for start in starts]
        return [
            Span(tasks[start].as_py(), tasks[end - 1].as_py(), end - start)
            for start, end in zip(starts, ends, strict=True)
        ]

    def read(self, index: int, columns: Sequence[str] | None = None) -> Any:
        """Return the rows of one span as an Arrow table, text as codes."""
        piece = self._content.slice(index * ROWS_PER_GROUP, ROWS_PER_GROUP)
        return normal_runs(piece if columns is None else piece.select(list(columns)), columns)


def open_part(path: Path, keep: bool, defaults: Mapping[str, Any] = RUN_DEFAULTS) -> OpenedPart:
    """Return an opened part; ``keep`` its bytes in memory, having checked them all.

    ``defaults`` are the values of runs in columns that the part lacks.

    Raises
    ------
    FileNotFoundError
        If it is gone: list the parts again.
    KnowledgeBaseCorruptError
        If its footer, or anything of it when all is read, is not what was written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A part of schema 1 says nothing of its footer: only all of it can be checked.
    whole = keep or name_digests(path)[1] is None
    data = read_whole(path) if whole else None
    tail = _read_tail(path) if data is None else data
    with reading(path):
        metadata = pq.read_metadata(pa.BufferReader(b"PAR1" + tail if data is None else tail))
    return OpenedPart(path, metadata, tail, data if keep else None, defaults)


def _read_tail(path: Path) -> bytes:
    """Return the footer of a part and what comes after it, checked against its name."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _LIKELY_FOOTER, 0))
            tail = file.read()
            n_bytes = footer_size(tail[-8:])
            if n_bytes is None or n_bytes > size:
                raise damaged(path, "it does not end as a Parquet file does")
            if n_bytes > len(tail):
                file.seek(size - n_bytes)
                tail = file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    if footer_digest(tail) != name_digests(path)[1]:
        raise damaged(path, "its footer is not that which its name promises")
    return tail[-n_bytes:]
