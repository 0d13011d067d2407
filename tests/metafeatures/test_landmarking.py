"""Landmarkers: models against closed forms, scores against scikit-learn, and what they tell."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score
from sklearn.naive_bayes import GaussianNB

from metafeatures import MetaFeatureExtractor, MetaFeatureWarning, describe
from metafeatures._dataset import Dataset
from metafeatures._models.folds import Fold, pick_rows
from metafeatures._models.landmark_models import (
    MODELS,
    first_quarter,
    linear,
    naive_bayes,
    nearest_neighbor,
)
from metafeatures._models.landmarks import class_scores, number_scores
from metafeatures._task import read_target

RNG = np.random.default_rng(0)


def fold(train, target, test, *, is_regression=True) -> Fold:
    target = np.asarray(target, float)
    return Fold(
        train=np.asarray(train, float),
        test=np.asarray(test, float),
        target=target,
        test_target=np.zeros((len(test), target.shape[1])),
        is_regression=is_regression,
    )


def landmark(X: pd.DataFrame, y: object) -> pd.Series[float]:
    return describe(X, y, families=["landmarking"])


def test_linear_landmarker_recovers_a_line():
    x = RNG.normal(size=(200, 2))
    target = x @ [[2.0], [-1.0]] + 3
    assert linear(fold(x, target, [[1.0, 1.0]]))[0, 0] == pytest.approx(4.0, abs=0.01)


def test_nearest_neighbor_copies_the_nearest_row():
    answer = nearest_neighbor(fold([[0.0], [10.0]], [[1.0], [2.0]], [[1.0], [9.0], [100.0]]))
    assert answer.ravel().tolist() == [1.0, 2.0, 2.0]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_naive_bayes_decides_as_that_of_scikit_learn(n_classes):
    x = RNG.normal(size=(300, 3))
    classes = (x[:, 0] + RNG.normal(size=300) > 0).astype(int) + (x[:, 1] > 1) * (n_classes - 2)
    one_hot = np.eye(n_classes)[classes]
    target = one_hot[:, 1:] if n_classes == 2 else one_hot
    scores = naive_bayes(fold(x[:200], target[:200], x[200:], is_regression=False))
    chosen = scores[:, 0] > 0.5 if n_classes == 2 else scores.argmax(axis=1)
    expected = GaussianNB(var_smoothing=1e-3).fit(x[:200], classes[:200]).predict(x[200:])
    assert (chosen == expected).mean() >= 0.99


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_the_auc_of_naive_bayes_is_that_of_posteriors(n_classes):
    rng = np.random.default_rng(n_classes)
    classes = np.arange(400) % n_classes
    x = rng.normal(size=(400, 20))
    x[:, 0] += 2 * classes
    target = np.eye(n_classes)[classes] if n_classes > 2 else classes[:, None].astype(float)
    scores = naive_bayes(fold(x[:200], target[:200], x[200:], is_regression=False))
    model = GaussianNB(var_smoothing=1e-3).fit(x[:200], classes[:200])
    chances = model.predict_proba(x[200:])
    chances = chances[:, 1] if n_classes == 2 else chances
    expected = roc_auc_score(classes[200:], chances, multi_class="ovr")
    assert class_scores(target[200:], scores)["auc"] == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_quarter_of_the_rows_has_a_quarter_of_each_class(n_classes):
    classes = np.append(np.zeros(400, int), np.repeat(np.arange(1, n_classes), 10))
    one_hot = np.eye(n_classes)[classes]
    target = one_hot[:, 1:] if n_classes == 2 else one_hot
    found = first_quarter(
        fold(np.arange(len(target))[:, None], target, [[0.0]], is_regression=False)
    )
    chosen = classes[found.train[:, 0].astype(int)]
    assert np.bincount(chosen).tolist() == [100] + [3] * (n_classes - 1)


@pytest.mark.parametrize("levels", [["a", "b"], ["a", "b", "c"], [True, False]])
def test_landmarkers_tell_a_gap_in_a_category_from_its_levels(levels):
    rng = np.random.default_rng(0)
    column = pd.Series(rng.choice(np.array(levels, object), 600))
    column[rng.random(600) < 0.5] = None
    found = describe(pd.DataFrame({"a": column}), column.isna(), names=["landmark_tree.auc"])
    assert found.item() == 1.0


@pytest.mark.parametrize("model", list(MODELS))
def test_models_predict_without_columns(model):
    empty = fold(np.empty((4, 0)), [[0.0], [1.0], [0.0], [1.0]], np.empty((2, 0)))
    assert MODELS[model](empty, 0).shape == (2, 1)


@given(st.integers(0, 10**6))
def test_scores_of_two_classes_match_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth = np.append([0, 1], rng.integers(0, 2, 20))
    answer = rng.integers(0, 5, 22) / 4
    found = class_scores(truth[:, None].astype(float), answer[:, None])
    assert found["auc"] == pytest.approx(roc_auc_score(truth, answer))
    assert found["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(truth, answer > 0.5, adjusted=True)
    )


@given(st.integers(0, 10**6))
def test_scores_of_many_classes_match_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth = np.append([0, 1, 2], rng.integers(0, 3, 20))
    answer = rng.dirichlet(np.ones(3), 23)
    found = class_scores(np.eye(3)[truth], answer)
    expected = roc_auc_score(truth, answer, multi_class="ovr", average="macro")
    assert found["auc"] == pytest.approx(expected)
    expected = balanced_accuracy_score(truth, answer.argmax(axis=1), adjusted=True)
    assert found["balanced_accuracy"] == pytest.approx(expected)


@given(st.integers(0, 10**6))
def test_scores_of_numbers_match_scikit_learn_and_scipy(seed):
    rng = np.random.default_rng(seed)
    truth, answer = rng.normal(size=(2, 20))
    found = number_scores(truth[:, None], answer[:, None])
    assert found["r2"] == pytest.approx(max(-1.0, r2_score(truth, answer)))
    assert found["spearman"] == pytest.approx(spearmanr(truth, answer).statistic)


def test_scores_of_a_constant_answer_say_chance():
    truth = np.array([[0.0], [1.0], [1.0]])
    assert class_scores(truth, np.full((3, 1), 0.2)) == {
        "main": 0.5,
        "balanced_accuracy": pytest.approx(0.0),
        "auc": 0.5,
    }
    assert number_scores(truth, np.full((3, 1), 2 / 3))["spearman"] == 0.0


def test_trees_beat_lines_on_a_checkerboard_and_lose_on_a_slope():
    X = pd.DataFrame(RNG.uniform(-1, 1, size=(900, 2)))
    board = (X[0] > 0) ^ (X[1] > 0)
    slope = X[0] + X[1] + RNG.normal(size=900) / 10
    assert landmark(X, board)["landmark_difference.trees_linear"] > 0.3
    assert landmark(X, slope)["landmark_difference.trees_linear"] < 0
    assert landmark(X, slope)["landmark_linear.r2"] > 0.95


def test_ranks_help_the_linear_landmarker_where_columns_are_skewed():
    x = RNG.lognormal(sigma=3, size=(900, 2))
    y = np.log(x).sum(axis=1)
    assert landmark(pd.DataFrame(x), y)["landmark_difference.ranks_linear"] > 0.3


def test_noise_scores_like_chance():
    X, y = pd.DataFrame(RNG.normal(size=(900, 5))), RNG.integers(0, 3, 900)
    found = landmark(X, y)
    for model in MODELS:
        assert found[f"landmark_{model}.auc"] == pytest.approx(0.5, abs=0.08)
        assert found[f"landmark_{model}.balanced_accuracy"] == pytest.approx(0, abs=0.12)


def test_more_rows_help_where_there_is_something_to_learn():
    X = pd.DataFrame(RNG.normal(size=(1200, 8)))
    y = X[0] * X[1] + X[2] * X[3]
    assert landmark(X, y)["landmark_gain.extra_trees"] > 0.05


def test_ranks_of_landmarkers_go_from_best_to_worst():
    X = pd.DataFrame(RNG.normal(size=(300, 3)))
    found = landmark(X, X[0] - X[1])
    ranks = found[found.index.str.startswith("landmark_rank.")]
    assert ranks["landmark_rank.linear"] == 0.0
    assert ranks["landmark_rank.stump"] == 1.0
    assert ranks.mean() == pytest.approx(0.5)


def test_a_class_that_is_too_small_skips_landmarkers_with_one_warning():
    X, y = pd.DataFrame({"a": np.arange(20.0)}), ["common"] * 18 + ["rare"] * 2
    with pytest.warns(
        MetaFeatureWarning,
        match="Landmarkers skipped: class 'rare' has 2 rows, fewer than the 3 folds. Their values",
    ) as caught:
        found = landmark(X, y)
    assert len(caught) == 1
    is_skipped = found.index.str.startswith("landmark_")
    assert found[is_skipped].isna().all()
    assert not found[~is_skipped].isna().any()


def test_rare_classes_of_few_rows_are_left_out_without_a_warning():
    X = pd.DataFrame({"a": np.arange(200.0)})
    y = ["p"] * 100 + ["q"] * 98 + ["once", "twice"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not landmark(X, y).isna().any()


def test_no_warning_when_landmarkers_are_not_asked_for():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        describe(pd.DataFrame({"a": [1, 2, 3]}), [0, 1, 1], families=["simple"])


def test_landmark_sample_keeps_class_shares_and_small_classes():
    y = np.repeat([0, 1, 2], [8000, 1990, 10])
    target = read_target(y, len(y), None)
    rows = pick_rows(target, RNG.permutation(len(y))).rows
    assert 1500 <= rows.size <= 1510


def test_every_fold_tests_every_class_and_learns_scales_on_its_training_part():
    X = pd.DataFrame({"a": RNG.normal(5, 3, size=120), "b": RNG.choice(list("xyz"), 120)})
    y = np.repeat(["p", "q", "r"], [110, 7, 3])
    dataset = Dataset(X, read_target(y, 120, None), max_rows=None, seed=0)
    assert len(dataset.folds) == 3
    assert sum(len(part.test) for part in dataset.folds) == 120
    for part in dataset.folds:
        assert (part.test_target.sum(axis=0) >= 1).all()
        np.testing.assert_allclose(part.train.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(part.train.std(axis=0), 1, atol=1e-9)


def test_threads_change_no_value():
    X, y = pd.DataFrame(RNG.normal(size=(100, 3))), RNG.integers(0, 2, 100)
    one = MetaFeatureExtractor(families=["landmarking"]).extract(X, y)
    three = MetaFeatureExtractor(families=["landmarking"], n_jobs=3).extract(X, y)
    pd.testing.assert_series_equal(one, three)
