"""The landmarkers: small models, written for the fold they get and nothing else.

Each takes a fold and returns what it predicts for the test part, one column an output
of the target: numbers, or scores of classes (the larger, the likelier). Classes are
learned as columns of zeros and ones, for which squared error is Gini impurity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._models.folds import Fold

Model = Callable[[Fold, int], Floats]

N_TREES = 20
N_NEIGHBORS = 10
PENALTIES = np.array([1e-3, 1e-2, 1e-1, 1.0, 10.0])


def constant(fold: Fold) -> Floats:
    """Predict the mean of the training part."""
    return np.repeat(fold.target.mean(axis=0, keepdims=True), len(fold.test), axis=0)


def linear(fold: Fold, seed: int = 0) -> Floats:
    """Fit ridge regression; the penalty is chosen by generalised cross-validation.

    References
    ----------
    .. [1] G. H. Golub, M. Heath and G. Wahba. Generalized cross-validation as a method
       for choosing a good ridge parameter. Technometrics, 1979.
    """
    n_rows = len(fold.train)
    if fold.train.shape[1] == 0:
        return constant(fold)
    mean, centre = fold.train.mean(axis=0), fold.target.mean(axis=0)
    train, target = fold.train - mean, fold.target - centre
    values, vectors = np.linalg.eigh(train.T @ train)
    values = np.clip(values, 0.0, None)
    moments = vectors.T @ (train.T @ target)
    penalties = PENALTIES[:, None] * n_rows / 10
    shrunk = values / (values + penalties)
    freedom = np.clip(1 - (shrunk.sum(axis=1) + 1) / n_rows, 1e-3, None)
    explained = ((values + 2 * penalties) / (values + penalties) ** 2) @ (moments**2)
    residual = ((target**2).sum(axis=0) - explained).sum(axis=1)
    best = penalties[np.argmin(residual / freedom**2)]
    weights = vectors @ (moments / (values + best)[:, None])
    return np.asarray((fold.test - mean) @ weights + centre)


def linear_ranks(fold: Fold, seed: int = 0) -> Floats:
    """Fit ridge regression on the ranks of each column among the training rows."""
    train, test = np.empty_like(fold.train), np.empty_like(fold.test)
    for j, column in enumerate(fold.train.T):
        ordered = np.sort(column)
        for part, ranks in ((fold.train, train), (fold.test, test)):
            order = np.argsort(part[:, j])  # sought in order, values are found at once
            low = np.searchsorted(ordered, part[order, j], side="left")
            high = np.searchsorted(ordered, part[order, j], side="right")
            ranks[order, j] = (low + high) / (2 * ordered.size) - 0.5
    spread = np.maximum(train.std(axis=0), 1e-12)
    return linear(replace(fold, train=train / spread, test=test / spread))


def naive_bayes(fold: Fold, seed: int = 0) -> Floats:
    """Fit Gaussian naive Bayes; a thousandth of a column's variance is added to each variance."""
    target = fold.target
    is_binary = target.shape[1] == 1
    if is_binary:
        target = np.concatenate([1 - target, target], axis=1)
    counts = target.sum(axis=0)
    means = target.T @ fold.train / counts[:, None]
    variances = target.T @ fold.train**2 / counts[:, None] - means**2
    variances = np.clip(variances, 0.0, None) + 1e-3
    precisions = 1 / variances
    scores = (
        np.log(counts)
        - 0.5 * np.log(variances).sum(axis=1)
        - 0.5 * (fold.test**2 @ precisions.T)
        + fold.test @ (means * precisions).T
        - 0.5 * (means**2 * precisions).sum(axis=1)
    )
    odds = log_odds(scores)
    return np.asarray(odds[:, 1:] + 0.5 if is_binary else odds)


def log_odds(scores: Floats) -> Floats:
    """Return the log odds of each class against all others, from joint log densities.

    An odd row is unlikely in every class; odds take that out, and only then can rows be
    compared. They do not saturate as probabilities near 1 do.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_classes)
        Log of the density of a row times the share of a class, less any constant.

    Examples
    --------
    >>> log_odds(np.log([[0.2, 0.6], [0.01, 0.03]])).round(2).tolist()
    [[-1.1, 1.1], [-1.1, 1.1]]
    """
    others = [np.delete(scores, k, axis=1) for k in range(scores.shape[1])]
    return np.asarray(scores - np.array([np.logaddexp.reduce(some, axis=1) for some in others]).T)


