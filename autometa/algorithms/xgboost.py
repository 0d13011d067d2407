"""XGBoost, with the extra ``boost``: gradient boosting with depth-wise trees."""

from __future__ import annotations

from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import boosting
from autometa.algorithms._stopping import HeldOutRows, Stopper, Watch
from autometa.algorithms._target import ClassEncoder

LIBRARY: Config = {
    "n_estimators": 100,
    "learning_rate": 0.3,
    "max_depth": 6,
    "min_child_weight": 1.0,
    "subsample": 1.0,
    "colsample_bylevel": 1.0,
    "reg_lambda": 1.0,
}
TUNED_CLASSIFIER: Config = {
    "n_estimators": 250,
    "learning_rate": 0.08,
    "max_depth": 6,
    "min_child_weight": 0.001,
    "subsample": 0.65,
    "colsample_bylevel": 0.9,
    "reg_lambda": 0.0001,
}
TUNED_REGRESSOR: Config = {
    **TUNED_CLASSIFIER,
    "learning_rate": 0.05,
    "max_depth": 9,
    "min_child_weight": 2.0,
    "subsample": 0.7,
}
SLOW: Config = {
    **LIBRARY,
    "n_estimators": 400,
    "learning_rate": 0.03,
    "max_depth": 4,
    "subsample": 0.8,
    "colsample_bylevel": 0.6,
}
SPACE = {
    "n_estimators": IntDistribution(50, 800, log=True),
    "learning_rate": FloatDistribution(0.01, 0.3, log=True),
    "max_depth": IntDistribution(2, 10, log=True),
    "min_child_weight": FloatDistribution(0.001, 10.0, log=True),
    "subsample": FloatDistribution(0.6, 1.0),
    "colsample_bylevel": FloatDistribution(0.4, 1.0),
    "reg_lambda": FloatDistribution(0.0001, 10.0, log=True),
}
ROWS_PER_WEIGHT = 40
COMMON = {"library": LIBRARY, "slow": SLOW}


def _make(config: Config, context: Context) -> Any:
    from xgboost import XGBClassifier, XGBRegressor

    weight = config["min_child_weight"]
    if context.n_rows is not None:  # of curvature, a quarter a row at most for classes
        weight = min(weight, context.n_rows / ROWS_PER_WEIGHT)
    settings = {
        **config,
        "min_child_weight": weight,
        "tree_method": "hist",
        "enable_categorical": True,
        "random_state": context.random_state,
        "n_jobs": context.n_jobs,
    }
    if context.is_regression:
        return XGBRegressor(**settings)
    return ClassEncoder(XGBClassifier(**settings))


def _watching(booster: Any, held_out: HeldOutRows | None, watch: Watch) -> dict[str, Any]:
    from xgboost.callback import TrainingCallback

    class AfterTree(TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            losses = [each[-1] for each in evals_log.get("validation_0", {}).values()]
            return watch.is_over(*losses)

        def __deepcopy__(self, memo: Any) -> Any:  # models are cloned, and the watch is one
            return self

    booster.set_params(callbacks=[AfterTree()])
    if held_out is None:
        return {}
    weights = held_out.weights
    return {
        "eval_set": [(held_out.X, held_out.y)],
        "sample_weight_eval_set": None if weights is None else [weights],
        "verbose": False,
    }


def _as_asked_for(booster: Any, watch: Watch) -> None:
    booster._Booster = booster.get_booster()[: watch.best]


ALGORITHMS = (
    Algorithm(
        name="xgboost",
        make=_make,
        encoding="native",
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={
            "classification": {**COMMON, "tuned": TUNED_CLASSIFIER},
            "regression": {**COMMON, "tuned": TUNED_REGRESSOR},
        },
        places={"classification": {"slow": 100}, "regression": {"slow": 100}},
        seconds=boosting("n_estimators", lambda config: 2.0 ** float(config.get("max_depth", 6))),
        objectives={
            "poisson": {"objective": "count:poisson"},
            "tweedie": {"objective": "reg:tweedie"},
        },
        rounds="n_estimators",
        stopper=Stopper(arguments=_watching, finish=_as_asked_for),
        is_random=True,
        library="xgboost",
        estimators={
            "classification": "xgboost.XGBClassifier",
            "regression": "xgboost.XGBRegressor",
        },
        aliases={
            "num_boost_round": "n_estimators",
            "num_round": "n_estimators",
            "eta": "learning_rate",
            "lambda": "reg_lambda",
        },
        requires="xgboost",
        extra="boost",
        trusted_types=(
            "autometa.algorithms._target.ClassEncoder",
            "xgboost.core.Booster",
            "xgboost.sklearn.XGBClassifier",
            "xgboost.sklearn.XGBRegressor",
        ),
        takes_sparse=True,
        reference=(
            "Tuned defaults after Holzmüller et al. 2024 (arXiv:2407.04491); space after "
            "TabArena 2025."
        ),
    ),
)
