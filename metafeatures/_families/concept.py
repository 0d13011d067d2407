"""Concept meta-features: how much the target varies among rows that are near each other.

Columns go from 0 to 1 here, and rows are compared by Euclidean distance. At most 1,500
rows unless ``max_rows`` is None. The numeric forms ask the same of a number to predict:
Geary's ratio of neighbours, and the correlation of distances.
"""

from __future__ import annotations

from functools import partial

from metafeatures._arrays import Floats
from metafeatures._pairs.nearness import Nearness
from metafeatures._registry import CLASSIFICATION, REGRESSION, register

ALONE = "no two rows are nearer than opposite corners of the unit cube"
VILALTA = (
    "R. Vilalta and Y. Drissi. A characterization of difficult problems in classification. "
    "ICMLA, 2002."
)
PEREZ = (
    "E. Perez and L. A. Rendell. Learning despite concept variation by finding structure in "
    "attribute-based data. ICML, 1996."
)
GEARY = "L. Anselin. Local indicators of spatial association. Geographical Analysis, 1995."
MANTEL = (
    "N. Mantel. The detection of disease clustering and a generalized regression approach. "
    "Cancer Research, 1967."
)
SOME = ("mean", "sd", "min", "median", "max", "range")

concept = partial(register, family="concept", cost="rows", by_place=True, summaries=SOME)


classes = partial(concept, task_types=CLASSIFICATION)
numbers = partial(concept, task_types=REGRESSION)


@classes(low=0, high=1, undefined=ALONE, reference=VILALTA, pymfe="conceptvar")
def concept_variation(nearness: Nearness) -> Floats:
    """Return the share of other rows that are of another class, weighted by nearness."""
    return nearness.variation


@classes(low=0, reference=VILALTA, pymfe="impconceptvar")
def sparse_concept_variation(nearness: Nearness) -> Floats:
    """Return the sum over rows of another class of 2^-ceil(distance), at most one half each."""
    return nearness.sparse_variation


@numbers(low=0, undefined=ALONE, reference=GEARY)
def target_variation(nearness: Nearness) -> Floats:
    """Return the mean squared difference in target to other rows, weighted by nearness.

    In units of twice the target's variance: about 1 where neighbours tell nothing.
    """
    return nearness.variation


@concept(low=0, undefined=ALONE, reference=PEREZ, pymfe="wg_dist")
def weighted_distance(nearness: Nearness) -> Floats:
    """Return the mean distance of a row from the others, weighted by nearness."""
    return nearness.distance


@concept(low=0, reference=VILALTA, pymfe="cohesiveness")
def cohesiveness(nearness: Nearness) -> Floats:
    """Return the sum over other rows of 2^-ceil(distance), at most one half each."""
    return nearness.density


@register(
    family="concept",
    cost="rows",
    by_place=True,
    task_types=REGRESSION,
    low=-1,
    high=1,
    undefined="all pairs of rows are equally far apart, or differ equally in the target",
    reference=MANTEL,
)
def target_distance_correlation(nearness: Nearness) -> float:
    """Return the correlation of distance with difference in target, over all pairs of rows."""
    return nearness.match_correlation
