"""Rows in time: a column of dates, or one that the file is sorted by, along which rows change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Booleans, Integers, Positions
from autometa.dependence._likeness import Distances, Likeness, Pairs, random_pairs
from autometa.dependence._names import names_a_time
from autometa.dependence._rows import Column, is_sorted

MIN_TIMES = 5  # different ones: fewer are categories
YEARS = (1800, 2100)  # whole numbers within are years where the file is sorted by them
ALPHA = 0.001  # of a table of independent rows to be said to change along time
MAX_COMPARED = 40  # columns in which rows are compared, beside the target
MIN_RECORD_COLUMNS = 2  # with one, any sorted file would look like a record
MIN_RECORD_LEVELS = 10  # of a measure: marks stand in pieces in any file that was put together
MIN_RECORD = 0.7  # likeness of neighbours in the measure in which they are least alike
MIN_RECORD_TARGET = 0.5
MAX_ONE_WAY = 0.75  # share of steps upwards, or downwards, of a column the file is not sorted by
MIN_STEPS = 0.05  # of rows that change a column, for it to be sorted or not
MIN_STRATUM = 20  # rows of a level, on average, for rows to be compared within levels


@dataclass(frozen=True, kw_only=True)
class TimeOrder:
    """What speaks for rows that change along a time.

    Attributes
    ----------
    column : Column
    is_sorted : bool
        Whether the rows stand in its order.
    likeness : float
        How much more alike two rows that follow each other in time are than two random
        ones, in what is most so.
    where : str
        In what.
    p_value : float
        How often independent rows would be as much alike in some column.
    """

    column: Column
    is_sorted: bool
    likeness: float
    where: str
    p_value: float


def times_among(
    columns: Sequence[Column],
    target: Column,
    rng: np.random.Generator,
    clock: Column | None = None,
) -> list[TimeOrder]:
    """Return the columns along which rows change in time, the likeliest first.

    Parameters
    ----------
    columns : sequence of Column
    target : Column
    rng : Generator
    clock : Column or None
        One that begins anew with each entity, if any.
    """
    times = [column for column in columns if _may_be_time(column, clock)]
    others = [column for column in columns if not _tells_time(column)]
    if len(others) > MAX_COMPARED:
        others = [others[i] for i in rng.choice(len(others), MAX_COMPARED, replace=False)]
    seen = [_look_at(time, others, target, rng) for time in times]
    changing = [time for time in seen if time.p_value < ALPHA / len(times)]
    return sorted(changing, key=_rank)


def _rank(time: TimeOrder) -> tuple[bool, bool, int]:
    """Dates come before numbers, what the file is sorted by before others, fine before coarse."""
    return time.column.kind != "datetime", not time.is_sorted, -time.column.n_levels


def _may_be_time(column: Column, clock: Column | None) -> bool:
    if not column.is_ordered or column.n_levels < MIN_TIMES:
        return False
    if column.kind == "datetime":
        return True
    if column is clock:
        return _tells_time(column)
    return _tells_time(column) and is_sorted(column.codes)


def _tells_time(column: Column) -> bool:
    return column.kind == "datetime" or names_a_time(column.name) or _are_years(column)


def _are_years(column: Column) -> bool:
    if column.values is None or not column.is_whole:
        return False
    return bool(np.nanmin(column.values) >= YEARS[0] and np.nanmax(column.values) <= YEARS[1])


def _look_at(
    time: Column, others: Sequence[Column], target: Column, rng: np.random.Generator
) -> TimeOrder:
    compared = [target, *(other for other in others if other is not time)]
    distances = Distances(compared)
    stratum = _stratum(compared, rng)
    orders = [np.zeros(len(time.codes), dtype=np.int64)]
    orders += [stratum] if stratum is not None else []
    drifts = [_drift(time.codes, strata, distances, rng) for strata in orders]
    p_values = np.vstack([drift.p_values for drift in drifts])
    p_values[:, _determined(time.codes, distances, rng)] = 1.0
    values = np.vstack([drift.values for drift in drifts])
    row, place = np.unravel_index(int(p_values.argmin()), p_values.shape)
    return TimeOrder(
        column=time,
        is_sorted=is_sorted(time.codes),
        likeness=float(values[row, place]),
        where=compared[place].name,
        p_value=float(p_values.min()) * p_values.size,
    )


def _stratum(compared: Sequence[Column], rng: np.random.Generator) -> Integers | None:
    """Return the levels in which the target is most alike: births change along time by state."""
    target, *others = compared
    n_rows = len(target.codes)
    levels = [o for o in others if not o.is_ordered and o.n_levels <= n_rows / MIN_STRATUM]
    if not levels:
        return None
    distances = Distances([target])
    alike = [_drift(o.codes, np.zeros(n_rows, np.int64), distances, rng) for o in levels]
    values = np.nan_to_num([one.values[0] for one in alike], nan=-1.0)
    return levels[int(values.argmax())].codes


def _drift(
    times: Integers, strata: Integers, distances: Distances, rng: np.random.Generator
) -> Likeness:
    """Return how much rows that follow each other in time within strata are alike."""
    rows = np.flatnonzero(times >= 0)
    by_time = rows[np.lexsort((rng.random(len(rows)), times[rows], strata[rows]))]
    at_random = rows[np.lexsort((rng.random(len(rows)), strata[rows]))]
    return distances.compare(_neighbours(by_time, strata), _neighbours(at_random, strata))


def _neighbours(rows: Positions, strata: Integers) -> Pairs:
    """Return every second pair of rows that follow each other in one stratum."""
    first, second = rows[:-1:2], rows[1::2]
    is_one = strata[first] == strata[second]
    return Pairs(first[is_one], second[is_one])


def _determined(times: Integers, distances: Distances, rng: np.random.Generator) -> Booleans:
    """Tell which columns are the same in all rows of a time: a weekday says nothing of change."""
    order = np.lexsort((rng.random(len(times)), times))
    first, second = order[:-1], order[1:]
    is_same = (times[first] == times[second]) & (times[first] >= 0)
    if not is_same.any():
        return np.zeros(len(distances.names), bool)
    same = Pairs(first[is_same], second[is_same])
    determined = np.asarray(distances.of(same).max(axis=0) == 0)
    determined[0] = False  # the target is what is to be predicted
    return determined


def record_likeness(columns: Sequence[Column], target: Column, rng: np.random.Generator) -> float:
    """Return how much neighbouring rows of a record are alike in the target; 0 if it is none.

    In a record over time, or along a path, neighbours are alike in all measures, and no column
    is sorted. A file that is sorted, by the target or a column, is no record.
    """
    if len(columns) > MAX_COMPARED:
        columns = [columns[i] for i in rng.choice(len(columns), MAX_COMPARED, replace=False)]
    measures = [c for c in columns if c.is_ordered and c.n_levels >= MIN_RECORD_LEVELS]
    if len(measures) < MIN_RECORD_COLUMNS or any(map(_goes_one_way, [target, *columns])):
        return 0.0
    n_rows = len(target.codes)
    distances = Distances([target, *measures])
    rows = np.arange(n_rows)
    near = _neighbours(rows, np.zeros(n_rows, np.int64))
    alike = distances.compare(near, random_pairs(n_rows, rng))
    is_record = np.nan_to_num(alike.values[1:]).min() >= MIN_RECORD
    enough = alike.values[0] >= MIN_RECORD_TARGET and alike.p_values[0] < ALPHA
    return float(alike.values[0]) if is_record and enough else 0.0


def _goes_one_way(column: Column) -> bool:
    """Tell whether a column mostly rises or mostly falls, or stands in pieces, as when sorted."""
    steps = np.sign(np.diff(column.codes))
    n_up, n_down = int((steps > 0).sum()), int((steps < 0).sum())
    changes = n_up + n_down
    if changes < MIN_STEPS * len(steps):  # pieces: as many as levels when it is sorted
        return changes <= 2 * column.n_levels
    return max(n_up, n_down) > MAX_ONE_WAY * changes
