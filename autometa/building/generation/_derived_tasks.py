"""Derived tasks: a table changed by a short chain of random steps.

What stands in the name is what was done: ``iris~0~rows.78+noise.12`` is the first task
derived from iris, 78 of its rows, its numbers blurred by 12 % of their spread.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np

from autometa.algorithms import TableCleaner
from autometa.building.generation._derived_steps import STEPS, take_rows
from autometa.building.generation._generated_task import MIN_ROWS, Draft, GeneratedTask
from autometa.exceptions import DatasetError, ParameterError
from autometa.tables import Table

MAX_STEPS = 3
MAX_ATTEMPTS = 200


def derive_tasks(
    table: Table,
    n: int,
    random_state: int = 0,
    *,
    family: str | None = None,
    max_rows: int | None = None,
) -> Iterator[GeneratedTask]:
    """Yield tasks derived from a table, each by one to three random steps.

    Steps are samples of rows and columns, a numeric target cut into classes, classes
    merged, noise on labels and columns, imbalance, missing cells, irrelevant columns,
    increasing functions of the numbers, and numbers binned. What they leave without
    something to learn (fewer than 40 rows, fewer than 5 of a class, a constant target) is
    drawn again. A task depends on the table, its place in the sequence and
    ``random_state`` alone: asking for more changes none of the first.

    Parameters
    ----------
    table : Table
        Not modified. Its columns become numbers and categories first, as they do for
        every pipeline; classes of fewer than 5 rows are left out.
    n : int
        How many.
    random_state : int, default=0
    family : str or None
        What the tasks carry; the table's name when not given. Tasks derived from a table
        may not be learned from when the table is what advice is tested on.
    max_rows : int or None
        Larger tables are sampled down to that many rows before anything else.

    Raises
    ------
    DatasetError
        If the table is too small to derive anything from.

    Examples
    --------
    >>> from autometa.datasets import load_dataset
    >>> iris = load_dataset("sklearn:iris")
    >>> [task.name for task in derive_tasks(iris, 2)]
    ['iris~0~bins.3+rows.78+columns.2', 'iris~1~label-noise.18']
    """
    if max_rows is not None and max_rows < MIN_ROWS:
        raise ParameterError(f"'max_rows' must be at least {MIN_ROWS}, or None. Got {max_rows!r}.")
    start = _start(table)
    parent = zlib.crc32(table.name.encode())
    for number in range(n):
        rng = np.random.default_rng([random_state, parent, number])
        chain, draft = _derive(start, rng, max_rows, table.name)
        yield GeneratedTask(
            name=f"{table.name}~{number}~{chain}",
            family=table.name if family is None else family,
            task_type=draft.task_type,
            X=draft.X,
            y=draft.target_column(),
            target=table.target,
            parent=table.name,
            how=chain,
        )


def _start(table: Table) -> Draft:
    """Return the table as a draft, or say why nothing can be derived from it."""
    labels = np.array([str(label) for label in table.classes], dtype=object)
    y = labels[table.y].astype(str) if table.n_classes else table.y.astype("float64")
    X = TableCleaner().fit_transform(table.X).reset_index(drop=True)
    X = X.rename(columns={table.target: f"{table.target}_"})
    draft = Draft(X, y, is_regression=not table.n_classes).rows(np.arange(len(y)))
    fault = draft.fault()
    if fault is not None:
        raise DatasetError(f"No task can be derived from '{table.name}': it has {fault}.")
    return draft


def _derive(
    start: Draft, rng: np.random.Generator, max_rows: int | None, name: str
) -> tuple[str, Draft]:
    for _ in range(MAX_ATTEMPTS):
        chain, draft = _chain(start, rng, max_rows)
        if draft.fault() is None:
            return "+".join(chain), draft
    raise DatasetError(
        f"No task could be derived from '{name}' in {MAX_ATTEMPTS} attempts: too few rows are left."
    )


def _chain(draft: Draft, rng: np.random.Generator, max_rows: int | None) -> tuple[list[str], Draft]:
    """Return what was done and what came out; stops early at what cannot be gone on with."""
    done = []
    if max_rows is not None and len(draft.y) > max_rows:
        draft = take_rows(draft, rng, max_rows).tidied()
        done.append(f"rows.{len(draft.y)}")
    for _ in range(int(rng.integers(1, MAX_STEPS + 1))):
        if draft.fault() is not None:
            break
        used = {step.partition(".")[0] for step in done}
        possible = [k for k, step in STEPS.items() if k not in used and step.applies(draft)]
        step = possible[int(rng.integers(len(possible)))]
        draft, amount = STEPS[step].change(draft, rng)
        draft = draft.tidied()
        done.append(f"{step}.{amount}")
    return done, draft
