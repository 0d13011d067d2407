"""The landmarkers of the literature: accuracy of the simplest models in ten folds.

All rows and columns when ``max_rows`` is None, else at most 1,500 rows and 100 columns
(spread over the table). Rows come in their pseudo-random order, and folds are those of
scikit-learn's StratifiedKFold on that order: with other software on the rows in that
order, values are the same. Numbers to predict are asked only what no other landmarker
asks: the worst split, and neighbours in the most telling column.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._models.closed_forms import linear_discriminant
from metafeatures._models.closed_forms import naive_bayes as gaussian_naive_bayes
from metafeatures._models.ten_folds import ClassFolds, NumberFolds
from metafeatures._registry import CLASSIFICATION, REGRESSION, register

SOME = ("mean", "sd", "min", "max")
BENSUSAN = (
    "H. Bensusan and C. Giraud-Carrier. Discovering task neighbourhoods through landmark "
    "learning performances. PKDD, 2000."
)
FOLDS = "pymfe's {}: folds by row order"
TIES = FOLDS + ", ties by row order"
RANKED = FOLDS + ", columns ranked by their importance in a full tree"

classic = partial(
    register,
    family="landmarking",
    cost="rows",
    summaries=SOME,
    by_place=True,
    reference=BENSUSAN,
)
accuracy = partial(classic, low=0, high=1, unit="share", task_types=CLASSIFICATION)
explained = partial(classic, low=-1, high=1, task_types=REGRESSION)


@accuracy(differs=FOLDS.format("best_node"))
def best_node(class_folds: ClassFolds) -> Floats:
    """Return the accuracy of the single split that lowers Gini's impurity most."""
    splits = class_folds.splits
    return np.asarray(splits.score[splits.best, np.arange(splits.best.size)])


@accuracy(differs=FOLDS.format("random_node") + ", one column at random")
def random_node(class_folds: ClassFolds) -> Floats:
    """Return the mean over columns of the accuracy of the best split of that column alone."""
    return np.asarray(class_folds.splits.score.mean(axis=0))


@accuracy(differs=RANKED.format("worst_node"))
def worst_node(class_folds: ClassFolds) -> Floats:
    """Return the accuracy of the best split of the column whose best split is worst."""
    splits = class_folds.splits
    return np.asarray(splits.score[splits.worst, np.arange(splits.worst.size)])


@accuracy(differs=FOLDS.format("linear_discr"))
def linear_discr(class_folds: ClassFolds) -> Floats:
    """Return the accuracy of linear discriminant analysis."""
    return linear_discriminant(class_folds.sums)


@accuracy(varies_with=("units",), differs=FOLDS.format("naive_bayes"))
def naive_bayes(class_folds: ClassFolds) -> Floats:
    """Return the accuracy of Gaussian naive Bayes."""
    return gaussian_naive_bayes(class_folds.sums)


@accuracy(varies_with=("units",), differs=TIES.format("one_nn"))
def one_nn(class_folds: ClassFolds) -> Floats:
    """Return the accuracy of the nearest row; rows that are equally near share the vote."""
    return class_folds.nearest


@accuracy(differs=RANKED.format("elite_nn"))
def elite_nn(class_folds: ClassFolds) -> Floats:
    """Return the accuracy of the nearest row by the column with the best split alone."""
    return class_folds.elite


@explained()
def worst_node_r2(number_folds: NumberFolds) -> Floats:
    """Return R2 (at least -1) of the best split of the column whose best split is worst."""
    splits = number_folds.splits
    return np.asarray(splits.score[splits.worst, np.arange(splits.worst.size)])


@explained()
def elite_nn_r2(number_folds: NumberFolds) -> Floats:
    """Return R2 (at least -1) of the nearest row by the column with the best split alone."""
    return number_folds.elite
