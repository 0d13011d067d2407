"""Complexity by neighbours: how rows lie among those of their own and of other classes.

Distances are Gower's: the mean absolute difference of columns that go from 0 to 1, on at
most 1,500 rows unless ``max_rows`` is None. Rows that are equally near count equally,
where that can be; elsewhere the first in the order of the table's content counts.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._pairs.compared_rows import RowsOfClasses
from metafeatures._pairs.row_distances import spanning_tree
from metafeatures._pairs.surroundings import count_spheres, interpolated_enemy_shares, sphere_radii
from metafeatures._registry import CLASSIFICATION, register

LORENA = (
    "A. C. Lorena, L. P. F. Garcia, J. Lehmann, M. C. P. Souto and T. K. Ho. How complex is "
    "your classification problem? ACM Computing Surveys, 2019."
)

neighborhood = partial(
    register,
    family="complexity",
    cost="rows",
    task_types=CLASSIFICATION,
    low=0,
    high=1,
    by_place=True,
    reference=LORENA,
)


@neighborhood(
    unit="share",
    pymfe="n1",
    differs="pymfe where distances are equal: joins no repeated rows, takes the first row",
)
def neighborhood_n1(rows_of_classes: RowsOfClasses) -> float:
    """Return the share of rows that a minimum spanning tree joins to another class (N1)."""
    classes = rows_of_classes.classes
    first, second = spanning_tree(rows_of_classes.distances)
    differ = classes[first] != classes[second]
    is_border = np.zeros(classes.size, bool)
    is_border[first[differ]] = is_border[second[differ]] = True
    return float(is_border.mean())


@neighborhood(
    summaries=("mean", "sd", "min", "median", "max"),
    undefined="each row is repeated in its own class and in another",
    pymfe="n2",
    differs="pymfe with a row repeated so: NaN; Lorena et al.: ratio of the sums over rows",
)
def neighborhood_n2(rows_of_classes: RowsOfClasses) -> Floats:
    """Return r / (1 + r), r being a row's distance to its nearest friend over enemy (N2)."""
    surroundings = rows_of_classes.surroundings
    friend, enemy = surroundings.friend, surroundings.enemy
    ratio = np.full(friend.size, np.nan)
    ratio[np.isinf(friend)] = 1.0
    is_defined = np.isfinite(friend) & (friend + enemy > 0)
    ratio[is_defined] = friend[is_defined] / (friend[is_defined] + enemy[is_defined])
    return ratio


@neighborhood(
    unit="share",
    pymfe="n3.mean",
    differs="pymfe where several rows are nearest: takes one; here each counts its share",
)
def neighborhood_n3(rows_of_classes: RowsOfClasses) -> float:
    """Return the share of rows whose nearest other row is of another class (N3)."""
    return float(rows_of_classes.surroundings.enemy_share.mean())


@neighborhood(
    unit="share",
    differs="pymfe's n4: each column goes a random part of the way of its own",
)
def neighborhood_n4(rows_of_classes: RowsOfClasses, seed: int) -> float:
    """Return the share of points between rows of a class that are nearest to another class (N4)."""
    rows = rows_of_classes
    return float(interpolated_enemy_shares(rows.distances, rows.classes, seed).mean())


@neighborhood(
    unit="share", differs="pymfe's t1: spheres with as many rows go in any order; ECoL's N5: open"
)
def neighborhood_t1(rows_of_classes: RowsOfClasses) -> float:
    """Return the spheres of one class each that cover all rows, over the rows (T1)."""
    surroundings = rows_of_classes.surroundings
    radii = sphere_radii(surroundings.enemy, surroundings.enemy_place)
    return count_spheres(rows_of_classes.distances, radii) / radii.size


@neighborhood(pymfe="lsc")
def neighborhood_lsc(rows_of_classes: RowsOfClasses) -> float:
    """Return 1 less the mean share of rows nearer to a row than its nearest enemy (LSC)."""
    sizes = rows_of_classes.surroundings.local_set
    return float(1 - sizes.mean() / sizes.size)
