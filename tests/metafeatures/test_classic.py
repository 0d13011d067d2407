"""The landmarkers of the literature: against scikit-learn's models on the same folds."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, make_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import check_random_state

from metafeatures import describe
from metafeatures._dataset import Dataset
from metafeatures._models.closed_forms import ClassSums, linear_discriminant, naive_bayes
from metafeatures._models.folds import number_folds, stratified_folds
from metafeatures._models.ten_folds import ClassFolds, NumberFolds, spread_columns
from metafeatures._task import read_target

RNG = np.random.default_rng(0)
STUMP = DecisionTreeClassifier(max_depth=1, random_state=0)
NEAREST = KNeighborsClassifier(n_neighbors=1)


def rows_as_seen(X: object, y: object, random_state: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and classes in the order in which an extractor with max_rows=None sees them.

    A library whose folds follow the order of rows has the same folds on these.
    """
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    dataset = Dataset(pd.DataFrame(X), read_target(y, len(X)), max_rows=None, seed=seed)
    return dataset.near_points, dataset.near_classes


def scores_of(model, points, target, in_fold):
    """Return the score of a model of scikit-learn on each fold."""
    return np.array(
        [
            model.fit(points[in_fold != fold], target[in_fold != fold]).score(
                points[in_fold == fold], target[in_fold == fold]
            )
            for fold in range(in_fold.max() + 1)
        ]
    )


@pytest.mark.parametrize(
    "table",
    [load_iris, load_breast_cancer, lambda **_: make_classification(300, 8, random_state=0)],
)
def test_values_are_those_of_scikit_learn_on_the_rows_as_seen(table):
    X, y = table(return_X_y=True)
    found = describe(X, y, families=["landmarking"], max_rows=None)
    points, classes = rows_as_seen(X, y)
    models = {
        "best_node": STUMP,
        "linear_discr": LinearDiscriminantAnalysis(),
        "naive_bayes": GaussianNB(),
        "one_nn": NEAREST,
    }
    folds = StratifiedKFold(10)
    for name, model in models.items():
        scores = []
        for train, test in folds.split(points, classes):
            model.fit(points[train], classes[train])
            scores.append(model.score(points[test], classes[test]))
        assert found[f"{name}.mean"] == pytest.approx(np.mean(scores)), name
        assert found[f"{name}.sd"] == pytest.approx(np.std(scores, ddof=1)), name
        assert found[f"{name}.min"] == pytest.approx(min(scores)), name
        assert found[f"{name}.max"] == pytest.approx(max(scores)), name


