"""Distances of rows within and between classes: one pass over all pairs of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from metafeatures._arrays import Floats, Integers
from metafeatures._pairs.distances import by_group, centre, strips, to_distances

N_CHECKED = 8
SAME = 1e-10


@dataclass(frozen=True, kw_only=True)
class ClassDistances:
    """What a pass over all pairs of rows tells of classes.

    Attributes
    ----------
    nearest : float
        Smallest distance of two rows of different classes.
    nearest_per_pair : float
        The same after division by the number of row pairs of the two classes.
    diameter : float
        Largest distance of two rows of one class.
    between : float
        Mean over pairs of classes of the mean distance of their rows.
    silhouette : float
        Mean over rows; 0 for a row that is alone in its class.
    match_correlation : float
        Correlation, over pairs of rows, of their distance with being of one class.
    """

    nearest: float
    nearest_per_pair: float
    diameter: float
    between: float
    silhouette: float
    match_correlation: float


def class_distances(points: Floats, classes: Integers) -> ClassDistances:
    """Compare all rows with all others, once.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
    classes : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps; at least two.
    """
    order, starts, sizes = by_group(classes)
    centred, scale = centre(points)
    rows, labels = centred[order], classes[order]
    by_row = np.empty((7, len(rows)))
    for part, squared in strips(rows):
        by_row[:, part] = _look(squared, labels[part], starts, sizes)
    *squares, silhouettes, between, within, total = by_row
    nearest, nearest_per_pair, diameter = _exactly(rows, labels, sizes, squares)
    square_sum = 2 * len(rows) * float(np.einsum("ij,ij->", rows, rows))
    return ClassDistances(
        nearest=nearest * scale,
        nearest_per_pair=nearest_per_pair * scale,
        diameter=diameter * scale,
        between=float(between.sum()) / (sizes.size * (sizes.size - 1)) * scale,
        silhouette=float(silhouettes.mean()),
        match_correlation=_match_correlation(sizes, within.sum(), total.sum(), square_sum),
    )


def _look(
    squared: Floats, own: Integers, starts: Integers, sizes: Integers
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, Floats]:
    """Return what the distances of some rows from all, class by class, tell of each.

    Smallest square to another class, the same over squared pairs of rows, largest within
    the class, silhouette, sum over other classes of distance per pair of rows, sum of
    distances within the class, and to all rows.
    """
    at = np.arange(own.size), own
    n_pairs = sizes[own][:, None] * sizes.astype(np.float64)
    farthest = np.maximum.reduceat(squared, starts, axis=1)[at]
    lowest = np.minimum.reduceat(squared, starts, axis=1)
    lowest[at] = np.inf
    sums = np.add.reduceat(to_distances(squared), starts, axis=1)
    within, total = sums[at], sums.sum(axis=1)
    sums[at] = 0.0
    between = (sums / n_pairs).sum(axis=1)
    sums[at] = np.inf
    silhouettes = _silhouettes(within, (sums / sizes).min(axis=1), sizes[own])
    per_pair = (lowest / n_pairs**2).min(axis=1)
    return lowest.min(axis=1), per_pair, farthest, silhouettes, between, within, total


def _silhouettes(within: Floats, nearest_mean: Floats, sizes: Integers) -> Floats:
    """Return how much nearer a row is to its own class than to the nearest other one."""
    own_mean = within / np.maximum(sizes - 1, 1)
    larger = np.maximum(own_mean, nearest_mean)
    answer = (nearest_mean - own_mean) / np.where(larger > 0, larger, 1.0)
    return np.where(sizes > 1, answer, 0.0)


def _exactly(
    rows: Floats, labels: Integers, sizes: Integers, squares: list[Floats]
) -> tuple[float, float, float]:
    """Compute again, from differences, what the rows with the extreme squares gave."""
    nearest, per_pair, farthest = squares
    first = [np.argsort(key, kind="stable")[:N_CHECKED] for key in (nearest, per_pair, -farthest)]
    some = np.unique(np.concatenate(first))
    distances = cdist(rows[some], rows)
    is_own = labels[some][:, None] == labels
    others = np.where(is_own, np.inf, distances)
    n_pairs = sizes[labels[some]][:, None] * sizes[labels].astype(np.float64)
    diameter = np.where(is_own, distances, 0.0).max()
    return float(others.min()), float((others / n_pairs).min()), float(diameter)


def _match_correlation(sizes: Integers, within: float, total: float, square_sum: float) -> float:
    """Return the correlation of distance and being of one class; sums are of ordered pairs."""
    n_rows, n_same = float(sizes.sum()), float((sizes * (sizes - 1.0)).sum())
    n_pairs = n_rows * (n_rows - 1)
    n_other = n_pairs - n_same
    variance = square_sum / n_pairs - (total / n_pairs) ** 2
    if n_same == 0 or variance <= SAME * square_sum / n_pairs:
        return float("nan")
    difference = within / n_same - (total - within) / n_other
    r = difference * np.sqrt(n_same * n_other / variance) / n_pairs
    return float(np.clip(r, -1.0, 1.0))
