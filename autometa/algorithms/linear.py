"""Linear models: logistic regression, ridge and elastic net.

Targets of the regressions are standardised, so that a penalty means the same on
every dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._encoding import Encoding, chosen_encoding
from autometa.algorithms._seconds import Size

NUMBERS = CategoricalDistribution(["scaled", "normal"])

MIN_PULL = 1.0  # of all rows together against the penalty; below it only the intercept is left

LOGISTIC_LIBRARY: Config = {"C": 1.0, "class_weight": None, "numbers": "scaled"}
LOGISTIC_SETUPS = {
    "library": LOGISTIC_LIBRARY,
    "strong": {**LOGISTIC_LIBRARY, "C": 0.01},
    "normal": {**LOGISTIC_LIBRARY, "C": 0.1, "numbers": "normal"},
    "weak": {**LOGISTIC_LIBRARY, "C": 30.0},
    "weak_normal": {**LOGISTIC_LIBRARY, "C": 10.0, "numbers": "normal"},
    "balanced": {**LOGISTIC_LIBRARY, "class_weight": "balanced"},
}
RIDGE_SETUPS = {
    "library": {"alpha": 1.0, "numbers": "scaled"},
    "normal": {"alpha": 10.0, "numbers": "normal"},
    "strong": {"alpha": 100.0, "numbers": "scaled"},
    "strong_normal": {"alpha": 1000.0, "numbers": "normal"},
}
ELASTIC_NET_SETUPS = {
    "library": {"alpha": 1.0, "l1_ratio": 0.5, "numbers": "scaled"},
    "sparse": {"alpha": 0.03, "l1_ratio": 1.0, "numbers": "scaled"},
    "mild": {"alpha": 0.01, "l1_ratio": 0.5, "numbers": "scaled"},
    "mild_normal": {"alpha": 0.03, "l1_ratio": 0.2, "numbers": "normal"},
}


def _encoding(config: Config) -> Encoding:
    return chosen_encoding(config["numbers"])


def _seconds(size: Size, config: Mapping[str, Any]) -> float:
    return 2e-6 * size.cells * size.n_outputs  # passes over the table for each weight vector


def _logistic(config: Config, context: Context) -> Any:
    from sklearn.linear_model import LogisticRegression

    weakest = 0.0 if context.n_rows is None else MIN_PULL / context.n_rows
    return LogisticRegression(
        C=max(config["C"], weakest),
        class_weight=config["class_weight"],
        max_iter=300,
        random_state=context.random_state,
    )


def _ridge(config: Config, context: Context) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=config["alpha"], random_state=context.random_state)


def _elastic_net(config: Config, context: Context) -> Any:
    from sklearn.linear_model import ElasticNet

    return ElasticNet(
        alpha=config["alpha"],
        l1_ratio=config["l1_ratio"],
        max_iter=2000,
        random_state=context.random_state,
    )


ALGORITHMS = (
    Algorithm(
        name="logistic_regression",
        make=_logistic,
        encoding=_encoding,
        spaces={
            "classification": {
                "C": FloatDistribution(0.001, 1000.0, log=True),
                "class_weight": CategoricalDistribution([None, "balanced"]),
                "numbers": NUMBERS,
            }
        },
        known_setups={"classification": LOGISTIC_SETUPS},
        places={"classification": {"normal": 10}},
        seconds=_seconds,
        max_classes=200,
        takes_sparse=True,
        estimators={"classification": "sklearn.linear_model.LogisticRegression"},
        reference="Penalties along the path of scikit-learn's LogisticRegressionCV.",
    ),
    Algorithm(
        name="ridge",
        make=_ridge,
        encoding=_encoding,
        spaces={
            "regression": {
                "alpha": FloatDistribution(0.001, 10_000.0, log=True),
                "numbers": NUMBERS,
            }
        },
        known_setups={"regression": RIDGE_SETUPS},
        places={"regression": {"normal": 10}},
        seconds=_seconds,
        takes_sparse=True,
        estimators={"regression": "sklearn.linear_model.Ridge"},
        reference="A. E. Hoerl, R. W. Kennard. Ridge Regression. Technometrics 12, 1970.",
    ),
    Algorithm(
        name="elastic_net",
        make=_elastic_net,
        encoding=_encoding,
        spaces={
            "regression": {
                "alpha": FloatDistribution(0.0001, 1.0, log=True),
                "l1_ratio": FloatDistribution(0.05, 1.0),
                "numbers": NUMBERS,
            }
        },
        known_setups={"regression": ELASTIC_NET_SETUPS},
        places={"regression": {"mild_normal": 170}},
        seconds=_seconds,
        takes_sparse=True,
        estimators={"regression": "sklearn.linear_model.ElasticNet"},
        reference="H. Zou, T. Hastie. Regularization and Variable Selection. JRSS B 67, 2005.",
    ),
)
