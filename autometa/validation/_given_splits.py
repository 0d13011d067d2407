"""Folds that the user gives: a splitter of scikit-learn, pairs of rows, or a file of fold numbers.

They are drawn once and checked, so that every setup of a run, here and in workers, is scored
on the same rows.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import AnyArray, Positions
from autometa._limits import MAX_TEXT_BYTES, PARSE_ERRORS, parse_json, read_bounded
from autometa.exceptions import DatasetError, DatasetNotFoundError, ParameterError
from autometa.validation._shuffled_folds import Fold

FOLD = "fold"  # the column of a file that numbers folds


def splits_of(cv: Any, X: Any, y: AnyArray, groups: AnyArray | None) -> tuple[Fold, ...]:
    """Return the folds of a splitter, of an iterable of (train, test), or of a file, checked.

    Parameters
    ----------
    cv : splitter, iterable of (train, test) or path
    X : table of shape (n_rows, n_columns)
    y : ndarray of shape (n_rows,)
    groups : ndarray or None
        Codes, for splitters that want them.

    Raises
    ------
    ParameterError
        If it is none of these, or its folds cannot be used.
    """
    if isinstance(cv, type):
        raise ParameterError(
            f"'cv' must be a splitter, not its class. Got {cv.__name__}; give {cv.__name__}()."
        )
    if isinstance(cv, str | Path):
        pairs: Iterable[Any] = _of_file(Path(cv), len(y))
    elif hasattr(cv, "split"):
        pairs = _of_splitter(cv, X, y, groups)
    else:
        pairs = _of_iterable(cv, len(y))
    splits = tuple(_fold(pair, number, len(y)) for number, pair in enumerate(pairs))
    _check(splits, len(y))
    return splits


def _of_splitter(cv: Any, X: Any, y: AnyArray, groups: AnyArray | None) -> list[Any]:
    try:
        with warnings.catch_warnings():  # that groups are cut is said by `check_apart`
            warnings.filterwarnings("ignore", message="The groups parameter is ignored")
            return _enough(cv.split(X, y, groups), len(y))
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"The folds of cv={type(cv).__name__} cannot be drawn from this table: {error}"
        ) from error


def _of_iterable(cv: Any, n_rows: int) -> list[Any]:
    try:
        return _enough(cv, n_rows)
    except TypeError:
        raise ParameterError(
            "'cv' must be a number of folds, one of 'group', 'time', 'group-time', 'stratified' "
            "and 'shuffled', a splitter of scikit-learn, an iterable of (train, test), or the path "
            f"of a file of fold numbers. Got {cv!r}."
        ) from None


def _enough(pairs: Iterable[Any], n_rows: int) -> list[Any]:
    """Return all folds, or one more than there are rows.

    So many hold out a row twice, and are refused for that. None is looked at beyond: there may
    be millions (`LeavePOut`), or no end of them.
    """
    return list(itertools.islice(pairs, n_rows + 1))


def _fold(pair: Any, number: int, n_rows: int) -> Fold:
    try:
        train, test = pair
    except (TypeError, ValueError):
        raise ParameterError(
            f"Each fold of 'cv' must be a pair (train, test) of rows. Fold {number} is {pair!r}."
        ) from None
    return _rows(train, number, "train", n_rows), _rows(test, number, "test", n_rows)


def _rows(values: Any, number: int, part: str, n_rows: int) -> Positions:
    rows = np.asarray(values)
    where = f"The {part} rows of fold {number} of 'cv'"
    if rows.dtype == bool and rows.shape == (n_rows,):
        rows = np.flatnonzero(rows)
    if rows.ndim != 1 or len(rows) == 0:
        raise ParameterError(f"{where} must be positions of rows. There are none.")
    if rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_rows:
        raise ParameterError(
            f"{where} must be positions from 0 to {n_rows - 1}, or a mask of {n_rows} booleans. "
            f"Got {rows[:5].tolist()}{' and more' if len(rows) > 5 else ''}."
        )
    unique = np.unique(rows).astype(np.intp)
    if len(unique) < len(rows):
        raise ParameterError(f"{where} must be distinct. {len(rows) - len(unique)} repeat.")
    return unique


def _check(splits: tuple[Fold, ...], n_rows: int) -> None:
    """Refuse folds that a score cannot be made of."""
    if not splits:
        raise ParameterError("'cv' must give one fold or more. It gives none.")
    n_times = np.zeros(n_rows, dtype=np.intp)
    for number, (train, test) in enumerate(splits):
        n_common = len(np.intersect1d(train, test, assume_unique=True))
        if n_common:
            raise ParameterError(
                f"Rows of 'cv' must train or be held out in a fold. Fold {number} has {n_common} "
                "rows on both sides."
            )
        n_times[test] += 1
    n_repeated = int((n_times > 1).sum())
    if n_repeated:
        of_many = f" of the first {len(splits)} folds" if len(splits) > n_rows else ""
        raise ParameterError(
            "Folds of 'cv' must hold out each row once at most: out-of-fold predictions have one "
            f"value a row. {n_repeated} rows{of_many} are held out more than once; give a splitter "
            "such as KFold, not one that repeats or draws anew."
        )


def check_apart(splits: tuple[Fold, ...], groups: Positions | None, times: AnyArray | None) -> None:
    """Refuse folds that cut what was said to hang together.

    Raises
    ------
    ParameterError
        If a group is on both sides of a fold, or training reaches into the held-out time.
    """
    for number, (train, test) in enumerate(splits):
        if groups is not None:
            n_cut = len(np.intersect1d(groups[train], groups[test]))
            if n_cut:
                raise ParameterError(
                    f"'cv' must keep groups together. Fold {number} has rows of {n_cut} groups on "
                    "both sides; give a splitter such as GroupKFold, or leave out 'groups'."
                )
        if times is not None and times[train].max() >= times[test].min():
            n_late = int((times[train] >= times[test].min()).sum())
            raise ParameterError(
                f"'cv' must train on rows before those held out. In fold {number}, {n_late} "
                "training rows are not earlier than the first that is held out; leave out 'cv', or "
                "'timestamps'."
            )


def _of_file(path: Path, n_rows: int) -> list[Any]:
    """Return the folds in a file: JSON of pairs, or a csv with a fold number for each row."""
    try:
        text = read_bounded(path, MAX_TEXT_BYTES)
    except FileNotFoundError:
        raise DatasetNotFoundError(
            "'cv' must name a kind of folds (group, time, group-time, stratified, shuffled) or a "
            f"file of them. There is no '{path}'; a column of fold numbers is a csv of its own, or "
            "in Python cv=PredefinedSplit(column).",
            name=str(path),
        ) from None
    except OSError as error:
        raise DatasetError(f"'{path}' cannot be read: {error.strerror}.") from error
    if path.suffix.lower() == ".json":
        return _of_json(text, path)
    return _of_numbers(text, path, n_rows)


def _of_json(text: bytes, path: Path) -> list[Any]:
    try:
        content = parse_json(text)
        return [
            (pair["train"], pair["test"]) if isinstance(pair, dict) else tuple(pair)
            for pair in content
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise ParameterError(
            f"'{path}' must be a list of [train, test] or of objects with these keys, each a list "
            f"of row numbers from 0. It is not: {error}."
        ) from error


def _of_numbers(text: bytes, path: Path, n_rows: int) -> list[Any]:
    import io

    try:
        table = pd.read_csv(io.BytesIO(text), skip_blank_lines=False)
    except PARSE_ERRORS as error:
        raise ParameterError(f"'{path}' is no csv: {str(error).strip()}.") from error
    if FOLD not in table and table.shape[1] != 1:
        raise ParameterError(
            f"'{path}' must have a column '{FOLD}', or one column. It has {list(table.columns)}."
        )
    column = table[FOLD] if FOLD in table else table.iloc[:, 0]
    if len(column) != n_rows:
        raise ParameterError(
            f"'{path}' must have a line for each row of the table. It has {len(column)} lines "
            f"below its header; the table has {n_rows} rows."
        )
    labels = column.dropna()
    return [
        (np.flatnonzero((column != label).to_numpy()), np.flatnonzero((column == label).to_numpy()))
        for label in sorted(labels.unique().tolist(), key=lambda value: (str(type(value)), value))
    ]
