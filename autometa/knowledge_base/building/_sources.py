"""The datasets a build measures on: a folder of tables and its ``manifest.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.algorithms import kind_of_task


@dataclass(frozen=True, kw_only=True)
class TaskSource:
    """A dataset to measure on: a row of a datasets folder's manifest."""

    task_id: str
    path: str
    target: str
    task_type: str
    family: str
    n_rows: int
    n_columns: int


def read_sources(folder: Path) -> list[TaskSource]:
    """Return the datasets that ``manifest.csv`` of a folder lists, quick ones first.

    Kinds of task take turns, so that a build stopped early holds some of each.
    """
    manifest = pd.read_csv(folder / "manifest.csv", dtype={"name": str})
    sources = [_source(folder, row) for row in manifest.to_dict("records")]
    ordered = sorted(sources, key=lambda s: (s.n_rows * s.n_columns, s.task_id))
    turns: dict[str, int] = {}
    ranked = []
    for source in ordered:
        kind = kind_of_task(source.task_type)
        turns[kind] = turns.get(kind, 0) + 1
        ranked.append((turns[kind], kind, source))
    return [source for *_, source in sorted(ranked, key=lambda item: item[:2])]


def _source(folder: Path, row: dict[Any, Any]) -> TaskSource:
    name = row["name"]
    return TaskSource(
        task_id=name,
        path=str(folder / row.get("file", f"{name}.parquet")),
        target=row["target"],
        task_type=row["task_type"],
        family=row.get("family", name),
        n_rows=int(row.get("n_rows", 0)),
        n_columns=int(row.get("n_features", 0)),
    )
