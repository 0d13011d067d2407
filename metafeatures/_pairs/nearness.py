"""The surroundings of each row: how near the others are, and how much they differ from it.

One pass over all pairs of rows, whose columns go from 0 to 1. The nearness of two rows
at distance d is ``2 ** (-2 d / (D - d))``, where D is the diagonal of the unit cube:
1 for equal rows, 0 for opposite corners.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._pairs.distances import by_group, strips, to_distances

SAME = 1e-9  # distances of unit cubes differ by rounding a million times less


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """What a pass over pairs of rows tells of the surroundings of each row.

    Attributes
    ----------
    distance : ndarray of shape (n_rows,)
        Mean distance of other rows, weighted by nearness; NaN if none is near.
    density : ndarray of shape (n_rows,)
        Sum over other rows of ``2 ** -max(1, ceil(distance))``.
    variation : ndarray of shape (n_rows,)
        Share of other rows of another class, weighted by nearness; for numbers the mean of
        half the squared difference, in variances. NaN if no row is near.
    sparse_variation : ndarray of shape (n_rows,)
        The part of ``density`` due to rows of another class; empty for numbers.
    match_correlation : float
        Correlation of the distance of two rows with the difference of their numbers;
        NaN for classes.
    """

    distance: Floats
    density: Floats
    variation: Floats
    sparse_variation: Floats
    match_correlation: float


def nearness_of_classes(points: Floats, classes: Integers) -> Nearness:
    """Compare all rows with all others, once.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        From 0 to 1.
    classes : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps.
    """
    order, starts, sizes = by_group(classes)
    by_row = np.empty((4, len(points)))
    labels, rows = classes[order], points[order]
    for part, squared in strips(rows - rows.mean(axis=0), starts):
        k = labels[part.start]
        own = slice(starts[k], starts[k] + sizes[k])
        distances = to_distances(squared)
        weight = _nearness(distances, part, points.shape[1])
        total = weight.sum(axis=1)
        by_row[0, part] = _over(_dot(weight, distances), total)
        by_row[1, part] = _over(total - weight[:, own].sum(axis=1), total)
        thinning = _thinning(distances, part)
        by_row[2, part] = thinning.sum(axis=1)
        by_row[3, part] = by_row[2, part] - thinning[:, own].sum(axis=1)
    distance, variation, density, sparse_variation = by_row
    return Nearness(
        distance=distance,
        density=density,
        variation=np.clip(variation, 0.0, 1.0),
        sparse_variation=np.clip(sparse_variation, 0.0, None),
        match_correlation=float("nan"),
    )


def nearness_of_numbers(points: Floats, target: Floats) -> Nearness:
    """Compare all rows with all others, once; ``target`` is standardised."""
    by_row = np.empty((4, len(points)))
    crossed = 0.0
    for part, squared in strips(points - points.mean(axis=0)):
        distances = to_distances(squared)
        difference = np.abs(target[part, None] - target)
        crossed += float(np.vdot(distances, difference))
        weight = _nearness(distances, part, points.shape[1])
        sums = weight.sum(axis=1)
        by_row[0, part] = _over(_dot(weight, distances), sums)
        weight *= difference  # in place: of all pairs of rows no second array is made
        by_row[1, part] = _over(_dot(weight, difference), 2 * sums)
        by_row[3, part] = distances.sum(axis=1)
        by_row[2, part] = _thinning(distances, part).sum(axis=1)
    distance, variation, density, total = by_row
    return Nearness(
        distance=distance,
        density=density,
        variation=variation,
        sparse_variation=np.empty(0),
        match_correlation=_match_correlation(points, target, float(total.sum()), crossed),
    )


def _nearness(distances: Floats, part: slice, n_columns: int) -> Floats:
    """Return the nearness of each pair of rows, 0 for a row and itself."""
    # Opposite corners are not divided by 0: 2 ** -2e9 is 0, as it should be.
    nearness = np.maximum(np.sqrt(n_columns) - distances, SAME)
    np.divide(distances, nearness, out=nearness)
    nearness *= -2.0
    np.exp2(nearness, out=nearness)
    return _without_itself(nearness, part)


def _thinning(distances: Floats, part: slice) -> Floats:
    """Return ``2 ** -max(1, ceil(distance))``, 0 for a row and itself; takes the distances.

    Distances that are whole numbers up to rounding are whole.
    """
    distances -= SAME
    np.ceil(distances, out=distances)
    np.maximum(distances, 1.0, out=distances)
    np.negative(distances, out=distances)
    np.exp2(distances, out=distances)
    return _without_itself(distances, part)


def _without_itself(values: Floats, part: slice) -> Floats:
    values[np.arange(len(values)), np.arange(part.start, part.stop)] = 0.0
    return values


def _dot(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", first, second))


def _over(above: Floats, below: Floats) -> Floats:
    return np.asarray(above / np.where(below > 0, below, np.nan))


def _match_correlation(points: Floats, target: Floats, total: float, crossed: float) -> float:
    """Return the correlation of distances and differences; sums are of ordered pairs."""
    n_rows = len(points)
    n_pairs = n_rows * (n_rows - 1.0)
    places = 2.0 * np.arange(n_rows) - (n_rows - 1)
    # The mean of |a - b| over pairs follows from the sorted numbers, without the pairs.
    difference = 2.0 * float(np.sort(target) @ places) / n_pairs
    distance = total / n_pairs
    spread = float(((points - points.mean(axis=0)) ** 2).sum()) * 2 * n_rows / n_pairs
    target_spread = float(((target - target.mean()) ** 2).sum()) * 2 * n_rows / n_pairs
    variances = spread - distance**2, target_spread - difference**2
    if variances[0] <= SAME * spread or variances[1] <= SAME * target_spread:
        return float("nan")
    covariance = crossed / n_pairs - distance * difference
    return float(np.clip(covariance / np.sqrt(variances[0] * variances[1]), -1.0, 1.0))
