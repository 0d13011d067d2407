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

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseError
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
    return _canonical(algorithm, canonical_config(config), task_type)


def canonical_column(
    algorithms: Iterable[str], configs: Iterable[Any], task_types: Iterable[str | None]
) -> pd.Series[str]:
    """Return the canonical text of each setup; each distinct one is parsed once."""
    texts = [text if isinstance(text, str) else canonical_config(text) for text in configs]
    keys = list(zip(algorithms, texts, task_types, strict=True))
    known = {key: canonical_setup(*key) for key in set(keys)}
    return pd.Series([known[key] for key in keys], dtype=str)


@lru_cache(maxsize=1 << 16)
def _canonical(algorithm: str, text: str, task_type: str | None) -> str:
    config = {name: value for name, value in json.loads(text).items() if not _is_gap(value)}
    ours = _ours(algorithm)
    names = {} if ours is None else _distributions(ours)
    if ours is None or not set(config) <= set(names):
        return canonical_config({name: _by_value(value) for name, value in config.items()})
    typed = {name: _typed(value, names[name]) for name, value in config.items()}
    return canonical_config({**_defaults(ours, typed, task_type), **typed})


def _is_gap(value: Any) -> bool:
    """Say whether a value is NaN, by which tables mark what does not apply."""
    return isinstance(value, float) and math.isnan(value)


def _ours(algorithm: str) -> Algorithm | None:
    return _registry().get(algorithm)


@lru_cache(maxsize=1)
def _registry() -> dict[str, Algorithm]:
    from autometa.algorithms import every_algorithm

    return {algorithm.name: algorithm for algorithm in every_algorithm()}


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


def with_canonical_setups(content: Any) -> Any:
    """Return an Arrow table of runs with canonical configurations.

    Folders that an earlier version wrote hold ``1`` and ``1.0`` side by side. Text is
    looked at once for each distinct setup; a table that needs no change is returned as it is.
    """
    from autometa.knowledge_base.storage._columns import as_codes, codes_of

    if not {"algorithm", "config"} <= set(content.column_names) or not len(content):
        return content
    (algorithms, a), (configs, c) = codes_of(content["algorithm"]), codes_of(content["config"])
    known = (a >= 0) & (c >= 0)  # a row without a name or config is left out later
    pairs = np.where(known, a * len(configs) + c, 0)
    there = np.unique(pairs[known])
    names = [(algorithms[p // len(configs)], configs[p % len(configs)]) for p in there.tolist()]
    texts = [_readable(algorithm, config) for algorithm, config in names]
    if all(text == config for text, (_, config) in zip(texts, names, strict=True)):
        return content
    codes, values = pd.factorize(np.array(texts, dtype=object))
    places = codes[np.searchsorted(there, pairs)] if len(there) else pairs
    return _with_column(content, as_codes, np.where(known, places, -1), values)


def readable_column(algorithms: pd.Series[Any], configs: pd.Series[Any]) -> pd.Series[Any]:
    """Return the canonical text of stored setups; what is no configuration stays as it is."""
    keys = list(zip(algorithms, configs, strict=True))
    known = {key: _readable(*key) if isinstance(key[1], str) else key[1] for key in set(keys)}
    return pd.Series([known[key] for key in keys], index=configs.index, dtype=configs.dtype)


def _readable(algorithm: str, config: str) -> str:
    """Return the canonical text; one that is no configuration stays, and is left out later."""
    try:
        return canonical_setup(algorithm, config)
    except KnowledgeBaseError:
        return config


def _with_column(content: Any, as_codes: Any, codes: Any, values: Any) -> Any:
    import pyarrow as pa

    indices = pa.array(codes, pa.int32(), mask=codes < 0)
    column = as_codes(pa.DictionaryArray.from_arrays(indices, pa.array(list(values), pa.string())))
    return content.set_column(content.column_names.index("config"), "config", column)
