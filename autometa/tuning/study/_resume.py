"""What a study holds already, checked against what a run asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial

from autometa.algorithms import every_algorithm
from autometa.exceptions import StorageError
from autometa.tuning.scheduling._plan import Candidate

Space = Mapping[str, BaseDistribution]


def algorithm_choices() -> CategoricalDistribution:
    """Return what a stored ``algorithm`` is chosen from: all that exist, in one order.

    Optuna refuses two lists of choices, or two orders of one, in one study. What
    a run may choose is decided when it asks, not by what is stored.
    """
    return CategoricalDistribution([algorithm.name for algorithm in every_algorithm()])


def stored_distributions(trials: Sequence[FrozenTrial]) -> dict[str, BaseDistribution]:
    """Return the distributions by which a study has stored its parameters."""
    stored: dict[str, BaseDistribution] = {}
    for trial in trials:
        for name, distribution in trial.distributions.items():
            stored.setdefault(name, distribution)
    return stored


def check_algorithms(
    spaces: Mapping[str, Space], stored: Mapping[str, BaseDistribution], study_name: str
) -> tuple[tuple[str, ...], list[str]]:
    """Return the algorithms that can be tried in a study, and what is to be said of the others.

    Raises
    ------
    StorageError
        If none can.
    """
    choices = stored.get("algorithm", algorithm_choices())
    stored_names = choices.choices if isinstance(choices, CategoricalDistribution) else ()
    unlisted = [name for name in spaces if name not in stored_names]
    changed = [
        name
        for name, space in spaces.items()
        if name not in unlisted
        and not all(
            is_compatible(stored.get(f"{name}.{key}", own), own) for key, own in space.items()
        )
    ]
    usable = tuple(name for name in spaces if name not in unlisted and name not in changed)
    left_out = ", ".join([*unlisted, *changed])
    if not usable:
        raise StorageError(
            f"The study '{study_name}' cannot be continued with {left_out}: it was begun by "
            "another program, with other algorithms or with other search spaces. Give another "
            "'study_name'."
        )
    if not left_out:
        return usable, []
    return usable, [
        f"The study '{study_name}' was begun with other algorithms or search spaces; not tried "
        f"in it: {left_out}. Give another study_name to try them."
    ]


def is_compatible(stored: BaseDistribution, own: BaseDistribution) -> bool:
    """Say whether Optuna takes values of ``own`` under a name stored with ``stored``."""
    if type(stored) is not type(own):
        return False
    if isinstance(own, CategoricalDistribution):
        return bool(stored == own)
    assert isinstance(own, FloatDistribution | IntDistribution)
    return bool(getattr(stored, "log", None) == own.log)


def evaluation_of(trial: FrozenTrial) -> dict[str, Any]:
    """Return what `tune` stored of how a trial did; empty when it was not `tune`'s."""
    evaluation = trial.user_attrs.get("evaluation")
    return evaluation if isinstance(evaluation, dict) else {}


def algorithm_of(trial: FrozenTrial) -> str:
    """Return the algorithm a trial names; nothing when it names none."""
    algorithm = trial.params.get("algorithm")
    return algorithm if isinstance(algorithm, str) else ""


def candidate_of(trial: FrozenTrial) -> Candidate:
    """Return the setup of a stored trial."""
    algorithm = trial.params["algorithm"]
    prefix = f"{algorithm}."
    config = {
        name.removeprefix(prefix): value
        for name, value in trial.params.items()
        if name.startswith(prefix)
    }
    source = evaluation_of(trial).get("source", "search")
    if source == "known":  # as versions up to 0.2 have stored it
        source = "preset"
    return Candidate(algorithm=algorithm, config=config, source=source)


def is_setup(trial: FrozenTrial, spaces: Mapping[str, Space]) -> bool:
    """Say whether a trial is a setup of today's search spaces, all its values given."""
    algorithm = algorithm_of(trial)
    if algorithm not in spaces:
        return False
    prefix, space = f"{algorithm}.", spaces[algorithm]
    config = {k.removeprefix(prefix): v for k, v in trial.params.items() if k.startswith(prefix)}
    return set(config) == set(space) and all(has_room(space[k], v) for k, v in config.items())


def has_room(distribution: BaseDistribution, value: Any) -> bool:
    """Say whether a value lies in a distribution."""
    try:
        return bool(distribution._contains(distribution.to_internal_repr(value)))
    except (ValueError, TypeError):
        return False


def wrong_with(params: Mapping[str, Any], spaces: Mapping[str, Space]) -> str:
    """Return what is wrong with parameters that were enqueued; nothing when they can be tried."""
    if "algorithm" not in params:
        return ""
    algorithm = params["algorithm"]
    if not isinstance(algorithm, str) or algorithm not in spaces:
        return f"it names the algorithm {algorithm!r}, which is unknown; there are " + ", ".join(
            sorted(spaces)
        )
    space = spaces[algorithm]
    for name, value in params.items():
        if not name.startswith(f"{algorithm}."):
            continue
        key = name.removeprefix(f"{algorithm}.")
        if key not in space:
            return f"{algorithm} has no hyperparameter '{key}', but {', '.join(space)}"
        if not has_room(space[key], value):
            return f"{name}={value!r} lies outside {space[key]}"
    return ""


def left_aside(trials: Sequence[FrozenTrial], spaces: Mapping[str, Space]) -> list[str]:
    """Return one sentence on the finished trials that this run makes no use of, if any."""
    reasons = Counter(_reason(trial, spaces) for trial in trials if trial.state.is_finished())
    said = "; ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()) if reason)
    return [f"Stored trials that this run does not use: {said}."] if said else []


def _reason(trial: FrozenTrial, spaces: Mapping[str, Space]) -> str:
    if not evaluation_of(trial):
        return "not written by tune"
    algorithm = algorithm_of(trial)
    if algorithm and algorithm not in spaces:
        return "of algorithms that were not asked for"
    if algorithm and not is_setup(trial, spaces):
        return "from other search spaces"
    return ""
