"""TaskWeights: how much each earlier task counts for a new one.

Two forests learn which meta-features tell apart tasks on which different
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

from autometa._common.arrays import Booleans, Integers, Matrix, Vector
from autometa.performance._feature_space import filled, shared, wide_distances
from autometa.performance._leaf_forest import Growth, LeafForest, grow

_FEW_TASKS = 8  # fewer cannot be split twice: plain distances then
_COMPONENTS = 30
_RARELY = 0.05  # share of the known tasks that may tell less without lowering what is usual
_CLOSE = 0.1  # losses below it are those that lists are made of
_SHARPNESS = 1.7  # of the leaf weights, and
_ALL_ROUND = 0.05  # the share of every task alike; both by cross-validation on Oboe's history


@dataclass(frozen=True)
class Weights:
    """How much each known task counts for the new one.

    Attributes
    ----------
    values : ndarray of shape (n_tasks,)
        At least 0, sum 1.
    nearness : ndarray of shape (n_tasks,)
        From 0 to 1; NaN for tasks that are not described.
    novelty : float
        From 0 (as near to its neighbours as known tasks are to theirs) to 1.
    """

    values: Vector
    nearness: Vector
    novelty: float


class TaskWeights:
    """Weights of the known tasks for any new one.

    Parameters
    ----------
    coordinates : ndarray of shape (n_described, n_coordinates)
        NaN where not known. Tasks that share no known coordinate are not near, and the
        fewer they share, the less near they are.
    described : ndarray of shape (n_tasks,), bool
    families : ndarray of shape (n_tasks,)
    forests : sequence of LeafForest
        Without any, tasks are near by plain distance.
    """

    def __init__(
        self,
        coordinates: Matrix,
        described: Booleans,
        families: Integers,
        forests: Sequence[LeafForest],
    ) -> None:
        self._coordinates = coordinates
        self._described = described
        self._families = families[described]
        self.equal_weights = family_weights(families)
        self._family = family_weights(families[described]) if described.any() else np.empty(0)
        told = _told(coordinates)
        self._usually_told = max(float(np.quantile(told, _RARELY)), 1e-9) if len(told) else 1.0
        self._usual = _usual_distances(coordinates, families[described])
        self._forests = forests
        self._leaves = [forest.apply(filled(coordinates)) for forest in forests]

    def of(self, coordinates: Vector) -> Weights:
        """Return the weights for a task at ``coordinates``; NaN where nothing is known."""
        return self.many(coordinates[None])[0]

    def many(self, coordinates: Matrix) -> list[Weights]:
        """Return the weights for each of several tasks."""
        leaves = [forest.apply(filled(coordinates)) for forest in self._forests]
        novelties = self._novelties(coordinates)
        overlaps = shared(coordinates, self._coordinates)
        found = []
        for row, novelty in enumerate(novelties):
            overlap = overlaps[row]
            values, near = self._near(coordinates[row], [of_forest[row] for of_forest in leaves])
            values = values**_SHARPNESS * self._family
            if not values.any():  # none shares what is known: nothing tells them apart
                novelty = 1.0
            share = max(_ALL_ROUND, novelty)
            everyone = share * self.equal_weights
            if values.any():
                everyone[self._described] += (1.0 - share) * values / values.sum()
            nearness = np.full(len(self._described), np.nan)
            nearness[self._described] = np.where(overlap > 0, near, np.nan)
            found.append(Weights(everyone, nearness, float(novelty)))
        return found

    def left_out(self, unseen: Matrix | None) -> Matrix:
        """Return weights for each described task by those who have not seen its family.

        ``unseen`` holds the leaf weights by trees grown without the task; None where
        there are no trees. One row a described task, one column a task. Where no
        other family is near, all count alike.
        """
        weights = self._plain(self._coordinates)
        if unseen is not None:
            weights = unseen * shared(self._coordinates, self._coordinates)
        foreign = self._families[:, None] != self._families
        weights = np.where(foreign, weights, 0.0) ** _SHARPNESS * self._family
        total = weights.sum(axis=1, keepdims=True)
        weights = np.divide(weights, total, where=total > 0, out=foreign * self._family)
        everyone = np.zeros((len(weights), len(self._described)))
        everyone[:, self._described] = weights
        return everyone

    def _plain(self, coordinates: Matrix) -> Matrix:
        return np.asarray(np.exp(-wide_distances(coordinates, self._coordinates)))

    def nobody(self) -> Weights:
        """Return the weights for a task that was not described: all alike."""
        nothing = np.full(len(self._described), np.nan)
        return Weights(self.equal_weights, nothing, float("nan"))

    def _near(self, coordinates: Vector, leaves: list[Integers]) -> tuple[Vector, Vector]:
        """Weights of the described tasks, and how often they share a leaf with the new one."""
        if not self._forests:
            near = self._plain(coordinates[None])[0]
            return near, near
        weights = np.zeros(len(self._coordinates))
        near = np.zeros(len(self._coordinates))
        for known, here in zip(self._leaves, leaves, strict=True):
            same = known == here
            weights += (same / same.sum(axis=0)).mean(axis=1) / len(self._forests)
            near += same.mean(axis=1) / len(self._forests)
        overlap = shared(coordinates[None], self._coordinates)[0]
        return weights * overlap, near * overlap

    def _novelties(self, coordinates: Matrix) -> Vector:
        """0 within the usual distances to the nearest tasks, 1 from twice the largest on.

        And when less than half is known of what is known of nearly all tasks, from 0 at
        half to 1 at nothing: meta-features overlap, so half of them says most.
        """
        unknown = np.clip(1.0 - 2.0 * _told(coordinates) / self._usually_told, 0.0, 1.0)
        if self._usual is None:
            return unknown
        distance = _nearest(wide_distances(coordinates, self._coordinates))
        usual, largest = self._usual
        novelty = (distance - usual) / max(2 * largest - usual, 1e-12)
        novelty = np.clip(np.where(np.isfinite(distance), novelty, 1.0), 0.0, 1.0)
        return np.asarray(np.maximum(novelty, unknown))


def learn_forests(
    coordinates: Matrix,
    losses: Matrix,
    described: Booleans,
    families: Integers,
    growth: Growth,
) -> tuple[list[LeafForest], Matrix | None]:
    """Grow forests that tell apart tasks on which different setups win; see `grow`.

    They learn the main components of the losses: cheaper, and less of their noise.
    With too few tasks or nothing to split by there are none.
    """
    if len(coordinates) < _FEW_TASKS or not coordinates.shape[1]:
        return [], None
    coordinates = filled(coordinates)
    seen = np.hstack([_alike(np.sqrt(losses)), _alike(np.exp(-losses / _CLOSE))])
    centred = seen - seen.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return grow(
        coordinates,
        centred[described] @ axes[:_COMPONENTS].T,
        family_weights(families[described]),
        growth,
    )


def _alike(values: Matrix) -> Matrix:
    """Return ``values`` in units of their standard deviation, so that their kinds weigh alike."""
    return values / max(float(values.std()), 1e-12)


def family_weights(families: Integers) -> Vector:
    """Return weights of sum 1 by which every family counts alike."""
    _, member, size = np.unique(families, return_inverse=True, return_counts=True)
    weights = 1.0 / size[member]
    return np.asarray(weights / weights.sum())


def _told(coordinates: Matrix) -> Vector:
    """Return the share of the coordinates that is known of each task; 1 of none."""
    if coordinates.shape[1] == 0:
        return np.ones(len(coordinates))
    return np.asarray(np.isfinite(coordinates).mean(axis=1))


def _nearest(distance: Matrix) -> Vector:
    """Mean distance to the three nearest; infinite ones are not there, and so is one of none."""
    near = np.sort(distance, axis=1)[:, :3]
    counts = np.maximum(np.isfinite(near).sum(axis=1), 1)
    mean = np.where(np.isfinite(near), near, 0.0).sum(axis=1) / counts
    return np.asarray(np.where(np.isfinite(near).any(axis=1), mean, np.inf))


def _usual_distances(coordinates: Matrix, families: Integers) -> tuple[float, float] | None:
    """95 % and largest distance of known tasks to the nearest ones of other families."""
    if len(np.unique(families)) < 3 or coordinates.shape[1] == 0:
        return None
    distance = wide_distances(coordinates, coordinates)
    distance[families[:, None] == families] = np.inf
    nearest = _nearest(distance)
    nearest = nearest[np.isfinite(nearest)]
    if not len(nearest):
        return None
    return float(np.quantile(nearest, 0.95)), float(nearest.max())
