"""A class rarer than the folds: every trial ends well, and the class keeps its column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine

from autometa.exceptions import FallbackWarning, ParameterError, StorageError
from autometa.tuning import _validation as validation
from autometa.tuning import tune

SETTINGS = {
    "time_budget": None,
    "n_trials": 3,
    "algorithms": ["logistic_regression", "decision_tree", "naive_bayes"],
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
}


def wine_with(n_rare):
    X, y = load_wine(return_X_y=True, as_frame=True)
    labels = np.array(["a", "b", "c"], dtype=object)[y]
    labels[[0, 60, 150, 100][:n_rare]] = "rare"
    return X, labels


def table(n_positive, n=400):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    y = np.zeros(n, dtype=int)
    y[np.argsort(-X["a"])[:n_positive]] = 1
    return X, y


@pytest.mark.parametrize(
    ("n_rare", "metric"),
    [
        (1, "neg_log_loss"),
        (1, "roc_auc_ovr"),
        (1, "f1_macro"),
        (1, "balanced_accuracy"),
        (2, "roc_auc_ovr"),
        (4, "neg_log_loss"),
    ],
)
def test_a_rare_class_spoils_no_trial_and_keeps_its_column(n_rare, metric):
    X, labels = wine_with(n_rare)
    result = tune(X, labels, metric=metric, **SETTINGS)
    board = result.leaderboard()
    assert (set(board["status"]), result.metric) == ({"ok"}, metric)
    assert np.isfinite(board["score"]).all()
    assert np.isfinite(result.score)
    assert result.best_pipeline.classes_.tolist() == ["a", "b", "c", "rare"]
    probabilities = result.best_pipeline.predict_proba(X)
    assert probabilities.shape == (len(X), 4)
    assert (probabilities[labels == "rare", 3] > 0).any()


@pytest.mark.parametrize("metric", ["roc_auc", "f1", "average_precision", "balanced_accuracy"])
def test_folds_without_positives_do_not_count(metric):
    X, y = table(4)
    X["a"] = y  # a tree is right on every row
    result = tune(X, y, metric=metric, **SETTINGS | {"algorithms": ["decision_tree"]})
    assert result.leaderboard()["score"].max() == 1.0
    assert any(f"'{metric}' is undefined on 1 of 5 folds" in note for note in result.notes)
    folds = result.study.best_trial.user_attrs["evaluation"]["fold_scores"]
    assert np.isnan(folds).tolist() == [False] * 4 + [True]


def test_a_metric_that_no_fold_defines_is_replaced_and_that_is_said():
    X, y = table(1)
    with pytest.warns(FallbackWarning, match="scored by 'neg_log_loss' instead"):
        result = tune(X, y, metric="roc_auc", **SETTINGS)
    assert result.metric == "neg_log_loss"
    assert set(result.leaderboard()["status"]) == {"ok"}
    assert any(
        "'roc_auc' is undefined on every fold (class 1 has 1 rows)" in n for n in result.notes
    )
    assert result.best_pipeline.predict_proba(X).shape == (len(X), 2)


def test_one_split_of_many_rows_holds_out_the_rare_classes(monkeypatch):
    monkeypatch.setattr(validation, "choose_folds", lambda *_: (10, 1))  # as of large tables
    X, y = table(3, n=4_000)
    result = tune(X, y, metric="average_precision", **SETTINGS)
    assert len(result.study.best_trial.user_attrs["evaluation"]["fold_scores"]) == 1
    assert np.isfinite(result.leaderboard()["score"]).all()


@pytest.mark.slow
def test_the_rarer_class_is_positive_whatever_it_is_called():
    X, y = table(120)
    X["a"] += np.random.default_rng(1).normal(size=len(X))
    # Not trees: where half a leaf is of either class, `predict` goes by the order of names.
    settings = SETTINGS | {"algorithms": ["logistic_regression", "naive_bayes"]}
    results = []
    for names in (["legit", "fraud"], ["ok", "zero"]):
        results.append(tune(X, np.array(names)[y], metric="f1", **settings))
        assert results[-1].pos_label == names[1]
        assert f"The positive class of 'f1' is '{names[1]}'." in results[-1].notes
    assert results[0].score == pytest.approx(results[1].score, abs=1e-9)
    boards = [result.leaderboard()["score"] for result in results]
    np.testing.assert_allclose(*boards)
    other = tune(X, np.array(["legit", "fraud"])[y], metric="f1", pos_label="legit", **settings)
    assert other.score > results[0].score + 0.1
    assert other.best_pipeline.classes_.tolist() == ["fraud", "legit"]


def test_a_positive_class_that_is_none_is_refused():
    X, y = table(120)
    with pytest.raises(ParameterError, match="must be one of the two classes, 0 or 1"):
        tune(X, y, pos_label="yes", **SETTINGS)
    with pytest.raises(ParameterError, match="a task with no classes"):
        tune(X, X["a"], pos_label=1, **SETTINGS | {"algorithms": ["ridge"]})


def test_two_runs_on_one_table_share_their_folds():
    X, y = table(150)
    boards = [
        tune(X, y, **SETTINGS | {"random_state": seed, "algorithms": ["naive_bayes"]}).leaderboard()
        for seed in (0, 1)
    ]
    shared = boards[0].merge(
        boards[1], left_on=boards[0]["config"].map(str), right_on=boards[1]["config"].map(str)
    )
    assert len(shared)
    np.testing.assert_array_equal(shared["score_x"], shared["score_y"])


@pytest.mark.filterwarnings("ignore:'roc_auc' is undefined on every fold")
def test_a_study_says_what_its_values_are_and_is_found_again_by_what_was_asked(tmp_path):
    X, y = table(1)
    settings = SETTINGS | {"storage": f"sqlite:///{tmp_path / 'run.db'}"}
    first = tune(X, y, metric="roc_auc", **settings)
    again = tune(X, y, metric="roc_auc", **settings | {"n_trials": 4})
    assert first.study.study_name == again.study.study_name
    assert again.study.user_attrs["metric"] == again.metric == "neg_log_loss"
    assert len(again.study.trials) == 4


@pytest.mark.slow
def test_scores_about_different_classes_are_kept_in_different_studies(tmp_path):
    X, y = table(120)
    settings = SETTINGS | {"storage": f"sqlite:///{tmp_path / 'run.db'}", "n_trials": 1}
    about = [tune(X, y, metric="f1", pos_label=label, **settings) for label in (None, 1, 0)]
    names = [result.study.study_name for result in about]
    assert names[0] == names[1] != names[2]
    assert about[2].study.user_attrs["metric"] == "f1"
    with pytest.raises(StorageError, match="is of pos_label '0', not '1'"):
        tune(X, y, metric="f1", pos_label=1, study_name=names[2], **settings)
