"""TimeModel: how long each setup will take to fit, or to predict."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autometa.meta_models._completion import complete
from autometa.meta_models._kernel import KernelRegression, Settings

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

_SHORTEST = 1e-4  # below it a clock measures itself


class TimeModel:
    """Regression of the logarithm of times on the task's coordinates.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tasks, n_coordinates)
    times : ndarray of shape (n_tasks, n_setups)
        NaN where unknown.
    families : ndarray of shape (n_tasks,)
    settings : tuple of float, optional
        Of the regression; by default they are chosen.
    """

    def __init__(
        self,
        coordinates: Matrix,
        families: npt.NDArray[np.int64],
        times: Matrix,
        settings: Settings | None = None,
    ) -> None:
        timed = np.isfinite(times).any(axis=1)
        self._model: KernelRegression | None = None
        if timed.any():
            logarithm = np.log(np.maximum(times[timed], _SHORTEST))
            self._model = KernelRegression(
                coordinates[timed], complete(logarithm), families[timed], settings
            )
        self._n_setups = times.shape[1]

    @property
    def settings(self) -> Settings | None:
        """Of the regression; None when no run was ever timed."""
        return self._model.settings if self._model else None

    def predict(self, coordinates: Vector) -> Vector:
        """Return the time of each setup; NaN for all when no run was ever timed."""
        if self._model is None:
            return np.full(self._n_setups, np.nan)
        return np.asarray(np.exp(self._model.predict(coordinates[None])[0]))
