"""What every algorithm promises, whatever family it is of; and the table cleaner."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from optuna.distributions import IntDistribution

from autometa.algorithms import (
    Algorithm,
    TableCleaner,
    algorithms_for,
    every_algorithm,
    get_algorithm,
    list_algorithms,
    register_algorithm,
)
from autometa.exceptions import (
    AlgorithmNotFoundError,
    DatasetError,
    ParameterError,
    PluginError,
)
from autometa.testing import AlgorithmContract
from autometa.testing._tables import learnable_table


class TestEveryAlgorithm(AlgorithmContract):
    algorithms = every_algorithm()


def test_there_are_enough_families():
    classifiers = {a.name for a in algorithms_for("binary")}
    regressors = {a.name for a in algorithms_for("regression")}
    assert {
        "lightgbm", "hist_gradient_boosting", "random_forest", "extra_trees", "svm",
        "logistic_regression", "nearest_neighbors", "mlp", "naive_bayes", "lda", "decision_tree",
    } <= classifiers  # fmt: skip
    assert {"ridge", "elastic_net"} <= regressors
    assert "naive_bayes" not in regressors


def test_size_limits_leave_an_algorithm_out():
    assert "svm" not in {a.name for a in algorithms_for("binary", n_rows=10**6)}


def test_an_unknown_algorithm_is_told():
    with pytest.raises(AlgorithmNotFoundError, match="Did you mean 'lightgbm'"):
        get_algorithm("lightgmb")


def test_an_unknown_hyperparameter_is_told():
    with pytest.raises(ParameterError, match=r"Unknown: \['depth'\]"):
        get_algorithm("lightgbm").build({"depth": 3}, "binary")


def test_the_algorithms_are_listed_as_a_table():
    every = list_algorithms().set_index("name")
    assert every.loc["qda", "task_types"] == ("binary", "multiclass")
    assert every.loc["catboost", "extra"] == "boost"
    assert every.loc["svm", "max_rows"] == 10_000
    assert pd.isna(every.loc["lightgbm", "max_rows"])
    assert every.loc["random_forest", "n_setups"] == 8  # four for classes, four for numbers
    regressors = list_algorithms("regression").set_index("name")
    assert set(regressors.index) == set(every.index) - {
        "lda", "logistic_regression", "naive_bayes", "qda"
    }  # fmt: skip
    assert regressors.loc["random_forest", "n_setups"] == 4
    with pytest.raises(ParameterError, match="must be one of binary, multiclass, regression or"):
        list_algorithms("ranking")


def test_a_pipeline_for_another_kind_of_task_is_refused():
    with pytest.raises(ParameterError, match="'ridge' cannot solve binary tasks, but regression"):
        get_algorithm("ridge").build({}, "binary")


SPACE = {"trees": IntDistribution(1, 9)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "a b"}, "its name must be an identifier"),
        ({"spaces": {"binary": SPACE}}, "'spaces' must have one or both of the keys"),
        ({"known_setups": {}}, "'known_setups' of regression must name the library's default"),
        ({"known_setups": {"regression": {"library": {}}}}, r"'library' of .* name \['trees'\]"),
        ({"places": {"regression": {"big": 1}}}, r"setups that 'known_setups' lacks: \['big'\]"),
    ],
)
def test_an_algorithm_that_could_not_work_is_refused_when_it_is_written(changes, reason):
    sound = {
        "name": "toy",
        "make": print,
        "encoding": "ordinal",
        "spaces": {"regression": SPACE},
        "known_setups": {"regression": {"library": {"trees": 3}}},
    }
    assert Algorithm(**sound).task_types == ("regression",)
    with pytest.raises(ParameterError, match=reason):
        Algorithm(**sound | changes)


def test_a_name_that_is_taken_is_refused():
    ridge = get_algorithm("ridge")
    register_algorithm(ridge)  # the same one again is no clash
    with pytest.raises(PluginError, match="There is an algorithm 'ridge' already"):
        register_algorithm(replace(ridge, reference="another"))
    with pytest.raises(PluginError, match=r"takes an autometa\.algorithms\.Algorithm. Got str"):
        register_algorithm("ridge")


def test_the_cleaner_gives_floats_and_categories_with_safe_names():
    X, _ = learnable_table("binary")
    cleaned = TableCleaner().fit_transform(X)
    assert all(str(dtype) in ("float64", "category") for dtype in cleaned.dtypes)
    assert cleaned.columns.str.fullmatch(r"\w+").all()
    assert not {"constant", "empty"} & set(cleaned.columns)
    assert len(cleaned) == len(X)


def test_the_cleaner_reads_unseen_levels_as_missing():
    cleaner = TableCleaner().fit(pd.DataFrame({"a": ["x", "y"] * 3}))
    out = cleaner.transform(pd.DataFrame({"a": ["x", "new", None]}))
    assert out["a"].isna().tolist() == [False, True, True]


def test_the_cleaner_takes_columns_by_name_in_any_order():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "x"]})
    cleaner = TableCleaner().fit(X)
    pd.testing.assert_frame_equal(cleaner.transform(X[["b", "a"]]), cleaner.transform(X))


def test_the_cleaner_reads_whole_floats_and_integers_as_one_level():
    cleaner = TableCleaner().fit(pd.DataFrame({"a": pd.Categorical([1, 2, 1])}))
    out = cleaner.transform(pd.DataFrame({"a": pd.Categorical([1.0, 2.0, 1.0])}))
    assert out["a"].tolist() == ["1", "2", "1"]


def test_the_cleaner_names_a_missing_column():
    cleaner = TableCleaner().fit(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
    with pytest.raises(DatasetError, match=r"Missing: \['b'\]"):
        cleaner.transform(pd.DataFrame({"a": [1, 2]}))


def test_the_cleaner_refuses_a_table_without_any_information():
    with pytest.raises(DatasetError, match="two distinct values or more"):
        TableCleaner().fit(pd.DataFrame({"a": [1, 1], "b": [None, None]}))
