"""The candidates: one file per family, each offered by lying in this folder.

A module of this folder without a leading underscore offers its learners in a
tuple ``ALGORITHMS``; adding a family is adding a file.
"""

from __future__ import annotations

from autometa.algorithms._algorithm import (
    TARGET,
    Algorithm,
    Context,
    kind_of_task,
    rows_in_training,
)
from autometa.algorithms._cleaning import TableCleaner
from autometa.algorithms._listing import list_algorithms
from autometa.algorithms._missing import how_to_install, not_installed
from autometa.algorithms._outdated import outdated
from autometa.algorithms._registry import (
    algorithm_not_found,
    algorithms_for,
    every_algorithm,
    find_algorithm,
    get_algorithm,
    library_versions,
    register_algorithm,
)
from autometa.algorithms._seconds import Size
from autometa.algorithms._sparse import SparseCleaner
from autometa.algorithms._stopping import HeldOutRows, Rounds, Stopping
from autometa.algorithms._target import IDENTITY, LOG, inner_estimator
from autometa.algorithms._text import word_rows

__all__ = [
    "IDENTITY",
    "LOG",
    "TARGET",
    "Algorithm",
    "Context",
    "HeldOutRows",
    "Rounds",
    "Size",
    "SparseCleaner",
    "Stopping",
    "TableCleaner",
    "algorithm_not_found",
    "algorithms_for",
    "every_algorithm",
    "find_algorithm",
    "get_algorithm",
    "how_to_install",
    "inner_estimator",
    "kind_of_task",
    "library_versions",
    "list_algorithms",
    "make_cleaner",
    "not_installed",
    "outdated",
    "register_algorithm",
    "rows_in_training",
    "word_rows",
]


def make_cleaner(is_sparse: bool, strict: bool = True) -> TableCleaner | SparseCleaner:
    """Return the unfitted first step of a pipeline; ``strict`` is that of `TableCleaner`."""
    return SparseCleaner() if is_sparse else TableCleaner(strict=strict)
