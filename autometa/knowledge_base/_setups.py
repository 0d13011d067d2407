"""Setups by value: what is the same configuration has the same text.

Numbers of foreign algorithms are compared by value (``1`` is ``1.0``), for whether a
file says one or the other depends on its other cells. Those of algorithms that autometa
builds have the types of their search space, and what a configuration does not name is
the library's default.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from autometa.knowledge_base._schema import canonical_config

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

    from autometa.algorithms import Algorithm

EXACT = 2**53  # from here on a float does not tell one whole number from the next


def canonical_setup(
    algorithm: str, config: Mapping[str, Any] | str, task_type: str | None = None
) -> str:
    """Return the configuration of a setup as JSON text; the same setup has the same text.

    Parameters
    ----------
    algorithm : str
    config : dict or str
        As for `canonical_config`.
    task_type : str, optional
        Of the task it ran on. Defaults differ between types, so without it none are added.

    Examples
    --------
    >>> canonical_setup("knn", {"k": 5.0}), canonical_setup("ridge", {"alpha": 2})
    ('{"k": 5}', '{"alpha": 2.0}')
    >>> canonical_setup("decision_tree", {"max_depth": 4.0}, "binary")
    '{"max_depth": 4, "max_features": 1.0, "min_samples_leaf": 1}'
    """
    from autometa.algorithms import find_algorithm  # imports scikit-learn

    return _canonical(find_algorithm(algorithm), canonical_config(config), task_type)


def canonical_column(
    algorithms: Iterable[str], configs: Iterable[Any], task_types: Iterable[str | None]
) -> pd.Series[str]:
    """Return the canonical text of each setup; each distinct one is parsed once."""
    texts = [text if isinstance(text, str) else canonical_config(text) for text in configs]
    keys = list(zip(algorithms, texts, task_types, strict=True))
    canonical = {key: canonical_setup(*key) for key in set(keys)}
    return pd.Series([canonical[key] for key in keys], dtype=str)


@lru_cache(maxsize=1 << 16)
def _canonical(ours: Algorithm | None, text: str, task_type: str | None) -> str:
    config = {name: value for name, value in json.loads(text).items() if not _is_gap(value)}
    names = {} if ours is None else _distributions(ours)
    if ours is None or not set(config) <= set(names):
        return canonical_config({name: _by_value(value) for name, value in config.items()})
    typed = {name: _typed(value, names[name]) for name, value in config.items()}
    return canonical_config({**_defaults(ours, typed, task_type), **typed})


def _is_gap(value: Any) -> bool:
    """Say whether a value is NaN, by which tables mark what does not apply."""
    return isinstance(value, float) and math.isnan(value)


def _distributions(algorithm: Algorithm) -> dict[str, BaseDistribution]:
    """Return all hyperparameters; those of both kinds of tasks are of one type."""
    return {name: d for space in algorithm.spaces.values() for name, d in space.items()}


def _defaults(
    algorithm: Algorithm, config: Mapping[str, Any], task_type: str | None
) -> Mapping[str, Any]:
    from autometa.algorithms import kind_of_task

    kind = "" if task_type is None else kind_of_task(task_type)
    if kind not in algorithm.spaces or not set(config) <= set(algorithm.spaces[kind]):
        return {}
    return algorithm.known_setups[kind]["library"]


def _typed(value: Any, distribution: BaseDistribution) -> Any:
    """Return a value of one of our spaces with the type it has there."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(distribution, FloatDistribution) and is_number:
        return float(value)
    if isinstance(distribution, IntDistribution) and isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(distribution, CategoricalDistribution):
        for choice in distribution.choices:
            if choice == value and isinstance(choice, bool) == isinstance(value, bool):
                return choice
    return value


def _by_value(value: Any) -> Any:
    """Return a value with whole numbers as ints, in lists and dicts too."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, list):
        return [_by_value(item) for item in value]
    if isinstance(value, dict):
        return {name: _by_value(item) for name, item in value.items()}
    return value
