"""Wide matrices: one row a task, one column a setup, as Oboe publishes its history.

References
----------
.. [1] C. Yang et al. OBOE: Collaborative filtering for AutoML model selection.
   KDD 2019.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._features import ID_NAMES, prepare, read_features
from autometa.importers._imported import Imported
from autometa.importers._measures import is_measure, resolve
from autometa.importers._own_matrix import is_own_matrix, read_own_matrix
from autometa.importers._reading import frame_rows, original_name, read_rows
from autometa.importers._tally import Tally, some
from autometa.importers._task_types import with_types
from autometa.importers._values import parse_setup, seconds_of, status_of

Source: TypeAlias = "str | os.PathLike[str] | pd.DataFrame"
SECONDS = re.compile(r"second|time|duration", re.IGNORECASE)
FEATURES = re.compile(r"feature|qualit", re.IGNORECASE)
SCORES = re.compile(r"score|error|loss|matrix|performance|result", re.IGNORECASE)
SUFFIXES = (".csv", ".tsv", ".parquet", ".feather", ".csv.gz", ".tsv.gz")


def read_matrix(
    source: Source | Mapping[str, Source],
    *,
    metric: str | None = None,
    lower_is_better: bool | None = None,
    seconds: Source | None = None,
    metafeatures: Source | None = None,
    algorithm: str = "model",
    task_type: str | None = None,
    transpose: bool = False,
    translation: str | None = "auto",
    approximate: bool = False,
) -> Imported:
    """Return matrices of tasks by setups as a knowledge base.

    A folder that ``kb export --format matrix`` wrote reads back: setups, tasks and
    scores are what they were.

    Empty cells were not run; a cell with the word of a failure (``timeout``,
    ``memory``, ``error``), or that is infinite, is a run that failed. Columns are
    named by algorithm (``knn``), call (``knn(k=5)``), or JSON or Python dict
    (``{"algorithm": "knn", "hyperparameters": {"k": 5}}``).

    Parameters
    ----------
    source : path, DataFrame, or dict of str to these
        A file; a folder, whose files differ by their names
        (``accuracy.csv``, ``error_matrix.csv``, ``runtime_matrix.csv``,
        ``metafeatures.csv``); or one matrix a measure.
    metric : str, optional
        What the values measure; by the file's name when not given.
    lower_is_better : bool, optional
        By the names of the measures when not given.
    seconds : path or DataFrame, optional
        Fit times, a matrix of the same form.
    metafeatures : path or DataFrame, optional
        One row a task.
    algorithm : str, default="model"
        Of columns that name hyperparameters alone.
    task_type : str, optional
        Of all tasks; by the measures when not given.
    transpose : bool, default=False
        Whether rows are setups and columns are tasks.
    translation, approximate
        See `metafeatures.translate`; "auto" goes by the names.

    Raises
    ------
    KnowledgeBaseError
        If a file is no matrix, or no cell can be kept.
    """
    if isinstance(source, str | os.PathLike) and is_own_matrix(Path(source)):
        return read_own_matrix(Path(source))
    tally = Tally()
    matrices, found_seconds, found_features = _sources(source, metric, tally)
    seconds = found_seconds if seconds is None else seconds
    metafeatures = found_features if metafeatures is None else metafeatures
    timed = None
    if seconds is not None:
        timed = _long(seconds, algorithm, transpose, tally, "seconds")
    parts = []
    for name, one in matrices.items():
        cells = _long(one, algorithm, transpose, tally, name)
        values = cells["value"].to_numpy(dtype=np.float64)
        measure = resolve(name, lower_is_better, values)
        tally.note(measure.note)
        outside = measure.outside(values)
        tally.drop("cells", int(outside.sum()), f"of '{name}', beyond what {measure.name} can be")
        cells["score"] = measure.scores(values)
        cells["metric"] = measure.name
        cells = cells[~outside]
        parts.append(_with_seconds(cells.drop(columns="value"), timed, tally))
    runs = pd.concat(parts, ignore_index=True)
    label = "a DataFrame" if isinstance(source, pd.DataFrame | Mapping) else str(source)
    tasks = pd.DataFrame({"task_id": pd.unique(runs["task_id"]), "source": "matrix"})
    tasks = with_types(tasks, runs, tally, task_type)
    runs["source"] = "matrix" if label == "a DataFrame" else f"matrix:{Path(label).name}"
    features = None
    if metafeatures is not None:
        features = prepare(read_features(metafeatures), tally, translation, approximate)
    return tally.finish(tasks, features, runs, {"format": "matrix", "source": label})


def _sources(
    source: Source | Mapping[str, Source], metric: str | None, tally: Tally
) -> tuple[dict[str, Source], Source | None, Source | None]:
    """Return the matrices by measure, and those of seconds and meta-features."""
    if isinstance(source, Mapping):
        return dict(source), None, None
    if isinstance(source, pd.DataFrame):
        return {metric or "score": source}, None, None
    path = Path(source)
    if not path.is_dir():
        return {metric or _known_measure(path): path}, None, None
    kinds = folder_kinds(path)
    scores, times, features = (kinds[kind] for kind in ("scores", "seconds", "features"))
    if not scores:
        raise KnowledgeBaseError(
            f"'{path}' must hold a matrix of scores or errors, such as error_matrix.csv. "
            f"It holds {some(sorted(p.name for p in path.iterdir())) or 'nothing'}."
        )
    tally.drop("files", len(kinds["other"]), f"of no known use: {some(kinds['other'])}")
    for kind in (times, features):
        tally.drop(
            "files", len(kind[1:]), f"beside '{kind[0].name}': {some(kind[1:])}" if kind else ""
        )
    if metric is not None and len(scores) > 1:
        raise KnowledgeBaseError(
            f"'metric' names the measure of one matrix; '{path}' holds {len(scores)}: "
            f"{some(p.name for p in scores)}. Give one file, or none of the names."
        )
    matrices: dict[str, Source] = {metric or measure_of(p): p for p in scores}
    return matrices, times[0] if times else None, features[0] if features else None


def folder_kinds(folder: Path) -> dict[str, list[Path]]:
    """Return the files of a folder by what their names say they are."""
    kinds: dict[str, list[Path]] = {"scores": [], "seconds": [], "features": [], "other": []}
    for path in sorted(folder.iterdir()):
        stem = path.name.partition(".")[0]
        if not path.name.lower().endswith(SUFFIXES):
            kind = "other"
        # Names of scores last: a file of features or of times may name a measure too.
        elif FEATURES.search(stem):
            kind = "features"
        elif SECONDS.search(stem):
            kind = "seconds"
        elif SCORES.search(stem) or is_measure(measure_of(path)):
            kind = "scores"
        else:
            kind = "other"
        kinds[kind].append(path)
    return kinds


def says_matrix(frame: pd.DataFrame, path: Path | None) -> bool:
    """Tell whether a table of numbers says that they are scores of setups.

    By its name, a column of task ids, names of tasks in an index without a name, or columns
    named by calls or dicts. A data set is a table of numbers, too: taken for a history, its rows
    would be tasks and its columns algorithms.
    """
    stem = "" if path is None else path.name.partition(".")[0]
    if SCORES.search(stem) or (path is not None and is_measure(measure_of(path))):
        return True
    names = [str(name).strip() for name in frame.columns]
    if any(name.lower() in ID_NAMES for name in names):
        return True
    if "" in names and _are_names(frame.iloc[:, names.index("")]):  # as pandas writes an index
        return True
    return any(parse_setup(original_name(name), "")[1] != "{}" for name in names)


def _known_measure(path: Path) -> str:
    """Return the measure a single file is named for, or ``score`` for any other name."""
    name = measure_of(path)
    says = is_measure(name) or SECONDS.search(name) or re.search(r"error|loss|cost", name, re.I)
    return name if says else "score"


def measure_of(path: Path) -> str:
    """Return the measure that a file is named for.

    Examples
    --------
    >>> measure_of(Path("balanced_accuracy_matrix.csv.gz")), measure_of(Path("matrix.csv"))
    ('balanced_accuracy', 'score')
    """
    stem = path.name.partition(".")[0]
    stem = re.sub(r"[-_ ]?matrix$|^(matrix|scores)[-_ ]", "", stem, flags=re.I)
    return stem or "score"


def _long(source: Source, algorithm: str, transpose: bool, tally: Tally, what: str) -> pd.DataFrame:
    """Return one row a cell that was run: task_id, algorithm, config, value, status."""
    rows = frame_rows(source) if isinstance(source, pd.DataFrame) else read_rows(Path(source))
    tally.note(rows.note)
    for why, bad in rows.bad.items():
        tally.drop("rows", len(bad), f"of '{what}' {why}")
    tasks, table = _index(rows.frame, source)
    if transpose:
        table = table.set_axis([original_name(c) for c in table.columns], axis=1).T
        names, tasks = tasks, [str(name) for name in table.index]
    else:
        names = [original_name(str(c)) for c in table.columns]
    setups = [parse_setup(name, algorithm) for name in names]
    values, status = _cells(table, tally, what)
    row, column = np.nonzero(status != "")
    tally.drop("cells", int((status == "").sum()), f"of '{what}', empty: not run")
    return pd.DataFrame(
        {
            "task_id": np.asarray(tasks, dtype=object)[row],
            "algorithm": np.asarray([s[0] for s in setups], dtype=object)[column],
            "config": np.asarray([s[1] for s in setups], dtype=object)[column],
            "value": values[row, column],
            "status": status[row, column],
        }
    )


def _index(frame: pd.DataFrame, source: Source) -> tuple[list[str], pd.DataFrame]:
    """Return the tasks and the cells.

    Tasks stand in a column named for them, in the index of a DataFrame, in its only column
    of text, or else in the first column of a file.
    """
    named = {str(c).strip().lower(): c for c in frame.columns}
    key = next((named[name] for name in ID_NAMES if name in named), None)
    if key is None and isinstance(source, pd.DataFrame) and frame.shape == source.shape:
        key = _column_of_names(frame)
        if key is None:
            return [str(name) for name in source.index], frame
    if frame.shape[1] < 2:
        raise KnowledgeBaseError(
            f"'{source}' must be a matrix: task ids in the first column, then one column a setup. "
            f"Got the columns {list(frame.columns)}."
        )
    key = frame.columns[0] if key is None else key
    return [str(value) for value in frame[key]], frame.drop(columns=key)


def _column_of_names(frame: pd.DataFrame) -> str | None:
    """Return the first of several columns when it holds names."""
    are_names = frame.shape[1] > 1 and _are_names(frame.iloc[:, 0])
    return str(frame.columns[0]) if are_names else None


def _are_names(column: pd.Series[Any]) -> bool:
    """Tell whether a column holds text that is neither a number nor a failure."""
    cells = column.dropna()
    texts = [value for value in cells if isinstance(value, str) and status_of(value) is None]
    if not 0 < len(texts) == len(cells):
        return False
    return bool(pd.to_numeric(cells, errors="coerce").isna().all())


def _cells(
    table: pd.DataFrame, tally: Tally, what: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Return values and statuses; a status is empty where nothing was run."""
    values = np.full(table.shape, np.nan)
    status = np.full(table.shape, "", dtype=object)
    for j in range(table.shape[1]):
        cells = table.iloc[:, j]
        is_time = what == "seconds"
        numbers = seconds_of(cells) if is_time else pd.to_numeric(cells, errors="coerce")
        column = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        ok = np.isfinite(column)
        values[ok, j], status[ok, j] = column[ok], "ok"
        status[np.isinf(column), j] = "error"
        for i in np.flatnonzero(np.isnan(column) & cells.notna().to_numpy()):
            status[i, j] = _failure(cells.iloc[i], tally, what)
    return values, status


def _failure(cell: Any, tally: Tally, what: str) -> str:
    word = str(cell).strip()
    status = status_of(word)
    if status not in (None, "ok"):
        return str(status)
    if word.lower() not in ("nan", "na", "?", "-", "", "none", "null"):
        tally.drop("cells", 1, f"of '{what}' that are neither numbers nor failures")
    return ""


def _with_seconds(cells: pd.DataFrame, timed: pd.DataFrame | None, tally: Tally) -> pd.DataFrame:
    if timed is None:
        return cells
    keys = ["task_id", "algorithm", "config"]
    seconds = timed[timed["value"] >= 0].groupby(keys)["value"].mean().rename("fit_seconds")
    joined = cells.join(seconds, on=keys)
    lone = len(seconds) - int(seconds.index.isin(pd.MultiIndex.from_frame(cells[keys])).sum())
    tally.drop("cells", lone, "of 'seconds' without a score")
    return joined
