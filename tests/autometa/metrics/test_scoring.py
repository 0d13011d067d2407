"""Metrics: scikit-learn's own values, and NaN exactly where the labels leave none."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from autometa.exceptions import MetricError, ParameterError
from autometa.metrics import (
    Predictions,
    check_metric,
    is_defined,
    is_regression_metric,
    mean_score,
    measured_metrics,
    positive_class,
    score,
)

TASK_TYPES = ("binary", "multiclass", "regression")


class Oracle(ClassifierMixin, BaseEstimator):
    """An estimator that returns given probabilities, for scikit-learn's scorers."""

    def __init__(self, values):
        self.values = values

    def __sklearn_is_fitted__(self):
        return True

    @property
    def classes_(self):
        return np.arange(self.values.shape[1])

    def predict_proba(self, X):
        return self.values

    def predict(self, X):
        return self.values.argmax(axis=1)


class NumberOracle(RegressorMixin, BaseEstimator):
    def __init__(self, values):
        self.values = values

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return self.values


def drawn(task_type, seed=0, n=90):
    rng = np.random.default_rng(seed)
    if task_type == "regression":
        y = rng.gamma(2.0, size=n)
        return Predictions(y=y, values=y * rng.uniform(0.5, 1.5, n))
    n_classes = 2 if task_type == "binary" else 4
    y = rng.integers(0, n_classes, n)
    values = rng.dirichlet(np.ones(n_classes), n) + 0.4 * np.eye(n_classes)[y]
    return Predictions(y=y, values=values / values.sum(1, keepdims=True), n_classes=n_classes)


def accepted(task_type):
    found = []
    for metric in get_scorer_names():
        try:
            found.append(check_metric(metric, task_type))
        except MetricError:
            continue
    return found


