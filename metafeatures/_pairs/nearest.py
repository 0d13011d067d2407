"""The nearest row of another fold, for all folds in one pass over pairs of rows.

Rows that are equally near share the vote: the answer is what a random choice among them
gives on average, whatever the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._pairs.distances import CELLS_AT_ONCE, by_group, centre, strips

Vote = Callable[[Integers, Integers], Floats]

ROUNDING = 1e-13  # of squared lengths: what a product of matrices leaves
SAME = 1e-11  # of a squared distance taken from differences
HALF_STEPS = 8 * float(np.finfo(np.float64).eps)  # that three numbers may be off, twice over


def vote_of_classes(classes: Integers) -> Vote:
    """Return the vote that says whether two rows are of the same class."""
    return lambda rows, others: np.asarray(classes[rows] == classes[others], np.float64)


def vote_of_numbers(target: Floats) -> Vote:
    """Return the vote that says which number the other row has."""
    return lambda rows, others: np.broadcast_to(target[others], np.broadcast(rows, others).shape)


def ask_nearest(points: Floats, in_fold: Integers, vote: Vote) -> Floats:
    """Return the vote of the nearest row of another fold for each row, or their mean vote.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Without missing values; compared by Euclidean distance.
    in_fold : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps; at least two.
    vote : callable
        What rows learn from other rows, given places of both that broadcast.

    Examples
    --------
    >>> points, in_fold = np.array([[0.0], [1.0], [1.0], [5.0]]), np.array([0, 1, 1, 0])
    >>> ask_nearest(points, in_fold, vote_of_numbers(np.array([1.0, 2.0, 4.0, 8.0]))).tolist()
    [3.0, 1.0, 1.0, 3.0]
    """
    order, starts, sizes = by_group(in_fold)
    rows = centre(points)[0][order]
    lengths = np.einsum("ij,ij->i", rows, rows)
    answer = np.empty(len(points))
    for part, squared in strips(rows, starts):
        fold = in_fold[order[part.start]]
        squared[:, starts[fold] : starts[fold] + sizes[fold]] = np.inf
        at = np.arange(len(squared))
        nearest = squared.argmin(axis=1)
        lowest = np.maximum(squared[at, nearest], 0.0)
        answer[order[part]] = vote(order[part], order[nearest])
        limit = lowest + ROUNDING * (lowest + lengths[part])
        squared[at, nearest] = np.inf
        tied = np.flatnonzero(squared.min(axis=1) <= limit)
        squared[tied, nearest[tied]] = -np.inf
        at, others = np.nonzero(squared[tied] <= limit[tied, None])
        own = tied + part.start
        at, others = _nearest_exactly(rows, own, at, others)
        votes = vote(order[own[at]], order[others])
        n_near = np.bincount(at, minlength=tied.size)
        answer[order[own]] = np.bincount(at, weights=votes, minlength=tied.size) / n_near
    return answer


def _nearest_exactly(
    rows: Floats, own: Integers, at: Integers, others: Integers
) -> tuple[Integers, Integers]:
    """Compare candidates again, from differences of columns; leave the nearest.

    Squared distances from a product of matrices are right to a part of the squared
    lengths: beside a long column, rows that differ in others only would be equally near.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    own : ndarray of int of shape (n_own,)
        Rows that ask.
    at, others : ndarrays of int of shape (n_candidates,)
        Place of the row that asks, in order, and the row that may be nearest.
    """
    step = max(1, CELLS_AT_ONCE // max(1, rows.shape[1]))
    squared = np.empty(at.size)
    for start in range(0, at.size, step):
        some = slice(start, start + step)
        differences = rows[own[at[some]]] - rows[others[some]]
        squared[some] = np.einsum("ij,ij->i", differences, differences)
    lowest = np.full(own.size, np.inf)
    np.minimum.at(lowest, at, squared)
    is_nearest = squared <= lowest[at] * (1 + SAME)
    return at[is_nearest], others[is_nearest]


@dataclass(frozen=True, kw_only=True)
class NearestValues:
    """Distinct training values of a column, and which of them each test row is nearest to.

    Attributes
    ----------
    value : ndarray of int of shape (n_train,)
        Place of each training row's value among the distinct ones, in order.
    low, high : ndarrays of int of shape (n_test,)
        Place of the nearest distinct value; two different ones if these are equally near.
    """

    value: Integers
    low: Integers
    high: Integers

    def share(self, classes: Integers, own: Integers) -> Floats:
        """Return the share of the nearest training rows that are of the test row's own class."""
        n_classes = int(max(classes.max(), own.max())) + 1
        keys = np.sort(self.value * n_classes + classes)
        wanted = np.array([self.low, self.high]) * n_classes + own
        n_own = np.searchsorted(keys, wanted, "right") - np.searchsorted(keys, wanted, "left")
        return self._mean(n_own[0].astype(np.float64), n_own[1].astype(np.float64))

    def mean(self, target: Floats) -> Floats:
        """Return the mean target of the nearest training rows."""
        sums = np.asarray(np.bincount(self.value, weights=target), np.float64)
        return self._mean(sums[self.low], sums[self.high])

    def _mean(self, low: Floats, high: Floats) -> Floats:
        sizes = np.bincount(self.value)
        both = self.low != self.high
        return np.asarray((low + both * high) / (sizes[self.low] + both * sizes[self.high]))


def nearest_values(train: Floats, test: Floats) -> NearestValues:
    """Compare the values of one column: the nearest training value of each test value.

    Examples
    --------
    >>> nearest = nearest_values(np.array([0.0, 2.0, 2.0]), np.array([1.0, 5.0]))
    >>> nearest.mean(np.array([3.0, 4.0, 8.0])).tolist()
    [5.0, 6.0]
    """
    distinct, value = np.unique(train, return_inverse=True)
    above = np.searchsorted(distinct, test)
    low, high = np.maximum(above - 1, 0), np.minimum(above, distinct.size - 1)
    lead = (test - distinct[low]) - (distinct[high] - test)
    margin = HALF_STEPS * np.maximum(np.abs(distinct[low]), np.abs(distinct[high]))
    is_low = (lead <= margin) & (above > 0)
    is_high = (lead >= -margin) & (above < distinct.size)
    return NearestValues(
        value=value, low=np.where(is_low, low, high), high=np.where(is_high, high, low)
    )
