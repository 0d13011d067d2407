"""UnitScores: scores to expect, in the unit of the task's own target where it has one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans
from autometa.performance._history import History
from autometa.performance._kernel_regression import Settings
from autometa.performance._reference_tasks import ReferenceTasks, TaskPoint
from autometa.performance._score_model import ExpectedScores, ScoreModel
from autometa.performance._target_scale import units


class UnitScores:
    """Models of the scores, and of those in units of the target, each learnt when asked for.

    Parameters
    ----------
    history : History
    tasks : ReferenceTasks
    metric : str
    listed : ndarray of shape (n_described, n_setups), bool
        As for ScoreModel.
    settings : pair of tuples of float, optional
        Of the model that most tasks need; by default they are chosen.
    """

    def __init__(
        self,
        history: History,
        tasks: ReferenceTasks,
        metric: str,
        listed: Booleans,
        settings: tuple[Settings, Settings] | None,
    ) -> None:
        self._tasks, self._metric, self._listed = tasks, metric, listed
        self._scores = np.where(history.comparable[:, None], history.scores, np.nan)
        self._units = units(history.metafeatures, metric)
        self._models: dict[bool, ScoreModel] = {}
        self.settings = self._model(self._units is not None, settings).settings

    def _model(
        self, in_units: bool, settings: tuple[Settings, Settings] | None = None
    ) -> ScoreModel:
        if in_units not in self._models:
            scores = self._scores
            if in_units:
                scores = scores / np.asarray(self._units)[:, None]
            tasks = self._tasks
            self._models[in_units] = ScoreModel(
                tasks.coordinates,
                scores[tasks.described],
                tasks.families,
                self._listed,
                self._metric,
                settings,
            )
        return self._models[in_units]

    def expect(
        self,
        point: TaskPoint,
        metafeatures: pd.Series[float] | None,
        confidence_level: float,
        widening: float = 1.0,
    ) -> ExpectedScores:
        """Return what to expect on the task at ``point``, with intervals of that level.

        Errors are ``widening`` times those of tasks like the known ones.
        """
        unit = None
        if metafeatures is not None and self._units is not None:
            unit = units(metafeatures.to_frame().T, self._metric)
        model = self._model(in_units=unit is not None)
        relative = model.predict(point.coordinates, confidence_level, widening)
        if unit is None:
            return relative
        ends = (relative.expected, relative.low, relative.high)
        return ExpectedScores(*(unit[0] * end for end in ends))