@pytest.mark.parametrize(
    ("task_type", "metric"), [(t, metric) for t in TASK_TYPES for metric in accepted(t)]
)
def test_every_metric_is_what_the_scorer_of_its_name_returns(task_type, metric):
    p = drawn(task_type)
    oracle = Oracle(p.values) if p.n_classes else NumberOracle(p.values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = get_scorer(metric)(oracle, p.y[:, None], p.y)
    assert score(metric, p) == pytest.approx(expected, abs=1e-12)


def test_metrics_of_numbers_are_those_of_scikit_learns_regression_room():
    for metric in get_scorer_names():
        module = get_scorer(metric)._score_func.__module__
        assert is_regression_metric(metric) == module.endswith("._regression"), metric


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_a_metric_of_the_other_kind_is_refused(task_type):
    others = [
        m for m in get_scorer_names() if is_regression_metric(m) != (task_type == "regression")
    ]
    for metric in others:
        with pytest.raises(MetricError, match=f"does not apply to {task_type} tasks"):
            check_metric(metric, task_type)


@pytest.mark.parametrize("metric", accepted("binary"))
def test_naming_the_classes_the_other_way_round_changes_no_binary_score(metric):
    p = drawn("binary")
    turned = Predictions(y=1 - p.y, values=p.values[:, ::-1], n_classes=2, positive=0)
    assert score(metric, p) == pytest.approx(score(metric, turned), abs=1e-12)


@pytest.mark.parametrize("metric", ["f1", "precision", "recall", "average_precision", "jaccard"])
def test_the_positive_class_is_the_one_that_is_scored(metric):
    p = drawn("binary")
    about_0 = Predictions(y=p.y, values=p.values, n_classes=2, positive=0)
    function = {"average_precision": metrics.average_precision_score}.get(
        metric, getattr(metrics, f"{metric}_score", None)
    )
    response = p.values[:, 0] if metric == "average_precision" else p.values.argmax(1)
    assert score(metric, about_0) == pytest.approx(function(p.y, response, pos_label=0))
    assert score(metric, about_0) != pytest.approx(score(metric, p))


ALL_NEGATIVE = np.zeros(10, dtype=int)


@pytest.mark.parametrize(
    ("metric", "defined"),
    [
        ("accuracy", True),
        ("neg_log_loss", True),
        ("neg_brier_score", True),
        ("roc_auc", False),
        ("f1", False),
        ("precision", False),
        ("recall", False),
        ("average_precision", False),
        ("balanced_accuracy", False),
        ("matthews_corrcoef", False),
    ],
)
def test_without_positives_a_score_is_undefined_by_the_labels_alone(metric, defined):
    for values in (np.tile([0.9, 0.1], (10, 1)), np.tile([0.2, 0.8], (10, 1))):
        found = score(metric, Predictions(y=ALL_NEGATIVE, values=values, n_classes=2))
        assert np.isfinite(found) == defined
    assert is_defined(metric, ALL_NEGATIVE, 2) == defined


@pytest.mark.parametrize("metric", measured_metrics("multiclass"))
def test_a_class_that_the_rows_lack_leaves_the_score_of_the_others(metric):
    p = drawn("multiclass", n=200)
    rows = p.rows(p.y != 2)
    present = [0, 1, 3]
    predicted = rows.values.argmax(1)
    by_hand = {
        "neg_log_loss": -metrics.log_loss(rows.y, rows.values, labels=range(4)),
        "roc_auc_ovr": np.mean(
            [metrics.roc_auc_score(rows.y == c, rows.values[:, c]) for c in present]
        ),
        "accuracy": np.mean(rows.y == predicted),
        "balanced_accuracy": np.mean([np.mean(predicted[rows.y == c] == c) for c in present]),
        "f1_macro": metrics.f1_score(rows.y, predicted, average="macro", labels=present),
        "matthews_corrcoef": metrics.matthews_corrcoef(rows.y, predicted),
    }
    assert score(metric, rows) == pytest.approx(by_hand[metric], abs=1e-12)


@pytest.mark.parametrize("weighted", ["", "_weighted"])
def test_pairs_of_classes_are_averaged_as_in_scikit_learn(weighted):
    p = drawn("multiclass", n=200)
    expected = metrics.roc_auc_score(
        p.y, p.values, multi_class="ovo", average="weighted" if weighted else "macro"
    )
    assert score(f"roc_auc_ovo{weighted}", p) == pytest.approx(expected)
    assert 0.5 < score(f"roc_auc_ovo{weighted}", p.rows(p.y != 2)) < 1


def test_a_constant_target_has_no_explained_variance_but_an_error():
    p = Predictions(y=np.ones(5), values=np.arange(5.0))
    assert np.isnan(score("r2", p))
    assert score("neg_mean_absolute_error", p) == pytest.approx(-1.4)


def test_predictions_that_cannot_be_scored_are_the_worst_not_missing():
    y = np.arange(1.0, 6.0)
    assert score("neg_mean_squared_log_error", Predictions(y=y, values=-2 * y)) == -np.inf
    assert score("neg_mean_squared_error", Predictions(y=y, values=y * 1e300)) == -np.inf


def test_undefined_folds_are_left_out_of_the_mean():
    assert mean_score([1.0, np.nan, 0.5]) == 0.75
    assert np.isnan(mean_score([np.nan]))
    assert mean_score([1.0, -np.inf]) == -np.inf


@pytest.mark.parametrize(
    ("counts", "classes", "asked", "number"),
    [
        ([10, 2], ["fraud", "legit"], None, 1),
        ([2, 10], ["fraud", "legit"], None, 0),
        ([5, 5], [0, 1], None, 1),
        ([5, 5], ["no", "yes"], None, 1),
        ([10, 2], ["fraud", "legit"], "fraud", 0),
        ([10, 2], [0, 1], 0, 0),
        ([10, 2], [0, 1], "0", 0),  # as the command line gives it
        ([10, 2], [False, True], "True", 1),
        ([1, 1, 1], ["a", "b", "c"], None, 1),
        ([], [], None, 1),
    ],
)
def test_the_rarer_class_is_positive_unless_one_is_named(counts, classes, asked, number):
    y = np.repeat(np.arange(len(counts)), np.asarray(counts, dtype=int))
    assert positive_class(y, np.array(classes), asked) == number


@pytest.mark.parametrize(
    ("classes", "match"), [(["a", "b"], "'a' or 'b'. Got 'c'"), (["a", "b", "d"], "3 classes")]
)
def test_a_class_that_does_not_exist_cannot_be_positive(classes, match):
    with pytest.raises(ParameterError, match=match):
        positive_class(np.arange(len(classes)), np.array(classes), "c")
