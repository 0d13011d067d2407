"""Support vector machines with a radial kernel; probabilities by Platt scaling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import Size

LIBRARY: Config = {"C": 1.0, "gamma": "scale"}
KNOWN = {
    "library": LIBRARY,
    "soft": {"C": 0.1, "gamma": "scale"},
    "hard": {"C": 10.0, "gamma": "scale"},
    "wide": {"C": 100.0, "gamma": 0.001},
    "narrow": {"C": 3.0, "gamma": 0.1},
}
FOLDS = 3  # of the calibration, each of which must hold every class
SPACE = {
    "C": FloatDistribution(0.01, 1000.0, log=True),
    "gamma": CategoricalDistribution(["scale", 0.001, 0.01, 0.1, 1.0]),
}


def _seconds(size: Size, config: Mapping[str, Any]) -> float:
    return 4e-9 * size.n_rows**2 * (size.n_columns + 20)  # kernel values, and what each is used for


def _make(config: Config, context: Context) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC, SVR

    if context.is_regression:
        return SVR(**config, cache_size=500)
    machine = SVC(**config, cache_size=500, random_state=context.random_state)
    return CalibratedClassifierCV(machine, cv=FOLDS, ensemble=False)


ALGORITHMS = (
    Algorithm(
        name="svm",
        make=_make,
        encoding="scaled",
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={"classification": KNOWN, "regression": KNOWN},
        places={"classification": {"hard": 60}, "regression": {"hard": 60}},
        seconds=_seconds,
        max_rows=10_000,
        max_classes=50,
        min_class_rows=FOLDS,
        estimators={"classification": "sklearn.svm.SVC", "regression": "sklearn.svm.SVR"},
        trusted_types=(
            "sklearn.calibration._CalibratedClassifier",
            "sklearn.calibration._SigmoidCalibration",
        ),
        reference="C. Cortes, V. Vapnik. Support-Vector Networks. Machine Learning 20, 1995.",
    ),
)
