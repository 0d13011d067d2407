"""Nearest neighbours on scaled numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna.distributions import CategoricalDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._encoding import Encoding, chosen_encoding
from autometa.algorithms._seconds import Size

LIBRARY: Config = {"n_neighbors": 5, "weights": "uniform", "p": 2, "numbers": "scaled"}
KNOWN = {
    "library": LIBRARY,
    "one": {**LIBRARY, "n_neighbors": 1},
    "weighted": {"n_neighbors": 15, "weights": "distance", "p": 1, "numbers": "scaled"},
    "many": {"n_neighbors": 40, "weights": "distance", "p": 2, "numbers": "normal"},
}
SPACE = {
    "n_neighbors": IntDistribution(1, 50, log=True),
    "weights": CategoricalDistribution(["uniform", "distance"]),
    "p": CategoricalDistribution([1, 2]),
    "numbers": CategoricalDistribution(["scaled", "normal"]),
}


def _encoding(config: Config) -> Encoding:
    return chosen_encoding(config["numbers"])


def _seconds(size: Size, config: Mapping[str, Any]) -> float:
    # of predictions: each row to predict looks at all that were learnt
    return 1e-9 * (size.n_predicted or size.n_rows) * size.cells


def _make(config: Config, context: Context) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    estimator = KNeighborsRegressor if context.is_regression else KNeighborsClassifier
    return estimator(
        n_neighbors=context.rows(config["n_neighbors"], share=3),
        weights=config["weights"],
        p=config["p"],
        n_jobs=context.n_jobs,
    )


ALGORITHMS = (
    Algorithm(
        name="nearest_neighbors",
        takes_weights=False,
        make=_make,
        encoding=_encoding,
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={"classification": KNOWN, "regression": KNOWN},
        places={"classification": {"weighted": 150}, "regression": {"weighted": 140}},
        seconds=_seconds,
        max_rows=200_000,
        estimators={
            "classification": "sklearn.neighbors.KNeighborsClassifier",
            "regression": "sklearn.neighbors.KNeighborsRegressor",
        },
        trusted_types=(
            "sklearn.metrics._dist_metrics.EuclideanDistance64",
            "sklearn.metrics._dist_metrics.ManhattanDistance64",
            "sklearn.neighbors._ball_tree.BallTree",
            "sklearn.neighbors._kd_tree.KDTree",
        ),
        reference="T. Cover, P. Hart. Nearest Neighbor Pattern Classification. IEEE TIT 13, 1967.",
    ),
)
