"""A decision tree grown until its leaves are pure, and what its nodes are like."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from metafeatures._arrays import Booleans, Floats, Integers, Singles

PURE = 6
DIGITS = 40
MAX_CELLS = 60_000
MIN_ROWS = 200


def few_enough(n_columns: int) -> int:
    """Return how many rows a tree can be grown on in less than 50 ms."""
    return max(MIN_ROWS, MAX_CELLS // max(1, n_columns))


class GrownTree:
    """The nodes of a tree that fits all rows, root first.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        At least one column, nothing missing.
    target : ndarray of shape (n_rows,)
        Classes, or numbers to predict.
    is_regression : bool
        Which of the two.
    random_state : int
        Decides between equally good splits.

    Attributes
    ----------
    depths, rows, columns : ndarray of int of shape (n_nodes,)
        Splits above each node; rows that reach it; column that it splits, -2 in leaves.
    is_leaf : ndarray of bool of shape (n_nodes,)
    leaf_classes : ndarray of int of shape (n_leaves,)
        Most frequent class of each leaf, as a place among the classes that occur.
    importances : ndarray of shape (n_columns,)
        Share of the decrease in impurity (Gini, or variance) that is due to each column.
    """

    def __init__(
        self, points: Floats, target: npt.NDArray[Any], *, is_regression: bool, random_state: int
    ) -> None:
        grower = DecisionTreeRegressor if is_regression else DecisionTreeClassifier
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The number of unique classes")
            nodes = grower(random_state=random_state).fit(_places(points), target).tree_
        self.columns = np.asarray(nodes.feature, np.int64)
        self.is_leaf: Booleans = self.columns < 0
        self.rows = np.asarray(nodes.n_node_samples, np.int64)
        self.depths = _depths(nodes.children_left, nodes.children_right)
        self.leaf_classes = np.asarray(nodes.value[self.is_leaf, 0].argmax(axis=1), np.int64)
        self.importances = np.asarray(nodes.compute_feature_importances(), np.float64)

    @property
    def n_leaves(self) -> int:
        """Number of leaves."""
        return int(self.is_leaf.sum())

    @property
    def n_nodes(self) -> int:
        """Number of nodes that split."""
        return self.is_leaf.size - self.n_leaves


def _places(points: Floats) -> Singles:
    """Return the place of each value among the distinct ones of its column.

    Splits depend on the order of values only, and scikit-learn's trees have single precision:
    beside an offset of 1e9 they see steps of 64.
    """
    places = [np.unique(column, return_inverse=True)[1] for column in points.T]
    return np.array(places, np.float32).T


def _depths(left: Integers, right: Integers) -> Integers:
    """Return the depth of each node, given its children (-1 for none)."""
    depths = np.zeros(left.size, np.int64)
    level, depth = np.array([0]), 0
    while level.size:
        depths[level] = depth
        children = np.concatenate([left[level], right[level]])
        level, depth = children[children >= 0], depth + 1
    return depths


def grow(
    points: Floats, target: npt.NDArray[Any], is_regression: bool, random_state: int
) -> GrownTree | None:
    """Return a tree that fits all rows; None without a column to split on."""
    if not points.shape[1]:
        return None
    if is_regression:
        target = _in_units_of_trees(target)
    return GrownTree(points, target, is_regression=is_regression, random_state=random_state)


def _in_units_of_trees(target: Floats) -> Floats:
    """Return numbers less one in their middle, the farthest at 1/64, rounded to 2^-40 of that.

    scikit-learn takes a node for pure when the variance there is below 2e-16; in larger
    units rounding errors are larger. Rounded so, sums are exact, and the numbers are the
    same in whatever unit they come: ties between splits fall alike. Numbers count as
    equal that differ by less than a millionth of the largest.
    """
    centred = target - np.sort(target)[target.size // 2]
    return np.asarray(np.ldexp(rounded(centred / np.abs(centred).max()), -PURE))


def rounded(numbers: Floats) -> Floats:
    """Return numbers rounded to 2^-40: what another unit leaves behind is less."""
    return np.asarray(np.ldexp(np.rint(np.ldexp(numbers, DIGITS)), -DIGITS))


def alphabetical(codes: Integers, labels: Sequence[str]) -> Integers:
    """Return class codes in the order of labels, as scikit-learn has them.

    A leaf that holds as many rows of two classes is said to be of the first of them.
    """
    place = np.empty(len(labels), np.int64)
    place[np.argsort(np.array(labels, dtype=object), kind="stable")] = np.arange(len(labels))
    return place[codes]
