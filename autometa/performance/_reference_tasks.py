"""KnownTasks: the described tasks of a history as points and sizes, and new ones beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import Matrix, Vector
from autometa.performance._feature_space import FeatureSpace, filled
from autometa.performance._history import History
from autometa.performance._target_scale import comparable
from autometa.performance._task_sizes import TaskSizes


@dataclass(frozen=True)
class Place:
    """Where a new task lies, and how large it is.

    Attributes
    ----------
    coordinates : ndarray
        What is not known lies at the mean.
    known : ndarray
        The same with NaN for what is not known.
    sizes : ndarray
    """

    coordinates: Vector
    known: Vector
    sizes: Vector


class KnownTasks:
    """Tasks by which new ones are judged.

    Parameters
    ----------
    history : History
    without_metafeatures : bool
        Whether to do without meta-features: all tasks then count as described, and lie
        at one point.

    Attributes
    ----------
    is_without_metafeatures : bool
    described : ndarray of shape (n_tasks,), bool
    families : ndarray of shape (n_described,)
        One that has no meta-feature in which tasks differ is not described.
    coordinates : ndarray of shape (n_described, n_coordinates)
        What is not known lies at the mean.
    known_coordinates : ndarray of shape (n_described, n_coordinates)
        The same with NaN for what is not known.
    sizes : ndarray of shape (n_described, n_sizes)
    """

    def __init__(self, history: History, without_metafeatures: bool) -> None:
        described = history.described
        metafeatures = comparable(history.metafeatures[described])
        if not without_metafeatures and described.any():
            space = FeatureSpace(metafeatures)
            telling = np.isfinite(space.coordinates(metafeatures)).any(axis=1)
            if space.names:  # else all known are the same in all they tell
                described[described] = telling
                metafeatures = metafeatures[telling]
        self.is_without_metafeatures = without_metafeatures or not described.any()
        if self.is_without_metafeatures:
            described = np.ones_like(described)
            metafeatures = history.metafeatures.iloc[:, :0]
        self.described = described
        self.families = history.families[described]
        self._space, self._scale = FeatureSpace(metafeatures), TaskSizes(metafeatures)
        self.known_coordinates = self._space.coordinates(metafeatures)
        self.coordinates = filled(self.known_coordinates)
        self.sizes = self._scale.of(metafeatures)

    @property
    def coordinate_names(self) -> Sequence[str]:
        """Meta-features by which tasks are compared."""
        return self._space.names

    def points(self, metafeatures: pd.DataFrame) -> Matrix:
        """Return the tasks so described as points, one row each; NaN where nothing is known."""
        return self._space.coordinates(metafeatures)

    def place(self, metafeatures: pd.Series[float] | None) -> Place:
        """Return where the task so described lies: in the middle, when it is not described."""
        row = pd.DataFrame(index=[0]) if metafeatures is None else metafeatures.to_frame().T
        known = self._space.coordinates(row)[0]
        return Place(filled(known), known, self._scale.of(row)[0])
