"""EnsemblePortfolio: each setup of the list is the one that adds most to an average.

A search ends with a weighted average of what it tried, so the best next setup is not the one
that beats those before it, but the one whose errors differ from theirs [1]_. The squared error
of any average follows from the mean products of the errors of each two setups: that is all
that has to be kept of their predictions. Rows are kept in two halves. Weights are chosen on
one and judged on the other, so that a setup which only seems to help is worth nothing.

References
----------
.. [1] D. Salinas, N. Erickson. TabRepo: A Large Scale Repository of Tabular Model Evaluations
   and its AutoML Applications. AutoML 2024. arXiv 2311.02971.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = Vector = npt.NDArray[np.float64]

# Of greedy selection: beyond 25 TabRepo saw no gain, and a list hangs on the first few.
_STEPS = 15
_FIRST_MOMENT = 0.1  # seconds; a trial that ends sooner is as good as one that ends then
_LARGEST_RATIO = 1.0  # natural logarithm of an error over the best: what is worse is no use
_LEAST = 1e-9  # an error of 0 has no logarithm

Products = npt.NDArray[np.float64]


def error_products(errors: Sequence[Matrix | None], halves: npt.NDArray[np.intp]) -> Products:
    """Return the mean products of the errors of each two setups on each half of the rows.

    Parameters
    ----------
    errors : sequence of ndarray of shape (n_rows, n_outputs) or None
        Of each setup: probabilities less the truth, or predictions less it. None for one
        that failed; it then counts as the mean of the target, last in the sequence.
    halves : ndarray of shape (n_rows,)
        0 or 1.

    Returns
    -------
    ndarray of shape (2, n_setups, n_setups)
        Without the last, which is what failed ones count as.
    """
    fallback = errors[-1]
    filled = [fallback if one is None else one for one in errors[:-1]]
    found = []
    for half in (0, 1):
        rows = halves == half
        flat = np.array([np.asarray(one)[rows].ravel() for one in filled])
        found.append(flat @ flat.T / max(1, int(rows.sum())))
    return np.array(found)


@dataclass(frozen=True, kw_only=True)
class EnsemblePortfolio:
    """Lists setups greedily by the error of the best average of them.

    Examples
    --------
    The second setup is nearly as good as the first and has the same errors; the third is worse,
    and its errors are others.

    >>> one = np.array([[1.0, 1.0, 0.0], [1.0, 1.02, 0.0], [0.0, 0.0, 1.5]])
    >>> EnsemblePortfolio().order(np.array([[one, one]]), np.array([1.0]), 3)
    [0, 2, 1]
    """

    def order(
        self,
        products: Products,
        weights: Vector,
        n: int,
        seconds: Vector | None = None,
        time_budget: float = np.inf,
    ) -> list[int]:
        """Return the first ``n`` setups.

        Parameters
        ----------
        products : ndarray of shape (n_tasks, 2, n_setups, n_setups)
            See `error_products`.
        weights : ndarray of shape (n_tasks,)
            Of the tasks.
        n : int
        seconds : ndarray of shape (n_setups,) or None
            Of a trial. What a setup adds is then taken per growth of the logarithm of the
            time spent.
        time_budget : float
            Setups that do not fit into what is left of it come behind those that do.
        """
        n_setups = products.shape[-1]
        goal = np.log(judged(products, np.arange(n_setups)[None])[:, 0])
        left = np.full(len(products), _LARGEST_RATIO)
        free, spent, chosen = np.ones(n_setups, dtype=bool), 0.0, list[int]()
        start = min(_FIRST_MOMENT, 0.1 * time_budget)
        while len(chosen) < min(n, n_setups):
            open_to = np.flatnonzero(free)
            lists = np.array([[*chosen, int(one)] for one in open_to])
            losses = np.log(judged(products, lists)) - goal[:, None]
            losses = np.minimum(losses, _LARGEST_RATIO)
            value = weights @ (left[:, None] - losses)
            if seconds is not None:
                cost = np.log1p(seconds[open_to] / max(spent, start))
                # what harms is not made better by being slow
                value = np.where(value > 0, value / cost, value)
                fits = spent + seconds[open_to] <= time_budget
                value = np.where(fits | ~fits.any(), value, -np.inf)
            best = int(np.argmax(value))
            setup = int(open_to[best])
            chosen.append(setup)
            free[setup] = False
            left = losses[:, best]
            spent += 0.0 if seconds is None else float(seconds[setup])
        return chosen


def judged(products: Products, lists: npt.NDArray[np.intp]) -> Matrix:
    """Return the squared error of the best average of each list on each task.

    Weights are chosen on one half of the rows and judged on the other, both ways.
    """
    rows, columns = lists[:, :, None], lists[:, None, :]
    parts = products[:, :, rows, columns]  # of shape (n_tasks, 2, n_lists, length, length)
    found = np.zeros((len(products), len(lists)))
    for half in (0, 1):
        counts = _greedy_counts(parts[:, half])
        shares = counts / counts.sum(axis=-1, keepdims=True)
        found += np.einsum("tli,tlij,tlj->tl", shares, parts[:, 1 - half], shares) / 2
    return np.maximum(found, _LEAST)


def _greedy_counts(products: Products) -> Products:
    """Return how often greedy selection takes each of a list, of shape (n_tasks, n_lists, length).

    Starts from the best; each step takes, with replacement, what makes the error of the
    average the least. The best step is kept.
    """
    diagonal = np.einsum("tlii->tli", products)
    counts = np.zeros_like(diagonal)
    against, total = np.zeros_like(diagonal), np.zeros(diagonal.shape[:2])
    best, least = counts.copy(), np.full(diagonal.shape[:2], np.inf)
    tasks, lists = np.indices(diagonal.shape[:2])
    for step in range(1, _STEPS + 1):
        tried = total[..., None] + 2 * against + diagonal
        taken = np.argmin(tried, axis=-1)
        total = tried[tasks, lists, taken]
        counts[tasks, lists, taken] += 1
        against += products[tasks, lists, taken]
        error = total / step**2
        better = error < least - 1e-12
        least = np.where(better, error, least)
        best = np.where(better[..., None], counts, best)
    return best
