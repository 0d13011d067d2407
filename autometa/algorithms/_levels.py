"""Levels of categories as text, the same text for the same level whatever its type."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes

from autometa.tables import level_text

TRUTH = {"true": "True", "false": "False"}
NUMBERS_OF_TRUTH = {"1": "True", "0": "False"}


def labels(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return levels as text, missing ones as None; 1 and 1.0 are one level."""
    codes, texts = numbered_labels(column)
    return pd.Series(texts.to_numpy()[codes], column.index, dtype=object)


def numbered_labels(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], pd.Series[Any]]:
    """Return for each row the number of its level, and the levels as text.

    The last text is None, that of missing values, whose number is -1. A text may come more than
    once, and that of a category that no row has comes too. A million rows of a dozen levels are
    a dozen texts: what is done to texts is done to these.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, levels = column.cat.codes.to_numpy(), column.cat.categories
    else:
        if isinstance(column.dtype, pd.SparseDtype):
            column = column.sparse.to_dense()
        codes, levels = pd.factorize(column, use_na_sentinel=True)
    texts = np.array([*map(level_text, levels), None], dtype=object)
    return codes.astype(np.intp, copy=False), pd.Series(texts, dtype=object)


def present_labels(column: pd.Series[Any]) -> set[str]:
    """Return the levels that some row has, as text."""
    codes, texts = numbered_labels(column)
    counts = np.bincount(codes + 1, minlength=len(texts))[1:]
    return set(texts.to_numpy()[:-1][counts > 0])


def family(column: pd.Series[Any]) -> str:
    """Return what the present cells are: ``boolean``, ``number``, ``date``, ``text``, ``mixed``.

    A column without any is ``empty``.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(column.cat.categories)
    dtype = column.dtype
    if dtypes.is_bool_dtype(dtype) and not dtypes.is_object_dtype(dtype):
        return "boolean"
    if dtypes.is_numeric_dtype(dtype) or dtypes.is_timedelta64_dtype(dtype):
        return "number" if column.notna().any() else "empty"
    if dtypes.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return "date"
    kind = dtypes.infer_dtype(column, skipna=True)
    names = {"boolean": "boolean", "string": "text", "empty": "empty"}
    names |= dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number")
    names |= dict.fromkeys(("date", "datetime", "datetime64"), "date")
    return names.get(kind, "mixed")


def are_truth_values(levels: set[str]) -> bool:
    """Tell whether levels are true and false in one spelling."""
    return len(levels) <= len(TRUTH) and {level.lower() for level in levels} == set(TRUTH)


def as_truth(texts: pd.Series[Any], *, numbers: bool) -> pd.Series[Any]:
    """Return texts with true and false, and 1 and 0 if wished, spelt ``True`` and ``False``."""
    words = TRUTH | NUMBERS_OF_TRUTH if numbers else TRUTH
    return texts.map(lambda text: words.get(text.lower(), text), na_action="ignore")


def is_other_type(
    own: str, column: pd.Series[Any], codes: npt.NDArray[Any], present: npt.NDArray[np.bool_]
) -> bool:
    """Tell whether no cell is a known level, and cells are of another type than in `fit`."""
    if (codes[present] >= 0).any() or own == "mixed":
        return False
    return family(column) not in (own, "mixed", "empty")


def plain_text(column: pd.Series[Any]) -> pd.Series[str]:
    """Return cells as text, missing ones as an empty one."""
    cells = column.astype(object).where(column.notna(), "")
    return cells.map(str) if family(cells) != "text" else cells
