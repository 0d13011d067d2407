"""What a run is judged by, once the labels that its folds hold out are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autometa.evaluation import METRICS, depends_on_positive, is_defined
from autometa.tables import Table


def settle_metric(
    metric: str, table: Table, tests: Sequence[npt.NDArray[np.intp]], positive: int
) -> tuple[str, list[str]]:
    """Return the metric to judge by, and what is to be said of it.

    Parameters
    ----------
    metric : str
        What was asked for. Where it is defined on no fold (a class of one row, say,
        is never held out), the first metric of the task type that is defined on
        most folds takes its place: setups that cannot be compared cannot be chosen.
    table : Table
    tests : sequence of ndarray
        The row positions that each fold in use holds out.
    positive : int
        Number of the positive class.
    """

    def n_defined(name: str) -> int:
        return sum(is_defined(name, table.y[t], table.n_classes, positive) for t in tests)

    n_folds, counted = len(tests), n_defined(metric)
    notes = []
    if table.n_classes == 2 and depends_on_positive(metric):
        notes = [f"The positive class of '{metric}' is {table.classes.tolist()[positive]!r}."]
    if counted == n_folds:
        return metric, notes
    rare = _rare_classes(table, n_folds)
    if counted:
        missing = n_folds - counted
        return metric, [
            *notes,
            f"'{metric}' is undefined on {missing} of {n_folds} folds, which hold too few "
            f"classes{rare}; scores are means over the other {counted}.",
        ]
    other = max(METRICS[table.task_type], key=n_defined)  # the first of equals
    return other, [
        f"'{metric}' is undefined on every fold{rare}; setups are judged by '{other}' instead."
    ]


def _rare_classes(table: Table, n_folds: int) -> str:
    """Name the classes that some folds must lack."""
    if not table.n_classes:
        return ""
    counts = np.bincount(table.y, minlength=table.n_classes)
    rarest = [number for number in np.argsort(counts, kind="stable") if counts[number] <= n_folds]
    named = [f"{table.classes[number]!s} has {counts[number]} rows" for number in rarest[:3]]
    return f" (class {', '.join(named)})" if named else ""
