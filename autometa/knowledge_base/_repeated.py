"""Exact repeats: runs that are equal in every column of `RUN_KEY`.

Equal scores are common (accuracy on few rows), so a run measured twice with other
seconds or folds is two runs. Details that are kept in single precision are compared
in it: a run in memory is the one that was saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.util import hash_array

from autometa.knowledge_base._columns import codes_of, lists_of, numbers_of
from autometa.knowledge_base._schema import NARROW, RUN_KEY, RUN_NUMBERS

Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_PLACES = np.uint64(0x9E3779B97F4A7C15)  # an odd constant: order within a list counts


def repeated(content: Any) -> Mask:
    """Mark the rows of an Arrow table that an earlier row is equal to."""
    there = [name for name in RUN_KEY if name in content.column_names]
    return _repeated({name: content[name] for name in there})


def repeated_rows(runs: pd.DataFrame) -> Mask:
    """Mark the rows of a frame that an earlier row is equal to."""
    found = np.zeros(len(runs), dtype=np.bool_)
    plain = [name for name in RUN_KEY if name in runs and name != "fold_scores"]
    keys = pd.DataFrame({name: _comparable(name, runs[name]) for name in plain})
    suspects = np.flatnonzero(keys.duplicated(keep=False).to_numpy())
    if len(suspects):  # lists are read of few rows only: those that nothing else keeps apart
        keys = keys.iloc[suspects].reset_index(drop=True)
        if "fold_scores" in runs:
            keys["fold_scores"] = list_hashes(lists_of(runs["fold_scores"].iloc[suspects]))
        found[suspects] = keys.duplicated().to_numpy()
    return found


def _comparable(name: str, values: pd.Series[Any]) -> Any:
    if name not in NARROW:
        return values.reset_index(drop=True)
    return _single(values.to_numpy(dtype="float64", na_value=np.nan))


def _repeated(columns: Mapping[str, Any]) -> Mask:
    keys: dict[str, Any] = {}
    for name, column in columns.items():
        if name == "fold_scores":
            keys[name] = list_hashes(column)
        elif name in RUN_NUMBERS:
            numbers = numbers_of(column)
            keys[name] = _single(numbers) if name in NARROW else numbers
        else:
            keys[name] = codes_of(column)[1]
    return np.asarray(pd.DataFrame(keys).duplicated(), dtype=np.bool_)


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


def _single(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return numbers in single precision, with one zero and one NaN."""
    with np.errstate(over="ignore"):
        single = values.astype(np.float32) + np.float32(0.0)
    single[np.isnan(single)] = np.nan
    return np.asarray(single)
