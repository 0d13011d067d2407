"""Model-based meta-features: the shape of a decision tree that fits the table.

The tree is grown until its leaves are pure, so its size tells how intricate the
boundaries are and how much is noise. It sees the whole table as numbers (categories as
indicators, missing values at the mean, text left out) and, unless ``max_rows`` is None,
at most 1,500 rows, fewer for more than 40 columns.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._models.tree import GrownTree
from metafeatures._registry import CLASSIFICATION, DEFAULT_SUMMARIES, register

NO_TREE = "the table has text columns only"
NO_SPLIT = "no column but text varies"
# Doubles end near 2 ** 1,023, and chances are multiplied by numbers of leaves and depths. A leaf
# this deep has a chance of 1e-120: any deeper one counts for as little.
DEEPEST = 400
BENSUSAN = (
    "H. Bensusan, C. Giraud-Carrier and C. Kennedy. A higher-order approach to meta-learning. "
    "ILP, 2000."
)
PENG = (
    "Y. Peng, P. A. Flach, C. Soares and P. Brazdil. Improved dataset characterisation for "
    "meta-learning. Discovery Science, 2002."
)

tree_measure = partial(
    register,
    family="model-based",
    cost="models",
    rows="n_tree_rows",
    low=0,
    by_place=True,
    undefined=NO_TREE,
)
each = partial(tree_measure, summaries=DEFAULT_SUMMARIES)


@tree_measure(low=1, unit="leaves", reference=PENG, pymfe="leaves")
def tree_leaves(tree: GrownTree | None) -> float:
    """Return the number of leaves of the tree."""
    return tree.n_leaves if tree else float("nan")


@tree_measure(unit="nodes", same_as="tree_leaves", reference=PENG, pymfe="nodes")
def tree_nodes(tree: GrownTree | None) -> float:
    """Return the number of splits of the tree."""
    return tree.n_nodes if tree else float("nan")


@tree_measure(reference=BENSUSAN, pymfe="nodes_per_attr")
def tree_nodes_per_column(tree: GrownTree | None) -> float:
    """Return the splits of the tree per column, categories as indicators."""
    return tree.n_nodes / tree.importances.size if tree else float("nan")


@tree_measure(high=1, reference=BENSUSAN, pymfe="nodes_per_inst")
def tree_nodes_per_row(tree: GrownTree | None) -> float:
    """Return the splits of the tree per row."""
    return tree.n_nodes / float(tree.rows[0]) if tree else float("nan")


@each(unit="splits", same_as={"max": "tree_leaf_depth.max"}, reference=PENG, pymfe="tree_depth")
def tree_node_depth(tree: GrownTree | None) -> Integers:
    """Return the number of splits above a node or leaf of the tree."""
    return tree.depths if tree else np.empty(0, np.int64)


@each(unit="splits", reference=PENG, pymfe="leaves_branch")
def tree_leaf_depth(tree: GrownTree | None) -> Integers:
    """Return the number of splits above a leaf of the tree."""
    return tree.depths[tree.is_leaf] if tree else np.empty(0, np.int64)


@each(high=1, unit="share", reference=BENSUSAN, pymfe="leaves_corrob")
def tree_leaf_rows(tree: GrownTree | None) -> Floats:
    """Return the share of rows that a leaf of the tree holds."""
    return tree.rows[tree.is_leaf] / tree.rows[0] if tree else np.empty(0)


@each(
    high=1,
    unit="share",
    task_types=CLASSIFICATION,
    reference="A. Filchenkov and A. Pendryak. Datasets meta-feature description for recommending "
    "feature selection algorithm. AINL-ISMW FRUCT, 2015.",
    pymfe="leaves_per_class",
)
def tree_class_leaves(tree: GrownTree | None) -> Floats:
    """Return the share of leaves of the tree that are of a class."""
    if not tree:
        return np.empty(0)
    counts = np.bincount(tree.leaf_classes)
    return np.asarray(counts[counts > 0] / tree.n_leaves)


@each(unit="splits", undefined=NO_SPLIT, reference=PENG, pymfe="nodes_per_level")
def tree_level_nodes(tree: GrownTree | None) -> Integers:
    """Return the number of splits at a depth of the tree."""
    return np.bincount(tree.depths[~tree.is_leaf]) if tree else np.empty(0, np.int64)


@each(unit="splits", undefined=NO_SPLIT, reference=BENSUSAN, pymfe="nodes_repeated")
def tree_column_nodes(tree: GrownTree | None) -> Integers:
    """Return the number of splits of the tree on a column, among the columns that it uses."""
    counts = np.bincount(tree.columns[~tree.is_leaf]) if tree else np.empty(0, np.int64)
    return np.asarray(counts[counts > 0])


@each(
    high=1,
    unit="share",
    reference="L. Breiman, J. Friedman, R. Olshen and C. Stone. Classification and Regression "
    "Trees. 1984.",
    pymfe="var_importance",
)
def tree_importance(tree: GrownTree | None) -> Floats:
    """Return the share of a column in what the tree's splits gain; 0 if it has none."""
    return tree.importances if tree else np.empty(0)


@each(high=0.5, unit="bit", reference=BENSUSAN, pymfe="tree_shape")
def tree_shape(tree: GrownTree | None) -> Floats:
    """Return -p log2 p of a leaf's chance p to be reached when each split is a coin's toss."""
    depths = _leaf_depths(tree)  # a leaf at depth d has the chance p = 2 ** -d
    return np.asarray(depths * np.exp2(-depths))


@each(undefined="the tree has a single leaf", reference=BENSUSAN, pymfe="leaves_homo")
def tree_leaf_homogeneity(tree: GrownTree | None) -> Floats:
    """Return the number of leaves over -p log2 p of a leaf, p its chance by tosses of a coin."""
    depths = _leaf_depths(tree)
    # A tree that is a single leaf has p = 1, and nothing to divide by.
    return np.asarray(depths.size * np.exp2(depths) / np.where(depths > 0, depths, np.nan))


@each(high=0.5, unit="bit", reference=BENSUSAN, pymfe="tree_imbalance")
def tree_imbalance(tree: GrownTree | None) -> Floats:
    """Return -q log2 q, log2 q minus the chance to end at a depth when splits are coin tosses."""
    counts = np.bincount(_leaf_depths(tree).astype(np.int64))
    chance = counts[counts > 0] * np.exp2(-np.flatnonzero(counts))
    return np.asarray(chance * np.exp2(-chance))


def _leaf_depths(tree: GrownTree | None) -> Floats:
    """Return the depths of leaves; those beyond 400 as 400, so that powers of 2 hold."""
    if not tree:
        return np.empty(0)
    return np.minimum(tree.depths[tree.is_leaf], DEEPEST).astype(np.float64)
