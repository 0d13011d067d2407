"""Gaussian naive Bayes."""

from __future__ import annotations

from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._encoding import Encoding, chosen_encoding

LIBRARY: Config = {"var_smoothing": 1e-9, "numbers": "scaled"}
KNOWN = {
    "library": LIBRARY,
    "smooth": {"var_smoothing": 0.01, "numbers": "normal"},
}


def _encoding(config: Config) -> Encoding:
    return chosen_encoding(config["numbers"])


def _make(config: Config, context: Context) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(var_smoothing=config["var_smoothing"])


ALGORITHMS = (
    Algorithm(
        name="naive_bayes",
        make=_make,
        encoding=_encoding,
        spaces={
            "classification": {
                "var_smoothing": FloatDistribution(1e-9, 1.0, log=True),
                "numbers": CategoricalDistribution(["scaled", "normal"]),
            }
        },
        known_setups={"classification": KNOWN},
        places={"classification": {"smooth": 200}},
        estimators={"classification": "sklearn.naive_bayes.GaussianNB"},
        reference="Library default of scikit-learn.",
    ),
)
