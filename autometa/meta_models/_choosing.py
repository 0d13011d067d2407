"""Which algorithms advice may name: those with runs that the table and the user allow."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from autometa.algorithms import (
    algorithm_not_found,
    every_algorithm,
    find_algorithm,
    how_to_install,
)
from autometa.exceptions import ParameterError
from autometa.performance import PastPerformance


def algorithms_of(
    performance: PastPerformance, usable: Collection[str], is_default: bool
) -> list[str]:
    """Return the algorithms that were learnt of, less those that cannot take this table.

    Foreign algorithms, which cannot be built here, are recommended from a knowledge base that
    the user names. Those in what a user added to the default one are learnt from only.
    """
    with_runs = performance.algorithms
    if is_default:
        return sorted({*usable} & with_runs)
    unusable = {algorithm.name for algorithm in every_algorithm()} - set(usable)
    return sorted(with_runs - unusable)


def chosen_algorithms(
    algorithms: Iterable[str] | None, candidates: list[str], task_type: str
) -> list[str]:
    """Return the names to choose from: those asked for, or all candidates.

    Raises
    ------
    AlgorithmNotFoundError
        If a name is unknown.
    ParameterError
        If one asked for cannot take the table, or has no runs.
    """
    if algorithms is None:
        return candidates
    asked = [algorithms] if isinstance(algorithms, str) else list(algorithms)
    unfit = [name for name in asked if name not in candidates]
    for name in unfit:
        if find_algorithm(name) is None:
            raise algorithm_not_found(name, candidates)
    if unfit or not asked:
        raise ParameterError(
            f"'algorithms' must name algorithms that are installed, take such a {task_type} "
            "task and have runs in the knowledge base. Got "
            f"{unfit or asked}; these can be used: {', '.join(candidates)}."
            f"{how_to_install(unfit)}"
        )
    return asked
