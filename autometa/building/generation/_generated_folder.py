"""A folder of generated tables, in the form that a build takes; resumable at any moment."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import MAX_TEXT_BYTES, file_in, parse_json, read_bounded
from autometa.building._sources import TaskSource, read_sources
from autometa.building.generation._derived_tasks import derive_tasks
from autometa.building.generation._generated_task import GeneratedTask
from autometa.building.generation._synthetic_tasks import synthesise_tasks, synthetic_name
from autometa.datasets import load_dataset
from autometa.exceptions import DatasetError, DatasetWarning, ParameterError
from autometa.knowledge_base.storage._parts import write_whole
from autometa.tables import Table

MANIFEST = "manifest.csv"
SETTINGS = "generated.json"
Progress = Callable[[str, int, int], None]


def generate_tasks(
    out: Path,
    datasets: Path | None = None,
    *,
    per_dataset: int = 0,
    n_synthetic: int = 0,
    random_state: int = 0,
    max_rows: int = 2000,
    only: Collection[str] | None = None,
    on_progress: Progress | None = None,
) -> dict[str, str]:
    """Write derived and synthetic tables and their manifest into a folder.

    Stopped in any way, the same call goes on where it was. Asking for more adds to what
    is there; the first tables stay what they are.

    Parameters
    ----------
    out : Path
        Folder that gets one Parquet file a table and ``manifest.csv``; new, or begun with
        the same ``random_state`` and ``max_rows``.
    datasets : Path or None
        Folder of tables with a ``manifest.csv`` to derive tasks from; not changed.
    per_dataset : int, default=0
        Tasks to derive from each table.
    n_synthetic : int, default=0
        Tasks to sample from random models.
    random_state : int, default=0
    max_rows : int, default=2000
        Of every generated table.
    only : collection of str or None
        Names of the tables to derive from; None takes all.
    on_progress : callable, optional
        Called with what was done, how many tables are done, and of how many.

    Returns
    -------
    dict of str to str
        Tables that nothing could be derived from, and why.

    Raises
    ------
    ParameterError
        If ``out`` is the folder of the datasets, or was begun otherwise.
    """
    if datasets is not None and out.resolve() == datasets.resolve():
        raise ParameterError(f"'out' must be a folder of its own. Got '{out}', the datasets'.")
    folder = _Folder(out, {"max_rows": max_rows, "random_state": random_state})
    sources = _sources(datasets, per_dataset, only)
    n_total = len(sources) * per_dataset + n_synthetic
    report = on_progress or (lambda *_: None)
    n_done = 0
    skipped: dict[str, str] = {}
    for source in sources:
        if not folder.holds(source.task_id, per_dataset):
            table = _load(source)
            try:
                folder.add(
                    derive_tasks(
                        table, per_dataset, random_state, family=source.family, max_rows=max_rows
                    )
                )
            except DatasetError as error:
                skipped[source.task_id] = str(error)
        n_done += per_dataset
        report(source.task_id, n_done, n_total)
    for task in synthesise_tasks(n_synthetic, random_state, max_rows=max_rows):
        folder.add([task])
        n_done += 1
        report(task.name, n_done, n_total)
    return skipped


def plan_tasks(
    out: Path,
    datasets: Path | None = None,
    *,
    per_dataset: int = 0,
    n_synthetic: int = 0,
    random_state: int = 0,
    max_rows: int = 2000,
) -> tuple[int, int]:
    """Begin a folder, and return how many derived and synthetic tables it would get.

    The parameters are those of `generate_tasks`; of a table that nothing can be derived from,
    none come.
    """
    folder = _Folder(out, {"max_rows": max_rows, "random_state": random_state})
    n_derived = sum(
        0 if folder.holds(source.task_id, per_dataset) else per_dataset
        for source in _sources(datasets, per_dataset)
    )
    names = (synthetic_name(random_state, number) for number in range(n_synthetic))
    return n_derived, sum(not folder.holds_table(name) for name in names)


def _sources(
    datasets: Path | None, per_dataset: int, only: Collection[str] | None = None
) -> list[TaskSource]:
    """Return the tables to derive tasks from."""
    if datasets is None or not per_dataset:
        return []
    return [one for one in read_sources(datasets) if only is None or one.task_id in only]


def _load(source: TaskSource) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)  # repairs of a parent are not news
        table = load_dataset(source.path, source.target, task_type=source.task_type)
    # named by the manifest: two files in two folders may share a name
    return replace(table, name=source.task_id)


class _Folder:
    """What a folder of generated tables holds, and how more comes into it."""

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._check_settings(settings)
        manifest = path / MANIFEST
        self._rows: dict[str, dict[str, Any]] = {}
        if manifest.exists():
            listed = pd.read_csv(manifest, dtype=str, keep_default_na=False)
            self._rows = {row["name"]: row for row in listed.to_dict("records")}

    def _check_settings(self, settings: dict[str, Any]) -> None:
        file = self._path / SETTINGS
        if not file.exists():
            if (self._path / MANIFEST).exists():
                raise ParameterError(
                    f"'{self._path}' holds tables that were not generated; give a new folder."
                )
            write_whole(file, (json.dumps(settings, sort_keys=True) + "\n").encode())
        try:
            begun = parse_json(read_bounded(file, MAX_TEXT_BYTES))
        except (OSError, ValueError) as error:
            raise ParameterError(f"'{file}' cannot be read: {error}.") from error
        if begun != settings:
            raise ParameterError(
                f"'{self._path}' was begun with {begun}. Got {settings}; give the same, or a new "
                "folder."
            )

    def holds(self, parent: str, n: int) -> bool:
        """Say whether ``n`` tasks or more of that parent are there, files and all."""
        own = [name for name, row in self._rows.items() if row["parent"] == parent]
        return len(own) >= n and all(self._file(name).exists() for name in own)

    def holds_table(self, name: str) -> bool:
        """Say whether a table of that name is there, file and all."""
        return name in self._rows and self._file(name).exists()

    def add(self, tasks: Iterable[GeneratedTask]) -> None:
        """Write tables first, then the manifest that names them, each whole."""
        added = False
        for task in tasks:
            if self.holds_table(task.name):
                continue
            content = io.BytesIO()
            task.frame.to_parquet(content, index=False, compression="zstd")
            write_whole(self._file(task.name), content.getvalue())
            self._rows[task.name] = {key: str(value) for key, value in task.about.items()}
            added = True
        if added:
            rows = pd.DataFrame([self._rows[name] for name in sorted(self._rows)])
            write_whole(self._path / MANIFEST, rows.to_csv(index=False).encode())

    def _file(self, name: str) -> Path:
        try:
            return file_in(self._path, f"{name}.parquet")
        except ValueError as error:
            raise ParameterError(f"A table cannot be kept under this name: {error}.") from None
