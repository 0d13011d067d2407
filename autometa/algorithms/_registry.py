"""Algorithms by name: each module of this folder offers its own in a tuple ``ALGORITHMS``."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import metadata

from autometa.algorithms._algorithm import Algorithm
from autometa.exceptions import AlgorithmNotFoundError

PACKAGE = __name__.rpartition(".")[0]


@cache
def _registry() -> dict[str, Algorithm]:
    folder = importlib.import_module(PACKAGE).__path__
    modules = [m.name for m in pkgutil.iter_modules(folder) if not m.name.startswith("_")]
    families = [importlib.import_module(f"{PACKAGE}.{name}") for name in sorted(modules)]
    return {a.name: a for family in families for a in family.ALGORITHMS}


def get_algorithm(name: str) -> Algorithm:
    """Return the algorithm called ``name``.

    Raises
    ------
    AlgorithmNotFoundError
        If there is none.
    """
    known = _registry()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean '{close[0]}'? " if close else ""
        raise AlgorithmNotFoundError(
            f"Unknown algorithm '{name}'. {hint}Known: {', '.join(sorted(known))}."
        )
    return known[name]


def every_algorithm() -> list[Algorithm]:
    """Return all algorithms by name, those that are not installed too."""
    return sorted(_registry().values(), key=lambda algorithm: algorithm.name)


def list_algorithms(
    task_type: str | None = None,
    n_rows: int = 0,
    n_classes: int = 0,
    is_sparse: bool = False,
    n_rarest: int | None = None,
) -> list[Algorithm]:
    """Return the algorithms that are installed and take such a task, by name."""
    found = every_algorithm()
    if task_type is None:
        return [algorithm for algorithm in found if algorithm.is_installed]
    return [
        algorithm
        for algorithm in found
        if algorithm.supports(task_type, n_rows, n_classes, is_sparse, n_rarest)
    ]


def library_versions(others: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of the libraries that fit models, and of others, where installed."""
    versions = {}
    for name in (*others, *sorted({algorithm.library for algorithm in every_algorithm()})):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # an extra that is not installed
    return versions
