"""Complexity by lines: what a linear support vector machine makes of pairs of classes.

Computed on at most 1,500 rows, on the pairs of the 10 most frequent classes and on the
100 columns that part the classes best, unless ``max_rows`` is None. Each problem is
solved exactly, and L3 is an expectation: nothing depends on chance.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._families.neighborhood import neighborhood
from metafeatures._families.overlap import OF_PAIRS, SOME
from metafeatures._pairs.linear_pairs import ClassMargins, share_of_way

LOOSE = "pymfe's {}: the same problem, solved only to 0.01, as the order of rows has it"
linearity = partial(neighborhood, summaries=SOME, outputs_of=OF_PAIRS)


@linearity(differs=LOOSE.format("l1"))
def linearity_l1(class_margins: ClassMargins) -> Floats:
    """Return d / (1 + d), d being the distance of wrong rows to the plane over all rows (L1)."""
    losses = [np.concatenate(pair).clip(max=0) for pair in class_margins]
    distances = np.array([-loss.mean() for loss in losses])
    return np.asarray(distances / (1 + distances))


@linearity(unit="share", differs=LOOSE.format("l2"))
def linearity_l2(class_margins: ClassMargins) -> Floats:
    """Return the share of a pair's rows on the wrong side of the plane, half if on it (L2)."""
    return np.array([_share_wrong(np.concatenate(pair)) for pair in class_margins])


def _share_wrong(margins: Floats) -> float:
    return float(((margins < 0) + 0.5 * (margins == 0)).mean())


@linearity(
    unit="share", differs="pymfe's l3: random points, each column goes a part of the way of its own"
)
def linearity_l3(class_margins: ClassMargins) -> Floats:
    """Return the share of the way between rows of a class on the wrong side of the plane (L3)."""
    return np.array([_share_of_ways(*pair) for pair in class_margins])


def _share_of_ways(first: Floats, second: Floats) -> float:
    n_rows = first.size + second.size
    return sum(own.size * share_of_way(own) for own in (first, second)) / n_rows
