"""Recommendation: a value that prints, travels as JSON, and builds when made for a table."""

from __future__ import annotations

import dataclasses
import json
import math

import pandas as pd
import pytest
from sklearn.base import is_classifier

from autometa import KnowledgeBase, setup_id
from autometa.exceptions import AlgorithmNotFoundError, ParameterError
from autometa.explanation import BestSetup
from autometa.recommendation import Neighbor, Recommendation, Recommendations
from autometa.tables import Task


@pytest.fixture
def recommendation():
    return Recommendation(
        algorithm="knn",
        config={"k": 5, "weights": "distance"},
        expected_score=0.91234,
        score_interval=(0.85, 0.95),
        expected_fit_seconds=float("nan"),
        neighbors=(Neighbor(task_id="openml:61", name="iris", distance=0.25),),
        metric="accuracy",
        task_type="multiclass",
        novelty=0.0,
    )


def test_it_prints_on_one_line(recommendation):
    line = str(recommendation)
    assert line.startswith("knn(k=5, weights='distance'): accuracy 0.9123 (0.85 to 0.95)")


def test_it_becomes_valid_json_with_null_for_what_is_unknown(recommendation):
    content = json.loads(json.dumps(recommendation.to_dict(), allow_nan=False))
    assert content["expected_fit_seconds"] is None
    assert content["score_interval"] == [0.85, 0.95]
    assert content["confidence_level"] == 0.9
    assert content["setup_id"] == recommendation.setup_id
    assert content["neighbors"] == [{"task_id": "openml:61", "name": "iris", "distance": 0.25}]


def test_it_cannot_be_changed(recommendation):
    with pytest.raises(dataclasses.FrozenInstanceError):
        recommendation.algorithm = "tree"


def test_stored_advice_comes_back_as_it_was(recommendation):
    content = json.loads(json.dumps(recommendation.to_dict(), allow_nan=False))
    arrived = Recommendation.from_dict({"rank": 1, "explanation": {}, **content})
    assert arrived.to_dict() == recommendation.to_dict()
    assert math.isnan(arrived.expected_fit_seconds)
    assert arrived.neighbors == recommendation.neighbors
    assert arrived.n_rows is None
    again = Recommendation.from_dict(dataclasses.replace(arrived, n_rows=30).to_dict())
    assert again.n_rows == 30


def test_an_end_without_bound_comes_back_without_bound(recommendation):
    open_ended = dataclasses.replace(recommendation, score_interval=(-math.inf, 0.0))
    assert open_ended.to_dict()["score_interval"] == [None, 0.0]
    arrived = Recommendation.from_dict(open_ended.to_dict())
    assert arrived.score_interval == (-math.inf, 0.0)


def test_what_was_seen_on_a_neighbor_comes_back_too():
    best = BestSetup(algorithm="tree", config={"depth": 3}, score=0.8)
    seen = Neighbor(
        task_id="a",
        name="a",
        distance=0.1,
        weight=0.5,
        best_setup=best,
        score=math.nan,
        metric="r2",
    )
    arrived = Neighbor.from_dict(json.loads(json.dumps(seen.to_dict(), allow_nan=False)))
    assert arrived.best_setup == best
    assert math.isnan(arrived.score)
    assert (arrived.weight, arrived.metric) == (0.5, "r2")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"algorithm": None}, None),
        ({"score_interval": 3}, "Got other values"),
        ({"neighbors": [{"task_id": "x"}]}, "Got other values"),
    ],
)
def test_what_is_no_advice_is_refused(recommendation, change, message):
    content = recommendation.to_dict() | change
    if message is None:
        del content["algorithm"]
        message = r"Missing: \['algorithm'\]"
    with pytest.raises(ParameterError, match=message):
        Recommendation.from_dict(content)


def test_setups_are_told_apart_by_their_id(recommendation):
    better = dataclasses.replace(recommendation, expected_score=0.99)
    other = dataclasses.replace(recommendation, config={"k": 6, "weights": "distance"})
    assert recommendation.setup_id == better.setup_id == setup_id("knn", recommendation.config)
    assert other.setup_id != recommendation.setup_id
    assert len({recommendation, better, other}) == 3
    assert hash(recommendation) == hash(better)
    runs = pd.DataFrame(
        {"task_id": ["a"], "algorithm": ["knn"], "config": [recommendation.config],
         "metric": ["accuracy"], "score": [0.5]}
    )  # fmt: skip
    tasks = pd.DataFrame({"task_id": ["a"], "task_type": ["binary"]})
    kb = KnowledgeBase.from_frames(tasks, None, runs)
    assert kb.setups["setup_id"].tolist() == [recommendation.setup_id]


TREE = {"max_depth": 3, "min_samples_leaf": 20}


def test_advice_of_a_model_builds_without_a_table(recommendation):
    tree = dataclasses.replace(recommendation, algorithm="decision_tree", config=TREE)
    model = tree.build(random_state=7)[-1]
    assert is_classifier(model)
    assert (model.max_depth, model.random_state) == (3, 7)
    assert not is_classifier(tree.build(task_type="regression"))
    assert tree.config == TREE
    forest = dataclasses.replace(recommendation, algorithm="random_forest", config={})
    assert forest.build(n_jobs=2)[-1].n_jobs == 2


def test_advice_for_a_small_table_lowers_limits_that_count_rows(recommendation):
    tree = dataclasses.replace(recommendation, algorithm="decision_tree", config=TREE)
    assert tree.build()[-1].min_samples_leaf == 20
    small = dataclasses.replace(tree, n_rows=25)
    assert small.build()[-1].min_samples_leaf == 5
    assert Recommendation.from_dict(small.to_dict()).build()[-1].min_samples_leaf == 5


def test_an_algorithm_that_autometa_does_not_know_is_not_built(recommendation):
    with pytest.raises(AlgorithmNotFoundError, match="Unknown algorithm"):
        dataclasses.replace(recommendation, algorithm="weka.J48").build()


def test_advice_comes_back_from_json_with_the_facts_of_the_whole(recommendation):
    task = Task(task_type="multiclass", name="iris", n_rows=150, n_columns=4)
    base = {"name": "kb:own", "path": None, "fingerprint": "f"}
    advice = Recommendations(
        [recommendation], task=task, metric="f1_macro", notes=["one"], knowledge_base=base
    )
    for whole in (advice, advice[:0]):
        arrived = Recommendations.from_dict(json.loads(json.dumps(whole.to_dict())))
        assert arrived.to_dict() == whole.to_dict()
        assert (arrived.task, len(arrived)) == (task, len(whole))
    with pytest.raises(ParameterError, match="with the key 'recommendations'"):
        Recommendations.from_dict(recommendation.to_dict())


def test_advice_is_shown_a_line_for_each(recommendation):
    shown = repr(Recommendations([recommendation, recommendation])).splitlines()
    assert shown[0] == "<2 recommendations>"
    assert [line[:7] for line in shown[1:]] == ["1. knn(", "2. knn("]
