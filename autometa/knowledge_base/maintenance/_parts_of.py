"""The tables of a folder, a part at a time: what every keeper of a folder reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from autometa.knowledge_base._checks import check_metafeatures
from autometa.knowledge_base._filling import combined, combined_tasks
from autometa.knowledge_base._schema import RUN_DEFAULTS
from autometa.knowledge_base.storage._columns import readable_column
from autometa.knowledge_base.storage._parts import part_paths, read_part, write_part
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
    gone = spoken_of - set(tasks_in(folder)["task_id"])
    for table, frame, names in (
        ("tasks", tasks, tasks["task_id"]),
        ("metafeatures", metafeatures, metafeatures.index),
    ):
        lost = frame[names.isin(gone)]
        if len(lost):
            write_part(folder, table, lost)


def runs_of(paths: Iterable[Path]) -> Iterator[pd.DataFrame]:
    """Yield the runs of each part."""
    for path in paths:
        runs = read_part(path)
        runs = runs.assign(**{k: v for k, v in RUN_DEFAULTS.items() if k not in runs})
        yield runs.assign(config=readable_column(runs["algorithm"], runs["config"]))


def write_runs(
    folder: Path, frames: Iterable[pd.DataFrame], rows: int = ROWS
) -> Iterator[tuple[Path, int]]:
    """Write runs as parts of about ``rows`` rows; yield each path and its rows once it is there."""
    waiting: list[pd.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(map(len, waiting)) >= rows:
            yield from _write(folder, waiting)
            waiting = []
    yield from _write(folder, waiting)


def _write(folder: Path, frames: list[pd.DataFrame]) -> Iterator[tuple[Path, int]]:
    frames = [frame for frame in frames if len(frame)]
    if frames:
        joined = pd.concat(frames, ignore_index=True)
        yield write_part(folder, "runs", joined), len(joined)
