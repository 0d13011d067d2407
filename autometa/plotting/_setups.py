"""What a search made of recommended setups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autometa.exceptions import ParameterError

if TYPE_CHECKING:
    from autometa.recommendation import Recommendation
    from autometa.tuning import TuneResult


def reached_by(result: TuneResult, advised: Recommendation, metric: str | None) -> float:
    """Return the score that a search reached with a setup; NaN where it was not tried.

    Scores of a part of the rows are left out: they say less than what was expected.
    """
    from autometa.tuning import setups_of

    scores = [
        float(evaluation["scores"].get(metric, math.nan))
        for algorithm, config, evaluation in setups_of(result.study)
        if algorithm == advised.algorithm
        and evaluation.get("status") == "ok"
        and evaluation.get("fidelity", 1.0) == 1.0
        and _is_setup(config, advised.config)
    ]
    known = [score for score in scores if math.isfinite(score)]
    return max(known, default=math.nan)


def _is_setup(config: dict[str, Any], advised: dict[str, Any]) -> bool:
    """Say whether a trial has the values that were advised; it may have more of its own."""
    return all(name in config and config[name] == value for name, value in advised.items())


def check_one_output(result: Any, what: str) -> None:
    """Refuse a result of several outputs, each of which has its own.

    Raises
    ------
    ParameterError
        Says how to name one.
    """
    outputs = getattr(result, "outputs", None)
    if outputs is not None:
        raise ParameterError(
            f"{what} is of one output. Got a result of {len(outputs)}; give "
            f"result.outputs[name], with the names {list(outputs)}."
        )
