"""Directions in which columns vary together, and how well they follow classes."""

from __future__ import annotations

import numpy as np
from scipy.linalg import qr

from metafeatures._arrays import Floats, Integers
from metafeatures._columns.encoded import EncodedColumns

DEPENDENT = 1e6 * float(np.finfo(np.float64).eps)  # of the widest: less is a rounding error of sums
ENOUGH = 0.95  # of the variance, as Lorena et al. 2018 have it


def column_directions(columns: EncodedColumns, row_weights: Floats | None = None) -> Floats:
    """Return an orthonormal basis of what the columns span, less their means.

    With weights, each row is multiplied by the root of its own. Directions in which the
    columns, each scaled to unit variance, spread less than 2e-10 of the widest are left
    out: they are rounding errors of sums of columns.
    """
    varies = columns.squares > 0
    scaled = columns.centred[varies] / np.sqrt(columns.squares[varies])[:, None]
    if row_weights is not None:
        scaled -= (scaled @ row_weights)[:, None] / row_weights.sum()
        scaled *= np.sqrt(row_weights)
    if not scaled.size:
        return np.empty((columns.values.shape[1], 0))
    basis, triangle = qr(scaled.T, mode="economic", overwrite_a=True, check_finite=False)
    turn, lengths, _ = np.linalg.svd(triangle, full_matrices=False)
    return np.asarray(basis @ turn[:, : int((lengths > DEPENDENT * lengths[0]).sum())])


def correlate_with_classes(
    directions: Floats, classes: Integers, row_weights: Floats | None = None
) -> Floats:
    """Return the canonical correlations of orthonormal directions and classes, largest first.

    There are as many as directions, and one less than classes, at most. Weights are
    those of `column_directions`.
    """
    if row_weights is not None:
        directions = directions * np.sqrt(row_weights)[:, None]
    by_class = np.argsort(classes, kind="stable")
    starts = np.flatnonzero(np.diff(classes[by_class], prepend=-1))
    sizes = np.diff(starts, append=classes.size).astype(np.float64)
    if row_weights is not None:
        sizes *= row_weights[by_class[starts]]
    sums = np.add.reduceat(directions[by_class], starts, axis=0)
    correlations = np.linalg.svd(sums / np.sqrt(sizes)[:, None], compute_uv=False)
    return np.clip(correlations[: min(directions.shape[1], sizes.size - 1)], 0.0, 1.0)


def share_of_components(columns: Floats) -> float:
    """Return the share of principal components that hold more than 95 % of the variance.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)

    Returns
    -------
    float
        From 0 (nothing varies) to 1; NaN without columns.

    Examples
    --------
    >>> share_of_components(np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]]))
    0.5
    """
    if len(columns) == 0:
        return float("nan")
    centred = columns - columns.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max()
    if largest == 0:
        return 0.0
    centred /= largest
    is_wide = centred.shape[0] > centred.shape[1]
    variances = np.linalg.eigvalsh(centred.T @ centred if is_wide else centred @ centred.T)
    shares = np.cumsum(np.clip(variances[::-1], 0.0, None))
    n_needed = int(np.searchsorted(shares / shares[-1], ENOUGH, side="right")) + 1
    return min(n_needed, variances.size) / len(columns)
