"""How many rows stand in the way of columns that tell a number: two ways to take them away."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from metafeatures._arrays import Floats, Integers

HIGH = 0.9
SMALL = 0.1


def rank_correlations(columns: Floats, target: Floats) -> Floats:
    """Return Spearman's correlation of each row of numbers with the target; NaN if undefined."""
    ranks = np.asarray(rankdata(columns, axis=1)) - (target.size + 1) / 2
    others = np.asarray(rankdata(target)) - (target.size + 1) / 2
    squares = np.einsum("ij,ij->i", ranks, ranks) * (others @ others)
    return np.asarray(ranks @ others / np.sqrt(np.where(squares > 0, squares, np.nan)))


def individual_efficiency(columns: Floats, target: Floats) -> float:
    """Return the least share of rows to take away for one column to tell the rest well.

    Row by row, the one whose rank differs most from that of the target goes, of several
    the one with the least target, until the rank correlation is 0.9.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
    target : ndarray of shape (n_rows,)

    Returns
    -------
    float
        From 0 to 1 (no column ever does).

    Examples
    --------
    >>> individual_efficiency(np.array([[1.0, 2, 3, 4, 5, 6, 7, 0]]), np.arange(8.0))
    0.125
    """
    correlations = rank_correlations(columns, target)
    varies = ~np.isnan(correlations)
    n_rows = target.size
    if not varies.any():
        return 1.0
    signs = np.where(correlations[varies] < 0, -1.0, 1.0)[:, None]
    order = np.argsort(target, kind="stable")
    ranks = _Ranks((columns[varies] * signs)[:, order], target[order])
    for n_away in range(n_rows - 1):
        if (ranks.correlations() >= HIGH).any():
            return n_away / n_rows
        ranks.take_away()
    return 1.0


class _Ranks:
    """Doubled rank differences of columns and target; each column has rows of its own left."""

    def __init__(self, columns: Floats, target: Floats) -> None:
        self._own = 2 * np.asarray(rankdata(columns, axis=1))
        self._other = np.tile(2 * np.asarray(rankdata(target)), (len(columns), 1))
        self._gaps = self._own - self._other
        self._spread = [_spread(ranks) for ranks in (self._own, self._other)]
        self._every = np.arange(len(columns))
        self._n_left = target.size

    def correlations(self) -> Floats:
        """Return Spearman's correlation of each column with the target on the rows left."""
        first, second = self._spread
        squares = np.einsum("ij,ij->i", self._gaps, self._gaps)
        below = 2 * np.sqrt(first * second)
        return np.asarray((first + second - squares) / np.where(below > 0, below, np.inf))

    def take_away(self) -> None:
        """Take the row of the largest difference away from each column."""
        worst = np.where(np.isnan(self._own), -1.0, np.abs(self._gaps)).argmax(axis=1)
        for k, (ranks, sign) in enumerate(((self._own, -1), (self._other, 1))):
            at = ranks[self._every, worst][:, None]
            is_same = ranks == at
            self._gaps += sign * (2.0 * (ranks > at) + is_same)
            self._spread[k] -= self._loss(is_same.sum(axis=1))
        for ranks in (self._own, self._other):
            ranks[self._every, worst] = np.nan
        self._gaps[self._every, worst] = 0.0
        self._n_left -= 1
        if 2 * self._n_left < self._gaps.shape[1]:
            self._close_up()

    def _loss(self, n_same: Integers) -> Floats:
        """Return what the spread of doubled ranks loses with one of ``n_same`` equal rows."""
        n = self._n_left
        return np.asarray(n * (n - 1.0) - n_same * (n_same - 1.0))

    def _close_up(self) -> None:
        is_left = ~np.isnan(self._own)
        shape = len(self._own), self._n_left
        self._own, self._other, self._gaps = (
            values[is_left].reshape(shape) for values in (self._own, self._other, self._gaps)
        )


def _spread(ranks: Floats) -> Floats:
    centred = ranks - (ranks.shape[1] + 1)
    return np.asarray(np.einsum("ij,ij->i", centred, centred))


def collective_efficiency(columns: Floats, target: Floats) -> float:
    """Return the share of rows that no column tells, taken one after the other.

    Each time the column that is most rank-correlated with the target is used up, the
    first among equals, and the rows within 0.1 of its line are taken away.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
    target : ndarray of shape (n_rows,)
        From 0 to 1.
    """
    n_rows = target.size
    while len(columns) and target.size > 1:
        strength = np.nan_to_num(np.abs(rank_correlations(columns, target)), nan=-1.0)
        best = int(strength.argmax())
        if strength[best] < 0:
            break
        is_far = np.abs(_line_residuals(columns[best], target)) > SMALL
        columns, target = np.delete(columns, best, axis=0)[:, is_far], target[is_far]
    return target.size / n_rows if target.size > 1 else 0.0


def _line_residuals(column: Floats, target: Floats) -> Floats:
    centred = column - column.mean()
    slope = (centred @ target) / (centred @ centred)
    return np.asarray(target - target.mean() - slope * centred)