def nearest_neighbor(fold: Fold, seed: int = 0) -> Floats:
    """Predict the target of the nearest training row."""
    return np.asarray(fold.target[np.argmin(fold.distances, axis=1)])


def nearest_neighbors(fold: Fold, seed: int = 0) -> Floats:
    """Predict the mean target of the 10 nearest training rows."""
    n_neighbors = min(N_NEIGHBORS, len(fold.train))
    nearest = np.argpartition(fold.distances, n_neighbors - 1, axis=1)[:, :n_neighbors]
    return np.asarray(fold.target[nearest].mean(axis=1))


def stump(fold: Fold, seed: int = 0) -> Floats:
    """Make the one best split."""
    return _tree(fold, seed, max_depth=1)


def random_stump(fold: Fold, seed: int = 0) -> Floats:
    """Split one random column at random; the mean of 10 such."""
    return _random_trees(fold, seed, n_trees=10, max_depth=1, max_features=1)


def shallow_tree(fold: Fold, seed: int = 0) -> Floats:
    """Grow a tree of depth 4."""
    return _tree(fold, seed, max_depth=4)


def tree(fold: Fold, seed: int = 0) -> Floats:
    """Grow a tree fully, with at least 2 rows a leaf."""
    return _tree(fold, seed, max_depth=None)


def extra_trees(fold: Fold, seed: int = 0) -> Floats:
    """Take the mean of 20 extremely randomised trees with at least 2 rows a leaf.

    References
    ----------
    .. [1] P. Geurts, D. Ernst and L. Wehenkel. Extremely randomized trees. Machine
       Learning, 2006.
    """
    n_columns = fold.train.shape[1]
    tried = n_columns / 3 if fold.is_regression else np.sqrt(n_columns)
    return _random_trees(fold, seed, n_trees=N_TREES, max_depth=None, max_features=int(tried))


def _tree(fold: Fold, seed: int, max_depth: int | None) -> Floats:
    from sklearn import config_context
    from sklearn.tree import DecisionTreeRegressor

    if fold.train.shape[1] == 0:
        return constant(fold)
    train, test = fold.for_trees
    model = DecisionTreeRegressor(max_depth=max_depth, min_samples_leaf=2, random_state=seed)
    with config_context(skip_parameter_validation=True, assume_finite=True):
        model.fit(train, fold.target, check_input=False)
    answer = model.tree_.predict(test)
    return np.asarray(answer.reshape(len(fold.test), -1), np.float64)


def _random_trees(
    fold: Fold, seed: int, *, n_trees: int, max_depth: int | None, max_features: int
) -> Floats:
    from sklearn import config_context
    from sklearn.tree import ExtraTreeRegressor

    if fold.train.shape[1] == 0:
        return constant(fold)
    train, test = fold.for_trees
    total = np.zeros((len(test), fold.target.shape[1]))
    generator = np.random.RandomState()
    with config_context(skip_parameter_validation=True, assume_finite=True):
        for i in range(n_trees):
            generator.seed((seed + i) % 2**31)  # what a new one costs is half of a small tree
            model = ExtraTreeRegressor(
                max_depth=max_depth,
                max_features=max(1, max_features),
                min_samples_leaf=2,
                random_state=generator,
            )
            model.fit(train, fold.target, check_input=False)
            total += model.tree_.predict(test).reshape(total.shape)
    return total / n_trees


def first_quarter(fold: Fold) -> Fold:
    """Return the fold with a quarter of its training rows: rows come in random order.

    Of each class a quarter, rounded up: a rare class would often be in none of the first rows.
    """
    if fold.is_regression:
        rows = np.arange(max(2, len(fold.train) // 4))
    else:
        classes = [np.flatnonzero(member) for member in _memberships(fold.target)]
        rows = np.sort(np.concatenate([some[: -(-some.size // 4)] for some in classes]))
    return replace(fold, train=fold.train[rows], target=fold.target[rows])


def _memberships(target: Floats) -> Floats:
    """Return one row a class of zeros and ones; a single column of two classes becomes two."""
    columns = target.T
    return np.concatenate([1 - columns, columns]) if len(columns) == 1 else columns


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "random_stump": random_stump,
        "stump": stump,
        "shallow_tree": shallow_tree,
        "tree": tree,
        "extra_trees": extra_trees,
        "naive_bayes": naive_bayes,
        "linear": linear,
        "linear_ranks": linear_ranks,
        "nearest_neighbor": nearest_neighbor,
        "nearest_neighbors": nearest_neighbors,
    }
)
