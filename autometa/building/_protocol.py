"""What a build measures: which setups, on how much of the rows, and how tasks are described."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from autometa.algorithms import algorithms_for, kind_of_task
from autometa.knowledge_base._schema import canonical_config

SAMPLED_PER_HYPERPARAMETER = {"classification": 1.75, "regression": 1.4}
PARTIAL_FIDELITIES = (0.1, 1 / 3)
MIN_ROWS_FOR_PARTS = 500
FAMILIES = ("simple", "statistical", "information-theoretic", "landmarking")

Measurement = tuple[str, str, float]


def shared_setups(task_type: str) -> Iterator[tuple[str, str]]:
    """Yield the setups every task of a kind is measured with: (algorithm, config).

    Each algorithm's known setups, and points that fill its space evenly: more
    for larger spaces. A longer list begins with the shorter one's points.
    """
    per_hyperparameter = SAMPLED_PER_HYPERPARAMETER[kind_of_task(task_type)]
    for algorithm in algorithms_for(task_type):
        n_sampled = round(len(algorithm.space(task_type)) * per_hyperparameter)
        listed = list(algorithm.setups(task_type).values())
        texts = [canonical_config(c) for c in listed + algorithm.sample(n_sampled, task_type)]
        yield from ((algorithm.name, config) for config in dict.fromkeys(texts))


def setups_with_curves(task_type: str) -> Iterator[tuple[str, str]]:
    """Yield the setups whose learning curves are measured: the known ones of each algorithm."""
    for algorithm in algorithms_for(task_type):
        for config in algorithm.setups(task_type).values():
            yield algorithm.name, canonical_config(config)


def measurements(
    task_type: str, n_rows: float, algorithms: Collection[str] | None = None
) -> list[Measurement]:
    """Return what is measured on a task: (algorithm, config, fidelity), all rows first.

    Learning curves are left out of tasks so small that a tenth of the rows says nothing,
    and of those whose rows nobody could count (NaN).
    """
    wanted = [(*setup, 1.0) for setup in shared_setups(task_type)]
    if n_rows >= MIN_ROWS_FOR_PARTS:
        curves = dict.fromkeys(setups_with_curves(task_type))
        wanted += [(*setup, part) for part in PARTIAL_FIDELITIES for setup in curves]
    return [one for one in wanted if algorithms is None or one[0] in algorithms]


def described_by() -> list[str]:
    """Return the meta-features that a knowledge base of our own describes tasks by.

    Four families, without what depends on the order of columns or on their units. The
    others cost little more, but left the advice as it was (``benchmarks/ablation.py``).
    """
    from metafeatures import list_metafeatures

    catalogue = list_metafeatures()
    chosen = catalogue["family"].isin(FAMILIES) & ~catalogue["by_place"]
    return [str(name) for name in catalogue.loc[chosen, "name"]]
