"""TimeModel: how long each setup will take to fit, or to predict.

The logarithm of a time is a trend along the task's sizes, which holds beyond the
largest known task too, and what kernel regression finds in the rest.
"""

from __future__ import annotations

import numpy as np

from autometa._common.arrays import Integers, Matrix, Vector
from autometa.performance._completion import complete
from autometa.performance._kernel_regression import KernelRegression, Settings

_SHORTEST = 1e-4  # below it a clock measures itself
_LONGEST = 1e9  # 30 years; nobody needs to know more
_SHRINKAGE = 5.0  # tasks that it takes to trust the slope of a setup by half


class TimeModel:
    """Regression of the logarithm of times on what is known of the tasks.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tasks, n_coordinates)
    sizes : ndarray of shape (n_tasks, n_sizes)
        Of mean 0 and spread 1; there may be none.
    families : ndarray of shape (n_tasks,)
    times : ndarray of shape (n_tasks, n_setups)
        NaN where unknown.
    settings : tuple of float, optional
        Of the kernel regression; by default they are chosen.
    """

    def __init__(
        self,
        coordinates: Matrix,
        sizes: Matrix,
        families: Integers,
        times: Matrix,
        settings: Settings | None = None,
    ) -> None:
        timed = np.isfinite(times).any(axis=1)
        self._n_setups = times.shape[1]
        self._rest: KernelRegression | None = None
        if timed.any():
            logarithm = complete(np.log(np.maximum(times[timed], _SHORTEST)))
            self._slopes = _slopes(sizes[timed], logarithm)
            rest = logarithm - sizes[timed] @ self._slopes
            self._rest = KernelRegression(coordinates[timed], rest, families[timed], settings)

    @property
    def settings(self) -> Settings | None:
        """Of the kernel regression; None when no run was ever timed."""
        return self._rest.settings if self._rest else None

    def predict(self, coordinates: Vector, sizes: Vector) -> Vector:
        """Return the time of each setup; NaN for all when no run was ever timed."""
        if self._rest is None:
            return np.full(self._n_setups, np.nan)
        logarithm = sizes @ self._slopes + self._rest.predict(coordinates[None])[0]
        return np.asarray(np.exp(np.clip(logarithm, np.log(_SHORTEST), np.log(_LONGEST))))


def _slopes(sizes: Matrix, outputs: Matrix) -> Matrix:
    """Return how each output grows with each size; those of a setup are drawn to those of all."""
    centred = outputs - outputs.mean(axis=0)
    products = sizes.T @ sizes
    one = np.eye(sizes.shape[1])
    common = np.linalg.solve(products + one, sizes.T @ centred.mean(axis=1))
    own = sizes.T @ (centred - (sizes @ common)[:, None])
    return np.asarray(common[:, None] + np.linalg.solve(products + _SHRINKAGE * one, own))
