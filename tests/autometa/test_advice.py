"""recommend(): from a table to candidates that build, fit and predict."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

import autometa
from autometa import KnowledgeBase, MetaModel, Recommendation, Recommendations, recommend
from autometa.algorithms import every_algorithm
from autometa.exceptions import (
    AlgorithmNotFoundError,
    DatasetError,
    DatasetWarning,
    KnowledgeBaseWarning,
    MetricError,
    ParameterError,
)

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


@pytest.mark.parametrize(
    "task_type",
    ["binary", *(pytest.param(t, marks=pytest.mark.slow) for t in ("multiclass", "regression"))],
)
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


def test_algorithms_can_be_chosen_at_any_door():
    X, y = TABLES["multiclass"]
    advice = recommend(X, y, algorithms=["naive_bayes", "decision_tree"])
    assert {found.algorithm for found in advice} == {"naive_bayes", "decision_tree"}
    described = autometa.describe(X, y)
    without = recommend(
        metafeatures=described, task_type="multiclass", algorithms="decision_tree", n=2
    )
    assert [found.algorithm for found in without] == ["decision_tree"] * 2


def test_algorithms_are_refused_as_tune_does():
    X, y = TABLES["multiclass"]
    with pytest.raises(AlgorithmNotFoundError, match="Did you mean 'random_forest'"):
        recommend(X, y, algorithms=["random_forst"])
    with pytest.raises(ParameterError, match=r"multiclass task .*Got \['ridge'\]; these can"):
        recommend(X, y, algorithms=["ridge", "decision_tree"])  # of regression alone
    with pytest.raises(ParameterError, match=r"Got \[\]; these can be used"):
        recommend(X, y, algorithms=[])


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
        ({"confidence_level": 1.0}, ParameterError, "above 0 and below 1. Got 1.0"),
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


def test_advice_carries_the_facts_of_the_whole():
    X, y = TABLES["multiclass"]
    advice = recommend(X, y, n=4)
    assert isinstance(advice, Recommendations)
    assert (advice.task.task_type, advice.task.target) == ("multiclass", "target")
    assert (advice.task.n_rows, advice.task.n_columns) == X.shape
    assert advice.metric == advice.scores_of == "neg_log_loss"
    assert advice.novelty == advice[0].novelty
    assert advice.neighbors == advice[0].neighbors
    assert advice.knowledge_base["name"] == "kb:default"
    assert 0 < sum(neighbor.weight for neighbor in advice.neighbors) <= 1


def test_advice_is_a_sequence_whose_slices_keep_the_facts():
    X, y = TABLES["multiclass"]
    advice = recommend(X, y, n=4)
    part = advice[1:3]
    assert part == list(advice)[1:3] == [advice[1], advice[2]]
    assert part.task is advice.task
    assert (part.metric, part.novelty, part.notes) == (advice.metric, advice.novelty, advice.notes)
    assert advice[-1] in advice
    assert advice.index(advice[2]) == 2
    assert part != advice
    empty = advice[:0]
    assert (len(empty), empty.neighbors, empty.scores_of) == (0, advice.neighbors, "neg_log_loss")
    assert str(advice).splitlines()[1].startswith(f"2. {advice[1].algorithm}(")


def test_advice_becomes_json_that_can_be_stored_and_built():
    X, y = mixed()
    advice = recommend(X, y, n=2)
    content = json.loads(json.dumps(advice.to_dict(), allow_nan=False))
    assert content["task"] == {
        "task_type": "binary",
        "name": "table",
        "target": "target",
        "n_rows": 200,
        "n_columns": 4,
        "pos_label": advice.task.pos_label,
        "metric": "roc_auc",
        "scores_of": "roc_auc",
    }
    assert advice.task.pos_label == min(set(y), key=list(y).count)
    assert [one["rank"] for one in content["recommendations"]] == [1, 2]
    arrived = [Recommendation.from_dict(one) for one in content["recommendations"]]
    assert [one.setup_id for one in arrived] == [one.setup_id for one in advice]
    assert arrived[0].n_rows == 200
    before, after = (one.build().fit(X, y).predict(X) for one in (advice[0], arrived[0]))
    np.testing.assert_array_equal(before, after)


def test_what_was_warned_of_is_noted_in_the_advice():
    X, y = TABLES["multiclass"]
    with pytest.warns(KnowledgeBaseWarning, match="f1_weighted"):
        advice = recommend(X, y, metric="f1_weighted", n=1)
    assert (advice.metric, advice.scores_of) == ("f1_weighted", advice[0].metric)
    assert any("f1_weighted" in note for note in advice.notes)
    infinite = X.astype(float)
    infinite.iloc[0, 0] = np.inf
    with pytest.warns(DatasetWarning, match="Infinite"):
        advice = recommend(infinite, y, n=1)
    assert any(note.startswith("Infinite values") for note in advice.notes)
    assert recommend(X, y, n=1).notes == ()


def test_intervals_of_a_higher_level_are_wider_and_say_their_level():
    X, y = TABLES["regression"]
    narrow, usual, wide = (recommend(X, y, n=3, confidence_level=c) for c in (0.5, 0.9, 0.99))
    assert usual == recommend(X, y, n=3)
    for few, some, most in zip(narrow, usual, wide, strict=True):
        assert few.setup_id == some.setup_id == most.setup_id
        assert few.expected_score == some.expected_score == most.expected_score
        ends = [most, some, few]
        lows = [one.score_interval[0] for one in ends]
        highs = [one.score_interval[1] for one in ends]
        assert lows == sorted(lows)
        assert highs == sorted(highs, reverse=True)
        assert lows[0] < lows[1] < lows[2]
        assert [one.confidence_level for one in ends] == [0.99, 0.9, 0.5]
        assert most.to_dict()["confidence_level"] == 0.99


@pytest.mark.parametrize("task_type", list(TABLES))
def test_meta_features_stand_in_for_a_table_that_stays_where_it_is(task_type):
    X, y = TABLES[task_type]
    described = autometa.describe(X, y)
    with_table = recommend(X, y, n=4)
    without = recommend(metafeatures=described, task_type=task_type, n=4)
    assert without == with_table
    assert without.task.n_rows == len(X)
    assert without.task.name is None
    as_json = {name: None if np.isnan(value) else value for name, value in described.items()}
    travelled = json.loads(json.dumps(as_json, allow_nan=False))
    assert recommend(metafeatures=travelled, task_type=task_type, n=4) == with_table
    assert len(without[0].build().fit(X, y).predict(X)) == len(X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs a table X with its target y, or 'metafeatures' with a 'task_type'"),
        ({"metafeatures": {"n_rows": 9}}, "task_type=None"),
        ({"metafeatures": [1, 2], "task_type": "binary"}, "Series or a dict of numbers by name"),
        ({"metafeatures": {"n_rows": "x"}, "task_type": "binary"}, "must hold numbers by name"),
    ],
)
def test_meta_features_that_are_none_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        recommend(**arguments)


def test_a_model_takes_meta_features_as_json_has_them():
    tasks = pd.DataFrame({"task_id": list("abcd"), "task_type": "binary"})
    features = pd.DataFrame({"size": [1.0, 2.0, 50.0, 60.0], "gap": np.nan}, index=list("abcd"))
    runs = pd.DataFrame(
        {
            "task_id": list("abcd") * 2,
            "algorithm": ["tree"] * 4 + ["forest"] * 4,
            "config": "{}",
            "metric": "accuracy",
            "score": [0.9, 0.8, 0.7, 0.6, 0.8, 0.7, 0.9, 0.8],
        }
    )
    model = MetaModel(n_trees=10).fit(KnowledgeBase.from_frames(tasks, features, runs))
    by_dict = model.recommend({"size": 55, "gap": None}, n=2)
    by_series = model.recommend(pd.Series({"size": 55.0, "gap": np.nan}), n=2)
    assert [one.to_dict() for one in by_dict] == [one.to_dict() for one in by_series]


def test_all_but_the_table_is_given_by_name():
    X, y = mixed()
    with pytest.raises(TypeError, match="positional"):
        recommend(X, y, "binary")


def test_a_knowledge_base_may_be_named_or_given_in_layers(tmp_path):
    X, y = TABLES["multiclass"]
    advice = recommend(X, y, n=2, knowledge_base="kb:default")
    assert advice == recommend(X, y, n=2)
    assert advice.knowledge_base["fingerprint"]
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
    for name, algorithm in (("first", "weka.SMO"), ("second", "weka.IBk")):
        named = runs.replace({"algorithm": {"weka.SMO": algorithm}})
        KnowledgeBase.from_frames(tasks, None, named).save(tmp_path / name)
    layers = [tmp_path / "first", str(tmp_path / "second")]
    both = recommend(X, y, knowledge_base=layers)
    assert {one.algorithm for one in both} == {"weka.J48", "weka.SMO", "weka.IBk"}
    assert both.knowledge_base["path"] is None
    one = recommend(X, y, knowledge_base=layers[0])
    assert one.knowledge_base["path"] == str(layers[0])
    assert one.knowledge_base["fingerprint"]
