"""Datasets by name: a file, ``sklearn:NAME`` or ``openml:ID``.

The network is used for ``openml:`` alone.
"""

from __future__ import annotations

import csv
import difflib
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.exceptions import DatasetError, DatasetNotFoundError
from autometa.tables import Table, check_table

SKLEARN_DATASETS = ("breast_cancer", "diabetes", "digits", "iris", "wine")
DELIMITERS = ",;\t|"


def load_dataset(name: str, target: str | None = None, task_type: str | None = None) -> Table:
    """Return the named dataset as a checked table.

    Parameters
    ----------
    name : str
        Path of a csv, tsv, parquet, arff or feather file (csv, tsv and arff may
        be gzipped), ``sklearn:breast_cancer``, or ``openml:31``.
    target : str or None
        Target column; a dataset of scikit-learn or OpenML has a default.
    task_type : str or None
        See `check_table`.

    Raises
    ------
    DatasetNotFoundError
        If there is no such dataset.
    DatasetError
        If it cannot be read, or has no such target.
    """
    source, _, rest = name.partition(":")
    default: str | None = None
    if source == "sklearn" and rest:
        frame, default = _read_sklearn(rest)
    elif source == "openml" and rest:
        frame, default = _read_openml(rest)
    else:
        frame = read_file(Path(name))
    column = _find_target(frame, target or default, name)
    label = rest if rest else Path(name).name.split(".")[0]
    y = frame[column]
    X = frame.drop(columns=column)
    return check_table(X, y, task_type, name=label, target=column)


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


def read_file(path: Path) -> pd.DataFrame:
    """Return the table in a file; its kind is told by the name's ending.

    Raises
    ------
    DatasetNotFoundError
        If there is no such file.
    DatasetError
        If its kind is unknown, it is empty, or it does not read as its kind.
    """
    if not path.is_file():
        raise DatasetNotFoundError(
            f"There is no file '{path}'. Give a path, sklearn:NAME or openml:ID."
        )
    if path.stat().st_size == 0:
        raise DatasetError(f"'{path}' is empty: it must hold a header and rows.")
    read = READERS.get("".join(path.suffixes[-2:]).lower()) or READERS.get(path.suffix.lower())
    if read is None:
        raise DatasetError(
            f"'{path}' must be a file of a known kind: {', '.join(sorted(READERS))}. "
            f"Got the ending '{path.suffix}'."
        )
    try:
        frame = read(path)
    except DatasetError:
        raise
    except (ValueError, OSError, EOFError, ImportError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        told = reason.rstrip(".")
        raise DatasetError(f"'{path}' does not read as {path.suffix[1:]}: {told}.") from error
    if frame.empty:
        raise DatasetError(f"'{path}' holds no rows.")
    return frame


def _read_text(path: Path) -> pd.DataFrame:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file, delimiter=(delimiter := _delimiter(path))), [])
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DatasetError(f"Column names must differ. Repeated in '{path}': {repeated}.")
    return pd.read_csv(path, sep=delimiter, encoding="utf-8-sig", low_memory=False, index_col=False)


def _delimiter(path: Path) -> str:
    if ".tsv" in path.suffixes:
        return "\t"
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        header = file.readline()
    return max(DELIMITERS, key=header.count)


def _read_arff(path: Path) -> pd.DataFrame:
    import arff

    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        try:
            content = arff.load(file)
        except arff.ArffException as error:
            raise DatasetError(f"'{path}' does not read as arff: {error}") from error
    frame = pd.DataFrame(content["data"], columns=[name for name, _ in content["attributes"]])
    for column, kind in content["attributes"]:
        if isinstance(kind, list):
            frame[column] = frame[column].astype(pd.CategoricalDtype(kind))
    return frame


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_text,
    ".csv.gz": _read_text,
    ".tsv": _read_text,
    ".tsv.gz": _read_text,
    ".parquet": pd.read_parquet,
    ".feather": pd.read_feather,
    ".arff": _read_arff,
    ".arff.gz": _read_arff,
}


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
