"""What a user should know of a table that is taken as it is: readings that could be others.

Nothing is changed here; each remark is one DatasetWarning that names the columns.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from autometa._common.arrays import Booleans, Floats
from autometa._common.readable import shown
from autometa.exceptions import DatasetWarning
from autometa.tables._cells import level_text
from autometa.tables._dtypes import dtypes_that, is_sparse_dtype
from metafeatures.columns import (
    column_kind,
    column_order,
    distinct_cells,
    is_guessed,
    is_wide_integer,
    kind_of_cells,
    number_loss,
)

MIN_ROWS = 30  # of fewer rows a column may part the target by chance
MAX_SAMPLE = 500  # rows that rule out nearly all columns before all rows are looked at
CELLS_AT_ONCE = 4_000_000  # 32 MB, which are copied to be sorted
MAX_SHOWN = 5

MIN_QUANTITIES = 5  # of fewer different cells, categories are as good
# An amount (signs of currencies, groups of thousands), a share; a day, also with two digits of
# the year; a time of day.
QUANTITY = re.compile(
    r"[-+\u2212]?\s?[$€£¥]?\s?[-+\u2212]?\d+(?:[,.'\s]\d+)*\s?[%‰$€£¥]?"
    r"|\d{1,4}([-./])\d{1,2}\1\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?"
)
# What no code has: 02134, 1.10 beside 1.1 and 7E400 are codes.
MARK = re.compile(r"[\u2212$€£¥%‰,:\s]|[-./]\d+[-./]")


def remark_on_columns(frame: pd.DataFrame) -> None:
    """Warn of text read as numbers or dates with a loss or a guess, and of identifiers."""
    spelled: list[str] = []
    guessed: list[str] = []
    ordered: list[str] = []
    wide: list[str] = []
    alike: list[str] = []
    written: list[str] = []
    identifiers = _whole_numbers_without_repeats(frame)
    for place in _looked_at(frame):
        name, column = str(frame.columns[place]), frame.iloc[:, place]
        if dtypes.is_integer_dtype(column.dtype):
            wide += [f"'{name}'"] if column_kind(column) == "categorical" else []
            continue
        cells = distinct_cells(column)
        shared = _shared_text(cells)
        alike += [f"'{name}' ({shared!r})"] if shared is not None else []
        if isinstance(column.dtype, pd.CategoricalDtype):
            continue
        kind = kind_of_cells(column, cells)
        lost = number_loss(cells) if kind == "numeric" else None
        spelled += [f"'{name}' ({lost!r})"] if lost is not None else []
        order = column_order(column) if kind == "datetime" else "iso"
        if order != "iso":
            first = "day" if order == "dmy" else "month"
            (guessed if is_guessed(cells, order) else ordered).append(
                f"'{name}' ({cells[0]!r}: the {first} first)"
            )
        if kind == "categorical" and _are_quantities(cells):
            written.append(f"'{name}' ({cells[0]!r})")
        elif kind == "categorical" and len(cells) == len(column) >= MIN_ROWS:
            identifiers.append(name)
    _warn("Text is read as numbers, which are not written the same way again", spelled)
    _warn("Dates do not show which of two numbers is the day, so the order is assumed", guessed)
    _warn("Dates are read in the order that their rows show", ordered)
    _warn("Columns hold a value and a text that reads the same, which are taken as one", alike)
    _warn(
        "Numbers, dates or times written in a way that is not read are taken as categories, so "
        "write plain numbers, or dates as 2024-12-31",
        written,
    )
    _warn("Integers beyond 2**53 that would become one are read as categories", wide)
    _warn("Columns have another value in each row and may be identifiers", map(repr, identifiers))


def _looked_at(frame: pd.DataFrame) -> Iterator[int]:
    """Yield the places of columns whose dtype does not say what they hold."""
    for place in np.flatnonzero(dtypes_that(frame, _may_hold_others)):
        column = frame.iloc[:, place]
        if not is_wide_integer(column.dtype) or _exceeds(column):
            yield int(place)


def _may_hold_others(dtype: Any) -> bool:
    if isinstance(dtype, pd.CategoricalDtype):
        return bool(dtypes.is_object_dtype(dtype.categories.dtype))
    is_text = dtypes.is_object_dtype(dtype) or isinstance(dtype, pd.StringDtype)
    return is_text or (is_wide_integer(dtype) and not is_sparse_dtype(dtype))


def _are_quantities(cells: list[Any]) -> bool:
    """Tell whether all cells are written as amounts, shares, dates or times, not as codes."""
    texts = [str(cell) for cell in cells]
    if len(texts) < MIN_QUANTITIES or not all(map(QUANTITY.fullmatch, texts)):
        return False
    return any(map(MARK.search, texts))


def _shared_text(cells: list[Any]) -> str | None:
    """Return a text among the cells that another cell, which is no text, goes by."""
    texts = {cell for cell in cells if isinstance(cell, str)}
    if not 0 < len(texts) < len(cells):
        return None
    others = (level_text(cell) for cell in cells if not isinstance(cell, str))
    return next((text for text in others if text in texts), None)


def _exceeds(column: pd.Series[int]) -> bool:
    low, high = column.min(), column.max()
    return bool(max(abs(int(low)), abs(int(high))) > 2**53)


def _whole_numbers_without_repeats(frame: pd.DataFrame) -> list[str]:
    places = np.flatnonzero(dtypes_that(frame, _is_plain_integer))
    if not len(places) or len(frame) < MIN_ROWS:
        return []
    identifiers: list[str] = []
    step = max(1, CELLS_AT_ONCE // len(frame))
    for start in range(0, len(places), step):
        part = frame.iloc[:, places[start : start + step]]
        ordered = np.sort(part.to_numpy(), axis=0)
        identifiers += part.columns[(ordered[1:] != ordered[:-1]).all(axis=0)].tolist()
    return identifiers


def _is_plain_integer(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "iu"


def remark_on_target(frame: pd.DataFrame, target: npt.NDArray[Any], n_classes: int) -> None:
    """Warn of columns each of which alone gives the target of every row.

    A column of numbers does if rows sorted by it show each class in one piece, or a
    number to predict that only rises or only falls; a column of levels does if no level
    is shared by two classes. A missing value counts as a level of its own.
    """
    if len(frame) < MIN_ROWS or (not n_classes and len(np.unique(target)) < MIN_ROWS // 3):
        return
    rows = np.random.default_rng(0).permutation(len(frame))
    # Columns of sparse tables would have to be made dense.
    predictors = frame.columns[~dtypes_that(frame, is_sparse_dtype)].tolist()
    for n_rows in (MIN_ROWS, MAX_SAMPLE, len(frame)):  # few rows rule out nearly all columns
        sample = rows[:n_rows]
        predictors = [
            name
            for names in _parts(predictors, len(sample))
            for name, tells in zip(
                names, _tell(frame[names].iloc[sample], target[sample], n_classes), strict=True
            )
            if tells
        ]
    _warn(
        "Columns that alone predict the target, so leave them out if they are only known after it",
        map(repr, predictors),
    )


def remark_on_shares(
    codes: npt.NDArray[Any], classes: npt.NDArray[Any], groups: npt.NDArray[Any] | None
) -> None:
    """Warn of classes whose share no folds can keep: those of one row, or of one group.

    Of groups it is said whether shares were asked for or not: a class of one group is never
    learnt where it is held out, and the score says so of rows that no model could predict.

    What is there once is either trained on or held out, in each fold. Of a single row the
    folds make training: a class that no training fold has could not be predicted at all.
    """
    units = codes if groups is None else np.unique(np.column_stack([codes, groups]), axis=0)[:, 0]
    once = np.flatnonzero(np.bincount(units, minlength=len(classes)) == 1)
    if groups is None:
        remark = (
            "Folds cannot keep the shares of classes of a single row, which is always trained on "
            "and never held out, so that no score is of them"
        )
    else:
        remark = (
            "Folds cannot keep the shares of classes whose rows are of a single group: the fold "
            "that holds it out trains on none of them"
        )
    _warn(remark, (shown(label) for label in classes[once]))


def _parts(names: list[str], n_rows: int) -> Iterator[list[str]]:
    step = max(1, CELLS_AT_ONCE // max(1, n_rows))
    for start in range(0, len(names), step):
        yield names[start : start + step]


def _tell(frame: pd.DataFrame, target: npt.NDArray[Any], n_classes: int) -> Booleans:
    """Return for each column whether it gives the target of all rows."""
    values = _as_numbers(frame, target)
    order = np.argsort(values, axis=0)
    cells, goal = np.take_along_axis(values, order, axis=0), target[order]
    changes = goal[1:] != goal[:-1]
    is_split = (changes & (cells[1:] == cells[:-1])).any(axis=0)
    if n_classes:
        return np.asarray(~is_split & (changes.sum(axis=0) < len(np.unique(target))))
    steps = np.diff(goal, axis=0)
    return np.asarray(~is_split & ((steps >= 0).all(axis=0) | (steps <= 0).all(axis=0)))


def _as_numbers(frame: pd.DataFrame, target: npt.NDArray[Any]) -> Floats:
    """Return columns as numbers: missing values beyond all others, levels in the target's order.

    Levels that nearly every row has for itself are given one number: they tell nothing.
    """
    plain = dtypes_that(frame, lambda dtype: isinstance(dtype, np.dtype) and dtype.kind in "biuf")
    values = np.empty(frame.shape)
    values[:, plain] = frame.loc[:, plain].to_numpy("float64")
    for place in np.flatnonzero(~plain):
        try:
            codes, levels = pd.factorize(frame.iloc[:, place], use_na_sentinel=False)
        except (TypeError, NotImplementedError):
            codes, levels = np.zeros(len(frame), np.intp), [None]
        first = np.unique(codes, return_index=True)[1]
        order = np.argsort(target[first], kind="stable")
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order))
        values[:, place] = rank[codes] if 2 * len(levels) <= len(frame) else 0.0
    values[np.isnan(values)] = np.inf
    return values


def _warn(remark: str, columns: Iterable[str]) -> None:
    names = list(columns)
    if names:
        more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
        warnings.warn(
            DatasetWarning(f"{remark}: {', '.join(names[:MAX_SHOWN])}{more}."), stacklevel=5
        )
