"""Scores that the choice of members computes thousands of times.

The same values as scikit-learn's, which a test compares, in a twentieth of the
time: no checks, for the rows have been checked. Scores that are reported come
from scikit-learn itself (`autometa.evaluation.score`).

Every function takes class numbers or target values, predictions, how often each row
counts (None is once) and the number of the positive class.
"""

from __future__ import annotations

import numpy as np

from autometa._common.arrays import AnyArray, Booleans, Floats

Counts = Floats | None
EPSILON = np.finfo("float64").eps  # what scikit-learn clips probabilities to


def log_loss(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Mean logarithm of the true class's probability."""
    likelihood = values[np.arange(len(y)), y]
    return float(np.average(np.log(np.maximum(likelihood, EPSILON)), weights=counts))


def brier(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Negated mean squared error of the second class, or of all together if they are more."""
    errors = (values - np.eye(values.shape[1])[y]) ** 2
    per_row = errors[:, 1] if values.shape[1] == 2 else errors.sum(axis=1)
    return -float(np.average(per_row, weights=counts))


def rmse(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Negated root mean squared error."""
    return -float(np.sqrt(np.average((y - values) ** 2, weights=counts)))


def mae(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Negated mean absolute error."""
    return -float(np.average(np.abs(y - values), weights=counts))


def r2(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Share of the variance that is explained."""
    spread = np.average((y - np.average(y, weights=counts)) ** 2, weights=counts)
    return 1.0 - float(np.average((y - values) ** 2, weights=counts) / spread)


def accuracy(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Share of rows whose class is the most probable one."""
    return float(np.average(values.argmax(axis=1) == y, weights=counts))


def roc_auc(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Area under the curve of the second class against the first."""
    return _area(y == 1, values[:, 1], counts)


def roc_auc_ovr(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Mean area of each class that the rows hold against all others."""
    present = np.flatnonzero(np.bincount(y))
    return float(np.mean([_area(y == c, values[:, c], counts) for c in present]))


def _area(is_positive: Booleans, values: Floats, counts: Counts) -> float:
    """Return how often a positive stands above a negative; a tie is half of that."""
    order = np.argsort(values[~is_positive])
    negatives, positives = values[~is_positive][order], values[is_positive]
    below = np.searchsorted(negatives, positives, side="left")
    not_above = np.searchsorted(negatives, positives, side="right")
    if counts is None:
        return float((below + not_above).mean()) / 2 / len(negatives)
    upto = np.concatenate([[0.0], np.cumsum(counts[~is_positive][order])])
    share = (upto[below] + upto[not_above]) / 2 / upto[-1]
    return float(np.average(share, weights=counts[is_positive]))


def _confusion(y: AnyArray, values: Floats, counts: Counts) -> Floats:
    """Return rows by true class and predicted class."""
    n = values.shape[1]
    cells = np.bincount(y * n + values.argmax(axis=1), weights=counts, minlength=n * n)
    return cells.reshape(n, n).astype("float64")


def balanced_accuracy(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Mean recall of the classes that the rows hold."""
    table = _confusion(y, values, counts)
    sizes = table.sum(axis=1)
    return float(np.mean(table.diagonal()[sizes > 0] / sizes[sizes > 0]))


def _f1_by_class(y: AnyArray, values: Floats, counts: Counts) -> tuple[Floats, Booleans]:
    table = _confusion(y, values, counts)
    true, predicted = table.sum(axis=1), table.sum(axis=0)
    return 2 * table.diagonal() / np.maximum(true + predicted, EPSILON), true > 0


def f1(y: AnyArray, values: Floats, counts: Counts, positive: int = 1) -> float:
    """Harmonic mean of precision and recall of the positive class."""
    return float(_f1_by_class(y, values, counts)[0][positive])


def f1_macro(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Mean F1 of the classes that the rows hold."""
    by_class, is_present = _f1_by_class(y, values, counts)
    return float(by_class[is_present].mean())


def matthews(y: AnyArray, values: Floats, counts: Counts, _: int = 1) -> float:
    """Correlation of true and predicted classes; 0 when one class alone is predicted."""
    table = _confusion(y, values, counts)
    true, predicted, total = table.sum(axis=1), table.sum(axis=0), table.sum()
    spread = (total**2 - true @ true) * (total**2 - predicted @ predicted)
    covariance = table.trace() * total - true @ predicted
    return float(covariance / np.sqrt(spread)) if spread > 0 else 0.0
