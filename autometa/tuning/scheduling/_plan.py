"""What is tried, in which order, on how many folds.

Advice comes first; known setups fill it up, so that algorithms the knowledge
base has not met, and runs without one, are served too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from optuna.distributions import BaseDistribution

from autometa.algorithms import Size, algorithms_for, get_algorithm, how_to_install
from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBase
from autometa.tables import Table

if TYPE_CHECKING:
    from autometa.meta_models import MetaModel
    from autometa.recommendation import Recommendations

N_ADVISED = 20
N_BEFORE_ANCHORS = 5
# Share of the tasks of a knowledge base beyond whose rows a table is large to it. On such a table
# a list by seconds begins with what is quick on few rows and ends there, as few setups fit. The
# best come instead, whatever they take, behind the libraries' defaults: the scheduler makes them
# smaller; see benchmarks/results/large.md.
USUAL_SIZES = 0.9
MAX_CELLS_PER_SECOND = {5: 2_500, 3: 10_000}
MAX_CELLS = {5: 1_000_000, 3: 5_000_000}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A setup to evaluate, and who proposed it.

    Attributes
    ----------
    algorithm : str
    config : dict
    source : {"recommended", "preset", "search"}
        The knowledge base, the setups that the algorithm itself names, or Optuna's sampler.
    expected_seconds : float or None
        What the knowledge base expects one fit to take.
    """

    algorithm: str
    config: dict[str, Any]
    source: str = "search"
    expected_seconds: float | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The setup as parameters of an Optuna trial."""
        own = {f"{self.algorithm}.{name}": value for name, value in self.config.items()}
        return {"algorithm": self.algorithm, **own}

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal setups."""
        return self.algorithm, *sorted((name, repr(v)) for name, v in self.config.items())


@dataclass(frozen=True, kw_only=True, eq=False)
class Advice:
    """What a knowledge base says of a table.

    Attributes
    ----------
    candidates : list of Candidate
        Best first.
    metafeatures : Series or None
        Those of the table that the knowledge base holds; None when it holds none.
    n_before : int
        Candidates that go before the libraries' defaults; see `merge`.
    recommendations : Recommendations or None
        What the candidates are made of, with what is expected of each; None when none was asked.
    """

    candidates: list[Candidate]
    metafeatures: pd.Series[float] | None
    n_before: int = N_BEFORE_ANCHORS
    recommendations: Recommendations | None = None


def choose_algorithms(algorithms: Iterable[str] | None, table: Table) -> tuple[str, ...]:
    """Return the names to choose from: those asked for, or all that take such a table.

    Raises
    ------
    AlgorithmNotFoundError
        If a name is unknown.
    ParameterError
        If one asked for cannot take the table.
    """
    size = table.task_type, len(table.y), table.n_classes, table.is_sparse
    usable = [a.name for a in algorithms_for(*size, table.n_rarest, table.is_weighted)]
    if algorithms is None:
        return tuple(usable)
    asked = [algorithms] if isinstance(algorithms, str) else list(algorithms)
    for name in asked:
        get_algorithm(name)
    unfit = [name for name in asked if name not in usable]
    if unfit or not asked:
        kind = ("weighted " if table.is_weighted else "") + ("sparse " if table.is_sparse else "")
        raise ParameterError(
            f"'algorithms' must name algorithms for {kind}{table.task_type} tasks of "
            f"{len(table.y)} rows and {_classes(table)} that are installed. Got "
            f"{unfit or asked}; these can be used: {', '.join(usable)}."
            f"{how_to_install(unfit)}"
        )
    return tuple(dict.fromkeys(asked))


def left_out(names: Iterable[str], table: Table) -> list[str]:
    """Return sentences on algorithms that are not tried for few rows of a class, or weights."""
    size = table.task_type, len(table.y), table.n_classes, table.is_sparse
    missed = [a for a in algorithms_for(*size) if a.name not in set(names)]
    few = [a.name for a in missed if not a.supports(*size, table.n_rarest)]
    weightless = [a.name for a in missed if table.is_weighted and not a.takes_weights]
    notes = []
    if few:
        notes.append(
            f"Not tried: {', '.join(few)}; the rarest class has {table.n_rarest} row(s), and the "
            "training part of a fold would hold fewer than they need."
        )
    if weightless:
        notes.append(f"Not tried: {', '.join(weightless)}, which cannot weigh rows.")
    return notes


def _classes(table: Table) -> str:
    rarest = f", the rarest of {table.n_rarest} rows" if table.n_classes else ""
    return f"{table.n_classes} classes{rarest}"


def choose_folds(size: Size, budget: float) -> tuple[int, int]:
    """Return how many splits to make and how many of them to use.

    Five folds while about a dozen setups can be scored on them in the budget,
    then three, then one split of a fifth or a tenth of the rows.
    """
    work = size.cells * max(1.0, size.n_outputs / 2)
    for n_folds in (5, 3):
        allowed = MAX_CELLS_PER_SECOND[n_folds] * budget
        if work <= min(allowed, MAX_CELLS[n_folds]):
            return n_folds, n_folds
    return single_split(size)


