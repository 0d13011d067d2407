"""A few rows of numbers and categories, read cell by cell.

What pandas does once per column takes a tenth of a millisecond, whatever the rows; a look at
one cell takes a ten-thousandth of that. Cells of any other kind, and whatever needs a second
thought, give None, and the table is read as always.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

CELL_KINDS = {"numeric", "categorical"}  # what can be read cell by cell
MAX_FEW_ROWS = 100  # beyond some hundred rows threads and whole columns are quicker


@lru_cache(maxsize=4096)  # of levels: a row that is read has as many columns as the model
def level_dtype(levels: tuple[str, ...]) -> pd.CategoricalDtype:
    """Return the type of a column of categories, the same object for the same levels."""
    return pd.CategoricalDtype(pd.Index(levels, dtype=object))


def as_levels(codes: Any, levels: list[str]) -> pd.Categorical:
    """Return codes as a column of categories, without a look at each of them."""
    dtype = level_dtype(tuple(levels))
    return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)


@lru_cache(maxsize=4096)
def _numbers(levels: tuple[str, ...]) -> dict[str, int]:
    return {level: number for number, level in enumerate(levels)}


def read_quickly(cleaner: Any, X: Any) -> dict[str, Any] | None:
    """Return the columns that a fitted cleaner uses, numbers as float64, levels as codes, by name.

    None unless the table has the columns of `fit` and holds plain numbers alone, or few rows of
    numbers and categories.

    Parameters
    ----------
    cleaner : TableCleaner
    X : table
    """
    kinds = set(cleaner.kinds_.values())
    if isinstance(X, pd.DataFrame):
        if not cleaner.had_names_ or X.columns.tolist() != cleaner.feature_names_in_.tolist():
            return None
        if kinds == {"numeric"} and all(map(is_plain_number, X.dtypes.tolist())):
            return _numbers_of(cleaner, X)
        if kinds <= CELL_KINDS and 0 < len(X) <= MAX_FEW_ROWS:
            return _cells_of(cleaner, X)
        return None
    if type(X) is not np.ndarray or X.ndim != 2 or kinds != {"numeric"} or cleaner.had_names_:
        return None
    is_same = X.shape[1] == cleaner.n_features_in_ and is_plain_number(X.dtype)
    return _numbers_of(cleaner, X) if is_same else None


def _numbers_of(cleaner: Any, X: Any) -> dict[str, Any]:
    with np.errstate(over="ignore"):
        cells = np.array(np.asarray(X, "float64").T, order="C")
    cells[np.isinf(cells)] = np.nan
    named = zip(cleaner.feature_names_in_.tolist(), cells, strict=True)
    return {name: column for name, column in named if name in cleaner.kinds_}


def _cells_of(cleaner: Any, X: pd.DataFrame) -> dict[str, Any] | None:
    read: dict[str, Any] = {}
    for name, column in X.items():
        kind = cleaner.kinds_.get(name)
        if kind is None:
            continue
        if kind == "numeric" and is_plain_number(column.dtype):
            numbers = np.array(column.to_numpy(), "float64")  # a copy: the user's is theirs
            numbers[np.isinf(numbers)] = np.nan
            read[str(name)] = numbers
            continue
        cells = _cells(column) if kind == "categorical" else None
        codes = _codes(cells, cleaner.levels_[name], cleaner.families_[name]) if cells else None
        if codes is None:
            return None
        read[str(name)] = np.array(codes)
    return read


def is_plain_number(dtype: Any) -> bool:
    """Tell whether a type is one of NumPy's for numbers or booleans, of 64 bits at most."""
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf" and dtype.itemsize <= 8


def _cells(column: pd.Series[Any]) -> list[Any] | None:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        own = dtype.categories
        return [own[code] if code >= 0 else None for code in column.array.codes]
    if getattr(dtype, "kind", "") in ("b", "O"):  # booleans, text, objects
        return list(column.tolist())
    return None


def _codes(cells: Iterable[Any], levels: list[str], family: str) -> list[int] | None:
    """Return the number of each cell's level, -1 without one; None where a cell is in doubt."""
    is_truth, numbers = family in ("boolean", "truth"), _numbers(tuple(levels))
    codes = []
    for cell in cells:
        if cell is None or cell is pd.NA or (type(cell) is float and cell != cell):
            codes.append(-1)
        elif type(cell) is bool and is_truth:
            codes.append(numbers[str(cell)])
        elif type(cell) is str and cell.isascii() and family in ("text", "mixed"):
            codes.append(numbers.get(cell, -1))
        else:
            return None
    return codes
