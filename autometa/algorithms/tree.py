"""A single decision tree: the cheapest model that sees interactions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import Size

LIBRARY: Config = {"max_depth": 30, "min_samples_leaf": 1, "max_features": 1.0}
KNOWN = {
    "library": LIBRARY,
    "pruned": {"max_depth": 8, "min_samples_leaf": 10, "max_features": 1.0},
    "shallow": {"max_depth": 3, "min_samples_leaf": 10, "max_features": 1.0},
}
SPACE = {
    "max_depth": IntDistribution(1, 30, log=True),
    "min_samples_leaf": IntDistribution(1, 64, log=True),
    "max_features": FloatDistribution(0.3, 1.0),
}


def _seconds(size: Size, config: Mapping[str, Any]) -> float:
    return 4e-8 * size.cells * math.log2(size.n_rows + 2)  # columns are sorted


def _make(config: Config, context: Context) -> Any:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    estimator = DecisionTreeRegressor if context.is_regression else DecisionTreeClassifier
    leaf = context.rows(config["min_samples_leaf"])
    return estimator(**{**config, "min_samples_leaf": leaf}, random_state=context.random_state)


ALGORITHMS = (
    Algorithm(
        name="decision_tree",
        make=_make,
        encoding="ordinal",
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={"classification": KNOWN, "regression": KNOWN},
        places={"classification": {"pruned": 210}, "regression": {"pruned": 190}},
        seconds=_seconds,
        takes_sparse=True,
        estimators={
            "classification": "sklearn.tree.DecisionTreeClassifier",
            "regression": "sklearn.tree.DecisionTreeRegressor",
        },
        trusted_types=("sklearn.tree._tree.Tree",),
        reference="L. Breiman et al. Classification and Regression Trees. 1984.",
    ),
)
