"""GreedyPortfolio: each setup of the list is the one that adds most to those before it.

Every earlier task is a scenario of how the new one may behave, with its weight.
A setup adds what it is expected to improve on the best of those before it, so
near-clones of what is listed add nothing [1]_. What it is expected to lose to
the global portfolio, the one that fits all tasks alike, counts against it: advice
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
from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Booleans, Matrix, Vector

_FIRST_MOMENT = 0.1  # seconds; a fit that ends sooner is as good as one that ends then
_LIGHT = 1e-4  # share of the largest weight below which a scenario changes no choice
# When nothing can be gained any more, the best on average comes next: far below any gain.
_MERIT = 1e-9


@dataclass(frozen=True, kw_only=True)
class GreedyPortfolio:
    """Lists setups greedily.

    Parameters
    ----------
    caution : float, default=0.75
        What a loss to the global portfolio weighs against as large a gain; 0 minds no
        loss. Chosen on the histories of ``benchmarks/caution.py``.

    Examples
    --------
    Two tasks: the first setup is good on both, then the specialist of the one
    where more can be gained; a clone of the first comes last.

    >>> losses = np.array([[0.1, 0.1, 0.0, 0.9], [0.2, 0.2, 0.9, 0.0]])
    >>> GreedyPortfolio().order(losses, np.array([0.5, 0.5]), 4)
    [0, 3, 2, 1]

    The second setup is better on average, but would lose where the first does well:

    >>> losses = np.array([[0.1, 0.4], [0.6, 0.1], [0.2, 0.3]])
    >>> GreedyPortfolio().order(losses, np.array([0.5, 0.4, 0.1]), 1)
    [1]
    >>> GreedyPortfolio().order(losses, np.array([0.5, 0.4, 0.1]), 1, global_portfolio=[0])
    [0]

    A setup a hundred times slower comes first only when it is much better.

    >>> losses = np.array([[0.2, 0.1], [0.2, 0.1]])
    >>> seconds = np.array([0.1, 10.0])
    >>> GreedyPortfolio().schedule(losses, np.array([0.5, 0.5]), 2, seconds, time_budget=60.0)
    [0, 1]
    """

    caution: float = 0.75

    def order(
        self, losses: Matrix, weights: Vector, n: int, global_portfolio: Sequence[int] = ()
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
        """
        greedy = _Greedy(losses, weights, global_portfolio, self.caution)
        free = np.ones(losses.shape[1])
        for _ in range(n):
            greedy.step(free, fits=greedy.left)
        return greedy.chosen

    def schedule(
        self, losses: Matrix, weights: Vector, n: int, seconds: Vector, time_budget: float
    ) -> list[int]:
        """Return the first ``n`` setups when ``time_budget`` seconds are to be spent on them.

        Parameters
        ----------
        losses, weights, n
            As for `order`.
        seconds : ndarray of shape (n_setups,)
            Predicted for each setup.
        time_budget : float
            Setups that do not fit into what is left of it come behind all that do.
        """
        greedy = _Greedy(losses, weights, (), self.caution)
        start = min(_FIRST_MOMENT, 0.1 * time_budget)
        spent = 0.0
        for _ in range(n):
            cost = np.log1p(seconds / max(spent, start))
            spent += seconds[greedy.step(cost, fits=spent + seconds <= time_budget)]
        return greedy.chosen

    def risks(self, losses: Matrix, weights: Vector, left: Vector, usual: Vector) -> Vector:
        """Return what it costs each setup that it may end up behind the global portfolio.

        Parameters
        ----------
        losses, weights
            As for `order`.
        left, usual : ndarray of shape (n_tasks,)
            The loss that the setups so far leave, and that as many of the global
            portfolio do.
        """
        return _risks(losses, weights, left, usual, self.caution)


def expected_gains(losses: Matrix, weights: Vector, left: Vector) -> Vector:
    """Return what each setup is expected to take off the loss that is ``left`` on each task."""
    return np.asarray(weights @ np.maximum(left[:, None] - losses, 0.0))


def _risks(losses: Matrix, weights: Vector, left: Vector, usual: Vector, caution: float) -> Vector:
    best = np.minimum(left[:, None], losses)
    return caution * np.asarray(weights @ np.maximum(best - usual[:, None], 0.0))


class _Greedy:
    """A list that grows by one setup a step."""

    def __init__(
        self, losses: Matrix, weights: Vector, global_portfolio: Sequence[int], caution: float
    ) -> None:
        heavy = weights > _LIGHT * weights.max()
        self._losses = losses[heavy]
        self._weights = weights[heavy] / weights[heavy].sum()
        self._caution = caution
        self._best = np.ones(len(self._losses))
        self._usual = np.minimum.accumulate(self._losses[:, list(global_portfolio)], axis=1)
        self._merit = _MERIT * (2.0 - self._weights @ self._losses)
        self.left = np.ones(losses.shape[1], dtype=np.bool_)
        self.chosen: list[int] = []

    def step(self, cost: Vector, fits: Booleans) -> int:
        """Add the setup of the largest gain for its cost among those that fit, if any does."""
        gain = expected_gains(self._losses, self._weights, self._best)
        value = (gain - self._risk() + self._merit) / cost
        for eligible in (self.left & fits, self.left):
            if eligible.any():
                break
        chosen = int(np.argmax(np.where(eligible, value, -np.inf)))
        self.left[chosen] = False
        self._best = np.minimum(self._best, self._losses[:, chosen])
        self.chosen.append(chosen)
        return chosen

    def _risk(self) -> Vector | float:
        place = len(self.chosen)
        if place >= self._usual.shape[1]:
            return 0.0
        usual = self._usual[:, place]
        return _risks(self._losses, self._weights, self._best, usual, self._caution)
