"""Complexity by overlap: how far single columns, or all together, tell the classes apart.

Computed on at most ``max_rows`` rows and 500 columns, categories as indicators, missing
values filled with means. Pairs of classes are those of the 10 most frequent, F1v and F4
take the 100 columns that part the classes best, unless ``max_rows`` is None.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._families.neighborhood import LORENA
from metafeatures._pairs.class_groups import (
    ClassGroups,
    box_overlap,
    collective_overlap,
    least_overlap,
)
from metafeatures._registry import CLASSIFICATION, TaskType, register

MULTICLASS: frozenset[TaskType] = frozenset({"multiclass"})
SOME = ("mean", "sd", "min", "max")
OF_PAIRS = dict.fromkeys(("sd", "min", "max"), MULTICLASS)

overlap = partial(
    register,
    family="complexity",
    task_types=CLASSIFICATION,
    low=0,
    high=1,
    by_place=True,
    reference=LORENA,
)
of_pairs = partial(overlap, summaries=SOME, outputs_of=OF_PAIRS)


@overlap(
    summaries=("mean", "sd", "min", "median", "max"),
    undefined="no column varies",
    pymfe="f1",
    differs="pymfe when a column is constant: NaN",
)
def overlap_f1(class_groups: ClassGroups) -> Floats:
    """Return the share of a column's variance that lies within classes (the least is F1)."""
    return class_groups.within_shares


@of_pairs(
    pymfe="f1v",
    differs="pymfe when columns are collinear: depends on their units; when a direction parts "
    "classes without spread: leaves it out, here 0",
)
def overlap_f1v(class_groups: ClassGroups) -> Floats:
    """Return 1 / (1 + d), d being Fisher's ratio of two classes in their best direction (F1v)."""
    return np.asarray(1 / (1 + class_groups.directional_ratios))


@of_pairs(pymfe="f2", differs="pymfe when a column is constant in a pair: NaN")
def overlap_f2(class_groups: ClassGroups) -> Floats:
    """Return the volume that the boxes of a pair of classes share, over that around both (F2)."""
    return np.array([box_overlap(*pair) for pair in class_groups.pairs()])


@of_pairs(unit="share", pymfe="f3")
def overlap_f3(class_groups: ClassGroups) -> Floats:
    """Return the share of two classes' rows that the best column leaves where they overlap (F3)."""
    return np.array([least_overlap(*pair) for pair in class_groups.pairs()])


@of_pairs(unit="share", pymfe="f4")
def overlap_f4(class_groups: ClassGroups) -> Floats:
    """Return the share of two classes' rows that no column parts, one after the other (F4)."""
    return np.array([collective_overlap(*pair) for pair in class_groups.pairs(best_only=True)])
