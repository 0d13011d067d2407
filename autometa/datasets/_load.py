"""load_dataset(): a named dataset as a checked table."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.datasets._files import COMPRESSED, READERS, read_file
from autometa.exceptions import DatasetError, DatasetNotFoundError, ParameterError
from autometa.tables import Table, check_table

SKLEARN_DATASETS = ("breast_cancer", "diabetes", "digits", "iris", "wine")


def load_dataset(
    name: str,
    target: str | None = None,
    task_type: str | None = None,
    metric_kind: str | None = None,
    encoding: str | None = None,
) -> Table:
    """Return the named dataset as a checked table.

    Parameters
    ----------
    name : str
        Path of a csv, tsv, txt, parquet, arff or feather file (those of text may
        be compressed: ``.gz``, ``.bz2``, ``.xz``, ``.zip``),
        ``sklearn:breast_cancer``, or ``openml:31``.
    target : str or None
        Target column; a dataset of scikit-learn or OpenML has a default.
    task_type, metric_kind : str or None
        See `check_table`.
    encoding : str or None
        Of a file of text; None reads it from the file.

    Raises
    ------
    DatasetNotFoundError
        If there is no such dataset.
    DatasetError
        If it cannot be read, or has no such target.
    """
    source, _, rest = name.partition(":")
    if encoding is not None and source in ("sklearn", "openml") and rest:
        raise ParameterError(f"'encoding' is of files of text. Got '{name}'; leave it out.")
    default: str | None = None
    if source == "sklearn" and rest:
        frame, default = _read_sklearn(rest)
    elif source == "openml" and rest:
        frame, default = _read_openml(rest)
    else:
        frame = read_file(Path(name), encoding)
    column = _find_target(frame, target or default, name)
    label = rest if source in ("sklearn", "openml") and rest else _stem(Path(name))
    y = frame[column]
    X = frame.drop(columns=column)
    return check_table(X, y, task_type, name=label, target=column, metric_kind=metric_kind)


def _stem(path: Path) -> str:
    """Return a file's name without what says its format: ``x.v1.csv.gz`` is not ``x.v2.csv``."""
    suffixes = {*READERS, *COMPRESSED}
    while path.suffix and path.suffix.lower() in suffixes:
        path = path.with_suffix("")
    return path.name


def _find_target(frame: pd.DataFrame, target: str | None, name: str) -> str:
    columns = [str(column) for column in frame.columns]
    if target is None:
        raise DatasetError(f"'{name}' needs a target: name one of its columns {_some(columns)}.")
    if target not in columns:
        close = difflib.get_close_matches(target, columns, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise DatasetError(f"'{name}' has no column '{target}'.{hint} It has {_some(columns)}.")
    if columns.count(target) > 1:
        raise DatasetError(f"'{name}' has several columns '{target}'; rename all but one.")
    return target


def _some(columns: list[str]) -> str:
    return (
        f"{columns[:12]}" if len(columns) <= 12 else f"{columns[:12]} and {len(columns) - 12} more"
    )


def _read_sklearn(name: str) -> tuple[pd.DataFrame, str]:
    if name not in SKLEARN_DATASETS:
        raise DatasetNotFoundError(
            f"'sklearn:{name}' must name one of scikit-learn's datasets: "
            f"{', '.join(SKLEARN_DATASETS)}."
        )
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")(as_frame=True)
    return bunch.frame, "target"


def _read_openml(identifier: str) -> tuple[pd.DataFrame, str | None]:
    if not identifier.isdigit():
        raise DatasetNotFoundError(f"'openml:{identifier}' must name a dataset by its number.")
    import openml

    try:
        dataset = openml.datasets.get_dataset(
            int(identifier), download_data=True, download_qualities=False
        )
        frame, *_ = dataset.get_data(dataset_format="dataframe")
    except (openml.exceptions.PyOpenMLError, OSError) as error:
        raise DatasetError(f"'openml:{identifier}' could not be fetched: {error}") from error
    return frame, dataset.default_target_attribute
