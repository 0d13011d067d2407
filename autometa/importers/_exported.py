"""Exports read back: the three tables of a folder that `KnowledgeBase.export` wrote."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import (
    MAX_CELLS,
    MAX_PART_BYTES,
    MAX_TEXT_BYTES,
    PARSE_ERRORS,
    parse_json,
    read_bounded,
)
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._schema import RUN_NUMBERS, TASK_NUMBERS
from autometa.knowledge_base.maintenance._formulas import plain_text


def _read_csv(path: Path) -> pd.DataFrame:
    """Read text as text, and as numbers what must be one."""
    text = io.BytesIO(read_bounded(path, MAX_PART_BYTES))
    frame = pd.read_csv(text, dtype=str, keep_default_na=False)
    frame.columns = [plain_text(name) for name in frame.columns]
    kind = path.stem
    numbers = set(RUN_NUMBERS) if kind == "runs" else set(TASK_NUMBERS)
    if kind == "metafeatures":
        numbers = set(frame) - {"task_id"}
    for name in numbers & set(frame):
        frame[name] = pd.to_numeric(frame[name].mask(frame[name] == ""))
    for name in set(frame) - numbers:
        frame[name] = frame[name].map(plain_text)
    if "fold_scores" in frame:
        frame["fold_scores"] = [parse_json(text) if text else None for text in frame["fold_scores"]]
    return frame


def is_export(folder: Path) -> bool:
    """Say whether a folder looks like an export in one of the formats of three tables."""
    return _suffix(folder) is not None


def _suffix(folder: Path) -> str | None:
    for suffix in READERS:
        if all((folder / f"{table}{suffix}").is_file() for table in ("tasks", "runs")):
            return suffix
    return None


def read_export(folder: Path) -> KnowledgeBase:
    """Return the knowledge base that was exported as csv, parquet or frames.

    Raises
    ------
    KnowledgeBaseError
        If a table is missing, or holds what it may not.
    """
    suffix = _suffix(folder)
    if suffix is None:
        raise KnowledgeBaseError(
            f"'{folder}' is no export: it must hold tasks and runs as {list(READERS)}."
        )
    tables: dict[str, Any] = {}
    for table in ("tasks", "metafeatures", "runs"):
        path = folder / f"{table}{suffix}"
        try:
            tables[table] = READERS[suffix](path) if path.is_file() else None
        except (OSError, *PARSE_ERRORS) as error:
            raise _unreadable(path, error) from error
    about = folder / "provenance.json"
    try:
        provenance = parse_json(read_bounded(about, MAX_TEXT_BYTES)) if about.is_file() else {}
        if not isinstance(provenance, dict):
            raise ValueError("it holds no JSON object")
    except (OSError, ValueError) as error:
        raise _unreadable(about, error) from error
    try:
        return KnowledgeBase.from_frames(**tables, provenance=provenance)
    except KnowledgeBaseError:
        raise
    except PARSE_ERRORS as error:  # columns of types that no text or number can be made of
        raise _unreadable(folder, error) from error


def _unreadable(path: Path, error: Exception) -> KnowledgeBaseError:
    return KnowledgeBaseError(f"'{path}' cannot be read: {type(error).__name__}: {error}.")


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = pa.BufferReader(read_bounded(path, MAX_PART_BYTES))
    with pq.ParquetFile(data, page_checksum_verification=True) as file:
        if file.metadata.num_rows * file.metadata.num_columns > MAX_CELLS:
            raise ValueError(f"it claims {file.metadata.num_rows} rows")
        return _checked(file.read())


def _read_feather(path: Path) -> pd.DataFrame:
    import pyarrow as pa

    return _checked(
        pa.ipc.open_file(pa.BufferReader(read_bounded(path, MAX_PART_BYTES))).read_all()
    )


def _checked(content: Any) -> pd.DataFrame:
    """Return an Arrow table as a frame; Arrow trusts offsets unless it is asked to look."""
    content.validate(full=True)
    frame: pd.DataFrame = content.to_pandas()
    return frame


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".feather": _read_feather,
}
