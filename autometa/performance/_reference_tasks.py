"""ReferenceTasks: the earlier tasks as points and sizes, and new ones beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import Integers, Matrix, Vector
from autometa.performance._feature_space import FeatureSpace, filled
from autometa.performance._target_scale import comparable
from autometa.performance._task_sizes import TaskSizes


@dataclass(frozen=True)
class TaskPoint:
    """Where a task lies among the earlier ones, and how large it is.

    Attributes
    ----------
    coordinates : ndarray
        An undefined meta-feature lies at the mean, 0.
    defined_coordinates : ndarray
        The same with NaN where a meta-feature is undefined or missing.
    sizes : ndarray
    metafeatures : Series
        As given, for a similarity with coordinates of its own.
    """

    coordinates: Vector
    defined_coordinates: Vector
    sizes: Vector
    metafeatures: pd.Series[float]


class ReferenceTasks:
    """Tasks of a history by which new ones are judged.

    Parameters
    ----------
    metafeatures : DataFrame of shape (n_tasks, n_metafeatures)
        All NaN where a task is not described.
    families : ndarray of shape (n_tasks,)
    without_metafeatures : bool, default=False
        Whether to do without meta-features: all tasks then count as described, and lie
        at one point.

    Attributes
    ----------
    is_without_metafeatures : bool
    described : ndarray of shape (n_tasks,), bool
        A task that has no meta-feature in which tasks differ is not described.
    families : ndarray of shape (n_described,)
    equal_weights : ndarray of shape (n_tasks,)
        Of sum 1, by which every family of tasks counts alike.
    metafeatures : DataFrame of shape (n_described, n_metafeatures)
        Those by which tasks can be compared.
    coordinates : ndarray of shape (n_described, n_coordinates)
        An undefined meta-feature lies at the mean, 0.
    defined_coordinates : ndarray of shape (n_described, n_coordinates)
        The same with NaN where a meta-feature is undefined.
    sizes : ndarray of shape (n_described, n_sizes)
    """

    def __init__(
        self,
        metafeatures: pd.DataFrame,
        families: Integers,
        without_metafeatures: bool = False,
    ) -> None:
        described = np.isfinite(metafeatures.to_numpy(dtype=np.float64)).any(axis=1)
        table = comparable(metafeatures[described])
        if not without_metafeatures and described.any():
            space = FeatureSpace(table)
            differs = np.isfinite(space.coordinates(table)).any(axis=1)
            if space.names:  # without any, all described tasks are the same in all they say
                described[described] = differs
                table = table[differs]
        self.is_without_metafeatures = without_metafeatures or not described.any()
        if self.is_without_metafeatures:
            described = np.ones_like(described)
            table = metafeatures.iloc[:, :0]
        self.described = described
        self.families = families[described]
        self._all_families = families
        self.equal_weights = family_weights(families)
        self.metafeatures = table
        self._space, self._scale = FeatureSpace(table), TaskSizes(table)
        self.defined_coordinates = self._space.coordinates(table)
        self.coordinates = filled(self.defined_coordinates)
        self.sizes = self._scale.of(table)

    @property
    def coordinate_names(self) -> Sequence[str]:
        """Meta-features by which tasks are compared."""
        return self._space.names

    def points(self, metafeatures: pd.DataFrame) -> list[TaskPoint]:
        """Return where the tasks so described lie, one row each."""
        defined = self._space.coordinates(metafeatures)
        sizes = self._scale.of(metafeatures)
        return [
            TaskPoint(filled(row), row, size, described)
            for row, size, (_, described) in zip(
                defined, sizes, metafeatures.iterrows(), strict=True
            )
        ]

    def point(self, metafeatures: pd.Series[float] | None) -> TaskPoint:
        """Return where the task so described lies: in the middle, when it is not described."""
        row = pd.DataFrame(index=[0]) if metafeatures is None else metafeatures.to_frame().T
        return self.points(row)[0]

    def own_points(self) -> list[TaskPoint]:
        """Return the described tasks themselves as if they were new."""
        return self.points(self.metafeatures)

    def without_own_family(self, weights: Matrix) -> Matrix:
        """Return ``weights`` for the described tasks with none on a row's own family.

        Parameters
        ----------
        weights : ndarray of shape (n_described, n_tasks)

        Returns
        -------
        ndarray
            Each row again of sum 1; of a row without any other weight, the other
            families count alike.
        """
        foreign = self.families[:, None] != self._all_families
        return normalised(weights * foreign, foreign * self.equal_weights)


def normalised(weights: Matrix, otherwise: Matrix) -> Matrix:
    """Return rows of sum 1: of ``weights`` where there are any, else of ``otherwise``."""
    total = weights.sum(axis=1, keepdims=True)
    rows = np.where(total > 0, weights, otherwise)
    total = rows.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(rows, total, out=np.zeros_like(rows), where=total > 0))


def family_weights(families: Integers) -> Vector:
    """Return weights of sum 1 by which every family counts alike."""
    _, member, size = np.unique(families, return_inverse=True, return_counts=True)
    weights = 1.0 / size[member]
    return np.asarray(weights / weights.sum())
