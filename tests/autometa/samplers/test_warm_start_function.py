"""warm_start(): one line, and a study's own names."""

from __future__ import annotations

import logging

import optuna
import pytest
from lightgbm import LGBMClassifier
from optuna.samplers import CmaEsSampler
from sklearn.datasets import load_iris

from autometa import recommend, warm_start
from autometa.algorithms import every_algorithm
from autometa.exceptions import ParameterError
from autometa.samplers import WarmStartSampler

X, Y = load_iris(return_X_y=True)
WIDE = {
    "learning_rate": ("suggest_float", 1e-4, 1.0),
    "num_leaves": ("suggest_int", 2, 1000),
    "n_estimators": ("suggest_int", 10, 2000),
    "colsample_bytree": ("suggest_float", 0.1, 1.0),
}


def first_trial(called, **words):
    """Return the first trial of a study that calls parameters by other names."""
    study = optuna.create_study(direction="maximize")
    warm_start(study, X, Y, algorithm="lightgbm", seed=0, **words)
    trial = study.ask()
    for name, own in called.items():
        method, low, high = WIDE[name]
        getattr(trial, method)(own, low, high)
    return {name: trial.params[own] for name, own in called.items()}


@pytest.mark.slow
def test_the_librarys_own_names_and_the_users_get_the_same_setup():
    expected = first_trial({name: name for name in WIDE})
    native = {
        "learning_rate": "eta",
        "num_leaves": "leaves",
        "n_estimators": "num_boost_round",
        "colsample_bytree": "feature_fraction",
    }
    assert first_trial(native) == expected
    assert first_trial({k: f"model__{v}" for k, v in native.items()}) == expected
    own = {"learning_rate": "lr", "num_leaves": "L", "n_estimators": "T", "colsample_bytree": "c"}
    renamed = {other: name for name, other in own.items()}
    assert first_trial(own, names=renamed) == expected
    known = {
        tuple(a.config[n] for n in WIDE) for a in recommend(X, Y, n=60, algorithms=["lightgbm"])
    }
    assert tuple(expected.values()) in known


def test_trials_by_other_names_are_learnt_from():
    """What scored best is not tried again, and its neighbourhood is searched."""
    study = optuna.create_study(direction="maximize")
    warm_start(study, X, Y, algorithm=LGBMClassifier, names={"lr": "learning_rate"}, seed=0)

    def objective(trial):
        return -abs(trial.suggest_float("lr", 0.001, 1.0, log=True) - 0.3)

    study.optimize(objective, n_trials=12)
    values = [trial.params["lr"] for trial in study.trials]
    assert len(set(values)) == 12
    assert abs(study.best_params["lr"] - 0.3) < 0.05


def test_several_algorithms_keep_their_names_in_later_trials():
    """From the second trial on Optuna asks for all parameters at once."""
    study = optuna.create_study(direction="maximize")
    names = {"model": "algorithm", "lr": "lightgbm.learning_rate"}
    study.sampler = WarmStartSampler(names=names, seed=0, task_type="multiclass")

    def objective(trial):
        if trial.suggest_categorical("model", ["lightgbm", "extra_trees"]) == "lightgbm":
            return trial.suggest_float("lr", 0.001, 1.0, log=True)
        return trial.suggest_int("extra_trees.min_samples_leaf", 1, 30) / 100

    study.optimize(objective, n_trials=15)
    assert {trial.params["model"] for trial in study.trials} == {"lightgbm", "extra_trees"}
    assert all(t.params["model"] != "lightgbm" or "lr" in t.params for t in study.trials)


def test_a_name_that_is_not_recognised_is_said_with_those_that_are_free(caplog):
    study = optuna.create_study(direction="maximize")
    warm_start(study, X, Y, algorithm="lightgbm", seed=0)
    with caplog.at_level(logging.WARNING, logger="autometa.samplers"):
        study.optimize(lambda t: t.suggest_float("eta", 0.01, 1) + t.suggest_int("lvs", 2, 9), 3)
    ours = [record for record in caplog.records if record.name == "autometa.samplers"]
    (said,) = [record.getMessage() for record in ours]
    assert "no runs with the parameters ['lvs']" in said
    assert "'num_leaves'" in said
    assert "learning_rate" not in said


def test_the_name_of_another_algorithm_is_not_taken():
    """``depth`` is CatBoost's: a study of LightGBM gets no value of it from there."""
    study = optuna.create_study(direction="maximize")
    sampler = warm_start(study, X, Y, algorithm="lightgbm", seed=0)
    assert sampler._library.algorithms == ("lightgbm",)


def test_a_sampler_that_was_chosen_stays_the_base():
    base = CmaEsSampler(seed=0)
    study = optuna.create_study(sampler=base)
    sampler = warm_start(study, X, Y, algorithm="xgboost")
    assert study.sampler is sampler
    assert sampler._base is base


def test_two_parameters_of_one_name_are_refused():
    with pytest.raises(ParameterError, match=r"Got two for \['learning_rate'\]"):
        WarmStartSampler(names={"a": "learning_rate", "b": "learning_rate"})


def test_aliases_are_found_for_every_algorithm_that_has_some():
    from autometa.performance import Encoding

    for own in every_algorithm():
        config = own.setups(own.task_types[0])["library"]
        encoding = Encoding([(own.name, config), (own.name, own.sample(1, own.task_types[0])[0])])
        for alias, name in own.aliases.items():
            assert encoding.find(own.name, alias) == encoding.find(own.name, name), alias
