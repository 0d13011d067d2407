"""Complexity of a number to predict: how well columns, lines and neighbours tell it.

Columns and target go from 0 to 1, missing values are means, categories indicators; at
most 1,500 rows unless ``max_rows`` is None. The larger, the more complex, except C1
and C2. L3 is an expectation; only S4 depends on chance.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats, Integers, Singles
from metafeatures._pairs.compared_rows import RowsOfNumbers
from metafeatures._pairs.efficiency import collective_efficiency, individual_efficiency
from metafeatures._pairs.row_distances import slices
from metafeatures._pairs.surroundings import MOST_INTERPOLATED
from metafeatures._registry import REGRESSION, register

LORENA_NUMBERS = (
    "A. C. Lorena, A. I. Maciel, P. B. C. de Miranda, I. G. Costa and R. B. C. Prudêncio. "
    "Data complexity meta-features for regression problems. Machine Learning, 2018."
)
NO_SPREAD = "no column varies"

of_numbers = partial(
    register,
    family="complexity",
    cost="rows",
    task_types=REGRESSION,
    low=0,
    high=1,
    by_place=True,
    reference=LORENA_NUMBERS,
)
smooth = partial(of_numbers, differs="ECoL: by Gower's distance, not by Euclid's")


@of_numbers(undefined=NO_SPREAD)
def correlation_c1(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the largest absolute rank correlation of a column with the target (C1)."""
    correlations = rows_of_numbers.correlations
    return float(correlations.max()) if correlations.size else float("nan")


@of_numbers(undefined=NO_SPREAD)
def correlation_c2(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the mean absolute rank correlation of columns with the target (C2)."""
    correlations = rows_of_numbers.correlations
    return float(correlations.mean()) if correlations.size else float("nan")


@of_numbers(unit="share")
def correlation_c3(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the least share of rows without which a column is correlated by 0.9 (C3)."""
    return individual_efficiency(rows_of_numbers.best_columns, rows_of_numbers.target)


@of_numbers(unit="share")
def correlation_c4(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the share of rows farther than 0.1 from lines on one column after the other (C4)."""
    return collective_efficiency(rows_of_numbers.best_columns, rows_of_numbers.target)


@of_numbers(high=0.5)
def linear_fit_l1(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the mean absolute residual of a linear function of the columns (L1)."""
    return float(np.abs(rows_of_numbers.residuals).mean())


@of_numbers(high=0.25)
def linear_fit_l2(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the mean squared residual of a linear function of the columns (L2)."""
    return float((rows_of_numbers.residuals**2).mean())


@of_numbers(high=0.5, differs="ECoL: random points, the target goes another part of the way")
def linear_fit_l3(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the linear function's mean squared residual between rows next in target (L3)."""
    residuals = rows_of_numbers.residuals[rows_of_numbers.by_target]
    first, second = residuals[:-1], residuals[1:]
    return float((first**2 + first * second + second**2).mean() / 3)


@smooth()
def smoothness_s1(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the mean difference in target along a minimum spanning tree (S1)."""
    first, second = rows_of_numbers.tree
    target = rows_of_numbers.target
    return float(np.abs(target[first] - target[second]).mean())


@smooth(high=np.inf)
def smoothness_s2(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the mean distance of rows next in target (S2)."""
    points = rows_of_numbers.points[rows_of_numbers.by_target]
    return float(np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)).mean())


@smooth()
def smoothness_s3(rows_of_numbers: RowsOfNumbers) -> float:
    """Return the mean squared error of the nearest other row's target (S3)."""
    target, errors = rows_of_numbers.target, np.empty(rows_of_numbers.target.size)
    for rows, block in rows_of_numbers.distances.blocks():
        others = block.copy()
        others[np.arange(len(block)), np.arange(rows.start, rows.stop)] = np.inf
        errors[rows] = _nearest_errors(others, target[rows], target)
    return float(errors.mean())


@smooth()
def smoothness_s4(rows_of_numbers: RowsOfNumbers, seed: int) -> float:
    """Return the nearest row's mean squared error at points between rows next in target (S4)."""
    points, target = rows_of_numbers.points, rows_of_numbers.target
    first, second = _places_between(rows_of_numbers.by_target)
    way = np.random.default_rng(seed).random((first.size, 1))
    between = points[first] + way * (points[second] - points[first])
    wanted = target[first] + way[:, 0] * (target[second] - target[first])
    errors = np.empty(first.size)
    for part in slices(first.size, target.size):
        block = rows_of_numbers.distances.to_all(between[part])
        errors[part] = _nearest_errors(block, wanted[part], target)
    return float(errors.mean())


def _places_between(by_target: Integers) -> tuple[Integers, Integers]:
    """Return pairs of rows next in target: all, or 500 evenly spread."""
    n_pairs = by_target.size - 1
    some = np.linspace(0, n_pairs - 1, min(n_pairs, MOST_INTERPOLATED)).round().astype(np.int64)
    return by_target[some], by_target[some + 1]


def _nearest_errors(distances: Singles, wanted: Floats, target: Floats) -> Floats:
    """Return the squared difference in target to the nearest row, or the mean of several."""
    is_nearest = distances == distances.min(axis=1, keepdims=True)
    errors = (target[is_nearest.argmax(axis=1)] - wanted) ** 2
    ties = np.flatnonzero(np.count_nonzero(is_nearest, axis=1) > 1)
    if ties.size:
        squares = np.where(is_nearest[ties], (target - wanted[ties, None]) ** 2, 0.0)
        errors[ties] = squares.sum(axis=1) / np.count_nonzero(is_nearest[ties], axis=1)
    return np.asarray(errors)
