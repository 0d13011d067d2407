"""The tables of a folder, a part at a time: what every keeper of a folder reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.knowledge_base._checks import check_metafeatures
from autometa.knowledge_base._filling import combined, combined_tasks
from autometa.knowledge_base.storage._columns import readable_column
from autometa.knowledge_base.storage._manifest import run_defaults
from autometa.knowledge_base.storage._parts import part_paths, read_manifest, read_part
from autometa.knowledge_base.storage._replaced import retry_if_rewritten, without_replaced

ROWS = 500_000
Progress = Callable[[str, int, int], None]  # what was done, how many are done, of how many


def paths_of(folder: Path, table: str) -> list[Path]:
    """Return the parts of a table that count."""
    return retry_if_rewritten(folder, lambda: without_replaced(folder, part_paths(folder, table)))


def tasks_of(paths: Iterable[Path]) -> pd.DataFrame:
    """Return one row a task, as a reader of these parts sees it; no rows when there are none."""
    frames = [read_part(path) for path in paths]
    if not frames:
        return pd.DataFrame({"task_id": pd.Series(dtype=str)})
    return combined_tasks(frames, "last")


def metafeatures_of(paths: Iterable[Path]) -> pd.DataFrame:
    """Return one row a described task, as a reader of these parts sees it."""
    frames = [read_part(path) for path in paths]
    if not frames:
        return check_metafeatures(None, [])
    return combined(frames, "last")


def tasks_in(folder: Path) -> pd.DataFrame:
    """Return the tasks of a folder that others may be rewriting."""
    # A rewrite may delete a part between the listing and the reading: both are done again then.
    return retry_if_rewritten(folder, lambda: tasks_of(paths_of(folder, "tasks")))


def metafeatures_in(folder: Path) -> pd.DataFrame:
    """Return the meta-features of a folder that others may be rewriting."""
    return retry_if_rewritten(folder, lambda: metafeatures_of(paths_of(folder, "metafeatures")))


def runs_of(paths: Iterable[Path]) -> Iterator[pd.DataFrame]:
    """Yield the runs of each part."""
    defaults: dict[Path, dict[str, Any]] = {}
    for path in paths:
        runs, folder = read_part(path), path.parent
        if folder not in defaults:
            defaults[folder] = run_defaults(read_manifest(folder)["provenance"])
        runs = runs.assign(**{k: v for k, v in defaults[folder].items() if k not in runs})
        yield runs.assign(config=readable_column(runs["algorithm"], runs["config"]))
