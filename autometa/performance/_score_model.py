"""ScoreModel: the score to expect of each setup, and the interval it will lie in.

Scores are regressed on the task's coordinates on a scale where errors are
alike everywhere. Intervals are conformal [1]_: the errors of the model on
families left out, of the setups it would have recommended there, say how
wrong it is. Choosing the best of many predictions is optimistic; as the errors
are those of chosen setups, the interval and the expectation make up for it. One family of
tasks has no errors to learn from: its intervals are all that the metric can be.

References
----------
.. [1] J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani, L. Wasserman.
   Distribution-Free Predictive Inference for Regression. JASA 113, 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from autometa._common.arrays import Booleans, Integers, Matrix, Vector
from autometa.metrics import get_metric
from autometa.performance._completion import complete
from autometa.performance._kernel_regression import KernelRegression, Settings
from autometa.performance._reference_tasks import family_weights
from autometa.performance._score_scale import ScoreScale

_FEW_FAMILIES = 20  # fewer have no tail to read a quantile from: Student's t then
_TASKS_OF_ALL = (
    5.0  # that the errors of all setups weigh beside those of a setup: few tasks say little
)


@dataclass(frozen=True)
class ExpectedScores:
    """Expected score and ends of the interval of each setup."""

    expected: Vector
    low: Vector
    high: Vector


class ScoreModel:
    """Scores of every setup on a new task, learnt at once.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tasks, n_coordinates)
    scores : ndarray of shape (n_tasks, n_setups)
        NaN where not measured.
    families : ndarray of shape (n_tasks,)
    listed : ndarray of shape (n_tasks, n_setups), bool
        Setups that would be recommended on each task by those who have not
        seen its family.
    metric : str
    settings : pair of tuples of float, optional
        Of the regressions of scores and of errors; by default they are chosen.

    Attributes
    ----------
    is_certain : bool
        Whether there are two families or more, so that errors could be learnt.
    settings : pair of tuples of float or None
        None when no task has a score.
    """

    settings: tuple[Settings, Settings] | None

    def __init__(
        self,
        coordinates: Matrix,
        scores: Matrix,
        families: Integers,
        listed: Booleans,
        metric: str,
        settings: tuple[Settings, Settings] | None = None,
    ) -> None:
        self._scale = ScoreScale.of(scores, metric)
        self._metric = get_metric(metric)
        self._n_setups = scores.shape[1]
        self.settings = None
        self._model: KernelRegression | None = None
        scored = np.isfinite(scores).any(axis=1)
        self.is_certain = len(np.unique(families[scored])) > 1
        if not scored.any():
            return
        even = self._scale.to_even(scores[scored])
        coordinates, families = coordinates[scored], families[scored]
        of_scores, of_errors = settings or (None, None)
        self._model = KernelRegression(coordinates, complete(even), families, of_scores)
        self._tried = np.isfinite(even).any(axis=0)
        errors = even - self._model.left_out
        self._spread = _spread_of_setups(errors)
        size = np.sqrt(np.nanmean((errors / self._spread) ** 2, axis=1))
        self._size = KernelRegression(coordinates, _log_size(size)[:, None], families, of_errors)
        self.settings = self._model.settings, self._size.settings
        relative = errors / (self._spread * np.exp(self._size.left_out))
        chosen = np.where(listed[scored], relative, np.nan)
        if not np.isfinite(chosen).any():
            chosen = relative
        self._chosen, self._families = chosen, families
        self._quantiles: dict[float, tuple[float, float, float]] = {}

    def predict(
        self, coordinates: Vector, confidence_level: float = 0.9, widening: float = 1.0
    ) -> ExpectedScores:
        """Return what to expect on the task at ``coordinates``, with intervals of that level.

        They are ``widening`` times as long to either side as those of tasks like the known ones.
        """
        low, high = (np.full(self._n_setups, end) for end in (self._metric.low, self._metric.high))
        if self._model is None:
            return ExpectedScores(np.full(self._n_setups, np.nan), low, high)
        centre = self._model.predict(coordinates[None])[0]
        size = self._spread * np.exp(self._size.predict(coordinates[None])[0, 0])
        low_end, middle, high_end = self._quantiles_at(confidence_level)
        wide = (low_end - middle) * widening, 0.0, (high_end - middle) * widening
        ends = [centre + (middle + q) * size for q in wide]
        inner, expected, outer = (self._scale.from_even(end) for end in ends)
        sure = (
            self._tried & self.is_certain
        )  # of a setup without any score, the bounds of the metric are all that holds
        return ExpectedScores(expected, np.where(sure, inner, low), np.where(sure, outer, high))

    def _quantiles_at(self, level: float) -> tuple[float, float, float]:
        if level not in self._quantiles:  # most ask for one level again and again
            self._quantiles[level] = _quantiles(self._chosen, self._families, level)
        return self._quantiles[level]


def _spread_of_setups(errors: Matrix) -> Vector:
    """Root mean squared error of each setup, drawn towards that of all."""
    overall = np.nanmean(errors**2)
    counts = np.isfinite(errors).sum(axis=0)
    total = np.nansum(errors**2, axis=0) + _TASKS_OF_ALL * overall
    return np.asarray(np.sqrt(np.maximum(total / (counts + _TASKS_OF_ALL), 1e-12)))


def _log_size(size: Vector) -> Vector:
    """Logarithm of the tasks' typical errors; a task without error counts as a lucky one."""
    floor = 0.1 * max(float(np.median(size)), 1e-6)
    return np.log(np.maximum(size, floor))


def _quantiles(errors: Matrix, families: Integers, level: float) -> tuple[float, float, float]:
    """Low end, middle and high end of relative errors; every family weighs the same."""
    finite = np.isfinite(errors)
    counts = np.maximum(finite.sum(axis=1, keepdims=True), 1)
    weights = family_weights(families)[:, None] * finite / counts
    values, shares = errors[finite], weights[finite]
    middle = _quantile(values, shares, 0.5)
    n_families = len(np.unique(families[finite.any(axis=1)]))
    if n_families < _FEW_FAMILIES:
        freedom = max(n_families - 1, 1)
        width = stats.t.ppf(0.5 + level / 2, freedom) * np.sqrt(1 + 1 / n_families)
        wide = width * max(np.sqrt(shares @ (values - middle) ** 2 / shares.sum()), 1e-3)
        return middle - wide, middle, middle + wide
    # The new task is one more draw beside n others: its rank has n + 1 places.
    outside = (1 - level) / 2 - (1 - level / 2) / n_families
    outside = max(outside, 0.0)
    return _quantile(values, shares, outside), middle, _quantile(values, shares, 1 - outside)


def _quantile(values: Vector, shares: Vector, level: float) -> float:
    order = np.argsort(values, kind="stable")
    position = np.cumsum(shares[order]) - 0.5 * shares[order]
    return float(np.interp(level * shares.sum(), position, values[order]))
