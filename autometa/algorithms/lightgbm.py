"""LightGBM: gradient boosting with leaf-wise trees and native categories."""

from __future__ import annotations

from inspect import signature
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from autometa.algorithms._algorithm import Algorithm, Config, Context
from autometa.algorithms._seconds import boosting
from autometa.algorithms._stopping import HeldOutRows, Stopper, Watch

LIBRARY: Config = {
    "n_estimators": 100,
    "learning_rate": 0.1,
    "num_leaves": 31,
    "colsample_bytree": 1.0,
    "subsample": 1.0,
    "min_child_samples": 20,
    "reg_lambda": 0.001,
    "extra_trees": False,
}
EXTRA_TREES: Config = {
    "n_estimators": 500,
    "learning_rate": 0.02,
    "num_leaves": 39,
    "colsample_bytree": 0.46,
    "subsample": 0.88,
    "min_child_samples": 3,
    "reg_lambda": 0.36,
    "extra_trees": True,
}
SMALL: Config = {
    "n_estimators": 400,
    "learning_rate": 0.03,
    "num_leaves": 8,
    "colsample_bytree": 0.43,
    "subsample": 0.77,
    "min_child_samples": 20,
    "reg_lambda": 0.1,
    "extra_trees": False,
}
STUMPS: Config = {**SMALL, "learning_rate": 0.05, "num_leaves": 2, "reg_lambda": 0.77}
LARGE: Config = {
    **LIBRARY,
    "n_estimators": 300,
    "learning_rate": 0.03,
    "num_leaves": 84,
    "colsample_bytree": 0.53,
    "subsample": 0.98,
    "min_child_samples": 3,
}
TUNED_CLASSIFIER: Config = {
    **LIBRARY,
    "n_estimators": 300,
    "learning_rate": 0.04,
    "num_leaves": 50,
    "subsample": 0.75,
    "min_child_samples": 40,
}
TUNED_REGRESSOR: Config = {
    **LIBRARY,
    "n_estimators": 300,
    "learning_rate": 0.05,
    "num_leaves": 100,
    "subsample": 0.7,
    "min_child_samples": 3,
}
MIN_ROWS_FOR_BINS = 100  # in smaller tables bins of three rows blur what little there is
SPACE = {
    "n_estimators": IntDistribution(50, 800, log=True),
    "learning_rate": FloatDistribution(0.01, 0.3, log=True),
    "num_leaves": IntDistribution(2, 200, log=True),
    "colsample_bytree": FloatDistribution(0.4, 1.0),
    "subsample": FloatDistribution(0.5, 1.0),
    "min_child_samples": IntDistribution(1, 64, log=True),
    "reg_lambda": FloatDistribution(0.001, 10.0, log=True),
    "extra_trees": CategoricalDistribution([False, True]),
}
# LightGBM's own list of aliases; "leaves" is what loops often call it.
ALIASES = {
    **dict.fromkeys(
        ("num_iterations", "num_iteration", "n_iter", "num_tree", "num_trees", "num_round",
         "num_rounds", "nrounds", "num_boost_round", "max_iter"),
        "n_estimators",
    ),
    **dict.fromkeys(("eta", "shrinkage_rate"), "learning_rate"),
    **dict.fromkeys(
        ("num_leaf", "max_leaves", "max_leaf", "max_leaf_nodes", "leaves"), "num_leaves"
    ),
    **dict.fromkeys(("feature_fraction", "sub_feature"), "colsample_bytree"),
    **dict.fromkeys(("bagging_fraction", "sub_row", "bagging"), "subsample"),
    **dict.fromkeys(
        ("min_data_in_leaf", "min_data_per_leaf", "min_data", "min_samples_leaf"),
        "min_child_samples",
    ),
    **dict.fromkeys(("lambda_l2", "lambda", "l2_regularization"), "reg_lambda"),
    "extra_tree": "extra_trees",
}  # fmt: skip
COMMON = {
    "library": LIBRARY,
    "extra_trees": EXTRA_TREES,
    "small": SMALL,
    "stumps": STUMPS,
    "large": LARGE,
}


def _make(config: Config, context: Context) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor

    estimator = LGBMRegressor if context.is_regression else LGBMClassifier
    is_tiny = context.n_rows is not None and context.n_rows < MIN_ROWS_FOR_BINS
    limits = {"min_child_samples": context.rows(config["min_child_samples"])}
    if is_tiny:
        limits["min_data_in_bin"] = 1
    settings: Config = {**config, **limits}
    return estimator(
        **settings,
        subsample_freq=1,
        max_cat_to_onehot=16,
        random_state=context.random_state,
        n_jobs=context.n_jobs,
        verbosity=-1,
    )


def _watching(booster: Any, held_out: HeldOutRows | None, watch: Watch) -> dict[str, Any]:
    from lightgbm.callback import EarlyStopException

    def after_tree(state: Any) -> None:
        losses = [loss for _, _, loss, *_ in state.evaluation_result_list]
        if watch.is_over(*losses[:1]) or state.iteration + 1 == state.end_iteration:
            # the library keeps the trees up to the one that is named, counted from 0
            raise EarlyStopException(watch.best - 1, state.evaluation_result_list)

    if held_out is None:
        return {"callbacks": [after_tree]}
    weights = held_out.weights
    if "eval_X" in signature(booster.fit).parameters:
        rows = {"eval_X": held_out.X, "eval_y": held_out.y}
    else:  # as up to version 4.6
        rows = {"eval_set": [(held_out.X, held_out.y)]}
    return rows | {
        "eval_sample_weight": None if weights is None else [weights],
        "callbacks": [after_tree],
    }


def _as_asked_for(booster: Any, watch: Watch) -> None:
    """Do nothing: the library drops the trees after the best, and keeps no callback."""


ALGORITHMS = (
    Algorithm(
        name="lightgbm",
        make=_make,
        encoding="native",
        spaces={"classification": SPACE, "regression": SPACE},
        known_setups={
            "classification": {**COMMON, "tuned": TUNED_CLASSIFIER},
            "regression": {**COMMON, "tuned": TUNED_REGRESSOR},
        },
        places={
            "classification": {
                "extra_trees": 20,
                "tuned": 50,
                "small": 70,
                "stumps": 110,
                "large": 160,
            },
            "regression": {
                "extra_trees": 20,
                "tuned": 50,
                "small": 70,
                "stumps": 130,
                "large": 160,
            },
        },
        is_baseline=True,
        seconds=boosting("n_estimators", lambda c: float(c.get("num_leaves", 31))),
        objectives={"poisson": {"objective": "poisson"}, "tweedie": {"objective": "tweedie"}},
        rounds="n_estimators",
        stopper=Stopper(arguments=_watching, finish=_as_asked_for),
        is_random=True,
        takes_sparse=True,
        library="lightgbm",
        estimators={
            "classification": "lightgbm.LGBMClassifier",
            "regression": "lightgbm.LGBMRegressor",
        },
        aliases=ALIASES,
        trusted_types=(
            "collections.OrderedDict",
            "lightgbm.basic.Booster",
            "lightgbm.sklearn.LGBMClassifier",
            "lightgbm.sklearn.LGBMRegressor",
        ),
        read_errors=("lightgbm.basic.LightGBMError",),
        reference=(
            "Tuned defaults after Holzmüller et al. 2024 (arXiv:2407.04491); extra_trees, small, "
            "stumps and large after the portfolio of AutoGluon 1.6; space after TabArena 2025."
        ),
    ),
)
