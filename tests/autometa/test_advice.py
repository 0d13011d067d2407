"""recommend(): from a table to candidates that build, fit and predict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

import autometa
from autometa import KnowledgeBase, recommend
from autometa.algorithms import every_algorithm
from autometa.exceptions import DatasetError, KnowledgeBaseWarning, MetricError, ParameterError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def mixed(n=200):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "level": rng.choice(["x", "y", None], n),
            "flag": rng.random(n) > 0.5,
            "day": pd.date_range("2024-01-01", periods=n),
        }
    )
    X.loc[::9, "number"] = np.nan
    y = np.where(X["number"].fillna(0) + X["flag"] > 0.5, "good", "bad")
    return X, y


TABLES = {
    "binary": mixed(),
    "multiclass": load_iris(return_X_y=True, as_frame=True),
    "regression": load_diabetes(return_X_y=True, as_frame=True),
}


@pytest.mark.parametrize("task_type", list(TABLES))
def test_ten_different_candidates_that_build_fit_and_predict(task_type):
    X, y = TABLES[task_type]
    advice = recommend(X, y)
    assert len({(found.algorithm, str(found.config)) for found in advice}) == 10
    for found in advice:
        low, high = found.score_interval
        assert low <= found.expected_score <= high
        assert found.expected_fit_seconds > 0
        assert found.neighbors
        assert found.task_type == task_type
        assert len(found.build().fit(X, y).predict(X)) == len(X)


def test_the_table_is_left_alone():
    X, y = mixed()
    before = X.copy(deep=True)
    recommend(X, y, n=1)
    pd.testing.assert_frame_equal(X, before)


def test_the_same_table_gets_the_same_advice():
    X, y = mixed()
    assert recommend(X, y, n=3) == recommend(X, y, n=3)


def test_a_short_budget_puts_cheap_setups_first():
    X, y = TABLES["multiclass"]
    hasty = recommend(X, y, n=3, time_budget=0.1)
    patient = recommend(X, y, n=3)
    seconds = [sum(f.expected_fit_seconds for f in advice) for advice in (hasty, patient)]
    assert seconds[0] < 0.5 * seconds[1]


def test_a_metric_without_history_is_answered_by_the_closest():
    X, y = TABLES["multiclass"]
    with pytest.warns(KnowledgeBaseWarning):
        assert len(recommend(X, y, metric="f1_weighted", n=2)) == 2


def test_a_foreign_history_is_advised_from_but_not_built():
    X, y = TABLES["multiclass"]
    tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": "multiclass"})
    runs = pd.DataFrame(
        {
            "task_id": ["a", "a", "b", "b"],
            "algorithm": ["weka.J48", "weka.SMO"] * 2,
            "config": "{}",
            "metric": "neg_log_loss",
            "score": [-0.5, -0.4, -0.6, -0.3],
        }
    )
    kb = KnowledgeBase.from_frames(tasks, None, runs)
    advice = recommend(X, y, knowledge_base=kb)
    assert [found.algorithm for found in advice] == ["weka.SMO", "weka.J48"]
    with pytest.raises(KeyError, match=r"Unknown algorithm 'weka.SMO'"):
        advice[0].build()


def test_setups_of_an_extra_that_is_absent_are_not_recommended(monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    absent = ("xgboost", "catboost")
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name in absent else found(name, *a)
    )
    X, y = TABLES["multiclass"]
    advice = recommend(X, y, n=200)
    assert not {f.algorithm for f in advice} & set(absent)
    assert set(absent) < {algorithm.name for algorithm in every_algorithm()}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": 0}, ParameterError, "'n' parameter of recommend must be an int >= 1. Got 0"),
        ({"time_budget": -1}, ParameterError, "'time_budget' must be a number of seconds > 0"),
        ({"max_predict_ms": 0}, ParameterError, "'max_predict_ms' must be a number of mill"),
        ({"metric": "rocauc"}, MetricError, "Did you mean 'roc_auc'"),
        ({"metric": "r2", "task_type": "ranking"}, ParameterError, "'task_type' must be one of"),
    ],
)
def test_arguments_out_of_range_are_told(arguments, error, message):
    with pytest.raises(error, match=message):
        recommend(*mixed(), **arguments)


def test_a_target_of_one_class_is_told():
    X, y = mixed()
    with pytest.raises(DatasetError, match="two classes or more"):
        recommend(X, ["same"] * len(y))


def test_public_names_are_all_there():
    assert callable(autometa.recommend)
    assert callable(autometa.tune)
    with pytest.raises(AttributeError, match="no attribute 'recommned'"):
        autometa.recommned  # noqa: B018
