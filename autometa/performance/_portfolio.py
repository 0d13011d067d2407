"""Greedy lists: each setup is the one that adds most to those before it.

Every earlier task is a scenario of how the new one may behave, with its weight.
A setup adds what it is expected to improve on the best of those before it, so
near-clones of what is listed add nothing [1]_. What it is expected to lose to
the all-round list, the one that fits all tasks alike, counts against it: advice
should not be worse than none. With a time budget the gain is taken per cost, the
growth of the logarithm of the time spent: a gain in the first second is worth as
much as the same gain in the first ten.

References
----------
.. [1] M. Streeter, D. Golovin. An Online Algorithm for Maximizing Submodular
   Functions. NeurIPS 2008.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autometa._common.arrays import Booleans, Matrix, Vector

_FIRST_MOMENT = 0.1  # seconds; nobody can tell what comes sooner
_CAUTION = 0.75  # what a loss to the all-round list weighs against as large a gain
_LIGHT = 1e-4  # share of the largest weight below which a scenario is left out


def greedy_list(
    losses: Matrix, weights: Vector, n: int, global_portfolio: Sequence[int] = ()
) -> list[int]:
    """Return the first ``n`` setups when time does not matter.

    Parameters
    ----------
    losses : ndarray of shape (n_tasks, n_setups)
        From 0 (best of the task) to 1 (worst); what is above 1 is no use.
    weights : ndarray of shape (n_tasks,)
        Of the tasks; at least 0, sum 1.
    n : int
        Length of the list, at most n_setups.
    global_portfolio : sequence of int
        The list to be no worse than, at every place; empty for none.

    Examples
    --------
    Two tasks: the first setup is good on both, then the specialist of the one
    where more can be gained; a clone of the first comes last.

    >>> losses = np.array([[0.1, 0.1, 0.0, 0.9], [0.2, 0.2, 0.9, 0.0]])
    >>> greedy_list(losses, np.array([0.5, 0.5]), 4)
    [0, 3, 2, 1]

    The second setup is better on average, but would lose where the first does well:

    >>> losses = np.array([[0.1, 0.4], [0.6, 0.1], [0.2, 0.3]])
    >>> greedy_list(losses, np.array([0.5, 0.4, 0.1]), 1)
    [1]
    >>> greedy_list(losses, np.array([0.5, 0.4, 0.1]), 1, global_portfolio=[0])
    [0]
    """
    return _Greedy(losses, weights, global_portfolio).take(n)


def risks(losses: Matrix, weights: Vector, left: Vector, usual: Vector) -> Vector:
    """Return what it costs each setup that it may end up behind the all-round list.

    Parameters
    ----------
    losses, weights
        As for `greedy_list`.
    left, usual : ndarray of shape (n_tasks,)
        The loss that the setups so far leave, and that as many of the all-round list do.
    """
    best = np.minimum(left[:, None], losses)
    return _CAUTION * np.asarray(weights @ np.maximum(best - usual[:, None], 0.0))


def greedy_schedule(
    losses: Matrix, weights: Vector, n: int, seconds: Vector, time_budget: float
) -> list[int]:
    """Return the first ``n`` setups when ``time_budget`` seconds are to be spent on them.

    Parameters
    ----------
    losses, weights, n
        As for `greedy_list`.
    seconds : ndarray of shape (n_setups,)
        Predicted for each setup.
    time_budget : float
        Setups that do not fit into what is left of it come behind all that do.

    Examples
    --------
    A setup a hundred times slower comes first only when it is much better.

    >>> losses = np.array([[0.2, 0.1], [0.2, 0.1]])
    >>> greedy_schedule(losses, np.array([0.5, 0.5]), 2, np.array([0.1, 10.0]), 60.0)
    [0, 1]
    """
    greedy = _Greedy(losses, weights)
    start = min(_FIRST_MOMENT, 0.1 * time_budget)
    spent = 0.0
    for _ in range(n):
        cost = np.log1p(seconds / max(spent, start))
        spent += seconds[greedy.step(cost, fits=spent + seconds <= time_budget)]
    return greedy.order


class _Greedy:
    def __init__(
        self, losses: Matrix, weights: Vector, global_portfolio: Sequence[int] = ()
    ) -> None:
        heavy = weights > _LIGHT * weights.max()
        self._losses = losses[heavy]
        self._weights = weights[heavy] / weights[heavy].sum()
        self._best = np.ones(len(self._losses))
        self._usual = np.minimum.accumulate(self._losses[:, list(global_portfolio)], axis=1)
        self._left = np.ones(losses.shape[1], dtype=np.bool_)
        # When nothing can be gained any more, the best on average comes next.
        self._merit = 1e-9 * (2.0 - self._weights @ self._losses)
        self.order: list[int] = []

    def take(self, n: int) -> list[int]:
        everything = np.ones(len(self._left))
        for _ in range(n):
            self.step(everything, fits=self._left)
        return self.order

    def step(self, cost: Vector, fits: Booleans) -> int:
        gain = self._weights @ np.maximum(self._best[:, None] - self._losses, 0.0)
        value = (gain - self._risk() + self._merit) / cost
        for eligible in (self._left & fits, self._left):
            if eligible.any():
                break
        chosen = int(np.argmax(np.where(eligible, value, -np.inf)))
        self._left[chosen] = False
        self._best = np.minimum(self._best, self._losses[:, chosen])
        self.order.append(chosen)
        return chosen

    def _risk(self) -> Vector | float:
        place = len(self.order)
        if place >= self._usual.shape[1]:
            return 0.0
        return risks(self._losses, self._weights, self._best, self._usual[:, place])
