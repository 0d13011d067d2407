"""Two columns of levels counted together, and what follows from the counts.

The literature's programs add a little to every cell of the table of joint shares, so
that no logarithm or division fails. So does this one, to give the same numbers; but the
cells that no row is in are summed up in closed form, and the table is never built. In
tables of more than a million cells less is added: 1 % to all of them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from metafeatures._arrays import AnyIntegers, Floats, Integers
from metafeatures._columns.entropy import entropy, joint_cells

JOINT_EPSILON = 1e-8  # what the literature's programs add to a cell
MAX_ADDED = 0.01  # in all; a table of many cells would else consist of what was added


@dataclass(frozen=True, kw_only=True)
class JointShares:
    """The occupied cells of a table of joint shares.

    Parameters
    ----------
    first, second : ndarray of int of shape (n_cells,)
        Row and column of each occupied cell, from 0 without gaps.
    shares : ndarray of shape (n_cells,)
        Share of all rows in each occupied cell, plus ``epsilon``.
    n_first, n_second : int
        Rows and columns of the table: levels that occur.
    epsilon : float
        Share of each empty cell.
    """

    first: Integers
    second: Integers
    shares: Floats
    n_first: int
    n_second: int
    epsilon: float

    @property
    def entropy(self) -> float:
        """Entropy of both columns together, in bits."""
        n_empty = self.n_first * self.n_second - self.shares.size
        empty = n_empty * self.epsilon * np.log2(self.epsilon)
        return float(-(self.shares @ np.log2(self.shares)) - empty)

    @property
    def concentration(self) -> float:
        """How much better the first level is guessed when the second is known.

        Goodman and Kruskal's tau, from 0 to 1 but for what epsilon does: 1/2 when the first
        level is always the same. Each empty cell adds epsilon to the totals of its row
        and its column.
        """
        n_empty_with_first = self.n_second - np.bincount(self.first)
        n_empty_with_second = self.n_first - np.bincount(self.second)
        firsts = np.bincount(self.first, self.shares) + n_empty_with_first * self.epsilon
        seconds = np.bincount(self.second, self.shares) + n_empty_with_second * self.epsilon
        empty = self.epsilon**2 * float((n_empty_with_second / seconds).sum())
        with_second = float((self.shares**2 / seconds[self.second]).sum()) + empty
        alone = float(firsts @ firsts)
        if alone == 1:  # a single first level is guessed right in any case
            return 0.0
        # epsilon, and rounding errors, can lead a little out of the range
        return max(-1.0, min(1.0, (with_second - alone) / (1 - alone)))

    def reversed(self) -> JointShares:
        """Return the same with the first column for the second."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            n_first=self.n_second,
            n_second=self.n_first,
        )


def joint_shares(
    first: AnyIntegers, second: AnyIntegers, weights: Floats | None = None
) -> JointShares:
    """Return the joint shares of two columns of levels.

    ``weights`` say how often a row of each level of the second column counts; once without.

    Examples
    --------
    >>> joint_shares(np.array([1, 1, 2, 2]), np.array([5, 5, 6, 6])).shares.round(3)
    array([0.5, 0.5])
    """
    rows, columns, counts = joint_cells(first, second)
    mass = counts if weights is None else counts * weights[columns]
    rows, n_first = _without_gaps(rows)
    columns, n_second = _without_gaps(columns)
    epsilon = min(JOINT_EPSILON, MAX_ADDED / (n_first * n_second))
    return JointShares(
        first=rows,
        second=columns,
        shares=mass / mass.sum() + epsilon,
        n_first=n_first,
        n_second=n_second,
        epsilon=epsilon,
    )


def _without_gaps(levels: Integers) -> tuple[Integers, int]:
    occurs = np.bincount(levels) > 0
    return (occurs.cumsum() - 1)[levels], int(occurs.sum())


class NominalColumns:
    """Columns of levels, counted alone and together with a target.

    Parameters
    ----------
    columns : list of ndarray of int of shape (n_rows,)
    target : ndarray of int of shape (n_rows,)
    weights : ndarray of shape (n_levels,), optional
        How often a row of each level of the target counts; once without.
    """

    def __init__(
        self, columns: Sequence[AnyIntegers], target: AnyIntegers, weights: Floats | None = None
    ) -> None:
        self.columns = columns
        self.target = target
        self.weights = weights
        self._row_weights = None if weights is None else weights[target]

    @cached_property
    def entropies(self) -> Floats:
        """Entropy of each column, in bits."""
        weights = self._row_weights
        return np.array([entropy(np.bincount(column, weights)) for column in self.columns])

    @cached_property
    def target_entropy(self) -> float:
        """Entropy of the target, in bits."""
        return entropy(np.bincount(self.target, self._row_weights))

    @cached_property
    def with_target(self) -> list[JointShares]:
        """Joint shares of each column and the target."""
        return [joint_shares(column, self.target, self.weights) for column in self.columns]

    @cached_property
    def information(self) -> Floats:
        """Mutual information of each column and the target, in bits."""
        together = np.array([joint.entropy for joint in self.with_target])
        return np.asarray(self.entropies + self.target_entropy - together)
