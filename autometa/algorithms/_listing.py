"""The algorithms there are to choose from, as a table."""

from __future__ import annotations

import pandas as pd

from autometa.algorithms._registry import every_algorithm
from autometa.exceptions import ParameterError
from metafeatures._registry import TASK_TYPES


def list_algorithms(task_type: str | None = None) -> pd.DataFrame:
    """Return the algorithms that can be recommended, tried and built: one row each, by name.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}, optional
        Only those for tasks of this type.

    Returns
    -------
    DataFrame
        ``name``, ``task_types`` (a tuple), ``is_installed`` (whether its package is),
        ``extra`` (that of autometa which installs it; empty where none is needed),
        ``max_rows`` (of tables it is offered for; missing without a limit), and
        ``n_setups`` (configurations known to do well, which are tried without advice;
        of all task types together, unless one is asked for).

    Examples
    --------
    >>> list_algorithms("regression")["name"].head(3).to_list()
    ['catboost', 'decision_tree', 'elastic_net']
    """
    if task_type not in (None, *TASK_TYPES):
        raise ParameterError(
            f"The 'task_type' of list_algorithms must be one of {', '.join(TASK_TYPES)} or None. "
            f"Got {task_type!r}."
        )
    rows = [
        {
            "name": algorithm.name,
            "task_types": algorithm.task_types,
            "is_installed": algorithm.is_installed,
            "extra": algorithm.extra or "",
            "max_rows": algorithm.max_rows,
            "n_setups": sum(map(len, algorithm.known_setups.values()))
            if task_type is None
            else len(algorithm.setups(task_type)),
        }
        for algorithm in every_algorithm()
        if task_type is None or task_type in algorithm.task_types
    ]
    return pd.DataFrame(rows).astype({"max_rows": "Int64"})
