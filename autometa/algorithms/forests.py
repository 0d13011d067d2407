"""Random forest and extra trees: averages of deep randomised trees."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import Size

# Of the nodes of a forest. Fully grown, 200 trees on 34,000 rows of 32 classes took 1.6 GB, in
# each worker. AutoGluon keeps trees to 15,000 leaves.
MAX_FOREST_BYTES = 256 << 20
NODE_BYTES = 64  # of a node in scikit-learn's trees, and VALUE_BYTES for each class or target
VALUE_BYTES = 8
MIN_LEAVES = 1_000  # whatever they take: fewer would be another kind of model

MAX_FEATURES = CategoricalDistribution(["sqrt", 0.3, 0.5, 0.75, 1.0])


def _space(criteria: list[str]) -> dict[str, BaseDistribution]:
    return {
        "n_estimators": IntDistribution(50, 400, log=True),
        "max_features": MAX_FEATURES,
        "min_samples_leaf": IntDistribution(1, 32, log=True),
        "min_samples_split": IntDistribution(2, 32, log=True),
        "criterion": CategoricalDistribution(criteria),
    }


SPACES = {
    "classification": _space(["gini", "entropy"]),
    "regression": _space(["squared_error"]),
}
CLASSIFIER: Config = {
    "n_estimators": 100,
    "max_features": "sqrt",
    "min_samples_leaf": 1,
    "min_samples_split": 2,
    "criterion": "gini",
}
REGRESSOR: Config = {**CLASSIFIER, "max_features": 1.0, "criterion": "squared_error"}

FOREST_SETUPS = {
    "classification": {
        "library": CLASSIFIER,
        "tuned": {**CLASSIFIER, "n_estimators": 200, "max_features": 0.75, "min_samples_leaf": 2},
        "entropy": {
            **CLASSIFIER,
            "n_estimators": 200,
            "min_samples_leaf": 3,
            "criterion": "entropy",
        },
        "smooth": {**CLASSIFIER, "n_estimators": 200, "min_samples_leaf": 8},
    },
    "regression": {
        "library": REGRESSOR,
        "tuned": {**REGRESSOR, "n_estimators": 200, "max_features": 0.5, "min_samples_leaf": 2},
        "decorrelated": {**REGRESSOR, "n_estimators": 200, "max_features": 0.3},
        "smooth": {**REGRESSOR, "n_estimators": 200, "max_features": 0.5, "min_samples_leaf": 8},
    },
}
EXTRA_SETUPS = {
    "classification": {
        "library": CLASSIFIER,
        "tuned": {**CLASSIFIER, "n_estimators": 200, "max_features": 0.5, "min_samples_split": 4},
        "all_features": {
            **CLASSIFIER,
            "n_estimators": 200,
            "max_features": 1.0,
            "min_samples_leaf": 2,
        },
        "smooth": {
            **CLASSIFIER,
            "n_estimators": 200,
            "min_samples_leaf": 5,
            "criterion": "entropy",
        },
    },
    "regression": {
        "library": REGRESSOR,
        "tuned": {**REGRESSOR, "n_estimators": 200, "min_samples_leaf": 2},
        "decorrelated": {**REGRESSOR, "n_estimators": 200, "max_features": 0.5},
        "smooth": {**REGRESSOR, "n_estimators": 200, "min_samples_leaf": 5},
    },
}
REFERENCE = "Library default of scikit-learn; others after AutoGluon 1.6 and TabArena 2025."


def _limited(config: Config, context: Context) -> Config:
    limited = {
        **config,
        "min_samples_leaf": context.rows(config["min_samples_leaf"]),
        "min_samples_split": context.rows(config["min_samples_split"], share=3, lowest=2),
    }
    leaves = _most_leaves(int(config["n_estimators"]), context)
    # Only where it may be reached: with a limit scikit-learn grows trees in another order.
    if context.n_rows is not None and context.n_rows > leaves * limited["min_samples_leaf"]:
        limited["max_leaf_nodes"] = leaves
    return limited


def _most_leaves(n_trees: int, context: Context) -> int:
    """Return the leaves of a tree, of as many in a forest, that the memory allows."""
    node = NODE_BYTES + VALUE_BYTES * max(2 - context.is_regression, context.n_classes)
    return max(MIN_LEAVES, MAX_FOREST_BYTES // (2 * node * n_trees))


def _seconds(size: Size, config: Mapping[str, Any]) -> float:
    share = config.get("max_features", "sqrt")
    share = size.n_columns**-0.5 if share == "sqrt" else float(share)
    depth = math.log2(size.n_rows + 2)
    # Any tree costs a millisecond; each of its levels sorts a share of the columns.
    per_tree = 1e-3 + 2.5e-8 * size.n_rows * depth * max(1.0, share * size.n_columns)
    return float(config.get("n_estimators", 100)) * per_tree


def _forest(config: Config, context: Context) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    estimator = RandomForestRegressor if context.is_regression else RandomForestClassifier
    return estimator(
        **_limited(config, context), random_state=context.random_state, n_jobs=context.n_jobs
    )


def _extra_trees(config: Config, context: Context) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    estimator = ExtraTreesRegressor if context.is_regression else ExtraTreesClassifier
    return estimator(
        **_limited(config, context), random_state=context.random_state, n_jobs=context.n_jobs
    )


ALGORITHMS = (
    Algorithm(
        name="random_forest",
        make=_forest,
        encoding="ordinal",
        spaces=SPACES,
        known_setups=FOREST_SETUPS,
        places={"classification": {"tuned": 80}, "regression": {"tuned": 80}},
        seconds=_seconds,
        rounds="n_estimators",
        is_random=True,
        estimators={
            "classification": "sklearn.ensemble.RandomForestClassifier",
            "regression": "sklearn.ensemble.RandomForestRegressor",
        },
        trusted_types=("sklearn.tree._tree.Tree",),
        takes_sparse=True,
        reference=REFERENCE,
    ),
    Algorithm(
        name="extra_trees",
        make=_extra_trees,
        encoding="ordinal",
        spaces=SPACES,
        known_setups=EXTRA_SETUPS,
        places={
            "classification": {"tuned": 30, "smooth": 140},
            "regression": {"tuned": 30, "decorrelated": 150},
        },
        seconds=_seconds,
        rounds="n_estimators",
        is_random=True,
        estimators={
            "classification": "sklearn.ensemble.ExtraTreesClassifier",
            "regression": "sklearn.ensemble.ExtraTreesRegressor",
        },
        trusted_types=("sklearn.tree._tree.Tree",),
        takes_sparse=True,
        reference=REFERENCE,
    ),
)
