"""Algorithms by name: those of this folder, of plug-ins, and those registered by a call.

Each module of this folder offers its own in a tuple ``ALGORITHMS``; a distribution does
by an entry point of the group ``autometa.algorithms``. Both are imported when somebody
first asks for an algorithm.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from autometa._versions import version_of
from autometa.algorithms._algorithm import Algorithm
from autometa.exceptions import AlgorithmNotFoundError, PluginError, PluginWarning
from metafeatures.plugins import Plugin, load_plugins, warn_of_plugin

GROUP = "autometa.algorithms"  # of entry points
PACKAGE = __name__.rpartition(".")[0]

_registered: dict[str, Algorithm] = {}


@cache
def _installed() -> Mapping[str, Algorithm]:
    """Return the algorithms that every process of this environment has."""
    algorithms = {a.name: a for module in _own_modules() for a in module.ALGORITHMS}
    origin = dict.fromkeys(algorithms, "autometa")
    for plugin in load_plugins(GROUP, PluginWarning):
        for algorithm in _offered(plugin):
            if algorithm.name in algorithms:
                raise PluginError(
                    f"Two algorithms are named '{algorithm.name}': of '{origin[algorithm.name]}' "
                    f"and of '{plugin.distribution}'. Uninstall one of them.",
                )
            algorithms[algorithm.name] = algorithm
            origin[algorithm.name] = plugin.distribution
    return algorithms


def _own_modules() -> Iterator[ModuleType]:
    folder = importlib.import_module(PACKAGE).__path__
    names = sorted(m.name for m in pkgutil.iter_modules(folder) if not m.name.startswith("_"))
    yield from (importlib.import_module(f"{PACKAGE}.{name}") for name in names)


def _offered(plugin: Plugin) -> list[Algorithm]:
    """Return the algorithms of a plug-in: one, several, or those of a module."""
    value: Any = plugin.value
    if isinstance(value, ModuleType):
        value = getattr(value, "ALGORITHMS", None)
    offered = list(value) if isinstance(value, Iterable) else [value]
    if all(isinstance(one, Algorithm) for one in offered):
        return offered
    reason = "it leads neither to an Algorithm nor to a module with a tuple ALGORITHMS"
    warn_of_plugin(plugin.name, plugin.distribution, reason, PluginWarning)
    return []


def register_algorithm(algorithm: Algorithm) -> None:
    """Add an algorithm to this process: it is recommended, tried and built as any other.

    The workers that `tune` and knowledge bases are built with get it from here, if what
    makes the estimator is defined in the script or notebook itself, or can be imported; the
    estimator's class must be importable. Other processes do not have it: `load_model` reads
    a model with types of its own only where it was registered too. A package adds its
    algorithms to every process by an entry point of the group ``autometa.algorithms``.

    Parameters
    ----------
    algorithm : Algorithm

    Raises
    ------
    PluginError
        If it is none, or there is another algorithm of that name.
    """
    if not isinstance(algorithm, Algorithm):
        raise PluginError(
            "register_algorithm takes an autometa.algorithms.Algorithm. "
            f"Got {type(algorithm).__name__}."
        )
    if _registry().get(algorithm.name, algorithm) is not algorithm:
        raise PluginError(
            f"There is an algorithm '{algorithm.name}' already; give yours another name."
        )
    _registered[algorithm.name] = algorithm


def registered() -> list[Algorithm]:
    """Return the algorithms of this process alone, which its workers must be given."""
    return list(_registered.values())


def restore(algorithms: Iterable[Algorithm]) -> None:
    """Take over what `registered` gave in the process that started this one."""
    for algorithm in algorithms:
        if algorithm.name not in _installed():
            _registered[algorithm.name] = algorithm


def _registry() -> dict[str, Algorithm]:
    return {**_installed(), **_registered}


def find_algorithm(name: str) -> Algorithm | None:
    """Return the algorithm called ``name``, None for one that autometa cannot build."""
    return _registered.get(name) or _installed().get(name)


def get_algorithm(name: str) -> Algorithm:
    """Return the algorithm called ``name``.

    Raises
    ------
    AlgorithmNotFoundError
        If there is none.
    """
    algorithm = find_algorithm(name)
    if algorithm is None:
        raise algorithm_not_found(name)
    return algorithm


def algorithm_not_found(name: str, further: Iterable[str] = ()) -> AlgorithmNotFoundError:
    """Return the error that names what there is: the algorithms, and ``further`` names."""
    names = sorted({*_registry(), *further})
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean '{close[0]}'? " if close else ""
    return AlgorithmNotFoundError(
        f"Unknown algorithm '{name}'. {hint}Available: {', '.join(names)}.",
        name=name,
        suggestions=close,
    )


def every_algorithm() -> list[Algorithm]:
    """Return all algorithms by name, those that are not installed too."""
    return sorted(_registry().values(), key=lambda algorithm: algorithm.name)


def algorithms_for(
    task_type: str,
    n_rows: int = 0,
    n_classes: int = 0,
    is_sparse: bool = False,
    n_rarest: int | None = None,
    is_weighted: bool = False,
) -> list[Algorithm]:
    """Return the algorithms that are installed and take such a task, by name."""
    return [
        algorithm
        for algorithm in every_algorithm()
        if algorithm.supports(task_type, n_rows, n_classes, is_sparse, n_rarest, is_weighted)
    ]


def library_versions(others: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of the libraries that fit models, and of others, where installed."""
    names = (*others, *sorted({algorithm.library for algorithm in every_algorithm()}))
    versions = {name: version_of(name) for name in names}
    return {name: version for name, version in versions.items() if version is not None}
