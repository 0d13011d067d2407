"""Clustering meta-features: how far apart classes lie, taken as clusters of rows.

Rows are compared by Euclidean distance, columns as they are: the values are those of
the literature, and change when one column is scaled. At most 1,500 rows unless
``max_rows`` is None.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.spatial.distance import cdist

from metafeatures._arrays import Floats, Integers
from metafeatures._pairs.class_distances import ClassDistances
from metafeatures._pairs.distances import by_group, centre
from metafeatures._registry import CLASSIFICATION, register

SMALL_CLASS = 15  # pymfe's limit, so that values agree
SAME = 1e-12  # means of classes that differ by less do so by rounding errors
DUNN = "J. C. Dunn. Well-separated clusters and optimal fuzzy partitions. Cybernetics, 1974."
DAVIES = (
    "D. L. Davies and D. W. Bouldin. A cluster separation measure. "
    "IEEE Transactions on Pattern Analysis and Machine Intelligence, 1979."
)
CALINSKI = (
    "T. Caliński and J. Harabasz. A dendrite method for cluster analysis. "
    "Communications in Statistics, 1974."
)
ROUSSEEUW = (
    "P. J. Rousseeuw. Silhouettes: a graphical aid to the interpretation and validation of "
    "cluster analysis. Journal of Computational and Applied Mathematics, 1987."
)
POINTS = "no two rows of one class differ"
SHANNON = "C. E. Shannon. A Mathematical Theory of Communication. 1948."
LEV = "J. Lev. The point biserial coefficient of correlation. Ann. Math. Statist., 1949."
PIMENTEL = (
    "B. A. Pimentel and A. C. P. L. F. de Carvalho. A new data characterization for selecting "
    "clustering algorithms using meta-learning. Information Sciences, 2019."
)

counted = partial(register, family="clustering", low=0, task_types=CLASSIFICATION, cost="count")
clustering = partial(
    register,
    family="clustering",
    task_types=CLASSIFICATION,
    cost="rows",
    varies_with=("units",),
    by_place=True,
)


@clustering(
    low=0,
    undefined=POINTS,
    reference=DUNN,
    differs="pymfe's vdu divides distances between classes by the number of their pairs of rows",
)
def dunn(class_distances: ClassDistances) -> float:
    """Return Dunn's index: smallest distance between classes over largest within one."""
    return _over(class_distances.nearest, class_distances.diameter)


@clustering(low=0, undefined=POINTS, reference=DUNN, pymfe="vdu")
def dunn_per_pair(class_distances: ClassDistances) -> float:
    """Return Dunn's index with distances between classes over their number of pairs of rows."""
    return _over(class_distances.nearest_per_pair, class_distances.diameter)


@clustering(low=0, pymfe="int")
def class_distance(class_distances: ClassDistances) -> float:
    """Return the mean distance of rows of different classes, all pairs of classes alike."""
    return class_distances.between


@clustering(low=-1, high=1, reference=ROUSSEEUW, pymfe="sil")
def silhouette(class_distances: ClassDistances) -> float:
    """Return the mean silhouette of the rows, classes taken as clusters."""
    return class_distances.silhouette


@clustering(
    low=-1,
    high=1,
    undefined="no two rows are of one class, or all pairs of rows are equally far apart",
    reference=LEV,
    pymfe="pb",
)
def match_correlation(class_distances: ClassDistances) -> float:
    """Return the correlation of being of one class with distance, over all pairs of rows."""
    return class_distances.match_correlation


@clustering(
    low=0,
    undefined="the means of all classes are the same",
    reference=DAVIES,
    pymfe="vdb",
)
def davies_bouldin(near_points: Floats, near_classes: Integers) -> float:
    """Return the mean over classes of its worst (spread + spread) / distance to another class.

    The spread of a class is the mean distance of its rows from their mean; the distance
    of two classes is that of their means. Classes with the same mean are not compared.
    """
    rows, starts, sizes, means = _class_means(near_points, near_classes)
    distances = np.linalg.norm(rows - np.repeat(means, sizes, axis=0), axis=1)
    spreads = np.add.reduceat(distances, starts) / sizes
    worst = np.array([_worst(means, spreads, k) for k in range(sizes.size)])
    return float(np.fmax(worst, 0.0).mean()) if (worst >= 0).any() else float("nan")


def _worst(means: Floats, spreads: Floats, one: int) -> float:
    """Return the largest ratio of spreads to distance of one class; -1 without any."""
    # Not all distances at once: a table may have a thousand classes.
    apart = cdist(means[one : one + 1], means)[0]
    is_apart = apart > SAME
    ratios = (spreads[one] + spreads[is_apart]) / apart[is_apart]
    return float(ratios.max(initial=-1.0))


@clustering(low=0, undefined="no two rows of one class differ", reference=CALINSKI, pymfe="ch")
def calinski_harabasz(near_points: Floats, near_classes: Integers) -> float:
    """Return the variance between classes over that within, each per degree of freedom."""
    rows, _, sizes, means = _class_means(near_points, near_classes)
    within = float(((rows - np.repeat(means, sizes, axis=0)) ** 2).sum())
    between = float(sizes @ (means**2).sum(axis=1))
    if within <= SAME**2 * (within + between) or sizes.size == len(rows):
        return float("nan")
    return between / (sizes.size - 1) / within * (len(rows) - sizes.size)


def _class_means(points: Floats, classes: Integers) -> tuple[Floats, Integers, Integers, Floats]:
    """Return centred rows class by class, where classes start, their sizes and means."""
    order, starts, sizes = by_group(classes)
    rows = centre(points)[0][order]
    return rows, starts, sizes, np.add.reduceat(rows, starts, axis=0) / sizes[:, None]


@counted(unit="nat", same_as="class_entropy", reference=SHANNON, pymfe="nre")
def class_entropy_nats(class_counts: Integers) -> float:
    """Return the Shannon entropy of the class distribution, by natural logarithms."""
    shares = class_counts / class_counts.sum()
    return float(-(shares @ np.log(shares)))


@counted(unit="classes", reference=PIMENTEL, pymfe="sc")
def n_small_classes(class_counts: Integers) -> int:
    """Return the number of classes with fewer than 15 rows."""
    return int((class_counts < SMALL_CLASS).sum())


def _over(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
