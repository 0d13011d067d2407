"""KernelRegression: many smooth outputs over few tasks, with leave-family-out errors.

The mean of a Gaussian process with a squared exponential and a linear kernel.
Its errors on families left out come in closed form [1]_, so that the
hyperparameters and every interval rest on tasks the model has not seen.

References
----------
.. [1] S. Sundararajan, S. S. Keerthi. Predictive Approaches for Choosing
   Hyperparameters in Gaussian Processes. Neural Computation 13, 2001.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from autometa._common.arrays import Integers, Matrix, Positions, Vector
from autometa.performance._feature_space import distances

Settings = tuple[float, float, float]

_LENGTHS = (0.5, 1.0, 2.0)  # standard deviations a coordinate: tasks lie about 1.4 apart
_LINEAR = (0.1, 1.0)  # beside the smooth part, which is 1
_NOISES = (0.03, 0.1, 0.3, 1.0)  # from nearly deterministic to as much as there is signal
_COMPONENTS = 12  # of the outputs, and
_TASKS = 200  # are enough to choose hyperparameters by


class KernelRegression:
    """Regression of ``outputs`` on ``coordinates``, fitted at once.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tasks, n_coordinates)
    outputs : ndarray of shape (n_tasks, n_outputs)
        Without NaN.
    families : ndarray of shape (n_tasks,)
    settings : tuple of float, optional
        As ``settings`` of one fitted to the same; by default they are chosen.

    Attributes
    ----------
    settings : tuple of float
        Length, share of the linear kernel and noise.
    left_out : ndarray of shape (n_tasks, n_outputs)
        Prediction for each task by a model that has not seen its family. With a
        single family that is the mean over the outputs of all tasks.
    """

    def __init__(
        self,
        coordinates: Matrix,
        outputs: Matrix,
        families: Integers,
        settings: Settings | None = None,
    ) -> None:
        self._coordinates = coordinates
        self._mean = outputs.mean(axis=0)
        centred = outputs - self._mean
        self.settings = settings or _choose(coordinates, centred, families)
        self._length, self._linear, self._noise = self.settings
        self._inverse = _inverse_kernel(coordinates, self._length, self._linear, self._noise)
        self._coefficients = self._inverse @ centred
        self.left_out = outputs - _left_out_errors(self._inverse, centred, _groups(families))

    def predict(self, coordinates: Matrix) -> Matrix:
        """Return the outputs of the tasks at ``coordinates``, one row each."""
        kernel = _kernel(coordinates, self._coordinates, self._length, self._linear)
        return np.asarray(kernel @ self._coefficients + self._mean)

    def variance(self, coordinates: Matrix) -> Vector:
        """Return the predictive variance at ``coordinates``, relative to the outputs'."""
        kernel = _kernel(coordinates, self._coordinates, self._length, self._linear)
        prior = 1.0 + self._linear * (coordinates**2).sum(axis=1) / max(coordinates.shape[1], 1)
        explained = ((kernel @ self._inverse) * kernel).sum(axis=1)
        return np.asarray(np.maximum(prior + self._noise - explained, self._noise))


def _choose(coordinates: Matrix, outputs: Matrix, families: Integers) -> Settings:
    """Return length, linear share and noise with the smallest errors on families left out."""
    some = np.unique(np.linspace(0, len(families) - 1, _TASKS).astype(np.intp))
    coordinates, outputs = coordinates[some], _main_components(outputs[some])
    groups = _groups(families[some])
    if len(groups) < 3 or coordinates.shape[1] == 0:
        return _LENGTHS[1], _LINEAR[0], _NOISES[-1]
    settings = list(product(_LENGTHS, _LINEAR, _NOISES))
    errors = [
        np.abs(_left_out_errors(_inverse_kernel(coordinates, *setting), outputs, groups)).mean()
        for setting in settings
    ]
    return settings[int(np.argmin(errors))]


def _kernel(left: Matrix, right: Matrix, length: float, linear: float) -> Matrix:
    near = np.exp(-0.5 * (distances(left, right) / length) ** 2)
    return np.asarray(near + linear * left @ right.T / max(right.shape[1], 1))


def _inverse_kernel(coordinates: Matrix, length: float, linear: float, noise: float) -> Matrix:
    kernel = _kernel(coordinates, coordinates, length, linear)
    kernel[np.diag_indices_from(kernel)] += noise
    return np.asarray(np.linalg.inv(kernel))


def _left_out_errors(inverse: Matrix, outputs: Matrix, groups: list[Positions]) -> Matrix:
    """Return the errors of models that have not seen each group."""
    if len(groups) < 2:
        return outputs
    weighted = inverse @ outputs
    errors = weighted / np.diag(inverse)[:, None]
    for group in groups:
        if len(group) > 1:
            block = np.linalg.inv(inverse[np.ix_(group, group)])
            errors[group] = block @ weighted[group]
    return np.asarray(errors)


def _groups(families: Integers) -> list[Positions]:
    order = np.argsort(families, kind="stable")
    _, starts = np.unique(families[order], return_index=True)
    return np.split(order, starts[1:])


def _main_components(outputs: Matrix) -> Matrix:
    if outputs.shape[1] <= _COMPONENTS:
        return outputs
    left, values, _ = np.linalg.svd(outputs, full_matrices=False)
    return np.asarray((left * values)[:, :_COMPONENTS])
