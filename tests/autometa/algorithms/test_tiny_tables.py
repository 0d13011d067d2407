"""In tables of a few rows every setup still tells rows apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import algorithms_for, get_algorithm
from autometa.evaluation import make_folds

TREES = ("lightgbm", "extra_trees", "random_forest", "hist_gradient_boosting", "decision_tree")
SMALL = {"n_estimators": 30, "max_iter": 30, "iterations": 10}
LARGEST = {"min_child_samples": 64, "min_samples_leaf": 32, "min_samples_split": 32}


def tiny(n):
    rng = np.random.default_rng(n)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    X["a"] = rng.permutation(np.linspace(-2, 2, n))  # as many rows of either class
    return X, X["a"] > 0


@pytest.mark.parametrize("n_rows", [8, 12, 24, 60])
@pytest.mark.parametrize("name", TREES)
def test_no_limit_on_rows_makes_a_constant_of_a_tree(name, n_rows):
    X, y = tiny(n_rows)
    algorithm = get_algorithm(name)
    for config in algorithm.setups("binary").values():
        quick = {key: SMALL.get(key, value) for key, value in config.items()}
        quick = {key: LARGEST.get(key, value) for key, value in quick.items()}
        seen = n_rows * 4 // 5
        pipeline = algorithm.build(quick, "binary", n_rows=n_rows)
        assert np.ptp(pipeline.fit(X[:seen], y[:seen]).predict_proba(X)[:, 1]) > 0.01, quick


def test_limits_are_those_of_the_setup_in_tables_of_any_size_to_speak_of():
    for name in TREES:
        algorithm = get_algorithm(name)
        for config in algorithm.setups("binary").values():
            unlimited = algorithm.build(config, "binary")[-1].get_params()
            assert algorithm.build(config, "binary", n_rows=1000)[-1].get_params() == unlimited


@pytest.mark.parametrize("n_rarest", [1, 2, 3, 4, 5, 6])
def test_every_setup_offered_can_be_fitted_on_the_training_part_of_any_fold(n_rarest):
    X, y = tiny(60)
    classes = y.astype("int64").to_numpy().copy()
    classes[:n_rarest] = 2
    offered = algorithms_for("multiclass", 60, 3, n_rarest=n_rarest)
    names = {algorithm.name for algorithm in offered}
    assert ("qda" in names, "svm" in names) == (n_rarest >= 3, n_rarest >= 5)  # 3 and 5: by hand
    for n_folds in (3, 5):
        for train, _ in make_folds(classes, "multiclass", n_folds):
            for name in names & {"qda", "svm", "naive_bayes"}:
                pipeline = get_algorithm(name).build({}, "multiclass", n_rows=60)
                model = pipeline.fit(X.iloc[train], classes[train])
                assert np.isfinite(model.predict_proba(X)).all()
