"""Forms of a target with a long tail: which setups are tried with which of them, and when.

The knowledge base has no runs on them: setups that are advised are tried as they are, and the
first few once more with the form that suits the metric. What is better the scores say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from autometa.algorithms import IDENTITY, LOG, TARGET, get_algorithm
from autometa.metrics import get_metric
from autometa.tables import Table
from autometa.tuning.scheduling._plan import Candidate, searches_target

N_VARIED = 3  # algorithms at the head of the plan: the sampler finds out about the others
# Whose best prediction is near the median, which a model of logarithms predicts.
OF_MEDIANS = (
    "neg_mean_absolute_percentage_error",
    "neg_mean_squared_log_error",
    "neg_root_mean_squared_log_error",
    "neg_smape",
)


def with_target_forms(plan: Iterable[Candidate], table: Table, metric: str) -> list[Candidate]:
    """Return a plan in which the first setups come again with other forms of the target.

    Where the form of the target is not searched it is the plan. The first algorithm comes with each
    of its forms, two more with the one that suits the metric.
    """
    if not searches_target(table, metric):
        return list(plan)
    wanted = _forms(metric)
    varied: dict[tuple[Any, ...], Candidate] = {}
    seen: list[str] = []
    for candidate in plan:
        usual = _in_form(candidate, candidate.config.get(TARGET, IDENTITY))
        varied.setdefault(usual.key, usual)
        name = candidate.algorithm
        if usual.config[TARGET] != IDENTITY or name in seen or len(seen) == N_VARIED:
            continue
        forms = [form for form in wanted if form in get_algorithm(name).targets]
        for form in forms if not seen else forms[:1]:
            other = _in_form(usual, form)
            varied.setdefault(other.key, other)
        seen.append(name)
    return list(varied.values())


def without_usual_target(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration as setups are kept: a target as it is has no form."""
    return {k: v for k, v in config.items() if (k, v) != (TARGET, IDENTITY)}


def _forms(metric: str) -> tuple[str, ...]:
    """Return forms of a target, the one that suits a metric first."""
    is_median = get_metric(metric).family == "absolute" or metric in OF_MEDIANS
    return (LOG, "tweedie", "poisson") if is_median else ("tweedie", "poisson", LOG)


def _in_form(candidate: Candidate, form: str) -> Candidate:
    return replace(candidate, config={**candidate.config, TARGET: form})
