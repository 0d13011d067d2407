"""Recommendation: a value that prints, travels as JSON, and builds when made for a table."""

from __future__ import annotations

import dataclasses
import json

import pytest

from autometa.exceptions import ParameterError
from autometa.recommendation import Neighbor, Recommendation


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
    told = json.loads(json.dumps(recommendation.to_dict(), allow_nan=False))
    assert told["expected_fit_seconds"] is None
    assert told["score_interval"] == [0.85, 0.95]
    assert told["neighbors"] == [{"task_id": "openml:61", "name": "iris", "distance": 0.25}]


def test_it_cannot_be_changed(recommendation):
    with pytest.raises(dataclasses.FrozenInstanceError):
        recommendation.algorithm = "tree"


def test_build_without_a_table_says_where_to_get_advice_that_builds(recommendation):
    with pytest.raises(ParameterError, match=r"autometa\.recommend\(X, y\)"):
        recommendation.build()


def test_build_hands_the_setup_to_the_builder_and_keeps_its_own_config(recommendation):
    def builder(algorithm, config):
        config["k"] = 99
        return (algorithm, sorted(config))

    made = dataclasses.replace(recommendation, _builder=builder)
    assert made.build() == ("knn", ["k", "weights"])
    assert made.config["k"] == 5
    assert made == recommendation  # the builder is no part of the advice
    assert "builder" not in repr(made)
