"""The metrics there are to choose from, as a table."""

from __future__ import annotations

import pandas as pd

from autometa.exceptions import MetricError, ParameterError
from autometa.metrics._lookup import default_metric, get_metric, measured_metrics
from autometa.metrics._scoring import check_metric, scorer_names
from metafeatures._registry import TASK_TYPES


def list_metrics(task_type: str | None = None) -> pd.DataFrame:
    """Return the metrics that can be asked for: one row each, by name.

    Scores are always greater-is-better: losses are negated.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}, optional
        Only those that can judge tasks of this type.

    Returns
    -------
    DataFrame
        ``name``; ``task_types`` (a tuple) it can judge; ``default_for``, those that are
        judged by it when nobody says; ``measured_on``, those whose evaluations by autometa
        always compute it, so that its history is the longest; ``low`` and ``high``, the
        least and the greatest score there can be; ``aliases``, other names that are taken.

    Examples
    --------
    >>> metrics = list_metrics("regression").set_index("name")
    >>> metrics.loc["neg_root_mean_squared_error", ["default_for", "aliases"]].to_list()
    [('regression',), ('rmse', 'root_mean_squared_error')]
    """
    if task_type not in (None, *TASK_TYPES):
        raise ParameterError(
            f"The 'task_type' of list_metrics must be one of {', '.join(TASK_TYPES)} or None. "
            f"Got {task_type!r}."
        )
    rows = []
    for name in scorer_names():
        metric, judged = get_metric(name), tuple(t for t in TASK_TYPES if _judges(name, t))
        if not judged if task_type is None else task_type not in judged:
            continue  # scorers of other data, such as those of many labels a row
        rows.append(
            {
                "name": name,
                "task_types": judged,
                "default_for": tuple(t for t in judged if default_metric(t) == name),
                "measured_on": tuple(t for t in judged if name in measured_metrics(t)),
                "low": metric.low,
                "high": metric.high,
                "aliases": metric.aliases,
            }
        )
    return pd.DataFrame(rows)


def _judges(name: str, task_type: str) -> bool:
    try:
        return check_metric(name, task_type) == name
    except MetricError:
        return False
