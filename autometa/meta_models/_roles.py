"""Roles: what each setup of a list is in it for, from the data that put it there.

A list is no ranking of scores. Its first setup is the one to take when only one is tried;
each later one insures against the earlier tasks on which those before it fell short.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autometa._common.arrays import Matrix, Vector
from autometa.meta_models._advice_request import Order

FIRST = {
    "portfolio": "best single",
    "single": "highest expected score",
    "seconds": "quickest of the list",
}
FIRST_IN_TIME = "most gain for its time"
SPARE = "spare: adds little"
CHEAPEST = "cheapest to fit"
# Of regret, where the worst setup of a task has 1: less is within the noise of a score.
SMALL = 1e-3


def roles_of(
    columns: Sequence[int],
    losses: Matrix,
    weights: Vector,
    seconds: Vector,
    names: Sequence[str],
    order: Order = "portfolio",
    *,
    has_budget: bool = False,
) -> list[str]:
    """Return the role of each setup of a list.

    Parameters
    ----------
    columns : sequence of int
        The setups listed, first to last.
    losses : ndarray of shape (n_tasks, n_setups)
        From 0 (best of the task) to 1 (worst).
    weights : ndarray of shape (n_tasks,)
        How much each earlier task counts.
    seconds : ndarray of shape (n_setups,)
        Expected of one fit; NaN where unknown.
    names : sequence of str
        Of the tasks.
    order : {"portfolio", "single", "seconds"}
    has_budget : bool
        Whether the portfolio was made for a time budget.

    Examples
    --------
    Of two tasks each has its own best setup, and the third setup is a clone of the first:

    >>> losses = np.array([[0.0, 0.8, 0.0], [0.5, 0.0, 0.5]])
    >>> roles_of([0, 1, 2], losses, np.array([0.6, 0.4]), np.array([9.0, 2.0, 1.0]), ["a", "b"])
    ... # doctest: +NORMALIZE_WHITESPACE
    ['best single', 'insurance against tasks like b',
     'spare: adds little; cheapest to fit']
    """
    by_time = has_budget and order == "portfolio"
    left = np.ones(len(weights))
    roles = []
    for place, column in enumerate(columns):
        gains = weights * np.maximum(left - losses[:, column], 0.0)
        if place == 0:
            roles.append(FIRST_IN_TIME if by_time else FIRST[order])
        elif gains.sum() < SMALL:
            roles.append(SPARE)
        else:
            roles.append(f"insurance against tasks like {names[int(gains.argmax())]}")
        left = np.minimum(left, losses[:, column])
    cheapest = _cheapest(seconds[list(columns)])
    if cheapest is not None and not (order == "seconds" and cheapest == 0):
        roles[cheapest] += f"; {CHEAPEST}"
    return roles


def _cheapest(seconds: Vector) -> int | None:
    """Return the place of the setup that is quickest to fit; None where that is unknown."""
    if len(seconds) < 2 or not np.isfinite(seconds).all():
        return None
    return int(seconds.argmin())
