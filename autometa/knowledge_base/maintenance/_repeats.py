"""Exact repeats among millions of runs: 16 bytes a run are remembered, not the run."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.util import hash_array

from autometa._common.arrays import Booleans, Hashes
from autometa.knowledge_base._repeated import list_hashes
from autometa.knowledge_base._schema import NARROW, RUN_KEY
from autometa.knowledge_base.storage._columns import lists_of

HASH_KEYS = {"autometa-repeats": 0, "repeats-autometa": 0x9E3779B97F4A7C15}


class SeenRuns:
    """The runs met so far, as pairs of 64-bit hashes of what makes a run the same.

    Two different runs taken for one would be a loss, so both hashes must agree:
    among ten million runs the chance of that is 1 in 10^24.
    """

    def __init__(self) -> None:
        self._first: Hashes = np.empty(0, dtype=np.uint64)
        self._second: Hashes = np.empty(0, dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._first)

    def add(self, runs: pd.DataFrame) -> Booleans:
        """Remember runs; return for each whether it was new, also among themselves."""
        first, second = (row_hashes(runs, key) for key in HASH_KEYS)
        fresh = ~self._contains(first, second)
        pairs = pd.DataFrame({"first": first, "second": second})
        fresh &= ~pairs.duplicated().to_numpy()
        self._remember(first[fresh], second[fresh])
        return np.asarray(fresh)

    def _contains(self, first: Hashes, second: Hashes) -> Booleans:
        if not len(self):
            return np.zeros(len(first), dtype=bool)
        at = np.minimum(np.searchsorted(self._first, first), len(self) - 1)
        return np.asarray((self._first[at] == first) & (self._second[at] == second))

    def _remember(self, first: Hashes, second: Hashes) -> None:
        joined = np.concatenate([self._first, first])
        order = np.argsort(joined, kind="stable")
        self._first = joined[order]
        self._second = np.concatenate([self._second, second])[order]


def row_hashes(frame: pd.DataFrame, hash_key: str) -> Hashes:
    """Return a hash of each row's key columns; equal rows, equal hashes."""
    total = np.zeros(len(frame), dtype=np.uint64)
    for column in RUN_KEY:
        hashes = (
            list_hashes(lists_of(frame[column]))
            if column == "fold_scores"
            else _column_hashes(frame[column], hash_key)
        )
        total = total * np.uint64(0x9E3779B97F4A7C15) + hashes
    return total


def _column_hashes(column: pd.Series[object], hash_key: str) -> Hashes:
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy(dtype="float64", na_value=np.nan) + 0.0  # -0.0 equals 0.0
        if column.name in NARROW:  # as they are kept
            with np.errstate(over="ignore"):
                numbers = numbers.astype(np.float32).astype(np.float64)
        numbers[np.isnan(numbers)] = np.nan
        bits = numbers.view(np.uint64) ^ np.uint64(HASH_KEYS[hash_key])
        return np.asarray(hash_array(bits), dtype=np.uint64)
    codes, values = pd.factorize(column)
    texts = np.append(np.asarray(values, dtype=object).astype(str), "").astype(object)
    hashes = hash_array(texts, hash_key=hash_key, categorize=False)
    of_rows: Hashes = np.asarray(hashes, dtype=np.uint64)[codes]
    return of_rows
