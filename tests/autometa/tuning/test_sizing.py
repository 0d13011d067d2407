"""Sizing: a trial is made smaller where it does not fit, and never forbidden."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import Size, algorithms_for
from autometa.evaluation import make_folds, shorten_folds
from autometa.knowledge_base import KnowledgeBase
from autometa.tuning import _budget, tune
from autometa.tuning._budget import FitTimeModel
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.scheduling._sizing import (
    MIN_PART_ROWS,
    MIN_TREES,
    fit_into,
    smallest_part,
    with_fewer_trees,
)

SIZES = [
    Size(n_rows=60, n_columns=4, n_classes=2),
    Size(n_rows=200, n_columns=20_000, n_classes=2),
    Size(n_rows=200_000, n_columns=30, n_classes=2),
    Size(n_rows=1_000_000, n_columns=100, n_classes=50),
]
SETUPS = [
    Candidate(algorithm=a.name, config=config)
    for a in algorithms_for("multiclass")
    for config in a.setups("multiclass").values()
]


def sized(candidate, size, seconds, **more):
    settings = {"n_used": 3, "refit_seconds": 2 * seconds, "task_type": "multiclass"}
    return fit_into(candidate, FitTimeModel(size), trial_seconds=seconds, **(settings | more))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seconds", [0.05, 1.0, 30.0, math.inf])
def test_every_setup_has_a_size_that_fits_or_is_the_smallest(size, seconds):
    for candidate in SETUPS:
        found = sized(candidate, size, seconds)
        least = smallest_part(FitTimeModel(size), candidate)
        assert least <= found.fidelity <= 1.0
        is_smallest = found.fidelity == least and not with_fewer_trees(
            found.candidate, "multiclass"
        )
        assert found.expected_seconds <= seconds or is_smallest
        if math.isinf(seconds):
            assert (found.candidate, found.fidelity) == (candidate, 1.0)


def test_more_time_never_makes_a_trial_smaller():
    for candidate in SETUPS:
        parts = [sized(candidate, SIZES[2], seconds).fidelity for seconds in (0.1, 1.0, 10.0, 100)]
        assert parts == sorted(parts)


def test_rows_are_kept_while_there_are_few():
    small = Size(n_rows=MIN_PART_ROWS, n_columns=50, n_classes=2)
    assert {sized(c, small, 1e-6).fidelity for c in SETUPS} == {1.0}


def test_a_proposal_keeps_its_hyperparameters_unless_it_may_change():
    candidate = Candidate(algorithm="lightgbm", config={"n_estimators": 800, "num_leaves": 200})
    assert sized(candidate, SIZES[3], 0.01, task_type=None).candidate == candidate


def test_boosting_that_the_clock_can_end_gives_up_trees_before_rows():
    candidate = Candidate(
        algorithm="lightgbm",
        config={"n_estimators": 400, "learning_rate": 0.025, "num_leaves": 31},
    )
    model = FitTimeModel(SIZES[2])
    whole = model.expected("lightgbm", candidate.config)

    def sized_in(share):
        return fit_into(candidate, model, n_used=1, trial_seconds=share * whole, task_type="binary")

    half = sized_in(0.6)
    assert half.fidelity == 1.0
    assert half.candidate.config["n_estimators"] == 200
    assert half.candidate.config["learning_rate"] == 0.05
    # the rate is at its end at an eighth of the trees: then it is cut by the clock
    cut = sized_in(0.06)
    assert cut.fidelity == 1.0
    assert cut.expected_seconds == pytest.approx(0.06 * whole)
    assert model.expected("lightgbm", cut.candidate.config) > 0.06 * whole
    assert sized_in(0.01).fidelity < 1.0  # not even a third of the trees


def test_fewer_trees_learn_faster_down_to_a_least():
    candidate = Candidate(
        algorithm="lightgbm",
        config={"n_estimators": 400, "learning_rate": 0.02},
        expected_seconds=8.0,
    )
    half = with_fewer_trees(candidate, "binary")
    assert half.config == {"n_estimators": 200, "learning_rate": 0.04}
    assert half.expected_seconds == 4.0
    while (smaller := with_fewer_trees(half, "binary")) is not None:
        half = smaller
    assert half.config["n_estimators"] >= MIN_TREES
    assert with_fewer_trees(Candidate(algorithm="naive_bayes", config={}), "binary") is None


def test_what_was_too_large_is_not_tried_as_large_again():
    candidate = Candidate(algorithm="naive_bayes", config={})
    assert sized(candidate, SIZES[2], math.inf, max_fidelity=0.25).fidelity == 0.25


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(6_000, 5))).add_prefix("c")
    return X, (X["c0"] + rng.normal(size=len(X)) > 0).astype(int)


@pytest.mark.slow
def test_a_guess_of_seconds_forbids_nothing(monkeypatch, table):
    """Every algorithm is said to take days; all the same the budget is used."""
    monkeypatch.setattr(_budget, "rough_seconds", lambda name, size, config: 1.0 * size.n_rows)
    names = ["logistic_regression", "naive_bayes"]
    result = tune(
        *table,
        time_budget=3,
        algorithms=names,
        knowledge_base=False,
        isolate=False,
        random_state=0,
    )
    board = result.leaderboard().query("status == 'ok'")
    assert set(board["algorithm"]) == set(names)
    assert board["fidelity"].min() == pytest.approx(MIN_PART_ROWS / 6_000)
    assert result.weights
    assert result.seconds > 1.5  # what is kept for refits is a third of so few seconds


def test_the_leader_of_a_part_of_the_rows_goes_on_to_more(monkeypatch, table):
    """Its fit took far less than was expected, so that all rows fit into the time."""
    monkeypatch.setattr(_budget, "rough_seconds", lambda *_: 1e3)
    result = tune(
        *table,
        time_budget=60,
        n_trials=2,
        algorithms=["naive_bayes"],
        knowledge_base=False,
        isolate=False,
    )
    board = result.leaderboard().sort_values("trial")
    assert board["fidelity"].tolist() == pytest.approx([MIN_PART_ROWS / 6_000, 1.0])
    assert board["config"].iloc[0] == board["config"].iloc[1]
    assert result.weights == {1: 1.0}


def test_a_score_from_a_part_of_the_rows_is_marked_everywhere(monkeypatch, table):
    monkeypatch.setattr(_budget, "rough_seconds", lambda name, size, config: 1e6)
    monkeypatch.setattr(_budget.FitTimeModel, "learn", lambda *_, **__: None)
    result = tune(
        *table,
        time_budget=30,
        n_trials=2,
        algorithms=["naive_bayes"],
        knowledge_base=False,
        isolate=False,
    )
    part = MIN_PART_ROWS / 6_000
    assert result.leaderboard()["fidelity"].tolist() == pytest.approx([part, part])
    kept = [t.user_attrs["evaluation"]["fidelity"] for t in result.study.trials]
    assert kept == pytest.approx([part, part])
    assert (result.runs()["fidelity"] < 1.0).all()
    KnowledgeBase.from_frames(result.task.to_frame(), None, result.runs())
    assert any("All 2 trials were made" in note for note in result.notes)


def test_a_part_of_the_rows_keeps_as_many_of_the_rarest_class_as_a_setup_needs():
    size = Size(n_rows=9_000, n_columns=20, n_classes=3, n_rarest=12)
    needs = {a.name: a.min_class_rows for a in algorithms_for("multiclass")}
    y = np.repeat([0, 1, 2], [6_000, 2_988, 12])
    folds = make_folds(y, "multiclass", 3)
    for name in ("svm", "qda"):
        share = sized(Candidate(algorithm=name, config={}), size, 1e-6).fidelity
        parts = shorten_folds(folds, y, "multiclass", share)
        assert min(np.bincount(y[train])[2] for train, _ in parts) == needs[name]
