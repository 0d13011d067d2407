"""Multi-layer perceptron, stopped early on a part of the training rows.

The library draws that part at random. Where groups or times are to be kept apart it is not used
(`autometa.validation.without_row_stops`): the loss on the training rows ends the fit then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._encoding import Encoding, chosen_encoding
from autometa.algorithms._seconds import Size

LIBRARY: Config = {
    "width": 100,
    "n_layers": 1,
    "alpha": 0.0001,
    "learning_rate_init": 0.001,
    "numbers": "scaled",
}
KNOWN = {
    "library": LIBRARY,
    "deep": {**LIBRARY, "width": 128, "n_layers": 2, "learning_rate_init": 0.003},
    "normal": {**LIBRARY, "width": 64, "learning_rate_init": 0.01, "numbers": "normal"},
    "regularised": {**LIBRARY, "width": 64, "n_layers": 2, "alpha": 0.1},
}
MIN_ROWS_TO_STOP = 100  # a tenth of fewer rows says nothing, and may lack a class
SPACE = {
    "width": IntDistribution(16, 256, log=True),
    "n_layers": IntDistribution(1, 3),
    "alpha": FloatDistribution(0.00001, 1.0, log=True),
    "learning_rate_init": FloatDistribution(0.0003, 0.03, log=True),
    "numbers": CategoricalDistribution(["scaled", "normal"]),
}


def _encoding(config: Config) -> Encoding:
    return chosen_encoding(config["numbers"])


def _seconds(size: Size, config: Mapping[str, Any]) -> float:
    width = float(config.get("width", 100))
    weights = width * (2 * size.n_columns + 5 + width * (float(config.get("n_layers", 1)) - 1))
    # About forty passes until it stops; each row costs its batch's overhead and its weights.
    return 40 * size.n_rows * (1e-6 + 4e-10 * weights)


def _make(config: Config, context: Context) -> Any:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    settings = {
        "hidden_layer_sizes": (config["width"],) * config["n_layers"],
        "alpha": config["alpha"],
        "learning_rate_init": config["learning_rate_init"],
        "early_stopping": context.n_rows is None or context.n_rows >= MIN_ROWS_TO_STOP,
        "max_iter": 200,
        "random_state": context.random_state,
    }
    if context.is_regression:
        return MLPRegressor(**settings)
    return MLPClassifier(**settings)


ALGORITHMS = (
    Algorithm(
        name="mlp",
        make=_make,
        encoding=_encoding,
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={"classification": KNOWN, "regression": KNOWN},
        places={
            "classification": {"normal": 90, "regularised": 180},
            "regression": {"normal": 90, "regularised": 180},
        },
        seconds=_seconds,
        is_random=True,
        max_rows=200_000,
        estimators={
            "classification": "sklearn.neural_network.MLPClassifier",
            "regression": "sklearn.neural_network.MLPRegressor",
        },
        trusted_types=("sklearn.neural_network._stochastic_optimizers.AdamOptimizer",),
        reference="Library default of scikit-learn, with early stopping.",
    ),
)
