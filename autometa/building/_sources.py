"""The datasets a build measures on: a folder of tables and its ``manifest.csv``."""

from __future__ import annotations

import hashlib
import io
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import (
    MAX_TEXT_BYTES,
    PARSE_ERRORS,
    is_plain_name,
    open_regular,
    path_below,
    read_bounded,
)
from autometa.algorithms import kind_of_task
from autometa.exceptions import DatasetError, DatasetNotFoundError
from autometa.tables import TASK_TYPES
from autometa.validation import ValidationRequest

MANIFEST = "manifest.csv"
NEEDED = ("name", "task_type", "target")
GROUPS = ("groups", "group")  # columns of a manifest that name a column of the table
TIMESTAMPS = ("timestamps", "timestamp", "time")
EMPTY = ("", "nan")  # pandas writes a missing family as "nan" when it makes text of it


@dataclass(frozen=True, kw_only=True)
class TaskSource:
    """A dataset to measure on: a row of a datasets folder's manifest.

    ``n_rows`` and ``n_columns`` are NaN where nobody could count them. ``groups`` and
    ``timestamps`` name columns by which rows are held out, "" where there are none.
    """

    task_id: str
    path: str
    target: str
    task_type: str
    family: str
    n_rows: float = field(compare=False)  # NaN equals nothing, and a source is a key
    n_columns: float = field(compare=False)
    groups: str = ""
    timestamps: str = ""

    @property
    def validation(self) -> ValidationRequest:
        """How its rows are held out."""
        return ValidationRequest(groups=self.groups or None, timestamps=self.timestamps or None)

    def fingerprint(self) -> str | None:
        """Return what tells this table and target from any other; None when there is no file.

        The bytes of the file count: a table written anew may be read in another way.
        """
        digest = hashlib.sha256(f"{self.task_type}\n{self.target}\n".encode())
        if self.groups or self.timestamps:
            digest.update(f"{self.groups}\n{self.timestamps}\n".encode())
        try:
            with open_regular(Path(self.path)) as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
        except OSError:  # who loads it says why
            return None
        return digest.hexdigest()[:16]


def read_sources(folder: Path) -> list[TaskSource]:
    """Return the datasets that ``manifest.csv`` of a folder lists, quick ones first.

    Kinds of task take turns, so that a build stopped early holds some of each.

    Raises
    ------
    DatasetNotFoundError
        If the folder has no manifest.
    DatasetError
        If the manifest cannot be read, or a row of it says nothing sound.
    """
    rows = _rows(folder)
    sources = [_source(folder, row) for row in rows]
    ordered = sorted(sources, key=lambda s: (_cost(s), s.task_id))
    turns: dict[str, int] = {}
    ranked = []
    for source in ordered:
        kind = kind_of_task(source.task_type)
        turns[kind] = turns.get(kind, 0) + 1
        ranked.append((turns[kind], kind, source))
    return [source for *_, source in sorted(ranked, key=lambda item: item[:2])]


def _cost(source: TaskSource) -> float:
    """Return the cells of a table; one that nobody could count comes last."""
    n_cells = source.n_rows * (1.0 if math.isnan(source.n_columns) else source.n_columns)
    return math.inf if math.isnan(n_cells) else n_cells


def _rows(folder: Path) -> list[dict[str, str]]:
    path = folder / MANIFEST
    try:
        text = read_bounded(path, MAX_TEXT_BYTES)
    except FileNotFoundError:
        raise DatasetNotFoundError(
            f"'{folder}' must be a folder of tables with a {MANIFEST}, which has the columns "
            f"{', '.join(NEEDED)}. There is no '{path}'."
        ) from None
    except OSError as error:
        raise DatasetError(f"'{path}' cannot be read: {error.strerror}.") from error
    try:
        # text as it stands: a target called 0 or a family called None is a name
        manifest = pd.read_csv(io.BytesIO(text), dtype=str, keep_default_na=False)
    except PARSE_ERRORS as error:
        raise DatasetError(f"'{path}' is no csv: {str(error).strip()}.") from error
    missing = [name for name in NEEDED if name not in manifest]
    if missing:
        raise DatasetError(
            f"'{path}' must have the columns {', '.join(NEEDED)}. Missing: {', '.join(missing)}; "
            f"got {', '.join(map(str, manifest.columns))}."
        )
    repeated = manifest.loc[manifest["name"].duplicated(), "name"].unique()
    if len(repeated):
        raise DatasetError(f"'{path}' must name each table once. Repeated: {list(repeated[:5])}.")
    return [{str(k): str(v) for k, v in row.items()} for row in manifest.to_dict("records")]


def _source(folder: Path, row: Mapping[str, str]) -> TaskSource:
    name = row["name"]
    where = f"'{folder / MANIFEST}', table {name!r}"
    if not name.strip() or not is_plain_name(f"{name}.parquet"):
        raise DatasetError(f"{where}: a name must be good as the name of a file.")
    if row["task_type"] not in TASK_TYPES:
        raise DatasetError(
            f"{where}: 'task_type' must be one of {', '.join(TASK_TYPES)}. "
            f"Got {row['task_type']!r}."
        )
    try:
        path = path_below(folder, row.get("file") or f"{name}.parquet")
    except ValueError as error:
        raise DatasetError(f"{where}: {error}.") from None
    families = (row.get("family", ""), row.get("parent", ""))
    n_rows, n_columns = (_number(row.get(key, ""), where, key) for key in ("n_rows", "n_features"))
    if math.isnan(n_rows):
        n_rows, n_columns = _counted(path, row)
    return TaskSource(
        task_id=name,
        path=str(path),
        target=row["target"],
        task_type=row["task_type"],
        family=next((family for family in families if family not in EMPTY), name),
        n_rows=n_rows,
        n_columns=n_columns,
        groups=_named(row, GROUPS),
        timestamps=_named(row, TIMESTAMPS),
    )


def _named(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Return the first of these cells that names a column."""
    return next((row[name] for name in names if row.get(name, "") not in EMPTY), "")


def _number(text: str, where: str, key: str) -> float:
    try:
        value = float(text) if text not in EMPTY else math.nan
    except ValueError:
        value = -1.0
    if value < 0 or math.isinf(value):
        raise DatasetError(f"{where}: '{key}' must be a number >= 0, or empty. Got {text!r}.")
    return value


def _counted(path: Path, row: Mapping[str, str]) -> tuple[float, float]:
    """Return rows and columns of a table whose manifest does not say; NaN when it has none to read.

    Who loads it to measure on it says what is wrong with it.
    """
    from autometa.datasets import load_dataset

    try:
        if path.suffix == ".parquet":
            return _parquet_shape(path)
        table = load_dataset(os.fspath(path), row["target"], task_type=row["task_type"])
    except (OSError, *PARSE_ERRORS):
        return math.nan, math.nan
    return float(len(table.X)), float(table.X.shape[1])


def _parquet_shape(path: Path) -> tuple[float, float]:
    import pyarrow.parquet as pq

    with open_regular(path) as file:
        about: Any = pq.read_metadata(file)
    return float(about.num_rows), float(about.num_columns - 1)  # one of them is the target
