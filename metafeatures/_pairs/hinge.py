"""A linear support vector machine, solved exactly rather than until it is good enough.

Minimises half the squared length of the weights, that of the constant included, plus a
cost times the sum of the hinge losses ``max(0, 1 - margin)``. The dual problem has one
bounded variable a row; an interior-point method solves it in some 20 steps, each one
linear system in as many unknowns as there are columns, or rows if these are fewer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from metafeatures._arrays import Floats

COST = 2.0
MAX_STEPS = 100
GAP = 1e-10
INSIDE = 0.995
LEAST = 1e-11


def margins(columns: Floats, signs: Floats, cost: float = COST) -> Floats:
    """Return each row's sign times its distance from the separating plane, in plane units.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
        Standardised; a constant is added.
    signs : ndarray of shape (n_rows,)
        1 for one class and -1 for the other.
    cost : float, default=2
        Weight of the losses.

    References
    ----------
    .. [1] M. C. Ferris and T. S. Munson. Interior-point methods for massive support vector
       machines. SIAM Journal on Optimization, 2002.
    .. [2] S. Mehrotra. On the implementation of a primal-dual interior point method. SIAM
       Journal on Optimization, 1992.

    Examples
    --------
    >>> margins(np.array([[-1.0, 1.0]]), np.array([-1.0, 1.0])).round(6).tolist()
    [1.0, 1.0]
    """
    signed = np.concatenate([columns, np.ones((1, signs.size))]) * signs
    if signed.shape[0] > signed.shape[1]:
        signed = np.asarray(np.linalg.qr(signed, mode="r"))  # turned into the space they span
    return np.asarray(_Problem(signed, cost).solve() @ signed)


class _Problem:
    """Half of ``|columns @ x|^2`` less the sum of x is to be least, for x from 0 to ``cost``.

    ``inner`` holds x and what x is short of the cost, kept apart so that it never rounds
    to 0. ``outer`` holds the multipliers of these bounds: where x is inside, both are 0 in
    the end, and the margin of the row is 1.
    """

    def __init__(self, columns: Floats, cost: float) -> None:
        self.columns = columns
        self.cost = cost
        self.inner = np.full((2, columns.shape[1]), cost / 2)
        slope = columns.T @ (columns @ self.inner[0]) - 1
        self.outer = np.maximum(0.0, [slope, -slope]) + 1  # their difference is the slope
        self.least = LEAST * float(np.vdot(columns, columns)) / columns.shape[1]

    def solve(self) -> Floats:
        """Return the weights of the columns."""
        for _ in range(MAX_STEPS):
            weights = self.columns @ self.inner[0]
            slope = weights @ self.columns - 1
            if self._gap(weights, slope) <= GAP:
                break
            self._step(slope)
        return np.asarray(self.columns @ self.inner[0])

    def _gap(self, weights: Floats, slope: Floats) -> float:
        """Return the distance of the primal from the dual, relative to the primal."""
        square = float(weights @ weights)
        primal = square / 2 - self.cost * float(np.minimum(slope, 0.0).sum())
        dual = float(self.inner[0].sum()) - square / 2
        return (primal - dual) / max(primal, 1e-12)

    def _step(self, slope: Floats) -> None:
        """Go towards the solution (predictor), then back to the middle of the way (corrector)."""
        solve = self._solver()
        slope = slope - self.outer[0] + self.outer[1]
        products = self.inner * self.outer
        mean = float(products.mean())
        inner, outer = self._direction(solve, slope, products)
        reach = self._reach(inner, outer)
        ahead = (self.inner + reach * inner) * (self.outer + reach * outer)
        centre = (float(ahead.mean()) / mean) ** 3 * mean
        correction = reach * inner * outer - centre  # a full one may go round in circles
        inner, outer = self._direction(solve, slope, products + correction)
        reach = INSIDE * self._reach(inner, outer)
        self.inner += reach * inner
        self.outer += reach * outer

    def _direction(
        self, solve: Callable[[Floats], Floats], slope: Floats, products: Floats
    ) -> tuple[Floats, Floats]:
        """Return the changes of both bounds and multipliers that take all residuals away."""
        pushes = products / self.inner
        change = solve(pushes[1] - pushes[0] - slope)
        inner = np.array([change, -change])
        return inner, -pushes - self.outer / self.inner * inner

    def _reach(self, inner: Floats, outer: Floats) -> float:
        """Return how far, at most all the way, one can go before something turns negative."""
        fastest = min(float((inner / self.inner).min()), float((outer / self.outer).min()))
        return 1.0 if fastest >= -1 else -1 / fastest

    def _solver(self) -> Callable[[Floats], Floats]:
        """Return a function that solves for the change of x, given the residual of its slope."""
        columns = self.columns
        barrier = np.maximum((self.outer / self.inner).sum(axis=0), self.least)
        scaled = columns / barrier
        small = scaled @ columns.T
        small[np.diag_indices_from(small)] += 1.0
        factor = cho_factor(small, check_finite=False)

        def solve(residual: Floats) -> Floats:
            weights = cho_solve(factor, scaled @ residual, check_finite=False)
            return np.asarray((residual - weights @ columns) / barrier)

        return solve
