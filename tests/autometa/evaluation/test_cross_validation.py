"""cross_validate: what scikit-learn says of the same pipeline on the same folds."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn import model_selection
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from autometa.evaluation import cross_validate, make_folds
from autometa.metrics import measured_metrics
from autometa.tables import TASK_TYPES, Table

N_CLASSES = {"binary": 2, "multiclass": 4, "regression": 0}


def table_of(X, y, task_type):
    """Return the table whose rows are as they are: columns of numbers need no cleaning."""
    return Table(X=X, y=y, classes=np.arange(N_CLASSES[task_type]), task_type=task_type)


def drawn(task_type, n=160):
    """Return a table whose signal is as strong as its noise: no score is 0, 1 or chance."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    signal = (X["a"] + rng.normal(size=n)).to_numpy()
    if task_type == "regression":
        return X, 20 + signal, Ridge()
    edges = np.quantile(signal, np.linspace(0, 1, N_CLASSES[task_type] + 1)[1:-1])
    return X, np.digitize(signal, edges), LogisticRegression()


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_every_measured_metric_is_that_of_scikit_learn_on_the_same_folds(task_type):
    X, y, model = drawn(task_type)
    folds = make_folds(y, task_type, 4)
    metrics = measured_metrics(task_type)
    ours = cross_validate(model, X, table_of(X, y, task_type), folds, metrics)
    theirs = model_selection.cross_validate(
        model, X, y, cv=folds, scoring=list(metrics), return_train_score=True
    )
    for metric in metrics:
        by_fold = theirs[f"test_{metric}"]
        np.testing.assert_allclose(ours.fold_scores[metric], by_fold, rtol=1e-9, err_msg=metric)
        assert ours.scores[metric] == pytest.approx(by_fold.mean(), rel=1e-9), metric
        on_train = theirs[f"train_{metric}"].mean()
        assert ours.train_scores[metric] == pytest.approx(on_train, rel=1e-9), metric


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_rows_are_predicted_by_the_model_that_has_not_seen_them(task_type):
    X, y, model = drawn(task_type)
    folds = make_folds(y, task_type, 4)
    method = "predict_proba" if N_CLASSES[task_type] else "predict"
    theirs = model_selection.cross_val_predict(model, X, y, cv=folds, method=method)
    ours = cross_validate(
        model, X, table_of(X, y, task_type), folds,
        ["accuracy"] if N_CLASSES[task_type] else ["r2"], keep_models=True,
    )  # fmt: skip
    np.testing.assert_allclose(ours.values, theirs, rtol=1e-9)
    for fitted, (_, test) in zip(ours.models, folds, strict=True):
        np.testing.assert_allclose(getattr(fitted, method)(X.iloc[test]), theirs[test], rtol=1e-9)


def test_neighbours_that_know_every_row_by_heart_score_chance_on_coins():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(2_000, 2)), columns=list("ab"))
    y = rng.integers(0, 2, 2_000)
    folds = make_folds(y, "binary", 5)
    scores = cross_validate(
        KNeighborsClassifier(1), X, table_of(X, y, "binary"), folds, ["accuracy"]
    )
    assert scores.train_scores["accuracy"] == 1.0
    # of 2,000 coins 1,000 are guessed, and in all but 3 of 1,000 draws within 67 of that
    assert scores.scores["accuracy"] == pytest.approx(0.5, abs=3 * np.sqrt(0.25 / 2_000))


def test_a_class_that_a_training_part_lacks_is_predicted_with_probability_0():
    X = pd.DataFrame({"a": [0.0, 0.1, 5.0, 5.1, 9.0, 9.1]})
    y = np.array([2, 2, 0, 0, 1, 1])
    folds = [(np.array([0, 1, 2, 3]), np.array([4, 5])), (np.array([2, 3, 4, 5]), np.array([0, 1]))]
    table = Table(X=X, y=y, classes=np.arange(3), task_type="multiclass")
    values = cross_validate(GaussianNB(), X, table, folds, ["neg_log_loss"]).values
    np.testing.assert_allclose(values[4:], [[1, 0, 0], [1, 0, 0]])  # nearest to the rows at 5
    np.testing.assert_allclose(values[:2], [[1, 0, 0], [1, 0, 0]])
    assert np.isnan(values[2:4]).all()  # held out by no fold


def test_processor_seconds_of_a_fit_are_those_that_it_spends():
    class Slow(Ridge):
        def fit(self, X, y):
            until = time.process_time() + 0.2
            while time.process_time() < until:
                pass
            time.sleep(0.3)  # idle: no processor seconds
            return super().fit(X, y)

    X, y, _ = drawn("regression", n=40)
    found = cross_validate(
        Slow(), X, table_of(X, y, "regression"), make_folds(y, "regression", 2), ["r2"]
    )
    assert 0.2 <= found.fit_seconds < 0.3
    assert found.predict_seconds < 0.1
