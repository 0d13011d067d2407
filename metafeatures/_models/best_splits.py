"""The best single split of every column, in every fold at once.

Columns are sorted once; a fold takes the sorted rows that are not its own. Squares of
class counts (Gini's impurity) and of sums (the variance) are brought up to date row by
row, so that the cost does not grow with the number of classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metafeatures._arrays import Floats, Integers

CELLS_AT_ONCE = 1 << 18  # 2 MB an array: little memory, and few turns of the loop


@dataclass(frozen=True, kw_only=True)
class SplitScores:
    """The best split of each column, learned on all folds but one.

    Attributes
    ----------
    worth : ndarray of shape (n_columns, n_folds)
        Purity on the training rows, the larger the better; minus infinity for a column
        that does not vary. Comparable within a fold.
    score : ndarray of shape (n_columns, n_folds)
        Accuracy, or R2, on the fold that was left out.
    """

    worth: Floats
    score: Floats

    @property
    def best(self) -> Integers:
        """Column of largest worth in each fold, the first among equals."""
        return np.asarray(self.worth.argmax(axis=0))

    @property
    def worst(self) -> Integers:
        """Column of smallest worth in each fold, the first among equals."""
        return np.asarray(self.worth.argmin(axis=0))


def class_splits(columns: Floats, classes: Integers, in_fold: Integers) -> SplitScores:
    """Split each column so that Gini's impurity falls most; leaves predict their largest class.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
        Without missing values.
    classes : ndarray of int of shape (n_rows,)
        Counted from 0.
    in_fold : ndarray of int of shape (n_rows,)
        The fold that each row is left out in, counted from 0 without gaps.
    """
    n_classes = int(classes.max()) + 1
    narrow = classes.astype(np.min_scalar_type(n_classes))
    worth, score = np.empty((2, len(columns), int(in_fold.max()) + 1))
    for some, fold, values, rows in _sorted_folds(columns, in_fold):
        ordered = narrow[rows]
        best, worth[some, fold] = _best_places(values, _gini_worths(ordered, n_classes))
        test = in_fold == fold
        goes_left = columns[some, test] <= _thresholds(values, best)[:, None]
        left, right = _largest_classes(ordered, best, n_classes)
        chosen = np.where(goes_left, left[:, None], right[:, None])
        score[some, fold] = (chosen == classes[test]).mean(axis=1)
    return SplitScores(worth=worth, score=score)


def number_splits(columns: Floats, target: Floats, in_fold: Integers) -> SplitScores:
    """Split each column so that the variance falls most; leaves predict their mean.

    Scores are R2, at least -1, and 0 where the fold's numbers are all the same.
    """
    worth, score = np.empty((2, len(columns), int(in_fold.max()) + 1))
    for some, fold, values, rows in _sorted_folds(columns, in_fold):
        test = in_fold == fold
        # less the mean: squares of a target far from 0 would lose the differences
        sums = np.cumsum(target[rows] - target[~test].mean(), axis=1)
        n_left = np.arange(1.0, sums.shape[1] + 1)
        inner, n_right = sums[:, :-1], n_left[-1] - n_left[:-1]
        worths = inner**2 / n_left[:-1] + (sums[:, -1:] - inner) ** 2 / n_right
        best, worth[some, fold] = _best_places(values, worths)
        goes_left = columns[some, test] <= _thresholds(values, best)[:, None]
        at = np.arange(len(best)), best
        left = sums[at] / n_left[best]
        right = (sums[:, -1] - sums[at]) / np.maximum(n_left[-1] - n_left[best], 1)
        answer = np.where(goes_left, left[:, None], right[:, None]) + target[~test].mean()
        score[some, fold] = r2(target[test], answer)
    return SplitScores(worth=worth, score=score)


def r2(truth: Floats, answers: Floats) -> Floats:
    """Return R2 of each row of answers, at least -1; 0 where the truth does not vary."""
    total = ((truth - truth.mean()) ** 2).sum()
    if not total > 0:
        return np.zeros(len(answers))
    return np.asarray(np.maximum(1 - ((answers - truth) ** 2).sum(axis=1) / total, -1.0))


def _sorted_folds(
    columns: Floats, in_fold: Integers
) -> Iterator[tuple[slice, int, Floats, Integers]]:
    """Yield some columns, a fold, and their values on the other folds: sorted, and by row."""
    n_rows = columns.shape[1]
    step = max(1, CELLS_AT_ONCE // n_rows)
    folds = in_fold.astype(np.int16)
    for start in range(0, len(columns), step):
        some = slice(start, min(start + step, len(columns)))
        rows = np.argsort(columns[some], axis=1, kind="stable")
        values = np.take_along_axis(columns[some], rows, axis=1)
        places = folds[rows]
        for fold in range(int(folds.max()) + 1):
            is_train = places != fold
            yield (
                some,
                fold,
                values[is_train].reshape(len(rows), -1),
                rows[is_train].reshape(len(rows), -1),
            )


def _gini_worths(ordered: npt.NDArray[np.unsignedinteger], n_classes: int) -> Floats:
    """Return the purity of the two parts after each place but the last, by row.

    A row of a class that has r rows to the left and s to the right (itself included)
    adds 2 r + 1 to the left sum of squares and takes 2 s - 1 from the right one.
    """
    n_rows = ordered.shape[1]
    counts = np.bincount(ordered[0], minlength=n_classes)
    by_class = np.argsort(ordered, axis=1, kind="stable")
    before = np.arange(n_rows) - np.repeat(np.cumsum(counts) - counts, counts)
    steps = np.empty((2, *ordered.shape))
    np.put_along_axis(steps[0], by_class, 2.0 * before + 1, axis=1)
    np.put_along_axis(steps[1], by_class, 2.0 * (np.repeat(counts, counts) - before) - 1, axis=1)
    left, taken = np.cumsum(steps, axis=2)[:, :, :-1]
    n_left = np.arange(1.0, n_rows)
    return np.asarray(left / n_left + ((counts @ counts) - taken) / (n_rows - n_left))


def _best_places(values: Floats, worths: Floats) -> tuple[Integers, Floats]:
    """Return the last place of the left part of the best split of each row, and its worth.

    The last row of all where no split parts anything.
    """
    # Between equal values there is no place to split.
    worths = np.where(values[:, 1:] > values[:, :-1], worths, -np.inf)
    if worths.shape[1] == 0:
        return np.zeros(len(values), np.int64), np.full(len(values), -np.inf)
    best = worths.argmax(axis=1)
    worth = worths[np.arange(len(best)), best]
    return np.where(worth > -np.inf, best, values.shape[1] - 1), worth


def _thresholds(values: Floats, best: Integers) -> Floats:
    """Return the middle between the last value of the left part and the next."""
    at = np.arange(len(best))
    following = np.minimum(best + 1, values.shape[1] - 1)
    low, high = values[at, best], values[at, following]
    # Halves are added, for the sum of two large numbers overflows. The middle of two neighbouring
    # doubles is one of them: where it is the higher, that would go left.
    middle = low / 2 + high / 2
    return np.where(best == following, np.inf, np.where(middle < high, middle, low))


def _largest_classes(
    ordered: npt.NDArray[np.unsignedinteger], best: Integers, n_classes: int
) -> tuple[Integers, Integers]:
    """Return the largest class left and right of each split, the first among equals."""
    total = np.bincount(ordered[0], minlength=n_classes)
    left = (row[: place + 1] for row, place in zip(ordered, best, strict=True))
    counts = np.array([np.bincount(row, minlength=n_classes) for row in left])
    return counts.argmax(axis=1), (total - counts).argmax(axis=1)
