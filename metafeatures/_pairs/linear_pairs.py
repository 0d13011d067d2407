"""Planes between pairs of classes, and how the rows of each lie to them."""

from __future__ import annotations

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._pairs.hinge import margins
from metafeatures._pairs.row_distances import slices

ClassMargins = list[tuple[Floats, Floats]]

ON_PLANE = 1e-6


def margins_of_pairs(points: Floats, classes: Integers, most_classes: int | None) -> ClassMargins:
    """Return the margins of the rows of one class and of another, for pairs of classes.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
    classes : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps.
    most_classes : int or None
        Only pairs of the first classes are compared.
    """
    columns = points.T
    parts = [columns[:, classes == k] for k in range(int(classes.max()) + 1)[:most_classes]]
    return [_margins(first, second) for i, first in enumerate(parts) for second in parts[i + 1 :]]


def _margins(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    columns = np.concatenate([first, second], axis=1)
    centred = columns - columns.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    centred /= np.where(spread > 0, spread, 1.0)
    pair_margins = margins(centred, np.repeat([1.0, -1.0], [first.shape[1], second.shape[1]]))
    pair_margins[np.abs(pair_margins) <= ON_PLANE] = 0.0
    return pair_margins[: first.shape[1]], pair_margins[first.shape[1] :]


def share_of_way(values: Floats) -> float:
    """Return the mean share, over ordered pairs of numbers, of the way between that is below 0.

    Examples
    --------
    >>> share_of_way(np.array([-1.0, 3.0]))  # all, none, and twice a quarter
    0.375
    """
    wrong, right = -values[values < 0], values[values > 0]
    n_on_plane = values.size - wrong.size - right.size
    mixed = 0.0
    for part in slices(wrong.size, right.size):
        some = wrong[part, None]
        mixed += float((some / (some + right)).sum())
    total = wrong.size * (wrong.size + 2 * n_on_plane) + n_on_plane**2 / 2 + 2 * mixed
    return total / values.size**2
