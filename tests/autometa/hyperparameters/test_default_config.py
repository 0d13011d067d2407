"""Advice for one algorithm, in the words of its library."""

from __future__ import annotations

import inspect

import numpy as np
import optuna
import pytest
from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestRegressor

from autometa import default_config, recommend, search_space, warm_start
from autometa.algorithms import every_algorithm, get_algorithm
from autometa.exceptions import AlgorithmNotFoundError, DatasetWarning, ParameterError
from autometa.hyperparameters._estimators import (
    RUNTIME,
    library_estimator,
    library_parameters,
)

PAIRS = [
    pytest.param(own, task_type, id=f"{own.name}-{task_type}")
    for own in every_algorithm()
    if own.is_installed
    for task_type in own.task_types
]


@pytest.mark.parametrize(("algorithm", "task_type"), PAIRS)
def test_every_setup_is_one_of_the_estimator_that_the_algorithm_names(algorithm, task_type):
    for config in algorithm.setups(task_type).values():
        model = library_estimator(algorithm.build(config, task_type, n_rows=50))
        kind = "regression" if task_type == "regression" else "classification"
        assert type(model).__name__ == algorithm.estimators[kind].rpartition(".")[2]
        parameters = library_parameters(algorithm, config, task_type, n_rows=50)
        assert not RUNTIME & set(parameters)
        again = type(model)(**parameters).get_params()
        theirs = {k: v for k, v in model.get_params(deep=False).items() if k not in RUNTIME}
        assert {name: again.get(name) for name in theirs} == theirs


@pytest.mark.parametrize("algorithm", [own for own in every_algorithm() if own.aliases])
def test_aliases_are_names_that_the_algorithm_does_not_have(algorithm):
    for kind in algorithm.spaces.values():
        assert set(algorithm.aliases.values()) <= set(kind)
        assert not set(algorithm.aliases) & set(kind)


def test_aliases_of_lightgbm_are_its_own():
    from lightgbm.basic import _ConfigAliases

    mains = ["num_iterations", "learning_rate", "num_leaves", "feature_fraction", "lambda_l2",
             "bagging_fraction", "min_data_in_leaf", "extra_trees"]  # fmt: skip
    groups = [_ConfigAliases.get(main) for main in mains]
    for alias, name in get_algorithm("lightgbm").aliases.items():
        if alias != "leaves":  # of loops, not of the library
            assert any({alias, name} <= group for group in groups), alias


def test_it_is_the_advice_whose_order_is_by_what_is_expected():
    X, y = load_iris(return_X_y=True)
    config = default_config(LGBMClassifier, X, y)
    advised = recommend(X, y, algorithms=["lightgbm"], n=1, order="single")[0]
    small = {"min_child_samples"}  # lowered in tables of few rows
    assert {k: config[k] for k in advised.config if k not in small} == {
        k: v for k, v in advised.config.items() if k not in small
    }
    assert config["subsample_freq"] == 1  # without it LightGBM draws no rows at all
    own = set(inspect.signature(LGBMClassifier).parameters)
    assert set(config) - own == {"extra_trees", "max_cat_to_onehot"}  # by its **kwargs


def test_classes_instances_and_names_mean_one_algorithm():
    X, y = load_diabetes(return_X_y=True)
    configs = [
        default_config(one, X, y)
        for one in ("random_forest", RandomForestRegressor, RandomForestRegressor(n_jobs=2))
    ]
    assert configs[0] == configs[1] == configs[2]


@pytest.mark.parametrize(
    ("algorithm", "error", "said"),
    [
        ("lightgmb", AlgorithmNotFoundError, "Did you mean 'lightgbm'"),
        (CalibratedClassifierCV, AlgorithmNotFoundError, "Got CalibratedClassifierCV"),
        ("ridge", ParameterError, "ridge"),
    ],
)
def test_what_is_no_algorithm_for_the_table_is_refused(algorithm, error, said):
    with pytest.raises(error, match=said):
        default_config(algorithm, *load_iris(return_X_y=True))


DOORS = {
    "default_config": lambda X, y: default_config("lightgbm", X, y),
    "search_space": lambda X, y: search_space("lightgbm", X, y),
    "warm_start": lambda X, y: warm_start(optuna.create_study(), X, y, algorithm="lightgbm"),
}


@pytest.mark.parametrize("door", list(DOORS))
def test_advice_for_several_outputs_says_that_it_is_for_the_first(door):
    X, y = load_iris(return_X_y=True, as_frame=True)
    with pytest.warns(DatasetWarning, match="Advice is for 'y0', the first of 2 outputs"):
        several = DOORS[door](X, np.column_stack([y, y]))
    if door != "warm_start":  # values may differ on a busy machine, which describes less in time
        assert list(several) == list(DOORS[door](X, y))


@pytest.mark.parametrize("door", list(DOORS))
def test_advice_without_a_table_says_what_to_give(door):
    with pytest.raises(ParameterError, match="give X, a DataFrame, an array or a path"):
        DOORS[door](None, [0, 1])