@given(st.integers(0, 10**6), st.integers(2, 10))
def test_folds_are_those_of_scikit_learn(seed, n_folds):
    rng = np.random.default_rng(seed)
    classes = rng.permutation(np.repeat([0, 1, 2], [12, 11, int(rng.integers(1, 9))]))
    in_fold = stratified_folds(classes, n_folds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of classes smaller than folds
        splits = list(StratifiedKFold(n_folds).split(classes, classes))
    for fold, (_, test) in enumerate(splits):
        assert np.flatnonzero(in_fold == fold).tolist() == test.tolist()


def test_folds_of_numbers_all_have_small_and_large_ones():
    target = RNG.normal(size=1000)
    in_fold = number_folds(target, 10)
    means = np.bincount(in_fold, weights=target) / 100
    assert np.bincount(in_fold).tolist() == [100] * 10
    assert np.abs(means).max() < 0.1


@pytest.mark.parametrize("seed", range(9))  # splits that are equally good are rare, but are
def test_each_column_is_split_as_scikit_learn_splits_it(seed):
    rng = np.random.default_rng(seed)
    points, classes = rng.normal(size=(80, 3)), rng.integers(0, 3, 80)
    classes[points[:, 1] > 0.5] = 0
    folds = ClassFolds(points, classes)
    for column in range(3):
        expected = scores_of(STUMP, points[:, [column]], classes, folds.in_fold)
        np.testing.assert_allclose(folds.splits.score[column], expected)
    np.testing.assert_allclose(
        folds.splits.score[folds.splits.best, np.arange(10)],
        scores_of(STUMP, points, classes, folds.in_fold),
    )


@pytest.mark.parametrize("seed", range(9))
def test_each_column_is_split_for_numbers_as_scikit_learn_splits_it(seed):
    rng = np.random.default_rng(seed)
    points, target = rng.normal(size=(80, 3)), rng.normal(size=80)
    target += 3 * (points[:, 1] > 0.5)
    folds = NumberFolds(points, target)
    tree = DecisionTreeRegressor(max_depth=1, random_state=0)
    for column in range(3):
        expected = scores_of(tree, points[:, [column]], target, folds.in_fold)
        np.testing.assert_allclose(folds.splits.score[column], np.maximum(expected, -1))
    best = folds.splits.best
    assert (best == 1).all()
    nearest = KNeighborsRegressor(n_neighbors=1)
    expected = scores_of(nearest, points[:, [1]], target, folds.in_fold)
    np.testing.assert_allclose(folds.elite, np.maximum(expected, -1))


def test_the_elite_neighbour_sees_the_column_with_the_best_split():
    points = RNG.normal(size=(200, 4))
    classes = (points[:, 2] + RNG.normal(size=200) / 5 > 0).astype(int)
    folds = ClassFolds(points, classes)
    expected = scores_of(NEAREST, points[:, [2]], classes, folds.in_fold)
    np.testing.assert_allclose(folds.elite, expected)


def test_the_worst_node_is_worse_than_a_random_one_and_the_best_better():
    X, y = load_breast_cancer(return_X_y=True)
    found = describe(X, y, families=["landmarking"])
    nodes = found[["worst_node.mean", "random_node.mean", "best_node.mean"]]
    assert nodes.is_monotonic_increasing
    assert nodes["worst_node.mean"] == pytest.approx(max(np.bincount(y)) / y.size, abs=0.02)


TABLES = {
    "digits, with constant columns": load_digits(return_X_y=True),
    "more columns than rows": make_classification(60, 90, n_informative=5, random_state=0),
    "redundant columns": make_classification(200, 9, n_redundant=5, random_state=0),
    "forty classes": (RNG.normal(size=(900, 5)), np.arange(900) % 40),
    "far from the origin": (RNG.normal([1e6, 0, -1e4], 1, size=(90, 3)), np.arange(90) % 3),
}


@pytest.mark.parametrize("table", list(TABLES))
def test_models_in_closed_form_decide_as_those_of_scikit_learn(table):
    points, classes = TABLES[table]
    in_fold = stratified_folds(classes, 10)
    sums = ClassSums(points, classes, in_fold)
    expected = scores_of(GaussianNB(), points, classes, in_fold)
    np.testing.assert_allclose(naive_bayes(sums), expected)
    expected = scores_of(LinearDiscriminantAnalysis(), points, classes, in_fold)
    np.testing.assert_allclose(linear_discriminant(sums), expected)


def test_a_class_of_one_row_is_never_found_and_harms_nothing():
    points = np.append(RNG.normal(size=(60, 2)) + np.repeat([[0], [9]], 30, axis=0), [[99, 0]])
    points, classes = points.reshape(61, 2), np.append(np.repeat([0, 1], 30), 2)
    found = describe(points, classes, families=["landmarking"])
    assert found["linear_discr.max"] == 1
    assert found["naive_bayes.mean"] == pytest.approx(1 - 1 / 7 / 10)


def test_columns_that_say_nothing_leave_the_largest_class():
    X, y = pd.DataFrame({"a": np.ones(50)}), np.repeat([0, 1], [40, 10])
    found = describe(X, y, families=["landmarking"])
    for name in ("best_node", "random_node", "worst_node", "linear_discr", "naive_bayes"):
        assert found[f"{name}.mean"] == pytest.approx(0.8)
        assert found[f"{name}.sd"] == pytest.approx(0.0, abs=1e-12)
    assert found["one_nn.mean"] == pytest.approx(0.8**2 + 0.2**2, abs=1e-3)


def test_text_alone_leaves_the_largest_class():
    X = pd.DataFrame({"a": [f"some words, {i} of them" for i in range(40)]})
    found = describe(X, np.repeat([0, 1], [30, 10]), families=["landmarking"])
    assert found["best_node.mean"] == pytest.approx(0.75, abs=0.05)


def test_fewer_rows_than_folds_are_left_out_one_by_one():
    found = describe([[0.0], [0.1], [5.0], [5.1]], [0, 0, 1, 1], names=["one_nn", "elite_nn"])
    assert found["one_nn.mean"] == 1
    assert found["elite_nn.mean"] == 1


def test_columns_of_a_wide_table_are_taken_from_all_over_it():
    points = np.tile(np.arange(10.0), (3, 1))
    assert spread_columns(points, 4)[0].tolist() == [0, 2, 5, 7]
    assert spread_columns(points, None).shape == spread_columns(points, 10).shape == (3, 10)


def test_a_thousand_classes_take_no_time_of_their_own():
    folds = ClassFolds(RNG.normal(size=(5000, 3)), np.arange(5000) % 1000)
    assert folds.splits.score.shape == (3, 10)
    assert folds.nearest.mean() < 0.02
    assert linear_discriminant(folds.sums).mean() < 0.02


@pytest.mark.parametrize("values", [[1e6, 3e7, 8e7], [0.0, 86_400.0, 172_800.0]])
def test_rows_of_one_large_value_are_compared_by_their_other_columns(values):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"large": rng.choice(values, 300), "small": rng.normal(size=300)})
    y = (X["small"] > 0).astype(int)
    rows, classes = rows_as_seen(X, y)
    expected = [
        NEAREST.fit(rows[train], classes[train]).score(rows[test], classes[test])
        for train, test in StratifiedKFold(10).split(rows, classes)
    ]
    assert describe(X, y, names=["one_nn.mean"], max_rows=None).item() == np.mean(expected)


@pytest.mark.parametrize("offset", [1e6, 1e9, 1.7e12])
def test_the_nearest_value_is_found_under_an_offset(offset):
    y = np.arange(100.0) // 2
    X = pd.DataFrame({"a": np.arange(100.0)})
    near = describe(X, y, task_type="regression", names=["elite_nn_r2.mean"]).item()
    found = describe(X + offset, y, task_type="regression", names=["elite_nn_r2.mean"]).item()
    assert found == pytest.approx(near)
