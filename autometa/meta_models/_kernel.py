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
import numpy.typing as npt

from autometa.meta_models._features import distances

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]
Families = npt.NDArray[np.int64]

_LENGTHS = (0.5, 1.0, 2.0)
_LINEAR = (0.1, 1.0)
_NOISES = (0.03, 0.1, 0.3, 1.0)
_COMPONENTS = 12  # enough of the outputs to choose hyperparameters by


class KernelRegression:
    """Regression of ``outputs`` on ``coordinates``, fitted at once.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tasks, n_coordinates)
    outputs : ndarray of shape (n_tasks, n_outputs)
        Without NaN.
    families : ndarray of shape (n_tasks,)

    Attributes
    ----------
    left_out : ndarray of shape (n_tasks, n_outputs)
        Prediction for each task by a model that has not seen its family. With a
        single family that is the mean over the outputs of all tasks.
    left_out_variance : ndarray of shape (n_tasks,)
        Variance of those predictions, relative to that of the outputs.
    """

    def __init__(self, coordinates: Matrix, outputs: Matrix, families: Families) -> None:
        self._coordinates = coordinates
        self._mean = outputs.mean(axis=0)
        centred = outputs - self._mean
        self._groups = _groups(families)
        self._length, self._linear, self._noise = self._choose(_main_components(centred))
        self._inverse = self._inverse_kernel(self._length, self._linear, self._noise)
        self._coefficients = self._inverse @ centred
        errors, self.left_out_variance = self._left_out_errors(self._inverse, centred)
        self.left_out = outputs - errors

    def predict(self, coordinates: Matrix) -> Matrix:
        """Return the outputs of the tasks at ``coordinates``, one row each."""
        kernel = self._kernel(coordinates, self._length, self._linear)
        return np.asarray(kernel @ self._coefficients + self._mean)

    def variance(self, coordinates: Matrix) -> Vector:
        """Return the predictive variance at ``coordinates``, relative to the outputs'."""
        kernel = self._kernel(coordinates, self._length, self._linear)
        prior = 1.0 + self._linear * (coordinates**2).mean(axis=1) if coordinates.size else 1.0
        explained = ((kernel @ self._inverse) * kernel).sum(axis=1)
        return np.asarray(np.maximum(prior + self._noise - explained, self._noise))

    def _kernel(self, coordinates: Matrix, length: float, linear: float) -> Matrix:
        n_coordinates = max(self._coordinates.shape[1], 1)
        near = np.exp(-0.5 * (distances(coordinates, self._coordinates) / length) ** 2)
        return np.asarray(near + linear * coordinates @ self._coordinates.T / n_coordinates)

    def _inverse_kernel(self, length: float, linear: float, noise: float) -> Matrix:
        kernel = self._kernel(self._coordinates, length, linear)
        kernel[np.diag_indices_from(kernel)] += noise
        return np.asarray(np.linalg.inv(kernel))

    def _choose(self, outputs: Matrix) -> tuple[float, float, float]:
        """Return the hyperparameters with the smallest errors on families left out."""
        if len(self._groups) < 3:
            return _LENGTHS[1], _LINEAR[0], _NOISES[-1]
        settings = list(product(_LENGTHS, _LINEAR, _NOISES))
        errors = [
            np.abs(self._left_out_errors(self._inverse_kernel(*setting), outputs)[0]).mean()
            for setting in settings
        ]
        return settings[int(np.argmin(errors))]

    def _left_out_errors(self, inverse: Matrix, outputs: Matrix) -> tuple[Matrix, Vector]:
        if len(self._groups) < 2:
            return outputs, np.ones(len(outputs))
        weighted = inverse @ outputs
        errors = weighted / np.diag(inverse)[:, None]
        variance = 1.0 / np.diag(inverse)
        for group in self._groups:
            if len(group) > 1:
                block = np.linalg.inv(inverse[np.ix_(group, group)])
                errors[group] = block @ weighted[group]
                variance[group] = np.diag(block)
        return errors, variance


def _groups(families: Families) -> list[npt.NDArray[np.intp]]:
    order = np.argsort(families, kind="stable")
    _, starts = np.unique(families[order], return_index=True)
    return np.split(order, starts[1:])


def _main_components(outputs: Matrix) -> Matrix:
    if outputs.shape[1] <= _COMPONENTS:
        return outputs
    left, values, _ = np.linalg.svd(outputs, full_matrices=False)
    return np.asarray((left * values)[:, :_COMPONENTS])
