"""Landmarking meta-features: how well small models do, and by how much they differ.

Computed on at most 1,500 rows, the 50 most frequent classes and the 60 columns which
the training part of a fold shows to be most correlated with the target, in 3 stratified
folds shared by all. Classes with fewer rows than folds are left out while they hold at
most 5 % of the rows; beyond that everything is NaN, with one warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from scipy.stats import rankdata

from metafeatures._models.landmarks import LandmarkScores
from metafeatures._registry import CLASSIFICATION, REGRESSION, register

UNDEFINED = (
    "classes with fewer rows than the 3 folds hold over 5 % of the rows, or fewer than 6 rows"
)
PFAHRINGER = (
    "B. Pfahringer, H. Bensusan and C. Giraud-Carrier. Meta-learning by landmarking various "
    "learning algorithms. ICML, 2000."
)
RELATIVE = "J. Fürnkranz and J. Petrak. An evaluation of landmarking variants. IDDM, 2001."
SUBSAMPLING = "C. Soares, J. Petrak and P. Brazdil. Sampling-based relative landmarks. EPIA, 2001."
# Models that can do well on any table: a random split never does, and naive Bayes has no
# counterpart for numbers.
RANKED = (
    "stump",
    "shallow_tree",
    "tree",
    "extra_trees",
    "linear",
    "linear_ranks",
    "nearest_neighbor",
    "nearest_neighbors",
)

landmarking = partial(register, family="landmarking", cost="models", undefined=UNDEFINED)

CLASS_SCORES = {
    "auc": "mean one-versus-rest AUC",
    "balanced_accuracy": "balanced accuracy (0 by chance, 1 when perfect)",
}
NUMBER_SCORES = {"r2": "R2 (clipped to [-1, 1])", "spearman": "rank correlation with the truth"}
MODEL_WORDS = {
    "random_stump": "mean of 10 random splits of one random column each",
    "stump": "best single split",
    "shallow_tree": "decision tree of depth 4",
    "tree": "decision tree with at least 2 rows a leaf",
    "extra_trees": "mean of 20 extremely randomised trees",
    "naive_bayes": "Gaussian naive Bayes",
    "linear": "ridge regression on the target (on indicators of the classes)",
    "linear_ranks": "ridge regression on the ranks of each column",
    "nearest_neighbor": "nearest neighbour",
    "nearest_neighbors": "10 nearest neighbours",
}


def _register(model: str, words: str) -> None:
    """Enter the scores of one model in the catalogue."""

    def landmark(landmarks: LandmarkScores) -> Mapping[str, float]:
        return landmarks.of(model)

    landmark.__name__ = f"landmark_{model}"
    landmark.__doc__ = f"Return score of a {words}."
    landmarking(
        low=-1,
        high=1,
        ranges={"auc": (0, 1)},
        outputs=CLASS_SCORES if model == "naive_bayes" else CLASS_SCORES | NUMBER_SCORES,
        outputs_of=dict.fromkeys(CLASS_SCORES, CLASSIFICATION)
        | dict.fromkeys(NUMBER_SCORES, REGRESSION),
        reference=PFAHRINGER,
    )(landmark)


# One function would do for all, but each has its own name and words in the catalogue.
for _model, _words in MODEL_WORDS.items():
    _register(_model, _words)


@landmarking(
    low=-2,
    high=2,
    reference=RELATIVE,
    outputs={
        "trees_linear": "extra trees less ridge",
        "ranks_linear": "ridge on ranks less ridge",
        "neighbors_linear": "10 nearest neighbours less ridge",
        "trees_neighbors": "extra trees less 10 nearest neighbours",
        "trees_tree": "extra trees less one tree",
        "tree_shallow": "full tree less tree of depth 4",
        "shallow_stump": "tree of depth 4 less single split",
        "neighbors_neighbor": "10 nearest neighbours less 1",
    },
)
def landmark_difference(landmarks: LandmarkScores) -> dict[str, float]:
    """Return difference in main score (AUC or R2) between landmarkers."""
    main = landmarks.main
    return {
        "trees_linear": main("extra_trees") - main("linear"),
        "ranks_linear": main("linear_ranks") - main("linear"),
        "neighbors_linear": main("nearest_neighbors") - main("linear"),
        "trees_neighbors": main("extra_trees") - main("nearest_neighbors"),
        "trees_tree": main("extra_trees") - main("tree"),
        "tree_shallow": main("tree") - main("shallow_tree"),
        "shallow_stump": main("shallow_tree") - main("stump"),
        "neighbors_neighbor": main("nearest_neighbors") - main("nearest_neighbor"),
    }


@landmarking(
    low=0,
    high=1,
    reference=RELATIVE,
    outputs={model: MODEL_WORDS[model] for model in RANKED},
)
def landmark_rank(landmarks: LandmarkScores) -> dict[str, float]:
    """Return rank by main score (AUC or R2) among eight landmarkers, 0 the best and 1 the worst."""
    scores = np.array([landmarks.main(model) for model in RANKED])
    if np.isnan(scores).any():
        return dict.fromkeys(RANKED, float("nan"))
    ranks = (rankdata(-scores) - 1) / (len(RANKED) - 1)
    return dict(zip(RANKED, map(float, ranks), strict=True))


@landmarking(
    low=-1,
    high=2,
    outputs={"best": "largest", "mean": "mean", "range": "largest less smallest"},
    ranges={"best": (-1, 1), "mean": (-1, 1), "range": (0, 2)},
)
def landmark_score(landmarks: LandmarkScores) -> dict[str, float]:
    """Return main scores (AUC or R2) of eight landmarkers."""
    scores = np.array([landmarks.main(model) for model in RANKED])
    return {
        "best": float(scores.max()),
        "mean": float(scores.mean()),
        "range": float(scores.max() - scores.min()),
    }


@landmarking(
    low=-2,
    high=2,
    reference=SUBSAMPLING,
    outputs={
        "extra_trees": "extra trees",
        "linear": "ridge",
        "nearest_neighbors": "10 nearest neighbours",
        "trees_linear": "extra trees less ridge",
    },
    ranges={"trees_linear": (-4, 4)},
)
def landmark_gain(landmarks: LandmarkScores) -> dict[str, float]:
    """Return gain in main score (AUC or R2) from a quarter of the training rows to all."""
    gains = {
        model: landmarks.main(model) - landmarks.main(model, quarter=True)
        for model in ("extra_trees", "linear", "nearest_neighbors")
    }
    return gains | {"trees_linear": gains["extra_trees"] - gains["linear"]}
