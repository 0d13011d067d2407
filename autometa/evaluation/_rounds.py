"""What is kept of the trees at which boosting stopped by itself, and what a setup then is.

The number of trees that a study names is the most there could be. The scores are of fewer:
who takes a trial as a run of a setup, or fits it again, goes by these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autometa.algorithms import Rounds, get_algorithm


def rounds_facts(algorithm: str, rounds: Sequence[Rounds]) -> dict[str, Any]:
    """Return what a trial keeps, under the name ``rounds``; nothing when it grew all its trees."""
    name = get_algorithm(algorithm).rounds
    if not rounds or name is None:
        return {}
    best = [one.best for one in rounds]
    facts = {
        "hyperparameter": name,
        "n": max(1, round(sum(best) / len(best))),
        "best": best,
        "grown": [one.grown for one in rounds],
    }
    return {"rounds": facts}


def config_as_scored(config: Mapping[str, Any], evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a trial, with the mean number of trees that was scored."""
    rounds = evaluation.get("rounds")
    if not isinstance(rounds, Mapping) or rounds.get("hyperparameter") not in config:
        return dict(config)
    return {**config, rounds["hyperparameter"]: rounds["n"]}
