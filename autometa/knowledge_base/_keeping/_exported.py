"""Exports read back: the three tables of a folder that `export` wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._schema import RUN_NUMBERS


def _read_csv(path: Path) -> pd.DataFrame:
    """Read text as text, and as numbers what must be one."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    kind = path.stem
    numbers = set(RUN_NUMBERS) if kind == "runs" else {"n_rows"}
    if kind == "metafeatures":
        numbers = set(frame) - {"task_id"}
    for name in numbers & set(frame):
        frame[name] = pd.to_numeric(frame[name].mask(frame[name] == ""))
    if "fold_scores" in frame:
        frame["fold_scores"] = [json.loads(text) if text else None for text in frame["fold_scores"]]
    return frame


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".parquet": pd.read_parquet,
    ".feather": pd.read_feather,
}


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
        except (OSError, ValueError) as error:
            raise KnowledgeBaseError(f"'{path}' cannot be read: {error}.") from error
    about = folder / "provenance.json"
    provenance = json.loads(about.read_text(encoding="utf-8")) if about.is_file() else None
    return KnowledgeBase.from_frames(**tables, provenance=provenance)
