"""What an explanation is made of: neighbours, influences, runners-up, alternatives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from autometa._common.json_numbers import json_values


@dataclass(frozen=True, kw_only=True)
class BestSetup:
    """The setup that scored best on an earlier task.

    Attributes
    ----------
    algorithm : str
    config : dict
    score : float
    """

    algorithm: str
    config: dict[str, Any]
    score: float


@dataclass(frozen=True, kw_only=True)
class Neighbor:
    """An earlier task that the advice rests on; in explanations also what happened there.

    Attributes
    ----------
    task_id, name : str
        As in the knowledge base.
    distance : float
        From 0 (alike in all that matters for the choice) to 1.
    weight : float or None
        Its share in the advice; all earlier tasks have 1 together.
    best_setup : BestSetup or None
    score : float or None
        What the explained setup scored there; NaN where it was not tried.
    metric : str or None
        Of both scores: a task that says only which setups do better than which may
        have been scored by another metric than the one asked for.
    """

    task_id: str
    name: str
    distance: float
    weight: float | None = None
    best_setup: BestSetup | None = None
    score: float | None = None
    metric: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that were given as plain values for JSON; a NaN becomes None."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        plain: dict[str, Any] = json_values(given)
        return plain

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Neighbor:
        """Return the neighbour that `to_dict` gave; keys of later versions are ignored."""
        given = {f.name: content[f.name] for f in fields(cls) if f.name in content}
        if "score" in given and given["score"] is None:
            given["score"] = math.nan
        if best := given.get("best_setup"):
            given["best_setup"] = BestSetup(**best)
        return cls(**given)


@dataclass(frozen=True, kw_only=True)
class Influence:
    """A meta-feature that moved this advice.

    Attributes
    ----------
    metafeature : str
    value : float
        Of this dataset, and
    usual : float
        the median of the earlier tasks.
    effect : float
        How much lower the setup's expected regret is than if this dataset were usual in
        this one respect: above 0 the value speaks for the setup, below 0 against it.
    """

    metafeature: str
    value: float
    usual: float
    effect: float


@dataclass(frozen=True, kw_only=True)
class RunnerUp:
    """A setup that might have stood at this place, and why it does not.

    Attributes
    ----------
    algorithm : str
    config : dict
    expected_score, expected_fit_seconds : float
    gain : float
        Regret it is expected to take off what the setups before it leave, where
        the recommended one takes off ``Explanation.gain``.
    reason : str
        In one clause.
    """

    algorithm: str
    config: dict[str, Any]
    expected_score: float
    expected_fit_seconds: float
    gain: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """What would put another setup at this place.

    Attributes
    ----------
    condition : str
        Such as "n_rows above 12,000 (here 150)" or "a time budget of 1 s".
    algorithm : str
    config : dict
        Of the setup that would stand here then.
    """

    condition: str
    algorithm: str
    config: dict[str, Any]
