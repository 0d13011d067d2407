"""scikit-learn's histogram gradient boosting."""

from __future__ import annotations

from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import boosting
from autometa.algorithms._stopping import HeldOutRows, Stopper, Watch

LIBRARY: Config = {
    "max_iter": 100,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 20,
    "l2_regularization": 0.0001,
    "max_features": 1.0,
}
SLOW: Config = {
    **LIBRARY,
    "max_iter": 300,
    "learning_rate": 0.04,
    "max_leaf_nodes": 15,
    "l2_regularization": 1.0,
    "max_features": 0.6,
}
SMALL: Config = {
    **LIBRARY,
    "max_iter": 200,
    "learning_rate": 0.05,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 10,
    "max_features": 0.5,
}
SPACE = {
    "max_iter": IntDistribution(50, 500, log=True),
    "learning_rate": FloatDistribution(0.01, 0.3, log=True),
    "max_leaf_nodes": IntDistribution(3, 128, log=True),
    "min_samples_leaf": IntDistribution(2, 100, log=True),
    "l2_regularization": FloatDistribution(0.0001, 10.0, log=True),
    "max_features": FloatDistribution(0.3, 1.0),
}
KNOWN = {"library": LIBRARY, "slow": SLOW, "small": SMALL}


def _make(config: Config, context: Context) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    regression, classification = HistGradientBoostingRegressor, HistGradientBoostingClassifier
    estimator = regression if context.is_regression else classification
    leaf = context.rows(config["min_samples_leaf"])
    return estimator(
        **{**config, "min_samples_leaf": leaf},
        early_stopping=False,
        random_state=context.random_state,
    )


def _watching(booster: Any, held_out: HeldOutRows | None, watch: Watch) -> dict[str, Any]:
    assert held_out is not None  # it has no clock
    booster.set_params(early_stopping=True, scoring="loss", n_iter_no_change=watch.patience)
    return {"X_val": held_out.X, "y_val": held_out.y, "sample_weight_val": held_out.weights}


def _as_asked_for(booster: Any, watch: Watch) -> None:
    for score in booster.validation_score_[1:]:  # the first is of no tree
        watch.is_over(-score)
    del booster._predictors[watch.best :]


ALGORITHMS = (
    Algorithm(
        name="hist_gradient_boosting",
        make=_make,
        encoding="native",
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={"classification": KNOWN, "regression": KNOWN},
        places={"classification": {"slow": 120}, "regression": {"slow": 110}},
        is_baseline=True,
        # Twice LightGBM's of as many leaves.
        seconds=boosting("max_iter", lambda c: 2 * float(c.get("max_leaf_nodes", 31))),
        objectives={"poisson": {"loss": "poisson"}},
        rounds="max_iter",
        # Nothing is called after a tree: it can count those without a better loss, not seconds.
        stopper=Stopper(arguments=_watching, finish=_as_asked_for, has_clock=False),
        is_random=True,
        estimators={
            "classification": "sklearn.ensemble.HistGradientBoostingClassifier",
            "regression": "sklearn.ensemble.HistGradientBoostingRegressor",
        },
        trusted_types=("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",),
        reference="Library default of scikit-learn; slow and small are lower learning rates.",
    ),
)
