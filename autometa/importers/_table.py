"""Long tables: one run a row, from CSV, ARFF, Parquet, Feather, JSON or JSON lines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._columns import ROLES, Layout, described, read_layout
from autometa.importers._features import prepare, read_features
from autometa.importers._imported import Imported
from autometa.importers._reading import Rows, frame_rows, original_name, read_rows
from autometa.importers._table_runs import Reader
from autometa.importers._tally import Tally, lines, some
from autometa.importers._task_types import type_columns, with_types

TASK_COLUMNS = ("name", "task_type", "target", "n_rows", "family")


def read_table(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    metric: str | None = None,
    lower_is_better: bool | None = None,
    task_id: str | None = None,
    algorithm: str | None = None,
    task_type: str | None = None,
    rest_are_parameters: bool = False,
    metafeatures: str | os.PathLike[str] | pd.DataFrame | None = None,
    translation: str | None = "auto",
    approximate: bool = False,
) -> Imported:
    """Return a table with a run in each row as a knowledge base.

    Columns are known by their names: ``task`` or ``dataset``, ``algorithm`` or
    ``model``, ``config`` or ``params`` (JSON, or a Python dict as text) or one
    column a hyperparameter (``param_*``, ``params_*``, ``params.*``, ``step__*``), ``score``
    with ``metric`` beside it, or one column a measure (``accuracy``,
    ``metrics.rmse``, ``mean_test_f1``), seconds, status, fold. So
    ``cv_results_`` of scikit-learn, ``trials_dataframe()`` of Optuna and runs of
    MLflow read as they are. Rows that cannot be used are counted and noted with
    their lines; the rest is kept.

    Parameters
    ----------
    source : path or DataFrame
    columns : dict of str to str, optional
        Which column is what, where names do not tell: ``{"task_id": "Data"}``.
    metric : str, optional
        What the score measures, when no column says so.
    lower_is_better : bool, optional
        Direction of the scores; by the names of the measures when not given. A measure
        whose name does not tell is left out.
    task_id, algorithm : str, optional
        Of all rows, when no column says so.
    task_type : str, optional
        Of all tasks, when no column says so; by the measures of each task when not given.
    rest_are_parameters : bool, default=False
        Whether columns that are nothing else are hyperparameters.
    metafeatures : path or DataFrame, optional
        One row a task.
    translation, approximate
        See `metafeatures.translate`; "auto" goes by the names.

    Raises
    ------
    KnowledgeBaseError
        If no column holds scores, or no row can be used.
    """
    is_frame = isinstance(source, pd.DataFrame)
    label = "a DataFrame" if is_frame else str(source)
    rows = frame_rows(source) if isinstance(source, pd.DataFrame) else read_rows(Path(source))
    tally = Tally()
    for why, bad in rows.bad.items():
        tally.drop("rows", len(bad), f"{why}: {lines(bad)}")
    tally.note(rows.note)
    frame = _named_once(rows.frame, tally)
    layout = read_layout(list(frame.columns), numeric_columns(frame), columns, type_columns(frame))
    if rest_are_parameters:
        index = ("", "Unnamed: 0")  # what pandas calls a column of row numbers in a file
        layout.parameters.update({c: c for c in layout.unused if c not in index})
        layout.unused = []
    _check(layout, frame, label)
    if rows.is_arff:  # its names are those of attributes, which nobody chose for a history
        tally.note(described(layout))
    tally.drop("columns", len(layout.unused), f"not known for anything: {some(layout.unused)}")
    if layout.unused and not (layout.parameters or "config" in layout.roles):
        tally.note(
            "All runs of an algorithm count as one setup. If columns left out are hyperparameters, "
            "say so: --rest-are-parameters, in Python rest_are_parameters=True."
        )
    stem = "table" if is_frame else Path(source).name.partition(".")[0]
    reader = Reader(
        rows=Rows(frame=frame, lines=rows.lines),
        layout=layout,
        tally=tally,
        metric=metric,
        lower_is_better=lower_is_better,
        task_id=task_id or stem,
        algorithm=algorithm or "model",
        are_named=(task_id is not None, algorithm is not None),
        source=f"table:{'DataFrame' if is_frame else Path(source).name}",
    )
    runs = reader.runs()
    tasks = with_types(_tasks(frame, layout, reader), runs, tally, task_type)
    features = _features(frame, layout, reader, metafeatures, tally, translation, approximate)
    provenance = {"format": "table", "source": label}
    return tally.finish(tasks, features, runs, provenance)


def _named_once(frame: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Keep the first of several columns of one name."""
    repeated = [c for c in frame.columns if original_name(c) != c]
    names = some(original_name(c) for c in repeated)
    tally.drop("columns", len(repeated), f"whose name occurs before: {names}")
    return frame.drop(columns=repeated)


def numeric_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold numbers, mostly, or nothing at all."""
    names = []
    for column in frame.columns:
        present = frame[column].dropna()
        if present.map(lambda v: isinstance(v, list | dict | bool)).any():
            continue
        n_numbers = int(pd.to_numeric(present, errors="coerce").notna().sum())
        if 2 * n_numbers >= len(present):  # a few words among scores are failed runs
            names.append(column)
    return names


def _check(layout: Layout, frame: pd.DataFrame, label: str) -> None:
    if not layout.measures and not {"score", "loss"} & set(layout.roles):
        raise KnowledgeBaseError(
            f"'{label}' must have a column of scores ({', '.join(ROLES['score'][:4])}, ...) or one "
            f"a measure (accuracy, metrics.rmse, ...). Got the columns {list(frame.columns)}. "
            "Say which one it is: columns={'score': NAME}, or --column score=NAME."
        )


def _tasks(frame: pd.DataFrame, layout: Layout, reader: Reader) -> pd.DataFrame:
    """Return one row a task, with the first that its rows say of it."""
    described = pd.DataFrame({"task_id": reader.task_ids()})
    for name in TASK_COLUMNS:
        if name in layout.roles:
            described[name] = frame[layout.roles[name]].to_numpy()
    described = described[described["task_id"].notna()]
    tasks = described.groupby("task_id", sort=False).first().reset_index()
    if "n_rows" in tasks:
        tasks["n_rows"] = pd.to_numeric(tasks["n_rows"], errors="coerce")
    if "target" in tasks:
        tasks["target"] = tasks["target"].fillna("").astype(str)
    return tasks.assign(source=reader.source)


def _features(
    frame: pd.DataFrame,
    layout: Layout,
    reader: Reader,
    given: Any,
    tally: Tally,
    translation: str | None,
    approximate: bool,
) -> pd.DataFrame | None:
    if given is not None:
        return prepare(read_features(given), tally, translation, approximate)
    if not layout.features:
        return None
    own = frame[list(layout.features.values())].set_axis(list(layout.features), axis=1)
    own = own.set_axis(pd.Index(reader.task_ids()), axis=0)
    first = own[own.index.notna()].groupby(level=0, sort=False).first()
    return prepare(first.replace({np.nan: None}), tally, translation, approximate)
