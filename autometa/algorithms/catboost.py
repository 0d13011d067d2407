"""CatBoost, with the extra ``boost``: symmetric trees; levels as one-hot or numbers."""

from __future__ import annotations

from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import boosting
from autometa.algorithms._stopping import HeldOutRows, Stopper, Watch
from autometa.algorithms._target import ClassEncoder

LIBRARY: Config = {
    "iterations": 500,
    "learning_rate": 0.05,
    "depth": 6,
    "l2_leaf_reg": 3.0,
    "random_strength": 1.0,
    "subsample": 0.8,
}
TUNED_CLASSIFIER: Config = {
    "iterations": 300,
    "learning_rate": 0.08,
    "depth": 7,
    "l2_leaf_reg": 0.0001,
    "random_strength": 0.8,
    "subsample": 0.9,
}
TUNED_REGRESSOR: Config = {
    "iterations": 300,
    "learning_rate": 0.09,
    "depth": 7,
    "l2_leaf_reg": 0.0001,
    "random_strength": 0.0001,
    "subsample": 0.9,
}
SPACE = {
    "iterations": IntDistribution(100, 1000, log=True),
    "learning_rate": FloatDistribution(0.01, 0.2, log=True),
    "depth": IntDistribution(3, 8),
    "l2_leaf_reg": FloatDistribution(0.0001, 10.0, log=True),
    "random_strength": FloatDistribution(0.0001, 2.0, log=True),
    "subsample": FloatDistribution(0.6, 1.0),
}

MANY_TREES = 200  # CatBoost's own limit, for its default of leaf_estimation_iterations


def _make(config: Config, context: Context) -> Any:
    from catboost import CatBoostClassifier, CatBoostRegressor

    settings = {
        **config,
        "bootstrap_type": "Bernoulli",
        "random_seed": context.random_state,
        "thread_count": context.n_jobs,
        "allow_writing_files": False,
        "verbose": False,
    }
    if context.is_regression:
        return CatBoostRegressor(**settings)
    # of three classes or more it predicts a matrix of one column, which compares with all rows
    return ClassEncoder(CatBoostClassifier(**settings))


def _watching(booster: Any, held_out: HeldOutRows | None, watch: Watch) -> dict[str, Any]:
    from catboost import Pool

    class AfterTree:
        def after_iteration(self, state: Any) -> bool:
            losses = [each[-1] for each in state.metrics.get("validation", {}).values()]
            return not watch.is_over(*losses)

    if held_out is None:
        return {"callbacks": [AfterTree()]}
    pool = Pool(held_out.X, held_out.y, weight=held_out.weights)
    return {"eval_set": pool, "use_best_model": False, "callbacks": [AfterTree()]}


def _as_asked_for(booster: Any, watch: Watch) -> None:
    booster.shrink(ntree_end=watch.best)


def _fewest(booster: Any) -> int:
    """Return the trees from which on CatBoost takes ten Newton steps a leaf of a class, not one.

    With fewer, a fit that is asked for its best number of trees would be another model.
    """
    iterations = int(booster.get_param("iterations"))
    is_class = booster._estimator_type == "classifier"
    return MANY_TREES if is_class and iterations >= MANY_TREES else 1


ALGORITHMS = (
    Algorithm(
        name="catboost",
        make=_make,
        encoding="ordinal",
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={
            "classification": {"library": LIBRARY, "tuned": TUNED_CLASSIFIER},
            "regression": {"library": LIBRARY, "tuned": TUNED_REGRESSOR},
        },
        places={
            "classification": {"tuned": 40, "library": 130},
            "regression": {"tuned": 40, "library": 120},
        },
        is_baseline=True,
        seconds=boosting("iterations", lambda config: 2.0 ** float(config.get("depth", 6))),
        objectives={
            "poisson": {"loss_function": "Poisson"},
            "tweedie": {"loss_function": "Tweedie:variance_power=1.5"},
        },
        rounds="iterations",
        stopper=Stopper(arguments=_watching, finish=_as_asked_for, fewest=_fewest),
        is_random=True,
        library="catboost",
        estimators={
            "classification": "catboost.CatBoostClassifier",
            "regression": "catboost.CatBoostRegressor",
        },
        aliases={
            **dict.fromkeys(("n_estimators", "num_boost_round", "num_trees"), "iterations"),
            "eta": "learning_rate",
            "max_depth": "depth",
            "reg_lambda": "l2_leaf_reg",
        },
        requires="catboost",
        extra="boost",
        trusted_types=("catboost.core.CatBoostClassifier", "catboost.core.CatBoostRegressor"),
        read_errors=("_catboost.CatBoostError",),
        reference="Tuned defaults after Holzmüller et al. 2024 (arXiv:2407.04491).",
    ),
)
