"""The metric of a run, once the labels that its folds hold out have been read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autometa._common.warning import warn_user
from autometa.exceptions import FallbackWarning
from autometa.metrics import depends_on_positive, is_defined, measured_metrics
from autometa.tables import Table
from autometa.tuning.final_model._held_out import HeldOut


def settle_metric(held_out: HeldOut, table: Table) -> tuple[str, list[str]]:
    """Return the metric to score by, and notes on it for the user.

    Where the metric asked for is defined on no fold (a class of one row, say, is
    never held out), the first metric of the task type that is defined on most folds
    takes its place: setups that cannot be compared cannot be chosen.
    """
    metric, positive = held_out.metric, held_out.positive
    n_folds = int(held_out.folds.max()) + 1
    labels = [held_out.y[held_out.folds == fold] for fold in range(n_folds)]

    def n_defined(name: str) -> int:
        return sum(is_defined(name, y, table.n_classes, positive) for y in labels)

    counted = n_defined(metric)
    notes = []
    if table.n_classes == 2 and depends_on_positive(metric):
        notes.append(f"The positive class of '{metric}' is {table.classes.tolist()[positive]!r}.")
    if counted == n_folds:
        return metric, [*_missing_positives(labels, table, positive), *notes]
    rare = _rare_classes(table, n_folds)
    if counted:
        missing = n_folds - counted
        return metric, [
            *notes,
            f"'{metric}' is undefined on {missing} of {n_folds} folds, which hold too few "
            f"classes{rare}; scores are means over the other {counted}.",
        ]
    other = max(measured_metrics(table.task_type), key=n_defined)  # the first of equals
    message = (
        f"'{metric}' is undefined on every fold{rare}; setups are scored by '{other}' instead."
    )
    warn_user(FallbackWarning(message))  # the score is on another scale than the one asked for
    return other, [message]


def _missing_positives(
    labels: list[npt.NDArray[np.integer[Any]]], table: Table, positive: int
) -> list[str]:
    """Say on how many folds no row of the positive class is held out."""
    n_without = sum(not (y == positive).any() for y in labels)
    if table.n_classes != 2 or not n_without:
        return []
    n_rows = int((table.y == positive).sum())
    return [
        f"{n_without} of {len(labels)} folds hold out no row of class "
        f"{table.classes.tolist()[positive]!r}, which has {n_rows}."
    ]


def _rare_classes(table: Table, n_folds: int) -> str:
    """Name the classes that some folds must lack."""
    if not table.n_classes:
        return ""
    counts = np.bincount(table.y, minlength=table.n_classes)
    rarest = [number for number in np.argsort(counts, kind="stable") if counts[number] <= n_folds]
    named = [f"{table.classes[number]!s} has {counts[number]} rows" for number in rarest[:3]]
    return f" (class {', '.join(named)})" if named else ""
