"""Repeats: runs that are equal in every column of `RUN_KEY`, or say less than another.

Equal scores are common (accuracy on few rows), so a run measured twice with other
seconds or folds is two runs. Details that are kept in single precision are compared
in it: a run in memory is the one that was saved. A run of a named source that came
again with more details (its seconds were asked for later) stands for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.util import hash_array

from autometa._common.arrays import Booleans, Floats, Hashes, Singles
from autometa.knowledge_base._schema import DETAILS, IDENTITY, NARROW, RUN_KEY, RUN_NUMBERS
from autometa.knowledge_base.storage._columns import codes_of, lists_of, numbers_of, one_array

_PLACES = np.uint64(0x9E3779B97F4A7C15)  # an odd constant: order within a list counts


def repeated(content: Any) -> Booleans:
    """Mark the rows of an Arrow table that an earlier row is equal to."""
    names_held = [name for name in RUN_KEY if name in content.column_names]
    columns = {name: content[name] for name in names_held}
    keys = _keys(columns)
    is_repeat = np.array(keys.duplicated(), dtype=np.bool_)
    if len(names_held) < len(RUN_KEY):
        return is_repeat
    suspects = np.flatnonzero(keys.duplicated(IDENTITY, keep=False).to_numpy() & ~is_repeat)
    if len(suspects):
        keys = keys.iloc[suspects].reset_index(drop=True)
        has_detail = {name: _is_known(name, columns[name].take(suspects)) for name in DETAILS}
        names, codes = codes_of(columns["source"])
        is_named = np.array([*(bool(name) for name in names), False])[codes[suspects]]
        is_repeat[suspects] |= is_named & _says_less(keys, pd.DataFrame(has_detail))
    return is_repeat


def repeated_or_less(runs: pd.DataFrame) -> Booleans:
    """Mark the rows of a frame that another is equal to, or says all of and more."""
    import pyarrow as pa

    is_repeat = repeated_rows(runs)
    left = np.flatnonzero(~is_repeat)
    columns = {
        name: lists_of(runs[name].iloc[left])
        if name == "fold_scores"
        else one_array(pa.array(runs[name].iloc[left], from_pandas=True))
        for name in RUN_KEY
    }
    is_repeat[left] = repeated(pa.table(columns))
    return is_repeat


def repeated_rows(runs: pd.DataFrame) -> Booleans:
    """Mark the rows of a frame that an earlier row is equal to."""
    is_repeat = np.zeros(len(runs), dtype=np.bool_)
    plain = [name for name in RUN_KEY if name in runs and name != "fold_scores"]
    keys = pd.DataFrame({name: _comparable(name, runs[name]) for name in plain})
    suspects = np.flatnonzero(keys.duplicated(keep=False).to_numpy())
    if len(suspects):  # lists are read of few rows only: those that nothing else keeps apart
        keys = keys.iloc[suspects].reset_index(drop=True)
        if "fold_scores" in runs:
            keys["fold_scores"] = list_hashes(lists_of(runs["fold_scores"].iloc[suspects]))
        is_repeat[suspects] = keys.duplicated().to_numpy()
    return is_repeat


def _comparable(name: str, values: pd.Series[Any]) -> Any:
    if name not in NARROW:
        return values.reset_index(drop=True)
    return _single(values.to_numpy(dtype="float64", na_value=np.nan))


def _keys(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return numbers that are equal where cells are."""
    keys: dict[str, Any] = {}
    for name, column in columns.items():
        if name == "fold_scores":
            keys[name] = list_hashes(column)
        elif name in RUN_NUMBERS:
            numbers = numbers_of(column)
            keys[name] = _single(numbers) if name in NARROW else numbers
        else:
            keys[name] = codes_of(column)[1]
    return pd.DataFrame(keys)


def _is_known(name: str, column: Any) -> Booleans:
    if name == "fold_scores":
        return np.asarray(column.is_valid().to_numpy(), dtype=np.bool_)
    if name == "split":
        names, codes = codes_of(column)
        return np.array([*map(bool, names), False])[codes]
    return ~np.isnan(numbers_of(column))


def _says_less(keys: pd.DataFrame, has_detail: pd.DataFrame) -> Booleans:
    """Mark the rows of which another says all, and more: the same run, fetched again.

    ``keys`` are the rows as numbers, ``has_detail`` says which details each has. Which
    they are is one of few patterns, so patterns are compared, not rows.
    """
    says_less = np.zeros(len(keys), dtype=np.bool_)
    pattern = has_detail.to_numpy() @ (1 << np.arange(has_detail.shape[1]))
    patterns = np.unique(pattern).tolist()
    for less in patterns:
        shared = [*IDENTITY, *(n for i, n in enumerate(has_detail) if less >> i & 1)]
        rows = np.flatnonzero(pattern == less)
        for more in patterns:
            if more != less and more & less == less:
                fuller = keys.loc[pattern == more, shared]
                both = pd.concat([fuller, keys.loc[rows, shared]])
                says_less[rows] |= both.duplicated().to_numpy()[len(fuller) :]
    return says_less


def list_hashes(column: Any) -> Hashes:
    """Return a hash of each list of an Arrow column, in single precision; none is an empty one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    totals = np.zeros(len(array), dtype=np.uint64)
    if not pa.types.is_list(array.type) or array.null_count == len(array):
        return totals
    lengths = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(array)), lengths)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = (np.arange(len(rows)) - starts + 1).astype(np.uint64) * _PLACES
    values = array.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    bits = _single(values).view(np.uint32).astype(np.uint64)
    np.add.at(totals, rows, hash_array(bits ^ places).astype(np.uint64))
    return totals


def _single(values: Floats) -> Singles:
    """Return numbers in single precision, with one zero and one NaN."""
    with np.errstate(over="ignore"):
        single = values.astype(np.float32) + np.float32(0.0)
    single[np.isnan(single)] = np.nan
    return np.asarray(single)
