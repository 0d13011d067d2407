"""Datasets by name: read, parted into columns and target, and checked."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.datasets._files import COMPRESSED, READERS, read_file
from autometa.exceptions import DatasetError, DatasetNotFoundError, ParameterError
from autometa.tables import NamedTable, Table, check_table, column_named, some_names, split_target
from autometa.validation import NOTHING_ASKED, ValidationRequest

# Those that come with scikit-learn and have one target: nothing is fetched.
SKLEARN_DATASETS = ("breast_cancer", "diabetes", "digits", "iris", "wine")


def load_dataset(
    name: str | os.PathLike[str],
    target: str | None = None,
    *,
    task_type: str | None = None,
    metric_kind: str | None = None,
    encoding: str | None = None,
    validation: ValidationRequest = NOTHING_ASKED,
    sample_weight: Any = None,
    leave_out: Sequence[str] = (),
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
    validation, sample_weight
        See `check_table`.
    leave_out : sequence of str
        Columns that are not learnt from, such as other targets.

    Raises
    ------
    DatasetNotFoundError
        If there is no such dataset.
    DatasetError
        If it cannot be read, or has no such target.
    """
    named = named_table(name, target, encoding=encoding)
    kept = named._replace(X=named.X.drop(columns=list(leave_out)))
    return check_named(kept, task_type, metric_kind, validation, sample_weight)


def check_named(
    named: NamedTable,
    task_type: str | None = None,
    metric_kind: str | None = None,
    validation: ValidationRequest = NOTHING_ASKED,
    sample_weight: Any = None,
) -> Table:
    """Return a table of `named_table` checked, under its name; see `check_table`."""
    return check_table(
        named.X,
        named.y,
        task_type,
        name=named.name,
        target=named.target,
        metric_kind=metric_kind,
        validation=validation,
        sample_weight=sample_weight,
    )


def read_table(name: str | os.PathLike[str], *, encoding: str | None = None) -> pd.DataFrame:
    """Return a named dataset whole, as it is read; see `load_dataset` for its names.

    Raises
    ------
    DatasetNotFoundError
        If there is no such dataset.
    DatasetError
        If it cannot be read.
    """
    return _read(os.fspath(name), encoding)[0]


def named_table(
    X: Any,
    y: Any = None,
    *,
    name: str | None = None,
    target: str | None = None,
    encoding: str | None = None,
) -> NamedTable:
    """Return a table and its target apart, whichever way they were named; nothing is checked.

    Parameters
    ----------
    X : table, array, sparse matrix, path or str
        In memory, or named as for `load_dataset`.
    y : array-like, str or None
        The values, or the name of a column of ``X``. None is the default target of a
        dataset of scikit-learn or OpenML.
    name, target : str or None
        What to call them. None is what the data say.
    encoding : str or None
        As for `load_dataset`.

    Raises
    ------
    DatasetNotFoundError
        If there is no such dataset.
    DatasetError
        If it cannot be read, or has no such target.
    """
    if not isinstance(X, str | os.PathLike):
        return split_target(X, y, name, target)
    if not isinstance(y, str | None):
        raise DatasetError(
            f"The target of a table that is named must be named too. Got X='{X}' and y of type "
            f"{type(y).__name__}; give the name of a column, or read the table first."
        )
    frame, default, label = _read(os.fspath(X), encoding)
    column = _find_target(frame, y or default, os.fspath(X))
    return NamedTable(frame.drop(columns=column), frame[column], name or label, target or column)


def _read(name: str, encoding: str | None) -> tuple[pd.DataFrame, str | None, str]:
    """Return the table of that name, its default target, and what to call it."""
    source, _, rest = name.partition(":")
    # Anything else before a colon is part of a path, such as the drive of Windows.
    if source not in ("sklearn", "openml") or not rest:
        return read_file(Path(name), encoding), None, _stem(Path(name))
    if encoding is not None:
        raise ParameterError(f"'encoding' is of files of text. Got '{name}'; leave it out.")
    frame, default = (_read_sklearn if source == "sklearn" else _read_openml)(rest)
    return frame, default, rest


def _stem(path: Path) -> str:
    """Return a file's name without what says its format: ``x.v1.csv.gz`` is not ``x.v2.csv``."""
    suffixes = {*READERS, *COMPRESSED}
    while path.suffix and path.suffix.lower() in suffixes:
        path = path.with_suffix("")
    return path.name


def _find_target(frame: pd.DataFrame, target: str | None, name: str) -> str:
    columns = [str(column) for column in frame.columns]
    if target is None:
        raise DatasetError(
            f"'{name}' needs a target: name one of its columns {some_names(columns)}."
        )
    column_named(columns, target, f"'{name}'")
    return target


def _read_sklearn(name: str) -> tuple[pd.DataFrame, str | None]:
    if name not in SKLEARN_DATASETS:
        raise DatasetNotFoundError(
            f"'sklearn:{name}' must name one of scikit-learn's datasets: "
            f"{', '.join(SKLEARN_DATASETS)}.",
            name=name,
            suggestions=difflib.get_close_matches(name, SKLEARN_DATASETS, n=1),
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
            # meta-features are computed here, by one definition: qualities are not needed
            int(identifier),
            download_data=True,
            download_qualities=False,
        )
        frame, *_ = dataset.get_data(dataset_format="dataframe")
    except (openml.exceptions.PyOpenMLError, OSError) as error:
        raise DatasetError(f"'openml:{identifier}' could not be fetched: {error}") from error
    return frame, dataset.default_target_attribute
