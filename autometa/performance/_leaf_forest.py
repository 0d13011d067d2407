"""LeafForest: which leaf of each tree a task falls into.

Trees are kept as arrays: all that advice needs of a forest is who shares a leaf
with whom, and arrays are quick to read and safe to open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from autometa._common.arrays import Codes, Floats, Integers, Matrix, Singles

_LEAF = -1


@dataclass(frozen=True)
class LeafForest:
    """Trees one after the other, each from its root on, left before right.

    Attributes
    ----------
    feature : ndarray of shape (n_nodes,), int16
        Coordinate a node splits by; -1 for a leaf.
    threshold : ndarray of shape (n_nodes,), float32
        Tasks up to it go left, to the next node.
    right : ndarray of shape (n_nodes,), int16
        How many nodes further the right child lies.
    roots : ndarray of shape (n_trees,), int32
    """

    feature: npt.NDArray[np.int16]
    threshold: Singles
    right: npt.NDArray[np.int16]
    roots: Codes

    @classmethod
    def of(cls, forest: Any) -> LeafForest:
        """Return the trees of a fitted forest of scikit-learn's."""
        trees = [estimator.tree_ for estimator in forest.estimators_]
        sizes = [tree.node_count for tree in trees]
        inner = np.concatenate([tree.children_left != _LEAF for tree in trees])
        right = np.concatenate([tree.children_right - np.arange(tree.node_count) for tree in trees])
        feature = np.concatenate([tree.feature for tree in trees])
        return cls(
            np.where(inner, feature, _LEAF).astype("int16"),
            _rounded_down(np.concatenate([tree.threshold for tree in trees])),
            np.where(inner, right, 0).astype("int16"),
            np.cumsum([0, *sizes[:-1]]).astype("int32"),
        )

    def apply(self, coordinates: Matrix) -> Integers:
        """Return the leaf of each task in each tree, as a node, of shape (n_tasks, n_trees)."""
        values = coordinates.astype(np.float32)  # as scikit-learn's trees compare
        rows = np.arange(len(values))[:, None]
        at = np.tile(self.roots.astype(np.int64), (len(values), 1))
        while True:
            feature = self.feature[at]
            inner = feature != _LEAF
            if not inner.any():
                return at
            left = values[rows, feature] <= self.threshold[at]
            at += np.where(inner, np.where(left, 1, self.right[at]), 0)

    def is_sound(self, n_coordinates: int) -> bool:
        """Say whether every way through the trees ends in a leaf."""
        n_nodes = len(self.feature)
        if not n_nodes or len(self.threshold) != n_nodes or len(self.right) != n_nodes:
            return False
        inner = np.flatnonzero(self.feature != _LEAF)
        furthest = inner + np.maximum(self.right[inner], 1)
        return bool(
            np.all((self.feature >= _LEAF) & (self.feature < n_coordinates))
            and np.all(self.right[inner] >= 1)
            and np.all(furthest < n_nodes)
            and np.all((self.roots >= 0) & (self.roots < n_nodes))
        )


@dataclass(frozen=True)
class Growth:
    """How forests are grown: trees of each, seed and threads; as for MetaModel."""

    n_trees: int
    random_state: int
    n_jobs: int | None = 1


def grow(
    coordinates: Matrix,
    targets: Matrix,
    weights: Floats,
    growth: Growth,
) -> tuple[list[LeafForest], Matrix]:
    """Grow two forests, and say who shares leaves in trees that have not seen either.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tasks, n_coordinates)
    targets : ndarray of shape (n_tasks, n_targets)
    weights : ndarray of shape (n_tasks,)
    growth : Growth

    Returns
    -------
    forests : list of LeafForest
    unseen : ndarray of shape (n_tasks, n_tasks)
        Leaf weights of the tasks (columns) for each task, by the trees that were
        grown on samples without it.
    """
    n_coordinates = coordinates.shape[1]
    shared = {
        "n_estimators": growth.n_trees,
        "min_samples_leaf": 2,
        "random_state": growth.random_state,
        "n_jobs": growth.n_jobs,
    }
    if targets.shape[1] == 1:  # forests want one target as a vector
        targets = targets[:, 0]
    on_all = ExtraTreesRegressor(max_features=min(32, n_coordinates), **shared)
    on_samples = RandomForestRegressor(max_features=min(16, n_coordinates), **shared)
    grown = [
        LeafForest.of(forest.fit(coordinates, targets, sample_weight=weights))
        for forest in (on_all, on_samples)
    ]
    leaves = grown[1].apply(coordinates)
    return grown, _out_of_bag(leaves, on_samples.estimators_samples_)


def _out_of_bag(leaves: Integers, samples: list[Integers]) -> Matrix:
    total = np.zeros((len(leaves), len(leaves)))
    for tree, sample in enumerate(samples):
        in_bag = np.bincount(sample, minlength=len(leaves))
        unseen = np.flatnonzero(in_bag == 0)
        same = (leaves[unseen, tree][:, None] == leaves[:, tree]) * in_bag
        total[unseen] += same / same.sum(axis=1, keepdims=True)
    return total


def _rounded_down(thresholds: Matrix) -> Singles:
    """Return thresholds that part values of single precision as the given ones do."""
    single = thresholds.astype(np.float32)
    above = single > thresholds
    return np.where(above, np.nextafter(single, np.float32(-np.inf)), single).astype(np.float32)
