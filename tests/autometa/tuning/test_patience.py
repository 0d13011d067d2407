"""Runs that end early because nothing improves, and runs that are learnt from."""

from __future__ import annotations

import math

import pytest
from sklearn.datasets import load_iris

from autometa import KnowledgeBase, tune
from autometa.exceptions import OutputError
from autometa.tuning._expected_gain import ExpectedGain


def gain_of(scores, seconds=1.0):
    gain = ExpectedGain()
    for number, score in enumerate(scores):
        gain.learn(score, seconds * number)
    return gain


def test_trials_since_the_best_are_counted_and_an_equal_score_is_no_better():
    assert gain_of([]).n_since_best == 0
    assert gain_of([0.5, 0.7, 0.6, 0.7]).n_since_best == 2


def test_expected_gain_matches_a_hand_computed_value():
    # median 2, spread 2, top five steps 4/4 = 1; one trial a second: 1 / 2 / 6 a second
    assert gain_of([0, 4, 1, 3, 2]).per_second == pytest.approx(1 / 12)
    assert gain_of([0, 4, 1, 3, 2], seconds=10).per_second == pytest.approx(1 / 120)


def test_little_is_expected_of_equal_scores_and_everything_of_none():
    assert gain_of([1.0, 1.0, 1.0]).per_second == 0.0
    assert gain_of([1.0, 2.0]).per_second == math.inf


@pytest.fixture
def run(tmp_path, monkeypatch):
    X, y = load_iris(return_X_y=True, as_frame=True)

    def tuned(**options):
        return tune(
            X,
            y,
            random_state=0,
            isolate=False,
            knowledge_base=False,
            algorithms=["naive_bayes"],
            **options,
        )

    return tuned


def test_a_run_without_a_clock_ends_after_so_many_trials_without_gain(run):
    result = run(time_budget=None, n_trials=60, patience=3)
    scores = [trial.value for trial in result.study.trials if trial.value is not None]
    assert len(scores) < 60
    assert len(scores) - 1 - scores.index(max(scores)) == 3


def test_a_run_that_learns_says_what_it_has_added(run, tmp_path, monkeypatch):
    monkeypatch.setattr("autometa.tuning._learning.user_folder", lambda: tmp_path / "own")
    result = run(time_budget=None, n_trials=2, learn=True)
    kb = KnowledgeBase.load(tmp_path / "own")
    assert set(kb.tasks["task_id"]) == {result.task.task_id}
    assert len(kb.runs) == len(result.runs())
    assert f"in '{tmp_path / 'own'}'" in result.notes[-1]


def test_a_knowledge_base_that_cannot_be_written_costs_no_result(run, tmp_path, monkeypatch):
    own = tmp_path / "own"
    monkeypatch.setattr("autometa.tuning._learning.user_folder", lambda: own)
    lost_meanwhile = [lambda *_: own.write_text("a file")]
    result = run(time_budget=None, n_trials=1, learn=True, callbacks=lost_meanwhile)
    assert "were not added" in result.notes[-1]
    assert result.best_pipeline is not None
    with pytest.raises(OutputError, match=f"'learn' must name a folder. '{own}' is a file"):
        run(time_budget=None, n_trials=1, learn=True)
