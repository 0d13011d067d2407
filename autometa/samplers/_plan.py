"""What a trial of a WarmStartSampler is to try, and what its parameters are in the history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import BaseDistribution

from autometa.exceptions import ParameterError
from autometa.performance import SEPARATOR, Encoding, Rows, index_of
from autometa.samplers._values import ABSENT, value_at


@dataclass(frozen=True)
class Plan:
    """The setup that a trial is to try; an empty one when it is the base sampler's."""

    names: frozenset[str] = frozenset()
    algorithm: str = ""
    selector: str | None = None
    row: Rows | None = None
    encoding: Encoding | None = None

    def value(self, name: str, distribution: BaseDistribution) -> Any:
        """Return the planned value of a parameter, or ABSENT."""
        if self.row is None or self.encoding is None:
            return ABSENT
        if name == self.selector:
            choices = getattr(distribution, "choices", ())
            index = index_of(self.algorithm, choices)
            return ABSENT if index is None else choices[index]
        j = self.encoding.find(self.algorithm, name)
        if j is None:
            return ABSENT
        position = float(self.row.positions[0, j])
        return value_at(self.encoding.dimensions[j], position, distribution)


def matched(
    plan: Plan, parameters: Iterable[str], names: Mapping[str, str]
) -> dict[str, str | None]:
    """Return the hyperparameter of the planned algorithm that each parameter is.

    Two that are one by different names of the library (``eta`` and ``learning_rate``) are
    refused: the library would take one of the values, and the study record both. Names behind
    a prefix may be those of two steps of a pipeline.
    """
    assert plan.encoding is not None
    found_as: dict[str, str | None] = {}
    plain_names: dict[int, str] = {}
    for parameter in parameters:
        called = names.get(parameter, parameter)
        j = None if called == plan.selector else plan.encoding.find(plan.algorithm, called)
        if j is None:
            found_as[parameter] = None
            continue
        name = plan.encoding.dimensions[j].name
        if re.search(SEPARATOR, called) is None:
            other = plain_names.setdefault(j, parameter)
            if other != parameter:
                raise ParameterError(
                    f"The study's parameters {other!r} and {parameter!r} are both "
                    f"{name!r} of {plan.algorithm}. Leave one of them out."
                )
        found_as[parameter] = f"{plan.algorithm}.{name}"
    return found_as


def is_of_other(plan: Plan | None, name: str) -> bool:
    """Whether a parameter belongs to algorithms other than the planned one, so is not asked for.

    The base sampler would draw it jointly with all others, which takes longer than the plan.
    """
    if plan is None or plan.encoding is None or plan.selector in (None, name):
        return False
    algorithms = plan.encoding.algorithms
    if plan.encoding.find(plan.algorithm, name) is not None:
        return False
    return any(plan.encoding.find(other, name) is not None for other in algorithms)
