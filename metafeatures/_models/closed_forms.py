"""Linear discriminant analysis and naive Bayes from sums over classes; folds by subtraction.

Rows are taken less the mean of their class, so that what is left out of a sum is small
and nothing is lost by subtracting it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from metafeatures._arrays import Booleans, Floats, Integers
from metafeatures._pairs.distances import centre

SMOOTHING = 1e-9  # scikit-learn's GaussianNB(var_smoothing)
MIN_SINGULAR_VALUE = 1e-4  # scikit-learn's LinearDiscriminantAnalysis(tol)
SAME = 1e-12  # relative, above the rounding errors of sums of thousands of doubles


@dataclass(frozen=True, kw_only=True)
class Training:
    """Sums over the training rows of a fold, for the classes that it has.

    Attributes
    ----------
    test : ndarray of bool of shape (n_rows,)
        Rows that were left out.
    present : ndarray of int of shape (n_present,)
        Classes with training rows.
    counts, means, squares : ndarrays of shape (n_present,) or (n_present, n_columns)
        Rows, means, and sums of squared deviations from the mean, of each such class.
    shifts : ndarray of shape (n_present, n_columns)
        Means of the training rows less those of all rows.
    """

    test: Booleans
    present: Integers
    counts: Floats
    means: Floats
    squares: Floats
    shifts: Floats


class ClassSums:
    """Rows less the mean of their class, and sums of them by class and fold.

    Parameters
    ----------
    points : ndarray of shape (n_rows, n_columns)
        Without missing values.
    classes, in_fold : ndarrays of int of shape (n_rows,)
        Counted from 0 without gaps.
    """

    def __init__(self, points: Floats, classes: Integers, in_fold: Integers) -> None:
        self.points = centre(points)[0]
        self.classes, self.in_fold = classes, in_fold
        self.n_folds = int(in_fold.max()) + 1
        counts = np.bincount(classes)
        self.means = _sums(self.points, classes, counts.size) / counts[:, None]
        self.deviations = self.points - self.means[classes]
        n_cells = counts.size * self.n_folds
        cell = in_fold * counts.size + classes
        shape = self.n_folds, counts.size
        self.counts = np.bincount(cell, minlength=n_cells).reshape(shape)
        self.sums = _sums(self.deviations, cell, n_cells).reshape(*shape, -1)
        self.squares = _sums(self.deviations**2, cell, n_cells).reshape(*shape, -1)

    def trainings(self) -> Iterator[Training]:
        """Yield what all folds but one add up to, fold after fold."""
        for fold in range(self.n_folds):
            counts = (self.counts.sum(axis=0) - self.counts[fold]).astype(np.float64)
            present = np.flatnonzero(counts)
            counts = counts[present]
            shifts = (self.sums.sum(axis=0) - self.sums[fold])[present] / counts[:, None]
            squares = (self.squares.sum(axis=0) - self.squares[fold])[present]
            yield Training(
                test=self.in_fold == fold,
                present=present,
                counts=counts,
                means=self.means[present] + shifts,
                # below 0 by rounding alone
                squares=np.clip(squares - counts[:, None] * shifts**2, 0.0, None),
                shifts=shifts,
            )


def _sums(rows: Floats, group: Integers, n_groups: int) -> Floats:
    """Return the sum of the rows of each group."""
    sums = [np.bincount(group, weights=column, minlength=n_groups) for column in rows.T]
    return np.array(sums, np.float64).reshape(-1, n_groups).T


def naive_bayes(sums: ClassSums) -> Floats:
    """Return the accuracy of Gaussian naive Bayes on each fold.

    A billionth of the largest variance of a column is added to all variances.
    """
    return np.array([_naive_bayes(sums, training) for training in sums.trainings()])


def _naive_bayes(sums: ClassSums, training: Training) -> float:
    n_rows = training.counts.sum()
    overall = training.counts @ training.means / n_rows
    spread = training.squares.sum(axis=0) + training.counts @ (training.means - overall) ** 2
    smoothing = SMOOTHING * spread.max(initial=0.0) / n_rows
    # Where no column varies any variance does: the shares of the classes decide.
    variances = training.squares / training.counts[:, None] + (smoothing or 1.0)
    test = sums.points[training.test]
    scores = np.empty((len(test), training.counts.size))
    for k, (mean, variance) in enumerate(zip(training.means, variances, strict=True)):
        scores[:, k] = (test - mean) ** 2 @ (-0.5 / variance)
    scores += np.log(training.counts) - 0.5 * np.log(variances).sum(axis=1)
    return _accuracy(scores, sums, training)


def linear_discriminant(sums: ClassSums) -> Floats:
    """Return the accuracy of linear discriminant analysis on each fold.

    Directions in which the scaled columns hardly vary within classes (a singular value of
    at most 1e-4) are left out.
    """
    # Of columns and rows the fewer are compared in pairs.
    is_wide = sums.points.shape[1] > len(sums.points)
    total = None if is_wide else sums.deviations.T @ sums.deviations
    return np.array([_linear_discriminant(sums, one, total) for one in sums.trainings()])


def _linear_discriminant(sums: ClassSums, training: Training, total: Floats | None) -> float:
    n_rows = training.counts.sum()
    overall = training.counts @ training.means / n_rows
    within = np.sqrt(training.squares.sum(axis=0) / n_rows)
    between = np.sqrt(training.counts @ (training.means - overall) ** 2 / n_rows)
    varies = within > SAME * (within + between)
    spreads = within[varies] * np.sqrt(n_rows)
    if total is None:
        whitening = _whitening_of_rows(_train_deviations(sums, training)[:, varies] / spreads)
    else:
        own = sums.deviations[training.test]
        shifts = training.shifts * np.sqrt(training.counts)[:, None]
        scatter = (total - own.T @ own - shifts.T @ shifts)[np.ix_(varies, varies)]
        whitening = _whitening(scatter / np.outer(spreads, spreads))
    whitening /= within[varies, None]
    test = (sums.points[training.test] - overall)[:, varies] @ whitening
    means = (training.means - overall)[:, varies] @ whitening
    scores = test @ means.T - 0.5 * (means**2).sum(axis=1) + np.log(training.counts)
    return _accuracy(scores, sums, training)


def _train_deviations(sums: ClassSums, training: Training) -> Floats:
    """Return the training rows less the mean of their class among them."""
    place = np.zeros(len(sums.means), np.int64)
    place[training.present] = np.arange(training.present.size)
    train = ~training.test
    return np.asarray(sums.deviations[train] - training.shifts[place[sums.classes[train]]])


def _whitening(scatter: Floats) -> Floats:
    """Return what makes columns of this scatter uncorrelated, of variance one."""
    variances, vectors = np.linalg.eigh(scatter)
    kept = variances > MIN_SINGULAR_VALUE**2
    return np.asarray(vectors[:, kept] / np.sqrt(variances[kept]))


def _whitening_of_rows(rows: Floats) -> Floats:
    """Return the same for columns of these rows, which are fewer than columns."""
    variances, vectors = np.linalg.eigh(rows @ rows.T)
    kept = variances > MIN_SINGULAR_VALUE**2
    return np.asarray(rows.T @ (vectors[:, kept] / variances[kept]))


def _accuracy(scores: Floats, sums: ClassSums, training: Training) -> float:
    """Return the share of left-out rows whose class scores highest, the first among equals."""
    best = scores.max(axis=1, keepdims=True)
    is_best = scores >= best - SAME * np.maximum(np.abs(best), 1.0)
    chosen = training.present[is_best.argmax(axis=1)]
    return float((chosen == sums.classes[training.test]).mean())
