"""Algorithms whose library is not installed, and how to install it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from autometa._versions import DISTRIBUTION
from autometa.algorithms._algorithm import Algorithm
from autometa.algorithms._registry import every_algorithm


def not_installed(names: Collection[str], task_type: str, n_rows: int = 0) -> str:
    """Return a sentence on those algorithms that only lack their library.

    Parameters
    ----------
    names : collection of str
        Algorithms that would be used.
    task_type : str
    n_rows : int
        Of the table: those that are too slow for it are not missed.

    Returns
    -------
    str
        Empty when none is missing.
    """
    missing = [
        algorithm
        for algorithm in every_algorithm()
        if algorithm.name in names
        and not algorithm.is_installed
        and replace(algorithm, requires=None).supports(task_type, n_rows)
    ]
    if not missing:
        return ""
    return (
        f"Left out, for they are not installed: {', '.join(a.name for a in missing)}. They may "
        f"well be the best; {_command(missing)} brings them."
    )


def how_to_install(names: Collection[str]) -> str:
    """Return a sentence, after a blank, on those that were asked for and are not installed.

    Parameters
    ----------
    names : collection of str

    Returns
    -------
    str
        Empty when none is missing.
    """
    missing = [a for a in every_algorithm() if a.name in names and not a.is_installed]
    if not missing:
        return ""
    return f" {_command(missing)} brings {', '.join(a.name for a in missing)}."


def _command(missing: Sequence[Algorithm]) -> str:
    """Return the command that installs what the algorithms need."""
    extras = sorted({algorithm.extra for algorithm in missing if algorithm.extra})
    libraries = sorted({algorithm.library for algorithm in missing if not algorithm.extra})
    wanted = [*([f"{DISTRIBUTION}[{','.join(extras)}]"] if extras else []), *libraries]
    return f"pip install {' '.join(f'{name!r}' for name in wanted)}"
