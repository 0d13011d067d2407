"""LeafSimilarity: tasks are alike when forests put them into the same leaves.

Two forests learn which meta-features distinguish tasks on which different
setups win. A new task is as near to an earlier one as it often shares a leaf
with it [1]_; far from all of them, every task counts alike.

References
----------
.. [1] Y. Lin, Y. Jeon. Random Forests and Adaptive Nearest Neighbors. JASA 101, 2006.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Integers, Matrix, Vector
from autometa.performance._feature_space import filled, shared, wide_distances
from autometa.performance._leaf_forest import Growth, LeafForest, grow
from autometa.performance._protocols import TaskWeights
from autometa.performance._reference_tasks import (
    ReferenceTasks,
    TaskPoint,
    family_weights,
    normalised,
)

_FEW_TASKS = 8  # fewer cannot be split twice: plain distances then
_COMPONENTS = 30  # of the losses; the rest is noise of single setups, and costs time in every tree
_RARELY = 0.05  # share of the tasks that may be described less without lowering what is usual
_CLOSE = 0.1  # losses below it are those that lists are made of


@dataclass(frozen=True, kw_only=True)
class LeafSimilarity:
    """Parameters of the similarity by leaves of forests.

    Parameters
    ----------
    n_trees : int, default=100
        Of each of the two forests.
    random_state : int, default=0
    n_jobs : int or None, default=1
        Threads growing the forests.
    sharpness : float, default=1.7
        Power that leaf weights are raised to: the greater, the fewer tasks decide. By
        cross-validation on Oboe's history, see ``benchmarks/caution.py``.
    equal_share : float, default=0.05
        Share of the weight that all tasks have alike, however near some of them are. By
        cross-validation on Oboe's history.
    """

    n_trees: int = 100
    random_state: int = 0
    n_jobs: int | None = 1
    sharpness: float = 1.7
    equal_share: float = 0.05

    def fit(self, tasks: ReferenceTasks, losses: Matrix) -> LeafWeights:
        """Grow the forests; too few tasks, or such without meta-features, need none."""
        growth = Growth(self.n_trees, self.random_state, self.n_jobs)
        forests, unseen = learn_forests(tasks, losses, growth)
        return LeafWeights(self, tasks, forests, unseen)

    def restore(self, tasks: ReferenceTasks, forests: Sequence[LeafForest]) -> LeafWeights:
        """Return what `fit` to the same tasks has returned, from its forests."""
        return LeafWeights(self, tasks, forests)


class LeafWeights:
    """Weights of the earlier tasks for any new one.

    Parameters
    ----------
    parameters : LeafSimilarity
    tasks : ReferenceTasks
        Tasks that share no defined coordinate are not near, and the fewer they share, the
        less near they are.
    forests : sequence of LeafForest
        Without any, tasks are near by plain distance.
    unseen : ndarray of shape (n_described, n_described), optional
        Leaf weights for each task by the trees that were grown without it.
    """

    def __init__(
        self,
        parameters: LeafSimilarity,
        tasks: ReferenceTasks,
        forests: Sequence[LeafForest],
        unseen: Matrix | None = None,
    ) -> None:
        self.forests = forests
        self._parameters, self._tasks, self._unseen = parameters, tasks, unseen
        coordinates = tasks.defined_coordinates
        self._coordinates = coordinates
        self._family = family_weights(tasks.families) if len(coordinates) else np.empty(0)
        defined = _defined_share(coordinates)
        self._usual_share = max(float(np.quantile(defined, _RARELY)), 1e-9) if len(defined) else 1.0
        self._usual = _usual_distances(coordinates, tasks.families)
        self._leaves = [forest.apply(tasks.coordinates) for forest in forests]

    def weights(self, points: Sequence[TaskPoint]) -> list[TaskWeights]:
        """Return the weights for each of several new tasks."""
        if not len(points):
            return []
        coordinates = np.array([point.defined_coordinates for point in points])
        leaves = [forest.apply(filled(coordinates)) for forest in self.forests]
        novelties = self._novelties(coordinates)
        overlaps = shared(coordinates, self._coordinates)
        described, equal_weights = self._tasks.described, self._tasks.equal_weights
        weights = []
        for row, novelty in enumerate(novelties):
            values, near = self._near(
                coordinates[row], overlaps[row], [of_forest[row] for of_forest in leaves]
            )
            values = values**self._parameters.sharpness * self._family
            if not values.any():  # none shares a defined meta-feature: nothing tells them apart
                novelty = 1.0
            share = max(self._parameters.equal_share, novelty)
            all_tasks = share * equal_weights
            if values.any():
                all_tasks[described] += (1.0 - share) * values / values.sum()
            nearness = np.full(len(described), np.nan)
            nearness[described] = np.where(overlaps[row] > 0, near, np.nan)
            weights.append(TaskWeights(all_tasks, nearness, float(novelty)))
        return weights

    def left_out_weights(self) -> Matrix:
        """Return weights for each described task by trees that have not seen it.

        Its own family has none. Where no other family is near, all count alike.
        """
        described, families = self._tasks.described, self._tasks.families
        if self.forests and self._unseen is None:
            raise RuntimeError("Forests that were restored do not say which tasks each tree saw.")
        weights = self._plain(self._coordinates)
        if self._unseen is not None:
            weights = self._unseen * shared(self._coordinates, self._coordinates)
        foreign = families[:, None] != families
        weights = np.where(foreign, weights, 0.0) ** self._parameters.sharpness * self._family
        all_tasks = np.zeros((len(weights), len(described)))
        all_tasks[:, described] = normalised(weights, foreign * self._family)
        return all_tasks

    def _plain(self, coordinates: Matrix) -> Matrix:
        return np.asarray(np.exp(-wide_distances(coordinates, self._coordinates)))

    def _near(
        self, coordinates: Vector, overlap: Vector, leaves: list[Integers]
    ) -> tuple[Vector, Vector]:
        """Weights of the described tasks, and how often they share a leaf with the new one."""
        if not self.forests:
            near = self._plain(coordinates[None])[0]
            return near, near
        weights = np.zeros(len(self._coordinates))
        near = np.zeros(len(self._coordinates))
        for theirs, own in zip(self._leaves, leaves, strict=True):
            same = theirs == own
            weights += (same / same.sum(axis=0)).mean(axis=1) / len(self.forests)
            near += same.mean(axis=1) / len(self.forests)
        return weights * overlap, near * overlap

    def _novelties(self, coordinates: Matrix) -> Vector:
        """0 within the usual distances to the nearest tasks, 1 from twice the largest on.

        And when less than half is defined of what nearly all tasks have, from 0 at
        half to 1 at nothing: meta-features overlap, so half of them says most.
        """
        undefined = np.clip(1.0 - 2.0 * _defined_share(coordinates) / self._usual_share, 0.0, 1.0)
        if self._usual is None:
            return undefined
        distance = _nearest(wide_distances(coordinates, self._coordinates))
        usual, largest = self._usual
        novelty = (distance - usual) / max(2 * largest - usual, 1e-12)
        novelty = np.clip(np.where(np.isfinite(distance), novelty, 1.0), 0.0, 1.0)
        return np.asarray(np.maximum(novelty, undefined))


def learn_forests(
    tasks: ReferenceTasks, losses: Matrix, growth: Growth
) -> tuple[list[LeafForest], Matrix | None]:
    """Grow forests that distinguish tasks on which different setups win; see `grow`.

    They learn the main components of the losses: cheaper, and less of their noise.
    With too few tasks or nothing to split by there are none.
    """
    coordinates = tasks.coordinates
    if len(coordinates) < _FEW_TASKS or not coordinates.shape[1]:
        return [], None
    seen = np.hstack([_alike(np.sqrt(losses)), _alike(np.exp(-losses / _CLOSE))])
    centred = seen - seen.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return grow(
        coordinates,
        centred[tasks.described] @ axes[:_COMPONENTS].T,
        family_weights(tasks.families),
        growth,
    )


def _alike(values: Matrix) -> Matrix:
    """Return ``values`` in units of their standard deviation, so that their kinds weigh alike."""
    return values / max(float(values.std()), 1e-12)


def _defined_share(coordinates: Matrix) -> Vector:
    """Return the share of the coordinates that is defined for each task; 1 of none."""
    if coordinates.shape[1] == 0:
        return np.ones(len(coordinates))
    return np.asarray(np.isfinite(coordinates).mean(axis=1))


def _nearest(distance: Matrix) -> Vector:
    """Mean distance to the three nearest at a finite one; infinite without any."""
    near = np.sort(distance, axis=1)[:, :3]
    counts = np.maximum(np.isfinite(near).sum(axis=1), 1)
    mean = np.where(np.isfinite(near), near, 0.0).sum(axis=1) / counts
    return np.asarray(np.where(np.isfinite(near).any(axis=1), mean, np.inf))


def _usual_distances(coordinates: Matrix, families: Integers) -> tuple[float, float] | None:
    """95 % and largest distance of earlier tasks to the nearest ones of other families."""
    if len(np.unique(families)) < 3 or coordinates.shape[1] == 0:
        return None
    distance = wide_distances(coordinates, coordinates)
    distance[families[:, None] == families] = np.inf
    nearest = _nearest(distance)
    nearest = nearest[np.isfinite(nearest)]
    if not len(nearest):
        return None
    return float(np.quantile(nearest, 0.95)), float(nearest.max())
