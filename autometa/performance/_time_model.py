"""TimeModel: how long each setup will take to fit, or to predict.

The logarithm of a time is a trend along the task's sizes, which holds beyond the
largest earlier task too, and what kernel regression explains of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Matrix, Vector
from autometa.performance._completion import complete
from autometa.performance._kernel_regression import KernelRegression, Settings
from autometa.performance._reference_tasks import ReferenceTasks, TaskPoint

_SHORTEST = 1e-4  # below it a clock measures itself
_LONGEST = 1e9  # 30 years: beyond, exp() overflows and no budget is concerned


@dataclass(frozen=True, kw_only=True)
class TimeModel:
    """Parameters of the model of times.

    Parameters
    ----------
    shrinkage : float, default=5.0
        Tasks that it takes to trust by half how a setup's own times grow with size, as
        against how those of all setups do.
    """

    shrinkage: float = 5.0

    def fit(
        self, tasks: ReferenceTasks, times: Matrix, settings: Settings | None = None
    ) -> FittedTimes:
        """Learn from the times of all setups on the described tasks; NaN where unknown."""
        return FittedTimes(tasks, times, self.shrinkage, settings)


class FittedTimes:
    """Times of all setups on any new task.

    Parameters
    ----------
    tasks : ReferenceTasks
    times : ndarray of shape (n_described, n_setups)
        NaN where unknown.
    shrinkage : float
    settings : tuple of float, optional
        Of the kernel regression; by default they are chosen.
    """

    def __init__(
        self, tasks: ReferenceTasks, times: Matrix, shrinkage: float, settings: Settings | None
    ) -> None:
        timed = np.isfinite(times).any(axis=1)
        self._n_setups = times.shape[1]
        self._rest: KernelRegression | None = None
        if timed.any():
            sizes, coordinates = tasks.sizes[timed], tasks.coordinates[timed]
            logarithm = complete(np.log(np.maximum(times[timed], _SHORTEST)))
            self._slopes = _slopes(sizes, logarithm, shrinkage)
            rest = logarithm - sizes @ self._slopes
            self._rest = KernelRegression(coordinates, rest, tasks.families[timed], settings)

    @property
    def settings(self) -> Settings | None:
        """Of the kernel regression; None when no run was ever timed."""
        return self._rest.settings if self._rest else None

    def predict(self, point: TaskPoint) -> Vector:
        """Return the time of each setup; NaN for all when no run was ever timed."""
        if self._rest is None:
            return np.full(self._n_setups, np.nan)
        rest = self._rest.predict(point.coordinates[None])[0]
        logarithm = point.sizes @ self._slopes + rest
        return np.asarray(np.exp(np.clip(logarithm, np.log(_SHORTEST), np.log(_LONGEST))))


def _slopes(sizes: Matrix, outputs: Matrix, shrinkage: float) -> Matrix:
    """Return how each output grows with each size; those of a setup are drawn to those of all."""
    centred = outputs - outputs.mean(axis=0)
    products = sizes.T @ sizes
    one = np.eye(sizes.shape[1])
    common = np.linalg.solve(products + one, sizes.T @ centred.mean(axis=1))
    own = sizes.T @ (centred - (sizes @ common)[:, None])
    return np.asarray(common[:, None] + np.linalg.solve(products + shrinkage * one, own))
