"""What is tried, in which order, on how many folds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import Size, algorithms_for, get_algorithm
from autometa.exceptions import AlgorithmNotFoundError, ParameterError
from autometa.tables import check_table
from autometa.tuning.scheduling._plan import (
    Candidate,
    anchors,
    as_of_today,
    choose_algorithms,
    choose_folds,
    left_out,
    merge,
    preset_candidates,
)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return check_table(pd.DataFrame({"a": rng.normal(size=60)}), rng.integers(0, 3, 60))


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_every_known_setup_comes_once(task_type):
    names = [a.name for a in algorithms_for(task_type)]
    candidates = preset_candidates(task_type, names)
    expected = sum(len(get_algorithm(name).setups(task_type)) for name in names)
    assert len(candidates) == expected
    assert len({c.key for c in candidates}) == expected


@pytest.mark.parametrize(
    ("task_type", "first"),
    [
        (
            "binary",
            "logistic_regression normal, lightgbm extra_trees, extra_trees tuned, catboost tuned, "
            "lightgbm tuned, svm hard, lightgbm small, random_forest tuned, mlp normal, "
            "xgboost slow, lightgbm stumps, hist_gradient_boosting slow, catboost library, "
            "extra_trees smooth, nearest_neighbors weighted, lightgbm large, qda strong, "
            "mlp regularised, lda library, naive_bayes smooth, decision_tree pruned",
        ),
        (
            "regression",
            "ridge normal, lightgbm extra_trees, extra_trees tuned, catboost tuned, "
            "lightgbm tuned, svm hard, lightgbm small, random_forest tuned, mlp normal, "
            "xgboost slow, hist_gradient_boosting slow, catboost library, lightgbm stumps, "
            "nearest_neighbors weighted, extra_trees decorrelated, lightgbm large, "
            "elastic_net mild_normal, mlp regularised, decision_tree pruned",
        ),
    ],
)
def test_known_setups_come_in_the_order_of_their_places(task_type, first):
    setups = [tuple(one.split()) for one in first.split(", ")]
    names = [a.name for a in algorithms_for(task_type)]
    expected = [
        (name, get_algorithm(name).setups(task_type)[label])
        for name, label in setups
        if name in names
    ]
    candidates = preset_candidates(task_type, names)
    assert [(c.algorithm, c.config) for c in candidates][: len(expected)] == expected
    rest = [c.algorithm for c in candidates[len(expected) :]]
    assert rest == sorted(rest)


def test_a_cheap_linear_model_comes_first():
    assert preset_candidates("binary", ["lightgbm", "logistic_regression"])[0].algorithm == (
        "logistic_regression"
    )


def test_advice_comes_first_and_other_algorithms_follow():
    known = preset_candidates("binary", ["lightgbm", "svm", "logistic_regression"])
    advised = [Candidate(algorithm="lightgbm", config={"n_estimators": 7}, source="recommended")]
    merged = merge(advised, known)
    assert [c.algorithm for c in merged] == ["lightgbm", "logistic_regression", "svm"]
    assert merge([], known) == known


def test_an_unknown_algorithm_is_an_error(table):
    with pytest.raises(AlgorithmNotFoundError, match="Did you mean 'lightgbm'"):
        choose_algorithms(["lightgmb"], table)


def test_an_algorithm_of_another_task_type_is_an_error(table):
    with pytest.raises(ParameterError, match=r"multiclass tasks.*Got \['ridge'\]"):
        choose_algorithms(["ridge", "svm"], table)
    with pytest.raises(ParameterError, match="must name algorithms"):
        choose_algorithms([], table)


def test_the_order_asked_for_is_kept_without_repeats(table):
    assert choose_algorithms(["svm", "mlp", "svm"], table) == ("svm", "mlp")


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "n_classes", "budget", "folds"),
    [
        (1_000, 20, 2, 60.0, (5, 5)),
        (20_000, 10, 0, 60.0, (3, 3)),
        (50_000, 30, 2, 60.0, (10, 1)),
        (5_000, 30, 2, 5.0, (5, 1)),
        (20_000, 16, 26, 60.0, (10, 1)),
        (20_000, 16, 2, float("inf"), (5, 5)),
    ],
)
def test_large_tables_and_short_budgets_get_fewer_folds(
    n_rows, n_columns, n_classes, budget, folds
):
    size = Size(n_rows=n_rows, n_columns=n_columns, n_classes=n_classes)
    assert choose_folds(size, budget) == folds


def test_a_remembered_setup_is_read_in_todays_space():
    remembered = {"C": 5.0, "numbers": "sideways", "penalty": "l2"}
    assert as_of_today("logistic_regression", remembered, "binary") == {
        "C": 5.0,
        "numbers": "scaled",
        "class_weight": None,
    }


def test_a_candidate_is_told_to_optuna_by_qualified_names():
    candidate = Candidate(algorithm="ridge", config={"alpha": 1.0})
    assert candidate.params == {"algorithm": "ridge", "ridge.alpha": 1.0}


def test_library_defaults_come_behind_the_head_of_the_advice():
    advised = [
        Candidate(algorithm="svm", config={"C": i + 1.0, "gamma": "scale"}, source="recommended")
        for i in range(8)
    ]
    defaults = anchors("binary", ("svm", "lightgbm", "hist_gradient_boosting"))
    merged = merge(advised, [], defaults)
    assert [c.algorithm for c in merged[5:7]] == ["hist_gradient_boosting", "lightgbm"]
    assert merged[5].config == get_algorithm("hist_gradient_boosting").setups("binary")["library"]
    assert len(merged) == 10
    assert anchors("binary", ("svm",)) == []


def test_where_few_fit_library_defaults_come_before_the_advice():
    advised = [Candidate(algorithm="svm", config={"C": 1.0}, source="recommended")]
    defaults = anchors("binary", ("svm", "lightgbm", "hist_gradient_boosting"))
    merged = merge(advised, [], defaults, n_before=0)
    assert [c.algorithm for c in merged] == ["hist_gradient_boosting", "lightgbm", "svm"]


@pytest.mark.skipif(not get_algorithm("catboost").is_installed, reason="CatBoost is not installed")
def test_the_default_of_catboost_is_one_that_anybody_would_try():
    first = anchors("regression", ("lightgbm", "catboost"))[0]
    assert first.key == ("catboost", *first.key[1:])
    assert first.config == get_algorithm("catboost").setups("regression")["library"]


def test_what_a_rare_class_rules_out_is_named(table):
    assert left_out(choose_algorithms(None, table), table) == []
    y = table.y.copy()
    y[y == 2] = 1
    y[:2] = 2
    rare = replace(table, y=y)
    names = choose_algorithms(None, rare)
    assert not {"svm", "qda"} & set(names)
    (said,) = left_out(names, rare)
    assert said.startswith("Not tried: qda, svm; the rarest class has 2 row(s)")
    with pytest.raises(ParameterError, match=r"3 classes, the rarest of 2 rows.*Got \['svm'\]"):
        choose_algorithms(["svm"], rare)
