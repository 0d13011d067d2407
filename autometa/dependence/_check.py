"""check_validation(): what shuffled folds would hide about the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from autometa.datasets import check_named, named_table
from autometa.dependence._copies import copies_among
from autometa.dependence._entities import Entity, best_entity, entities_among
from autometa.dependence._finding import ValidationFinding
from autometa.dependence._index import index_columns, index_of
from autometa.dependence._rows import (
    MAX_CELLS,
    Column,
    columns_looked_at,
    rows_looked_at,
    target_column,
)
from autometa.dependence._time import TimeOrder, record_likeness, times_among
from autometa.tables import Table
from metafeatures import AnyTaskType

MIN_ROWS = 30  # of fewer no test has a say
MIN_STEADY = 0.995  # share of steps within entities that a time takes one way
MIN_COPIES = 0.02  # share of rows that are copies, of which a score can be seen to profit
MIN_COPY_PAIRS = 10
MIN_COPY_RATIO = 2  # pairs of equal rows to pairs that differ in one column: not by chance


def check_validation(
    X: Any, y: Any = None, *, task_type: AnyTaskType | None = None
) -> list[ValidationFinding]:
    """Return what shuffled folds would hide about the rows of a table, and what to pass instead.

    `recommend`, `tune` and the estimators make this check themselves, and warn of each
    finding, unless ``groups``, ``timestamps`` or ``cv`` are given.

    Parameters
    ----------
    X : DataFrame, array, sparse matrix, path or str
        As for `recommend`. Up to 20,000 rows are looked at, in stretches from all over it, and
        the levels of a pandas index as columns.
    y : array-like of shape (n_rows,) or str
        Class labels or numbers, or the name of a column of ``X``.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.

    Returns
    -------
    list of ValidationFinding
        At most one of each kind; empty where nothing speaks against shuffled folds. Of
        tables of independent rows one in a thousand shows entities, one in a thousand a time.

    Raises
    ------
    DatasetError
        If the table or the target cannot be used.

    Notes
    -----
    A category that tells much of the target is no entity: new rows will have the same levels.
    A column is said to name entities when its rows stand together in the file and a time
    begins anew with each, or when it is an identifier by name and its rows are more alike
    than chance allows. A file that is sorted by its target is harmless with shuffled folds, and
    is reported here but never warned of.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> patient = np.repeat(np.arange(40), 10)
    >>> X = pd.DataFrame({"patient_id": patient, "dose": rng.normal(size=400)})
    >>> y = rng.normal(size=40)[patient] + 0.1 * rng.normal(size=400)
    >>> [finding.argument for finding in check_validation(X, y)]
    ["groups='patient_id'"]
    """
    named = named_table(X, y)
    table = check_named(named, task_type)
    index = index_of(named.X, table.counted)
    return [*findings_of(table, index=index), *target_order(table)]


def findings_of(
    table: Table, max_cells: int = MAX_CELLS, index: pd.DataFrame | None = None
) -> list[ValidationFinding]:
    """Return what shuffled folds would hide about a checked table; at most ``max_cells`` count.

    ``index`` is what `index_of` returns for the table as it was given.
    """
    if len(table.y) < MIN_ROWS:
        return []
    rng = np.random.default_rng(0)
    rows = rows_looked_at(table.X.shape[0], table.X.shape[1], max_cells)
    columns = columns_looked_at(table, rows)
    target = target_column(table, rows)
    beside = [*columns, *index_columns(index, rows)]
    entity = best_entity(entities_among(beside, target, rng))
    # a time that goes back within an entity, as with each trial of a subject, is no time of it
    clock = entity.clock if entity and entity.rising >= MIN_STEADY else None
    times = times_among(beside, target, rng, clock)
    return [
        *_entity_finding(entity),
        *_time_finding(times, columns, target, entity, rng),
        *_copy_finding(columns, target, rng),
    ]


def _entity_finding(entity: Entity | None) -> list[ValidationFinding]:
    if entity is None:
        return []
    column = entity.column
    same = f", the same in {_some(entity.attributes)}" if entity.attributes else ""
    return [
        ValidationFinding(
            kind="groups",
            column=column.name or None,
            evidence=max(entity.target_likeness, entity.mean_likeness),
            message=(
                f"Each value of {column.said} stands on {entity.rows_per_level:.3g} rows on average"
                f"{same}: shuffled folds score on rows whose {column.said.removeprefix('the ')} "
                f"was trained on; pass groups={column.argument} if the model is meant for new "
                "ones."
            ),
            argument=f"groups={column.argument}",
        )
    ]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _time_finding(
    times: Sequence[TimeOrder],
    columns: Sequence[Column],
    target: Column,
    entity: Entity | None,
    rng: np.random.Generator,
) -> list[ValidationFinding]:
    if times:
        column = times[0].column
        where = "the target" if times[0].where == target.name else f"'{times[0].where}'"
        return [
            ValidationFinding(
                kind="time",
                column=column.name or None,
                evidence=times[0].likeness,
                message=(
                    f"Rows change along {column.said}, most of all in {where}: shuffled folds "
                    "train on rows that come after those they score; pass "
                    f"timestamps={column.argument} if the model is meant for later rows."
                ),
                argument=f"timestamps={column.argument}",
            )
        ]
    likeness = 0.0 if entity else record_likeness(columns, target, rng)
    if not likeness:
        return []
    return [
        ValidationFinding(
            kind="time",
            column=None,
            evidence=likeness,
            message=(
                "Rows that follow each other in the table are nearly the same, as in a record over "
                "time: shuffled folds score on rows whose neighbours were trained on; pass "
                "timestamps=range(len(X)) if the model is meant for later rows."
            ),
            argument="timestamps=range(len(X))",
        )
    ]


def _copy_finding(
    columns: Sequence[Column], target: Column, rng: np.random.Generator
) -> list[ValidationFinding]:
    copies = copies_among(columns, target, rng)
    if (
        copies is None
        or copies.share < MIN_COPIES
        or copies.n_pairs < max(MIN_COPY_PAIRS, MIN_COPY_RATIO * copies.n_near_pairs)
    ):
        return []
    return [
        ValidationFinding(
            kind="copies",
            column=None,
            evidence=copies.share,
            message=(
                f"{copies.share:.1%} of the rows are equal to another one, target included: "
                "shuffled folds score on rows that were trained on; drop the copies, or pass "
                "groups= with one number for all copies of a row."
            ),
        )
    ]


def target_order(table: Table) -> list[ValidationFinding]:
    """Return whether the file is sorted by its target, which only unshuffled folds mind."""
    y = table.y
    if len(y) < MIN_ROWS:
        return []
    if table.n_classes:
        n_changes = int(np.count_nonzero(np.diff(y)))
        evidence = 1 - n_changes / (len(y) - 1)
        is_ordered = n_changes < 2 * table.n_classes
    else:
        steps = np.sign(np.diff(y))
        evidence = float(max((steps >= 0).mean(), (steps <= 0).mean()))
        is_ordered = evidence > 0.99 and bool(steps.any())
    if not is_ordered:
        return []
    return [
        ValidationFinding(
            kind="target_order",
            column=table.target,
            evidence=evidence,
            message=(
                "Rows are sorted by the target, which shuffled folds do not mind: a 'cv' of your "
                "own must shuffle, as KFold(5, shuffle=True) does."
            ),
        )
    ]
