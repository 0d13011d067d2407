"""The candidates: one file per family, each found by being here.

A module of this folder without a leading underscore offers its learners in a
tuple ``ALGORITHMS``; adding a family is adding a file.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from autometa.algorithms._algorithm import Algorithm, Context, kind_of_task, rows_in_training
from autometa.algorithms._cleaning import TableCleaner
from autometa.algorithms._sparse import SparseCleaner
from autometa.algorithms._text import word_rows
from autometa.exceptions import AlgorithmNotFoundError

__all__ = [
    "Algorithm",
    "Context",
    "SparseCleaner",
    "TableCleaner",
    "every_algorithm",
    "get_algorithm",
    "kind_of_task",
    "list_algorithms",
    "make_cleaner",
    "rows_in_training",
    "word_rows",
]


def make_cleaner(is_sparse: bool, strict: bool = True) -> TableCleaner | SparseCleaner:
    """Return the unfitted first step of a pipeline; ``strict`` is that of `TableCleaner`."""
    return SparseCleaner() if is_sparse else TableCleaner(strict=strict)


@cache
def _registry() -> dict[str, Algorithm]:
    modules = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
    families = [importlib.import_module(f"{__name__}.{name}") for name in sorted(modules)]
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
            f"Unknown algorithm '{name}'. {hint}Known: {', '.join(sorted(known))}.",
            name=name,
            suggestions=close,
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
