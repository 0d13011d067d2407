"""Figures of one order on one task: regret after so many setups, and over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import comb

from autometa._common.arrays import Positions, Vector

AFTER = (1, 3, 5, 10, 25)
BUDGETS = (1.0, 10.0, 60.0, 300.0)
FIRST_MOMENT = 0.1


def regrets(order: Positions, regret: Vector, after: Sequence[int] = AFTER) -> list[float]:
    """Return the regret of the best of the first so many setups, for each of ``after``.

    Setups that nobody tried on the task are passed over: nothing is known of them.

    Parameters
    ----------
    order : ndarray of int
        Columns, first to try first; may be shorter than ``after`` asks for.
    regret : ndarray of shape (n_setups,)
        NaN where not measured.

    Examples
    --------
    >>> regrets(np.array([2, 0, 1]), np.array([0.5, 0.0, 0.9]), after=(1, 2, 3))
    [0.9, 0.5, 0.0]
    """
    best = incumbents(order, regret)
    return [float(best[min(k, len(best)) - 1]) if len(best) else float("nan") for k in after]


def expected_regrets(regret: Vector, after: Sequence[int] = AFTER) -> list[float]:
    """Return the expectation over all orders of what `regrets` returns.

    The best of k setups drawn from n is the i-th best of all with the probability
    C(n - i, k - 1) / C(n, k).

    Examples
    --------
    >>> expected_regrets(np.array([0.0, 0.5, 1.0, np.nan]), after=(1, 2, 3))
    [0.5, 0.16666666666666666, 0.0]
    """
    ranked = np.sort(regret[np.isfinite(regret)])
    n = len(ranked)
    if not n:
        return [float("nan")] * len(after)
    found = []
    for k in (min(k, n) for k in after):
        left = n - 1 - np.arange(n)
        ways = comb(left, k - 1) / comb(n, k)
        found.append(float(ways @ ranked))
    return found


def incumbents(order: Positions, regret: Vector) -> Vector:
    """Return the regret of the best so far after each measured setup of ``order``."""
    tried = regret[order]
    return np.asarray(np.minimum.accumulate(tried[np.isfinite(tried)]))


def anytime_mean(order: Positions, regret: Vector, seconds: Vector, time_budget: float) -> float:
    """Return the mean regret of the incumbent over the logarithm of time.

    Setups run one after the other in their true seconds; before the first has ended
    the regret is 1. Time counts from 0.1 s to the budget. NaN when no setup was timed.

    Examples
    --------
    The first setup ends when half of the decades from 0.1 s to 10 s are over:

    >>> round(anytime_mean(np.array([0]), np.array([0.0]), np.array([1.0]), 10.0), 6)
    0.5
    """
    known = order[np.isfinite(regret[order]) & np.isfinite(seconds[order])]
    if not len(known):
        return float("nan")
    ends = np.minimum(np.cumsum(seconds[known]), time_budget)
    incumbent = np.r_[1.0, np.minimum.accumulate(regret[known])]
    start = min(FIRST_MOMENT, 0.1 * time_budget)
    logs = np.log(np.maximum(np.r_[0.0, ends, time_budget], start))
    return float(np.diff(logs) @ incumbent / np.log(time_budget / start))


def incumbent_of(order: Positions, regret: Vector, after: int) -> int | None:
    """Return the column of the best of the first ``after`` measured setups."""
    known = order[np.isfinite(regret[order])][:after]
    return int(known[np.argmin(regret[known])]) if len(known) else None
