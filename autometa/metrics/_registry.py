"""Metrics by name: those of the catalogue, of plug-ins, and those registered by a call.

What is derived from all of them is computed once, and anew when one is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from autometa.exceptions import PluginError, PluginWarning
from autometa.metrics._catalogue import CATALOGUE, RELATED_FAMILIES
from autometa.metrics._metric import Metric
from metafeatures.plugins import load_plugins, warn_of_plugin

GROUP = "autometa.metrics"  # of entry points

P = ParamSpec("P")
R = TypeVar("R")

_registered: dict[str, Metric] = {}
_caches: list[Callable[[], None]] = []


def once_for_all_metrics(function: Callable[P, R]) -> Callable[P, R]:
    """Remember what a function returned until another metric is added."""
    cached: Any = cache(function)
    _caches.append(cached.cache_clear)
    return wraps(function)(cached)  # for type checkers, which know no signature of a cache


@cache
def _installed() -> Mapping[str, Metric]:
    """Return the metrics that every process of this environment has."""
    metrics = {metric.name: metric for metric in CATALOGUE}
    for plugin in load_plugins(GROUP, PluginWarning):
        value: Any = plugin.value
        offered = list(value) if isinstance(value, Iterable) else [value]
        if not all(isinstance(one, Metric) for one in offered):
            reason = "it leads neither to a Metric nor to several"
            warn_of_plugin(plugin.name, plugin.distribution, reason, PluginWarning)
            continue
        for metric in offered:
            _check(metric, metrics, f" of '{plugin.distribution}'")
            metrics[metric.name] = metric
    return metrics


@once_for_all_metrics
def every_metric() -> Mapping[str, Metric]:
    """Return all metrics by name: the catalogue's in its order, then the others'."""
    return {**_installed(), **_registered}


def register_metric(metric: Metric) -> None:
    """Add a metric to this process, under its name and aliases.

    One with a ``scorer`` can be asked for wherever a metric can; one without is read from
    histories. The workers that `tune` starts get it from here; other processes do not have
    it. A package adds its metrics to every process by an entry point of the group
    ``autometa.metrics`` that leads to a `Metric`, or to a tuple of them.

    Parameters
    ----------
    metric : Metric

    Raises
    ------
    PluginError
        If it is none, or a name or place of it is taken.

    Examples
    --------
    A cost of five for a positive that is missed, of one for a false alarm::

        from sklearn.metrics import confusion_matrix, make_scorer

        def cost(y_true, y_pred):
            (_, alarms), (missed, _) = confusion_matrix(y_true, y_pred, labels=[0, 1])
            return (5 * missed + alarms) / len(y_true)

        scorer = make_scorer(cost, greater_is_better=False)
        register_metric(
            Metric(name="neg_cost", kind="classification", high=0.0, scorer=scorer)
        )
    """
    if not isinstance(metric, Metric):
        raise PluginError(f"register_metric takes a Metric. Got {type(metric).__name__}.")
    if every_metric().get(metric.name) == metric:
        return
    _check(metric, every_metric(), "")
    restore([metric])


def _check(metric: Metric, others: Mapping[str, Metric], origin: str) -> None:
    """Raise unless a metric leaves open nothing that others have decided."""
    taken: dict[str, str] = {}
    for other in others.values():
        taken.update(dict.fromkeys((other.name, *other.aliases, *other.complements), other.name))
        for task_type, place in other.measured.items():
            if metric.measured.get(task_type) == place:
                raise PluginError(
                    f"The metric '{metric.name}'{origin} has place {place} among those measured "
                    f"on {task_type} tasks, which '{other.name}' has."
                )
    clash = [n for n in (metric.name, *metric.aliases, *metric.complements) if n in taken]
    if clash:
        raise PluginError(
            f"The metric '{metric.name}'{origin} has a name that is taken: '{clash[0]}' means "
            f"'{taken[clash[0]]}'."
        )
    if metric.family and metric.family not in RELATED_FAMILIES:
        raise PluginError(
            f"The 'family' of the metric '{metric.name}'{origin} must be one of "
            f"{', '.join(RELATED_FAMILIES)}, or empty. Got {metric.family!r}."
        )


def registered() -> list[Metric]:
    """Return the metrics of this process alone, which its workers must be given."""
    return list(_registered.values())


def was_registered(name: str) -> bool:
    """Tell whether a metric of this name was added in this process."""
    return name in _registered


def replace_registered(metric: Metric) -> None:
    """Add a metric to this process, in the place of one of the same name that was added before."""
    restore([metric])


def restore(metrics: Iterable[Metric]) -> None:
    """Take over what `registered` gave in the process that started this one."""
    for metric in metrics:
        if metric.name not in _installed():
            _registered[metric.name] = metric
    for clear in _caches:
        clear()
