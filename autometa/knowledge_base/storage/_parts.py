"""Immutable Parquet parts: how tables lie on disk, safe from kills and flipped bytes.

A part is named by the hash of its bytes and by that of its footer. It is written
under a temporary name, synced and renamed, so readers never see half a file and
writers need no lock.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import MAX_CELLS, MAX_PART_BYTES, MAX_ROWS, PARSE_ERRORS, read_bounded
from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
from autometa.knowledge_base.storage._files import digest, file_names, unreadable, write_whole
from autometa.knowledge_base.storage._footer import RowGroup, row_groups
from autometa.knowledge_base.storage._layout import encode, from_arrow, to_arrow
from autometa.knowledge_base.storage._manifest import (
    MANIFEST,
    add_provenance,
    join_provenance,
    library_versions,
    raise_schema,
    read_manifest,
    write_manifest,
)
from autometa.knowledge_base.storage._replaced import without_replaced
from autometa.knowledge_base.storage._types import wrong_types

__all__ = [
    "MANIFEST",
    "TABLES",
    "add_provenance",
    "join_provenance",
    "library_versions",
    "live_paths",
    "part_paths",
    "read_manifest",
    "read_part",
    "read_whole",
    "write_manifest",
    "write_part",
    "write_whole",
]

TABLES = ("tasks", "metafeatures", "runs")
_END = struct.Struct("<I4s")  # how long the footer is, and Parquet's last word


def write_part(folder: Path, table: str, frame: pd.DataFrame) -> Path:
    """Write ``frame`` as one part of ``table``; return its path once it is on the disk.

    Rows are sorted by task, those of one task keep their order; runs that the
    frame holds twice are written once.
    """
    name, data = encoded_part(table, frame)
    raise_schema(folder)
    write_whole(folder / name, data)
    return folder / name


def encoded_part(table: str, frame: pd.DataFrame) -> tuple[str, bytes]:
    """Return the name and the bytes of the part that a frame becomes."""
    data = encode(table, to_arrow(table, frame))
    return f"{table}-{digest(data)}-{footer_digest(data)}.parquet", data


def part_paths(folder: Path, table: str) -> list[Path]:
    """Return the parts of ``table`` in a stable order."""
    names = file_names(folder)
    return [folder / n for n in names if n.startswith(f"{table}-") and n.endswith(".parquet")]


def live_paths(folder: Path, table: str) -> list[Path]:
    """Return the parts of ``table`` that no rewrite of the folder has replaced."""
    return without_replaced(folder, part_paths(folder, table))


def read_part(path: Path) -> pd.DataFrame:
    """Return one part as a frame, its bytes checked against its name.

    Raises
    ------
    FileNotFoundError
        If it is gone: list the parts again.
    KnowledgeBaseCorruptError
        If it is not what was written.
    """
    data = read_whole(path)
    with reading(path):
        return from_arrow(table_of(path), read_table(path, data))


def table_of(path: Path) -> str:
    """Return the table that a part is of, by its name."""
    return path.name.partition("-")[0]


def read_table(path: Path, data: bytes, columns: list[str] | None = None) -> Any:
    """Return the bytes of a part as an Arrow table, pages and types checked."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as file:
        check_footer(path, file.metadata)
        return file.read(columns)


def check_footer(path: Path, metadata: Any) -> None:
    """Raise when a part would fill the memory, or has columns of types that are not ours.

    Hashes say that bytes are what was written, not that autometa wrote them.

    Raises
    ------
    KnowledgeBaseCorruptError
        If its footer says so.
    """
    n_rows, n_columns = metadata.num_rows, len(metadata.schema)
    if not 0 <= n_rows <= MAX_ROWS or n_rows * n_columns > MAX_CELLS:
        raise damaged(path, f"it claims {n_rows} rows of {n_columns} columns")
    wrong = wrong_types(table_of(path), metadata.schema.to_arrow_schema())
    if wrong:
        raise damaged(path, wrong)


def groups_of(path: Path, metadata: Any, tail: bytes) -> list[RowGroup]:
    """Return the row groups of a part; ``tail`` is its end, from the footer on or from before.

    Raises
    ------
    KnowledgeBaseCorruptError
        If they have other rows than the part claims.
    """
    names = metadata.schema.names
    footer = tail[-(footer_size(tail[-_END.size :]) or 0) : -_END.size]
    groups = row_groups(footer, len(names), names.index("task_id") if "task_id" in names else 0)
    if sum(group.n_rows for group in groups) != metadata.num_rows:
        raise damaged(path, "its row groups have other rows than it claims")
    return groups


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a parser makes of a part into the error for a damaged one."""
    import pyarrow as pa

    try:
        yield
    except (KnowledgeBaseError, FileNotFoundError):  # said already; gone, which callers mend
        raise
    except (pa.ArrowException, OSError, *PARSE_ERRORS) as error:
        raise damaged(path, f"it cannot be read ({type(error).__name__}: {error})") from error


def read_whole(path: Path) -> bytes:
    """Return the bytes of a part, checked against its name; errors are those of `read_part`."""
    try:
        data = read_bounded(path, MAX_PART_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    if name_digests(path)[0] != digest(data):
        raise damaged(path)
    return data


def name_digests(path: Path) -> tuple[str, str | None]:
    """Return the hash of the bytes and that of the footer which the name of a part promises.

    Parts of schema 1 have no hash of their footer.
    """
    _, _, digests = path.stem.partition("-")
    whole, _, footer = digests.partition("-")
    return whole, footer or None


def footer_digest(tail: bytes) -> str | None:
    """Return the hash of the footer at the end of some bytes of a part, None if it is not there."""
    n_bytes = footer_size(tail[-_END.size :])
    if n_bytes is None or n_bytes > len(tail):
        return None
    return digest(tail[-n_bytes:])[:8]


def footer_size(end: bytes) -> int | None:
    """Return how many bytes the footer and the 8 bytes after it take, from these 8 bytes."""
    if len(end) != _END.size or end[4:] != b"PAR1":
        return None
    return int(_END.unpack(end)[0]) + _END.size


def damaged(path: Path, what: str = "its bytes are not those its name promises") -> Any:
    """Return the error for a part that is not what was written."""
    return KnowledgeBaseCorruptError(
        f"'{path.name}' in '{path.parent}' is damaged: {what}. Restore it from a copy, or remove "
        "the file to go on without its rows."
    )
