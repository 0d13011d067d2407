"""The tree that fits the table, against trees drawn by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from metafeatures import MetaFeatureExtractor, describe
from metafeatures._models.tree import GrownTree, alphabetical


def of(columns: dict[str, object], y: object, **parameters: object) -> pd.Series:
    X = pd.DataFrame(columns)
    return describe(X, y, families=["model-based"], max_rows=None, **parameters)


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("tree_leaves", 3),
        ("tree_nodes", 2),
        ("tree_nodes_per_column", 1),
        ("tree_nodes_per_row", 1 / 3),
        ("tree_node_depth.mean", (0 + 1 + 1 + 2 + 2) / 5),
        ("tree_node_depth.max", 2),
        ("tree_leaf_depth.mean", 5 / 3),
        ("tree_leaf_depth.min", 1),
        ("tree_leaf_rows.mean", 1 / 3),
        ("tree_leaf_rows.sd", 0),
        ("tree_class_leaves.mean", 1 / 3),
        ("tree_level_nodes.mean", 1),
        ("tree_column_nodes.max", 2),
        ("tree_importance.max", 1),
        ("tree_importance.min", 0),
        ("tree_shape.mean", 1 / 2),
        ("tree_leaf_homogeneity.mean", 3 / (1 / 2)),
        ("tree_imbalance.mean", 1 / 2 * 2**-0.5),
    ],
)
def test_three_classes_in_a_row_take_two_splits(name, by_hand):
    found = of({"x": range(6), "constant": [1.0] * 6}, list("aabbcc"))
    assert found[name] == pytest.approx(by_hand, abs=1e-12)


def test_a_number_to_predict_grows_a_tree_too():
    found = of({"x": range(6)}, [0.0, 0.0, 0.5, 0.5, 9.0, 9.0])
    assert found["tree_leaves"] == 3
    assert found["tree_leaf_depth.max"] == 2
    assert found["tree_importance.mean"] == 1
    assert not found.index.str.startswith("tree_class_leaves").any()


def test_the_tree_of_a_target_does_not_depend_on_its_unit():
    rng = np.random.default_rng(0)
    X, y = {"x": rng.normal(size=60), "z": rng.normal(size=60)}, rng.normal(size=60)
    pd.testing.assert_series_equal(of(X, y), of(X, y * 2.0**-40))


def test_a_table_that_does_not_vary_is_one_leaf():
    found = of({"x": [1.0] * 6}, list("aabbcc"))
    assert found["tree_leaves"] == 1
    assert found["tree_nodes"] == 0
    assert found["tree_importance.max"] == 0
    assert found["tree_shape.mean"] == 0
    assert found["tree_leaf_rows.mean"] == 1
    assert math.isnan(found["tree_leaf_homogeneity.mean"])
    assert math.isnan(found["tree_level_nodes.mean"])


def test_a_table_of_text_has_no_tree():
    words = [f"a text of its own, number {i}, which no other row has" for i in range(60)]
    assert of({"text": words}, [0, 1] * 30).isna().all()


@pytest.mark.parametrize("random_state", [0, 3])
def test_the_users_number_decides_between_equal_splits_as_in_scikit_learn(random_state):
    rng = np.random.default_rng(1)
    X, y = rng.integers(0, 3, (200, 8)).astype(float), rng.integers(0, 3, 200)
    tree = DecisionTreeClassifier(random_state=random_state).fit(X, y)
    found = of(dict(enumerate(X.T)), y, random_state=random_state)
    assert found["tree_leaves"] == tree.get_n_leaves()
    assert found["tree_node_depth.max"] == tree.get_depth()
    assert found["tree_importance.max"] == pytest.approx(tree.feature_importances_.max())
    assert found["tree_importance.sd"] == pytest.approx(tree.feature_importances_.std(ddof=1))


def test_a_regression_tree_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 3))
    y = np.round(3 * X[:, 0] + rng.normal(size=80))
    tree = DecisionTreeRegressor(random_state=0).fit(X, y)
    found = of(dict(enumerate(X.T)), y, task_type="regression")
    assert found["tree_leaves"] == tree.get_n_leaves()
    assert found["tree_node_depth.max"] == tree.get_depth()
    assert found["tree_importance.max"] == pytest.approx(tree.feature_importances_.max())


def test_a_leaf_of_two_classes_alike_is_of_the_first_by_name():
    labels = ("z", "b", "m")  # most frequent first
    codes = np.array([0, 0, 1, 2])
    assert alphabetical(codes, labels).tolist() == [2, 2, 0, 1]
    points = np.array([[0.0], [1.0], [1.0], [1.0]])
    known = alphabetical(np.array([0, 2, 1, 0]), labels)
    tree = GrownTree(points, known, is_regression=False, random_state=0)
    assert tree.leaf_classes.tolist() == [2, 0]


def test_numbers_beyond_the_floats_of_trees_are_split_where_they_differ():
    found = of({"x": [1e300, 2e300, 3e300, 4e300]}, list("aabb"))
    assert found["tree_leaves"] == 2


def test_very_deep_trees_have_finite_values():
    columns = {"x": np.arange(1000), "constant": np.ones(1000)}
    found = of(columns, [0, 1] * 500)  # each split cuts one row off
    assert found["tree_leaf_depth.max"] > 400
    assert np.isfinite(found.drop("tree_column_nodes.sd")).all()


@pytest.mark.parametrize(("n_columns", "n_rows"), [(10, 1500), (60, 1000), (400, 200)])
def test_the_report_says_how_many_rows_the_tree_saw(n_columns, n_rows):
    rng = np.random.default_rng(0)
    extractor = MetaFeatureExtractor(names=["tree_leaves"])
    extractor.extract(rng.normal(size=(2000, n_columns)), rng.integers(0, 2, 2000))
    assert extractor.report_.loc["tree_leaves", "n_rows"] == n_rows


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 1e9), (1.0, 1.7e9), (1e-9, 1.0), (1e30, 0.0)])
def test_the_tree_does_not_see_units(scale, offset):
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.integers(0, 500, size=(200, 2))).astype(float), np.arange(200) % 2
    found = describe(X * scale + offset, y, families=["model-based"])
    pd.testing.assert_series_equal(found, describe(X, y, families=["model-based"]))
