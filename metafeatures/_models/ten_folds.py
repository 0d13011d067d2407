"""What the classic landmarkers share: rows, ten folds, and the best split of each column."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._models.best_splits import SplitScores, class_splits, number_splits, r2
from metafeatures._models.closed_forms import ClassSums
from metafeatures._models.folds import number_folds, stratified_folds
from metafeatures._pairs.nearest import ask_nearest, nearest_values, vote_of_classes

N_FOLDS = 10


class ClassFolds:
    """Rows of classes in ten folds; each score is the accuracy on one fold.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Without missing values.
    classes : ndarray of int of shape (n_rows,)
        Counted from 0 without gaps.
    """

    def __init__(self, points: Floats, classes: Integers) -> None:
        self.points = _with_a_column(points)
        self.classes = classes
        self.in_fold = stratified_folds(classes, min(N_FOLDS, len(points)))

    @cached_property
    def splits(self) -> SplitScores:
        """Best split of each column in each fold."""
        return class_splits(np.ascontiguousarray(self.points.T), self.classes, self.in_fold)

    @cached_property
    def sums(self) -> ClassSums:
        """Sums of rows over classes and folds."""
        return ClassSums(self.points, self.classes, self.in_fold)

    @cached_property
    def nearest(self) -> Floats:
        """Accuracy of the nearest row."""
        is_right = ask_nearest(self.points, self.in_fold, vote_of_classes(self.classes))
        sums = np.bincount(self.in_fold, weights=is_right)
        return np.asarray(sums / np.bincount(self.in_fold))

    @cached_property
    def elite(self) -> Floats:
        """Accuracy of the nearest value of the column with the best split."""
        scores = np.empty(self.splits.best.size)
        for fold, column in enumerate(self.splits.best):
            test = self.in_fold == fold
            values = self.points[:, column]
            nearest = nearest_values(values[~test], values[test])
            scores[fold] = nearest.share(self.classes[~test], self.classes[test]).mean()
        return scores


class NumberFolds:
    """Rows of numbers to predict in ten folds; each score is R2 on one fold.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Without missing values.
    target : ndarray of shape (n_rows,)
        Numbers that can be squared.
    """

    def __init__(self, points: Floats, target: Floats) -> None:
        self.points = _with_a_column(points)
        self.target = target
        self.in_fold = number_folds(target, min(N_FOLDS, len(points)))

    @cached_property
    def splits(self) -> SplitScores:
        """Best split of each column in each fold."""
        return number_splits(np.ascontiguousarray(self.points.T), self.target, self.in_fold)

    @cached_property
    def elite(self) -> Floats:
        """R2 of the nearest value of the column with the best split."""
        scores = np.empty(self.splits.best.size)
        for fold, column in enumerate(self.splits.best):
            test = self.in_fold == fold
            values = self.points[:, column]
            predicted = nearest_values(values[~test], values[test]).mean(self.target[~test])
            scores[fold] = r2(self.target[test], predicted[None, :])[0]
        return scores


def spread_columns(points: Floats, n_most: int | None) -> Floats:
    """Return at most ``n_most`` columns, evenly spread over the table; all with None."""
    n_columns = points.shape[1]
    if n_most is None or n_columns <= n_most:
        return points
    return np.ascontiguousarray(points[:, np.arange(n_most) * n_columns // n_most])


def _with_a_column(points: Floats) -> Floats:
    """Return the rows, with a column in which they are all the same if there is none."""
    return points if points.shape[1] else np.zeros((len(points), 1))
