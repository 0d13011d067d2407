"""Rows that stand in the table more than once: a fold then trains on rows it is scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Hashes, Integers
from autometa.dependence._rows import Column

MAX_LEFT_OUT = 40  # columns left out one at a time; of more, a random part stands for all
STEPS = 1e6  # of a column's range: cells that are nearer are equal (noise of floats, rounding)


@dataclass(frozen=True, kw_only=True)
class CopyEvidence:
    """How many rows are copies, and how many nearly are.

    Attributes
    ----------
    share : float
        Of the rows, those equal to another one in all columns and the target.
    n_pairs : int
        Pairs of equal rows.
    n_near_pairs : int
        Pairs that differ in one column, or in the target alone. Tables of few levels have
        equal rows by chance; they then have more pairs that are equal but for one column.
    """

    share: float
    n_pairs: int
    n_near_pairs: int


def copies_among(
    columns: Sequence[Column], target: Column, rng: np.random.Generator
) -> CopyEvidence | None:
    """Return what is seen of copies; None where every column is an identifier."""
    compared = [column for column in columns if not _is_identifier(column)]
    if not compared:
        return None
    parts = [_hashed(column, rng) for column in [target, *compared]]
    total = np.asarray(np.sum(parts, axis=0, dtype=np.uint64))
    n_pairs = _n_pairs(total)
    if not n_pairs:
        return CopyEvidence(share=0.0, n_pairs=0, n_near_pairs=0)
    left_out = parts
    if len(parts) > MAX_LEFT_OUT:
        left_out = [parts[i] for i in rng.choice(len(parts), MAX_LEFT_OUT, replace=False)]
    near = sum(_n_pairs(total - part) - n_pairs for part in left_out)
    counts = np.unique(total, return_counts=True)[1]
    return CopyEvidence(
        share=float(counts[counts > 1].sum() / len(total)),
        n_pairs=n_pairs,
        n_near_pairs=round(near * len(parts) / len(left_out)),
    )


def _is_identifier(column: Column) -> bool:
    """Tell whether a column numbers or names the rows: copies differ in it."""
    has_levels = column.values is None or column.is_whole
    return has_levels and column.n_levels == len(column.codes)


def _hashed(column: Column, rng: np.random.Generator) -> Hashes:
    codes = _rounded(column)
    return rng.integers(0, 2**63, int(codes.max()) + 2, dtype=np.uint64)[codes + 1]


def _rounded(column: Column) -> Integers:
    """Return codes that are equal for numbers nearer than a millionth of their range."""
    present = column.codes >= 0
    if column.values is None or column.is_whole or not present.any():
        return column.codes
    values = column.values[present]
    with np.errstate(over="ignore", invalid="ignore"):
        spread = values.max() - values.min()
    if not 0 < spread < np.inf:
        return column.codes
    steps = np.round((values - values.min()) / spread * STEPS)
    codes = np.full(len(column.codes), -1, dtype=np.int64)
    codes[present] = np.unique(steps, return_inverse=True)[1]
    return codes


def _n_pairs(hashes: Hashes) -> int:
    counts = np.unique(hashes, return_counts=True)[1].astype(np.int64)
    return int(counts @ (counts - 1)) // 2
