"""Completion: fills the cells of a matrix that nobody has measured.

A cell is first the sum of a task's and a setup's effect; what is left over is
then taken to be of low rank [1]_.

References
----------
.. [1] R. Mazumder, T. Hastie, R. Tibshirani. Spectral Regularization Algorithms
   for Learning Large Incomplete Matrices. JMLR 11, 2010.
"""

from __future__ import annotations

import numpy as np
from sklearn.utils.extmath import randomized_svd

from autometa._common.arrays import Booleans, Matrix

_SHRINKAGE = 1.0  # an effect seen in one cell is trusted by half
_ROUNDS = 15  # of alternating sums, which settle within a few
_LARGE = 256  # of either side: the cost of a whole SVD grows with the cube
_COMPONENTS = 30  # of such a matrix; smaller ones are below the threshold anyway


def complete(values: Matrix) -> Matrix:
    """Return ``values`` with every NaN filled; measured cells keep their value.

    A row or column without any value gets the effects of the others only; a
    matrix without any value becomes zeros.
    """
    measured = np.isfinite(values)
    if measured.all():
        return values.copy()
    if not measured.any():
        return np.zeros_like(values)
    effects = _additive(values, measured)
    if min(values.shape) < 5:
        return np.where(measured, values, effects)
    residual = np.where(measured, values - effects, 0.0)
    return np.where(measured, values, effects + _low_rank(residual, measured))


def _additive(values: Matrix, measured: Booleans) -> Matrix:
    mean = values[measured].mean()
    rows = np.zeros((values.shape[0], 1))
    columns = np.zeros((1, values.shape[1]))
    for _ in range(_ROUNDS):
        for effect, axis in ((columns, 0), (rows, 1)):
            effect[...] = 0.0
            left = np.where(measured, values - mean - rows - columns, 0.0)
            counts = measured.sum(axis=axis, keepdims=True)
            effect[...] = left.sum(axis=axis, keepdims=True) / (counts + _SHRINKAGE)
    return np.asarray(mean + rows + columns)


def _low_rank(residual: Matrix, measured: Booleans) -> Matrix:
    """Return what of the residual is of low rank: its SVD, thresholded softly and iterated."""
    filled = residual
    low_rank = np.zeros_like(residual)
    threshold = None
    for _ in range(_ROUNDS):
        left, values, right = _main_components(filled)
        if threshold is None:
            threshold = 0.25 * values[0]
        low_rank = (left * np.maximum(values - threshold, 0.0)) @ right
        filled = np.where(measured, residual, low_rank)
    return low_rank


def _main_components(values: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Return the SVD; of a large matrix its largest components, which take far less time."""
    if min(values.shape) <= _LARGE:
        left, sizes, right = np.linalg.svd(values, full_matrices=False)
    else:
        left, sizes, right = randomized_svd(values, _COMPONENTS, n_iter=4, random_state=0)
    return left, sizes, right