def single_split(size: Size) -> tuple[int, int]:
    """Return the splits of which one is used: it holds out a fifth or a tenth of the rows."""
    return (5 if size.n_rows < 20_000 else 10), 1


def preset_candidates(task_type: str, algorithms: Iterable[str]) -> list[Candidate]:
    """Return the known setups of the algorithms in a fixed order, the best all-rounders first."""
    chosen = [get_algorithm(name) for name in sorted(set(algorithms))]
    setups = [(a, label, config) for a in chosen for label, config in a.setups(task_type).items()]
    setups.sort(key=lambda setup: setup[0].place(setup[1], task_type))  # ties keep their order
    return [Candidate(algorithm=a.name, config=config, source="preset") for a, _, config in setups]


def anchors(task_type: str, algorithms: Iterable[str]) -> list[Candidate]:
    """Return the library defaults that anybody would try: advice must not do worse than these."""
    baselines = [a for a in map(get_algorithm, sorted(set(algorithms))) if a.is_baseline]
    return [
        Candidate(algorithm=a.name, config=a.setups(task_type)["library"], source="preset")
        for a in baselines
    ]


def merge(
    advised: list[Candidate],
    own_setups: list[Candidate],
    anchored: Iterable[Candidate] = (),
    n_known: int = 4,
    n_before: int = N_BEFORE_ANCHORS,
) -> list[Candidate]:
    """Return advice first, then known setups of algorithms that the advice leaves out.

    The anchored ones come behind the first ``n_before`` of the advice. Without advice all
    known setups come, in their order.
    """
    if not advised:
        return own_setups
    advised_algorithms = {candidate.algorithm for candidate in advised}
    fresh: dict[str, Candidate] = {}
    for candidate in own_setups:
        if candidate.algorithm not in advised_algorithms:
            fresh.setdefault(candidate.algorithm, candidate)
    head, tail = advised[:n_before], advised[n_before:]
    ordered = [*head, *anchored, *tail, *list(fresh.values())[:n_known]]
    merged: dict[Any, Candidate] = {}
    for candidate in ordered:
        merged.setdefault(candidate.key, candidate)
    return list(merged.values())


def advise(
    table: Table,
    knowledge_base: KnowledgeBase | MetaModel | None,
    metric: str,
    time_budget: float | None,
    algorithms: tuple[str, ...],
    max_predict_ms: float | None = None,
) -> Advice:
    """Return what the knowledge base recommends for the table; None asks the default one."""
    from autometa.advice import describe_table, recommend_for_table
    from autometa.knowledge_base import base_of
    from autometa.meta_models import MetaModel

    model = None
    if isinstance(knowledge_base, MetaModel):
        model, knowledge_base = knowledge_base, knowledge_base.knowledge_base_
    base = base_of(knowledge_base)
    metafeatures = describe_table(table, base)
    with_runs = set(base.algorithms)
    learnt = [name for name in algorithms if name in with_runs]
    if not learnt:
        return Advice(candidates=[], metafeatures=metafeatures)
    is_large = len(table.y) > base.tasks["n_rows"].quantile(USUAL_SIZES)
    recommendations = recommend_for_table(
        table,
        metric=metric,
        n=N_ADVISED,
        time_budget=None if is_large else time_budget,
        algorithms=learnt,
        knowledge_base=knowledge_base,
        model=model,
        max_predict_ms=max_predict_ms,
        metafeatures=metafeatures,
    )
    advised = [
        Candidate(
            algorithm=r.algorithm,
            config=as_of_today(
                r.algorithm, r.config, table.task_type, searches_target(table, metric)
            ),
            source="recommended",
            expected_seconds=r.expected_fit_seconds,
        )
        for r in recommendations
    ]
    distinct = {candidate.key: candidate for candidate in advised}
    return Advice(
        candidates=list(distinct.values()),
        metafeatures=metafeatures,
        n_before=0 if is_large else N_BEFORE_ANCHORS,
        recommendations=recommendations,
    )


def searches_target(table: Table, metric: str) -> bool:
    """Whether the form of the target is searched: it has a long tail, or the metric needs it.

    Deviances are undefined where a prediction is not above 0, which logarithms ensure.
    """
    is_deviance = metric in ("neg_mean_poisson_deviance", "neg_mean_gamma_deviance")
    return table.has_long_tail or (is_deviance and bool(table.y.min() >= 0))


def as_of_today(
    algorithm: str, config: dict[str, Any], task_type: str, has_target: bool = False
) -> dict[str, Any]:
    """Return a remembered configuration in today's search space of its algorithm.

    Hyperparameters that are no longer known are left out; those that are new, and
    values the space has no room for, become the library's default.
    """
    today = get_algorithm(algorithm)
    space = today.space(task_type, has_target)
    kept = {
        name: value
        for name, value in config.items()
        if name in space and _has_room(space[name], value)
    }
    return {**today.setups(task_type)["library"], **kept}


def _has_room(distribution: BaseDistribution, value: Any) -> bool:
    try:
        return bool(distribution._contains(distribution.to_internal_repr(value)))
    except (ValueError, TypeError):
        return False
