"""Immutable Parquet parts: how tables lie on disk, safe from kills and flipped bytes.

A part is named by the hash of its bytes. It is written under a temporary name,
synced and renamed, so readers never see half a file and writers need no lock.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
from autometa.knowledge_base._schema import SCHEMA_VERSION

MANIFEST = "manifest.json"
TABLES = ("tasks", "metafeatures", "runs")


def write_part(folder: Path, table: str, frame: pd.DataFrame) -> Path:
    """Write ``frame`` as one part of ``table``; return its path once it is on the disk."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = pa.Table.from_pandas(frame, preserve_index=table == "metafeatures")
    sink = pa.BufferOutputStream()
    pq.write_table(content, sink, compression="zstd", write_page_checksum=True)
    data = sink.getvalue().to_pybytes()
    path = folder / f"{table}-{_digest(data)}.parquet"
    write_whole(path, data)
    return path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: temporary name, sync, rename, sync the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KnowledgeBaseError(f"Could not write '{path}': {error.strerror}.") from error
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle on a folder to sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_parts(folder: Path, table: str) -> pd.DataFrame | None:
    """Return all parts of ``table`` as one frame, or None when there are none.

    Raises
    ------
    KnowledgeBaseCorruptError
        If the bytes of a part are not those its name promises.
    """
    frames = [_read_part(path) for path in part_paths(folder, table)]
    if not frames:
        return None
    return pd.concat(frames, ignore_index=table != "metafeatures")


def _read_part(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = path.read_bytes()
    if not _is_whole(path, data):
        raise KnowledgeBaseCorruptError(
            f"'{path.name}' in '{path.parent}' is damaged: its bytes are not those its name "
            "promises. Restore it from a copy, or remove the file to go on without its rows."
        )
    return pq.read_table(pa.BufferReader(data)).to_pandas(types_mapper=_list_type)


def _list_type(kind: Any) -> Any:
    """Leave lists (fold scores) as Arrow holds them: objects would be slow and large."""
    import pyarrow as pa

    return pd.ArrowDtype(kind) if pa.types.is_list(kind) else None


def part_paths(folder: Path, table: str) -> list[Path]:
    """Return the parts of ``table`` in a stable order."""
    return sorted(folder.glob(f"{table}-*.parquet"))


def _is_whole(path: Path, data: bytes) -> bool:
    return path.stem.rpartition("-")[2] == _digest(data)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def write_manifest(folder: Path, provenance: dict[str, Any]) -> None:
    """Write the manifest: schema, versions of what measured, and the given provenance."""
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "versions": library_versions(),
        "provenance": provenance,
    }
    write_whole(folder / MANIFEST, (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode())


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a knowledge base; say why when there is none to trust."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        raise KnowledgeBaseError(
            f"'{folder}' is not a knowledge base: it holds no {MANIFEST}."
        ) from None
    except (OSError, ValueError) as error:
        raise KnowledgeBaseCorruptError(f"'{folder / MANIFEST}' is damaged: {error}.") from error
    version = manifest.get("schema_version")
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise KnowledgeBaseError(
            f"'{folder}' has schema version {version}; this autometa reads up to "
            f"{SCHEMA_VERSION}. Update autometa to open it."
        )
    return manifest


def library_versions(
    names: Iterable[str] = ("autometa", "scikit-learn", "lightgbm", "xgboost", "catboost", "numpy"),
) -> dict[str, str]:
    """Return the versions of Python and of those libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
