"""Sizing: a trial is made as small as the time asks for, and never forbidden.

Expected seconds are guesses, at times wrong by a factor of ten. They decide how many
rows and trees a trial takes, not whether there is one: a table that is too large for
the budget is scored on a part of its training rows, and the winner is fitted on all
of them when there is time.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution

from autometa.algorithms import get_algorithm, rows_in_training
from autometa.tuning._budget import FitTimeModel
from autometa.tuning._request import Request
from autometa.tuning.scheduling._plan import Candidate

MIN_PART_ROWS = 1_000  # below, fits take hundredths of a second and scores are mostly noise
MIN_ROWS_PER_CLASS = 20  # with fewer, which rows of a class were taken decides its scores
# Times the seconds that a fit may be expected to take that ends by itself when they are over:
# it then has a third of its trees, more than another on a small part of the rows is worth.
MAX_CUT = 3.0
MIN_STEPS = 0.75  # of trees times learning rate, after a halving: below, the rate is at its end
MIN_TREES = 20  # below, boosting has hardly left the mean, and learning rates are at their end


def fit_into(
    candidate: Candidate,
    fit_time_model: FitTimeModel,
    *,
    n_used: int,
    trial_seconds: float,
    refit_seconds: float = math.inf,
    max_fidelity: float = 1.0,
    task_type: str | None = None,
) -> Request:
    """Return the candidate in a size that should fit, or in the smallest there is.

    Trees are halved until a fit on all rows should take ``refit_seconds``: a winner
    that cannot be fitted on all rows is worth less. Then rows are halved until all
    folds should take ``trial_seconds``, and trees again where that is not enough.
    Boosting that the clock can end has its trees halved first, for as long as larger steps
    make up for it, and rows only where the end would come too soon.

    Parameters
    ----------
    candidate : Candidate
    fit_time_model : FitTimeModel
    n_used : int
        Folds.
    trial_seconds, refit_seconds : float
    max_fidelity : float
        More rows than that were too many before.
    task_type : str or None
        None leaves the hyperparameters as they are.
    """
    per_fold = trial_seconds / n_used
    can_be_cut = task_type is not None and _stops_by_clock(candidate)
    if task_type is not None:
        candidate = _while_longer(fit_time_model, candidate, task_type, 1.0, refit_seconds)
        if can_be_cut:
            candidate = _while_longer(
                fit_time_model, candidate, task_type, 1.0, per_fold, keeps_steps=True
            )
    allowed = trial_seconds * (MAX_CUT if can_be_cut else 1.0)
    fidelity = largest_part(
        fit_time_model, candidate, seconds=allowed / n_used, max_fidelity=max_fidelity
    )
    if task_type is not None:
        candidate = _while_longer(fit_time_model, candidate, task_type, fidelity, per_fold)
    expected = n_used * _expected(fit_time_model, candidate, fidelity)
    if can_be_cut and expected <= allowed:
        expected = min(expected, trial_seconds)
    return Request(candidate=candidate, fidelity=fidelity, expected_seconds=expected)


def _while_longer(
    fit_time_model: FitTimeModel,
    candidate: Candidate,
    task_type: str,
    fidelity: float,
    seconds: float,
    keeps_steps: bool = False,
) -> Candidate:
    """Halve the trees while a fit should take longer; with ``keeps_steps`` while rates can double.

    Beyond the largest learning rate fewer trees no longer add up to the same steps.
    """
    while _expected(fit_time_model, candidate, fidelity) > seconds:
        smaller = with_fewer_trees(candidate, task_type)
        if smaller is None or (keeps_steps and _steps(smaller) < MIN_STEPS * _steps(candidate)):
            break
        candidate = smaller
    return candidate


def _steps(candidate: Candidate) -> float:
    """Return trees times the learning rate."""
    rounds = get_algorithm(candidate.algorithm).rounds
    trees = candidate.config.get(rounds or "", 1)
    return float(trees) * float(candidate.config.get("learning_rate", 1.0))


def _stops_by_clock(candidate: Candidate) -> bool:
    """Whether a fit ends at a moment, with the trees it has by then."""
    stopper = get_algorithm(candidate.algorithm).stopper
    return stopper is not None and stopper.has_clock


def largest_part(
    fit_time_model: FitTimeModel, candidate: Candidate, *, seconds: float, max_fidelity: float = 1.0
) -> float:
    """Return the largest share of rows, by halves, on which one fit should take ``seconds``."""
    smallest = smallest_part(fit_time_model, candidate)
    fidelity = max(smallest, max_fidelity)
    while fidelity > smallest and _expected(fit_time_model, candidate, fidelity) > seconds:
        fidelity = max(smallest, fidelity / 2)
    return fidelity


def smallest_part(fit_time_model: FitTimeModel, candidate: Candidate) -> float:
    """Return the share of rows below which nothing is learnt of a setup, or it cannot be fitted."""
    size = fit_time_model.size
    enough = max(MIN_PART_ROWS, MIN_ROWS_PER_CLASS * size.n_classes) / size.n_rows
    needed = get_algorithm(candidate.algorithm).min_class_rows
    if size.n_rarest is not None and needed > 1:  # a part holds each class in its share
        enough = max(enough, needed / rows_in_training(size.n_rarest))
    return min(1.0, enough)


def with_fewer_trees(candidate: Candidate, task_type: str) -> Candidate | None:
    """Return the setup with half the trees and twice the learning rate; None at the fewest."""
    algorithm = get_algorithm(candidate.algorithm)
    space, name = algorithm.space(task_type), algorithm.rounds
    if name is None or name not in space or name not in candidate.config:
        return None
    trees = space[name]
    assert isinstance(trees, IntDistribution)
    least = max(MIN_TREES, trees.low)
    if candidate.config[name] <= least:
        return None
    config: dict[str, Any] = {**candidate.config, name: max(least, candidate.config[name] // 2)}
    rate = space.get("learning_rate")
    if isinstance(rate, FloatDistribution) and "learning_rate" in config:
        config["learning_rate"] = min(rate.high, 2 * config["learning_rate"])
    expected = candidate.expected_seconds
    return replace(
        candidate,
        config=config,
        expected_seconds=None
        if expected is None
        else expected * config[name] / candidate.config[name],
    )


def _expected(fit_time_model: FitTimeModel, candidate: Candidate, fidelity: float) -> float:
    return fit_time_model.expected(
        candidate.algorithm, candidate.config, candidate.expected_seconds, fidelity
    )
