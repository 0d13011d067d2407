"""Reads a table, or a part of its rows when a time budget is too small for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from metafeatures._arrays import Integers
from metafeatures._budget import Clock
from metafeatures._dataset import Dataset
from metafeatures._tables.sources import Source
from metafeatures._tables.table import Table
from metafeatures._task import Target

Builder = Callable[[Source | Table, Target], Dataset]

PART_ROWS = (1_000, 10_000)
SHARE = 0.5
SLACK = 1.5
COUNTED = frozenset({"missing_counts", "n_rows_missing", "n_repeated_rows", "n_repeated_columns",
                     "cardinalities"})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A dataset, and what of it is not known because not all rows were read."""

    dataset: Dataset
    unknown: frozenset[str] = frozenset()


def read(source: Source, target: Target, clock: Clock, build: Builder, seed: int) -> Reading:
    """Read all rows if that takes at most half of what is left of the budget, else a part.

    How long it would take is estimated from random parts of 1,000 and 10,000 rows, which are
    read first and kept if time allows no more. Of a part, what only a count of all
    rows tells is unknown, the kinds of strings and objects too. Tables of up to 2,000 rows
    are always read whole.
    """
    if clock.budget is None:
        return Reading(dataset=build(source, target))
    n_rows, n_before, seconds_before = len(source), 0, 0.0
    parts = [n_part for n_part in PART_ROWS if 2 * n_part < n_rows]
    for n_part, n_next in zip(parts, [*parts[1:], n_rows], strict=False):
        start = time.perf_counter()
        rows = _draw(target, n_rows, n_part, seed)
        some = _take(target, rows)
        table = Table(source.take(rows), some.numbers if some.is_regression else some.codes)
        seconds = time.perf_counter() - start
        a_row = SLACK * max(seconds - seconds_before, 0.0) / (n_part - n_before)
        n_before, seconds_before = n_part, seconds
        if seconds + a_row * (n_rows - n_part) <= SHARE * clock.left:
            break
        if seconds + a_row * (n_next - n_part) > SHARE * clock.left:
            dataset = build(table, some)
            dataset.n_rows = n_rows
            unknown = COUNTED if source.tells_kind.all() else COUNTED | {"kinds"}
            return Reading(dataset=dataset, unknown=unknown)
    return Reading(dataset=build(source, target))


def _take(target: Target, rows: Integers) -> Target:
    """Return the target of some rows; counts of classes stay those of all rows."""
    if target.is_regression:
        return replace(target, numbers=target.numbers[rows])
    return replace(target, codes=target.codes[rows])


def _draw(target: Target, n_rows: int, n_part: int, seed: int) -> Integers:
    """Return random rows in their order, one or more of each class or two different numbers."""
    rows = np.random.default_rng(seed).choice(n_rows, n_part, replace=False, shuffle=False)
    if target.is_regression:
        needed = np.array([np.argmax(target.numbers != target.numbers[rows[0]])])
    else:
        first = np.empty(target.class_counts.size, np.int64)
        first[target.codes[::-1]] = np.arange(n_rows)[::-1]
        needed = first[: n_part // 2]
    return np.unique(np.append(rows, needed))
