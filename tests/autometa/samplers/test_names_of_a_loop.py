"""A loop's own names: one is one hyperparameter, two of one are refused, none is guessed."""

from __future__ import annotations

import logging

import optuna
import pytest
from catboost import CatBoostRegressor
from lightgbm import LGBMClassifier
from sklearn.datasets import load_diabetes, load_iris
from xgboost import XGBRegressor

from autometa import WarmStartSampler, warm_start
from autometa.exceptions import ParameterError

X, Y = load_iris(return_X_y=True)


def started(algorithm="lightgbm", X=X, y=Y, **words):
    study = optuna.create_study(direction="maximize")
    return study, warm_start(study, X, y, algorithm=algorithm, seed=0, **words)


def test_the_leaves_suggested_are_those_of_the_fitted_model():
    study, sampler = started(names={"lr": "learning_rate"})
    trial = study.ask()
    leaves = trial.suggest_int("max_leaves", 2, 64)
    rounds = trial.suggest_int("num_iterations", 5, 20)
    rate = trial.suggest_float("lr", 0.01, 0.5, log=True)
    least = trial.suggest_int("min_data_in_leaf", 1, 20)
    model = LGBMClassifier(
        max_leaves=leaves, num_iterations=rounds, min_data_in_leaf=least, learning_rate=rate,
        n_jobs=1, verbosity=-1,
    )  # fmt: skip
    trees = model.fit(X, Y).booster_.dump_model()["tree_info"]
    assert len(trees) == rounds * 3  # one a class
    assert max(tree["num_leaves"] for tree in trees) <= leaves
    assert sampler.matched_parameters == {
        "max_leaves": "lightgbm.num_leaves",
        "num_iterations": "lightgbm.n_estimators",
        "lr": "lightgbm.learning_rate",
        "min_data_in_leaf": "lightgbm.min_child_samples",
    }


@pytest.mark.parametrize(
    ("algorithm", "names", "make", "rounds_of"),
    [
        ("xgboost", ("eta", "num_boost_round", "lambda"),
         lambda p: XGBRegressor(eta=p[0], n_estimators=p[1], reg_lambda=p[2], n_jobs=1),
         lambda m: m.get_booster().num_boosted_rounds()),
        ("catboost", ("eta", "n_estimators", "reg_lambda"),
         lambda p: CatBoostRegressor(eta=p[0], n_estimators=p[1], reg_lambda=p[2],
                                     verbose=0, allow_writing_files=False, thread_count=1),
         lambda m: m.tree_count_),
    ],
)  # fmt: skip
def test_other_boosters_get_the_values_suggested_by_their_aliases(
    algorithm, names, make, rounds_of
):
    diabetes, target = load_diabetes(return_X_y=True)
    study, sampler = started(algorithm, diabetes, target)
    trial = study.ask()
    rate = trial.suggest_float(names[0], 0.01, 0.5, log=True)
    rounds = trial.suggest_int(names[1], 5, 30)
    penalty = trial.suggest_float(names[2], 0.001, 10.0, log=True)
    assert rounds_of(make((rate, rounds, penalty)).fit(diabetes, target)) == rounds
    assert None not in sampler.matched_parameters.values()


@pytest.mark.parametrize("second", ["learning_rate", "shrinkage_rate"])
def test_two_names_of_one_hyperparameter_are_refused(second):
    study, _ = started()
    trial = study.ask()
    trial.suggest_float("eta", 0.01, 0.5)
    with pytest.raises(ParameterError, match=f"'eta' and '{second}' are both 'learning_rate' of"):
        trial.suggest_float(second, 0.01, 0.5)


def test_steps_of_a_pipeline_may_share_a_name():
    study, sampler = started()
    trial = study.ask()
    trial.suggest_float("first__learning_rate", 0.01, 0.5)
    trial.suggest_float("model__learning_rate", 0.01, 0.5)
    assert set(sampler.matched_parameters.values()) == {"lightgbm.learning_rate"}


def test_no_algorithm_is_guessed_from_a_name_that_several_have(caplog):
    sampler = WarmStartSampler(task_type="multiclass", seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    with caplog.at_level(logging.WARNING, logger="autometa.samplers"):
        study.optimize(lambda trial: trial.suggest_float("learning_rate", 0.01, 0.5), n_trials=3)
    (said,) = [r.getMessage() for r in caplog.records if r.name == "autometa.samplers"]
    assert "parameters of ['catboost', 'hist_gradient_boosting', 'lightgbm', 'xgboost']" in said
    assert "'algorithm'" in said
    assert sampler.matched_parameters == {}


def test_a_parameter_without_runs_is_seen_among_those_that_matched():
    study, sampler = started()
    trial = study.ask()
    trial.suggest_float("eta", 0.01, 0.5)
    trial.suggest_float("depth", 1, 8)  # CatBoost's
    assert sampler.matched_parameters == {"eta": "lightgbm.learning_rate", "depth": None}
