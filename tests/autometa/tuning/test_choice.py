"""The score of a choice: of the model that comes back, and on rows the choice has not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import autometa.tuning._validation as validation
import autometa.tuning.final_model._finish as finish
import autometa.tuning.workers._worker_side as worker_side
from autometa.exceptions import ParameterError
from autometa.tuning import tune
from autometa.tuning.final_model._choice import ChoiceLimits, Entry, choose_weights, cross_fit
from autometa.tuning.final_model._finish import Chosen
from autometa.tuning.final_model._held_out import HeldOut

INLINE = {"time_budget": None, "knowledge_base": False, "isolate": False, "random_state": 0}


def held_out(y, folds, metric, n_classes=0):
    return HeldOut(
        rows=np.arange(len(y)), folds=np.asarray(folds), y=y, metric=metric, n_classes=n_classes
    )


def entries(truth, values):
    return [Entry(values=v, fold_scores=truth.fold_scores(v)) for v in values]


@pytest.mark.slow
@pytest.mark.parametrize("n_folds", [1, 5])
@pytest.mark.parametrize("ensemble", [True, False])
def test_the_best_of_many_guesses_scores_chance_on_rows_it_was_not_chosen_on(ensemble, n_folds):
    rng = np.random.default_rng(0)
    found, best = [], []
    for _ in range(10):
        y = rng.integers(0, 2, 300)
        truth = held_out(y, np.arange(300) % n_folds, "roc_auc", 2)
        guesses = [np.column_stack([1 - p, p]) for p in rng.uniform(size=(10, 300))]
        crossed = cross_fit(entries(truth, guesses), truth, ChoiceLimits(ensemble=ensemble))
        found.append(crossed.score)
        best.append(max(truth.score(v) for v in guesses))
        assert crossed.weights.sum(axis=1) == pytest.approx(1.0)
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - 0.5) < 3 * error + 0.005
    assert np.mean(best) > 0.52  # what the scores chosen by would promise


def test_a_clear_best_is_scored_as_itself():
    rng = np.random.default_rng(0)
    y = rng.normal(size=2_000)
    truth = held_out(y, np.arange(2_000) % 5, "neg_root_mean_squared_error")
    values = [y + rng.normal(0, 5, 2_000), y + 0.1 * rng.normal(size=2_000)]
    crossed = cross_fit(entries(truth, values), truth, ChoiceLimits())
    np.testing.assert_array_equal(crossed.values, values[1])
    assert crossed.score == truth.score(values[1])
    assert choose_weights(entries(truth, values), truth, ChoiceLimits()) == {1: 1.0}


def test_a_setup_far_below_the_best_is_a_member_where_its_errors_are_others():
    rng = np.random.default_rng(0)
    y, shared = rng.normal(size=200), rng.normal(size=200)
    truth = held_out(y, np.arange(200) % 5, "neg_root_mean_squared_error")
    values = [y + shared, y - 1.5 * shared]  # two thirds of the first cancel the second
    scores = [truth.score(v) for v in values]
    error = np.std(truth.fold_scores(values[0]), ddof=1) / np.sqrt(5)
    assert scores[1] < scores[0] - 2 * error
    weights = choose_weights(entries(truth, values), truth, ChoiceLimits())
    assert weights[0] == pytest.approx(0.6, abs=0.05)


def test_averages_of_sure_members_are_probabilities():
    y = np.arange(300) % 3
    truth = held_out(y, y, "neg_log_loss", 3)
    sure = np.eye(3)[y]
    rng = np.random.default_rng(0)
    for weights in rng.dirichlet(np.ones(7), 50):
        average = truth.average([(w, sure) for w in weights])
        assert average.max() <= 1.0
        assert truth.score(average) == pytest.approx(0.0, abs=1e-12)


def numbers(n=300):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    return X, 100 + X["a"] + rng.normal(size=n)


def test_a_member_lost_at_the_refit_does_not_falsify_the_score(monkeypatch):
    fit = finish.refit

    def lost(state, algorithm, *rest):
        if algorithm == "decision_tree":
            raise MemoryError
        return fit(state, algorithm, *rest)

    monkeypatch.setattr(finish, "refit", lost)
    monkeypatch.setattr(
        finish, "choose", lambda s, _: [Chosen(trial=j, weight=1 / 3) for j in s.completed]
    )
    X, y = numbers()
    algorithms = ["ridge", "elastic_net", "decision_tree"]
    result = tune(X, y, n_trials=3, algorithms=algorithms, **INLINE)
    board = result.leaderboard()
    assert result.score == pytest.approx(board["score"].max(), abs=0.1)
    assert board["weight"].sum() == pytest.approx(1.0)
    assert board.loc[board["algorithm"] == "decision_tree", "weight"].tolist() == [0.0]
    assert any("decision_tree was not fitted on all rows" in note for note in result.notes)


@pytest.mark.slow
def test_a_setup_outside_the_choice_lends_its_score_to_nobody(monkeypatch):
    """Chosen were two setups; the good one is lost, and a third, as good, was not chosen."""
    fit = finish.refit

    def lost(state, algorithm, *rest):
        if algorithm == "decision_tree":
            raise MemoryError
        return fit(state, algorithm, *rest)

    def tree_and_line(state, _):
        wanted = ("decision_tree", "logistic_regression")
        found = [j for j in state.completed if j.candidate.algorithm in wanted]
        return [Chosen(trial=j, weight=1 / len(found)) for j in found]

    monkeypatch.setattr(finish, "refit", lost)
    monkeypatch.setattr(finish, "choose", tree_and_line)
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(900, 2)), columns=["a", "b"])
    y = (X["a"] * X["b"] > 0).astype(int)  # a line sees nothing of it
    algorithms = ["logistic_regression", "decision_tree", "nearest_neighbors"]
    result = tune(X[:600], y[:600], n_trials=3, algorithms=algorithms, **INLINE)
    board = result.leaderboard().set_index("algorithm")
    assert board.loc["nearest_neighbors", "score"] > 0.9
    held = roc_auc_score(y[600:], result.best_pipeline.predict_proba(X[600:])[:, 1])
    assert (held < 0.65, result.score < 0.65) == (True, True)


@pytest.mark.slow
def test_when_models_of_the_folds_stand_in_score_and_weights_are_theirs(monkeypatch):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(2_000, 2)), columns=["a", "b"])
    y = (X["a"] * X["b"] > 0).astype(int)
    monkeypatch.setattr(finish.Refits, "_run", lambda self, jobs: None)  # no refit in time
    monkeypatch.setattr(worker_side, "MAX_MODEL_BYTES", 1_000_000)  # trees exceed it
    monkeypatch.setattr(validation, "choose_folds", lambda *_: (3, 3))
    result = tune(
        X[:1000],
        y[:1000],
        algorithms=["logistic_regression", "extra_trees"],
        n_trials=3,
        **INLINE | {"time_budget": 60},
    )
    scores = result.leaderboard().set_index("trial")
    (number,) = result.weights
    assert scores.loc[number, "algorithm"] == "logistic_regression"
    assert scores["score"].max() > 0.9  # of trees whose models were too large to send
    held = roc_auc_score(y[1000:], result.best_pipeline.predict_proba(X[1000:])[:, 1])
    assert result.score == pytest.approx(held, abs=0.1)


def test_large_numbers_keep_their_precision():
    X, y = numbers(400)
    far = 1.7e9 + y
    result = tune(X, far, n_trials=2, algorithms=["ridge"], **INLINE)
    near = tune(X, y, n_trials=2, algorithms=["ridge"], **INLINE)
    assert result.score == pytest.approx(near.score, rel=1e-4)


def test_predictions_that_were_not_kept_are_not_given():
    X, y = numbers(60)
    result = tune(X, y, n_trials=2, algorithms=["ridge"], **INLINE)
    assert result.oof_predictions([1])["trial"].dropna().unique().tolist() == [1]
    with pytest.raises(ParameterError, match=r"predictions are kept: \[0, 1\]. Got \[7\]"):
        result.oof_predictions([1, 7])


def test_members_keep_together_to_the_time_a_prediction_may_take():
    rng = np.random.default_rng(0)
    y = rng.normal(size=2_000)
    truth = held_out(y, np.arange(2_000) % 5, "neg_root_mean_squared_error")
    values = [y + rng.normal(size=2_000) for _ in range(6)]  # the more, the better
    timed = [replace(e, predict_ms=0.4) for e in entries(truth, values)]
    assert len(choose_weights(timed, truth, ChoiceLimits())) == 6
    assert len(choose_weights(timed, truth, ChoiceLimits(predict_ms=1.0))) == 2
    assert len(choose_weights(timed, truth, ChoiceLimits(predict_ms=2.5, max_cost=10.0))) == 6
    slow = [replace(e, predict_ms=float(6 - i)) for i, e in enumerate(timed)]
    assert choose_weights(slow, truth, ChoiceLimits(predict_ms=0.5)) == {
        5: 1.0
    }  # none: the quickest
