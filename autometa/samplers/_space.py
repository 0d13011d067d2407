"""What of a study's search space lies in the dimensions of a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from optuna.distributions import BaseDistribution, CategoricalDistribution

from autometa.performance import plain

SELECTOR = "algorithm"


def is_selector(name: str, distribution: BaseDistribution, algorithms: Sequence[str]) -> bool:
    """Whether a parameter chooses between the algorithms of a history."""
    if not isinstance(distribution, CategoricalDistribution):
        return False
    matched = sum(str(choice) in algorithms for choice in distribution.choices)
    return matched > 0 and (plain(name) == SELECTOR or 1 < matched == len(distribution.choices))


@dataclass(frozen=True)
class Space:
    """What trials have shown of a search space, in the dimensions of the history.

    Attributes
    ----------
    allowed : tuple of int
        Indices of the algorithms that the study can choose.
    distributions : dict of int to distribution
        By dimension, as far as trials have shown them.
    dropped : frozenset of int
        Dimensions that the study does not have.
    """

    allowed: tuple[int, ...]
    distributions: Mapping[int, BaseDistribution] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()
