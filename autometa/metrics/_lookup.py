"""Metrics by name: entries, what a name without an entry says, and which are alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf

from autometa.metrics._catalogue import RELATED_FAMILIES
from autometa.metrics._metric import Metric
from autometa.metrics._registry import every_metric, once_for_all_metrics

_AVERAGES = ("macro", "micro", "samples", "weighted", "ovo", "ovr")
# Words of errors that are never below 0, so that they are 0 at best when negated. A bare
# "loss" or "cost" is none of them: many studies minimise -accuracy.
ERROR_WORDS = frozenset(
    ("deviance", "distance", "duration", "err", "error", "mae", "mape", "mse", "rmse", "rmsle",
     "runtime", "seconds", "smape", "time")
)  # fmt: skip


@once_for_all_metrics
def get_metric(name: str) -> Metric:
    """Return the metric of a name.

    A name without an entry has no bounds, unless it is the average over classes of a
    share that has one (``precision_samples``) or says that it is a negated error.

    Examples
    --------
    >>> get_metric("f1_samples").is_share, get_metric("neg_mean_squared_error").target_power
    (True, 2)
    >>> get_metric("neg_quantile_error").high, get_metric("objective").high
    (0.0, inf)
    """
    metrics = every_metric()
    if name in metrics:
        return metrics[name]
    base = metrics.get(_without_average(name))
    if base is not None and base.is_share:
        return Metric(name=name, kind=base.kind, low=base.low, high=base.high)
    is_error = name.startswith("neg_") and ERROR_WORDS & set(re.split(r"\W|_", name))
    return Metric(name=name, high=0.0 if is_error else inf)


def measured_metrics(task_type: str) -> tuple[str, ...]:
    """Return the metrics that every evaluation of such a task computes; the first is the default.

    Examples
    --------
    >>> measured_metrics("binary")[:2]
    ('roc_auc', 'neg_log_loss')
    """
    metrics = every_metric().values()
    places = {m.measured[task_type]: m.name for m in metrics if task_type in m.measured}
    return tuple(places[place] for place in sorted(places))


def default_metric(task_type: str) -> str:
    """Return what a task is judged by when nobody says: ROC AUC, log loss or RMSE."""
    return measured_metrics(task_type)[0]


def by_closeness(metric: str, names: Sequence[str]) -> list[str]:
    """Return metrics, the one that orders setups most like ``metric`` first.

    Parameters
    ----------
    metric : str
    names : sequence of str
        Most measured first; that is the order of those which are not alike.
    """
    order = [metric]
    family = get_metric(metric).family
    if family:
        near = (family, *RELATED_FAMILIES[family])
        order += [m.name for one in near for m in every_metric().values() if m.family == one]
    place: dict[str, int] = {}
    for position, name in enumerate(order):
        place.setdefault(name, position)
    return sorted(names, key=lambda name: place.get(name, len(order)))


def on_one_scale(left: str, right: str) -> bool:
    """Return whether scores of two metrics can be compared."""
    scale = get_metric(left).scale
    return left == right or (bool(scale) and scale == get_metric(right).scale)


def _without_average(name: str) -> str:
    while (stem := re.sub(rf"_(?:{'|'.join(_AVERAGES)})$", "", name)) != name:
        name = stem
    return name
