"""Rows compared with each other, and what the measures of complexity share of it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._columns.encoding import to_unit_range
from metafeatures._pairs.class_graph import ClassGraph, n_neighbors
from metafeatures._pairs.efficiency import rank_correlations
from metafeatures._pairs.row_distances import RowDistances, spanning_tree
from metafeatures._pairs.surroundings import Surroundings, look_around

Edges = tuple[Integers, Integers]


class RowsOfClasses:
    """Rows and their classes, by Gower's distance; each result is computed when asked for.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Each column from 0 to 1.
    classes : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps; at least two.
    """

    def __init__(self, points: Floats, classes: Integers) -> None:
        self.classes = classes
        self.distances = RowDistances(points, "gower")

    @cached_property
    def surroundings(self) -> Surroundings:
        """Nearest friends and enemies of each row."""
        return look_around(self.distances, self.classes, n_neighbors(self.classes.size))

    @cached_property
    def graph(self) -> ClassGraph:
        """Near rows of the same class, joined."""
        return ClassGraph(self.distances, self.classes, self.surroundings.reach)


class RowsOfNumbers:
    """Rows and the number to predict, by Euclid's distance; computed when asked for.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Each column from 0 to 1.
    target : ndarray of shape (n_rows,)
    most_columns : int or None
        How many of the columns that are most correlated with the target are
        ``best_columns``.

    Attributes
    ----------
    target : ndarray of shape (n_rows,)
        From 0 to 1.
    by_target : ndarray of int of shape (n_rows,)
        The rows in the order of their target.
    """

    def __init__(self, points: Floats, target: Floats, most_columns: int | None = None) -> None:
        self.points = points if points.shape[1] else np.zeros((len(points), 1))
        self._most_columns = most_columns
        self.target = to_unit_range(target[None, :])[0]
        self.by_target = np.argsort(self.target, kind="stable")
        self.distances = RowDistances(points, "euclidean")

    @cached_property
    def _correlations(self) -> Floats:
        return np.abs(rank_correlations(self.points.T, self.target))

    @property
    def correlations(self) -> Floats:
        """Absolute rank correlations with the target, of columns that vary."""
        return self._correlations[~np.isnan(self._correlations)]

    @cached_property
    def best_columns(self) -> Floats:
        """Columns that are most correlated with the target, in their order; one row a column."""
        order = np.argsort(-np.nan_to_num(self._correlations), kind="stable")
        return np.ascontiguousarray(self.points.T[np.sort(order[: self._most_columns])])

    @cached_property
    def tree(self) -> Edges:
        """Ends of the edges of a minimum spanning tree."""
        return spanning_tree(self.distances)

    @cached_property
    def residuals(self) -> Floats:
        """Target less what the best linear function of the columns says."""
        centred = self.target - self.target.mean()
        columns = self.points - self.points.mean(axis=0)
        weights = np.linalg.lstsq(columns, centred, rcond=None)[0]
        return np.asarray(centred - columns @ weights)
