"""Targets: which task they pose, and what is wrong with those that pose none."""

from __future__ import annotations

import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from metafeatures import MetaFeatureDataError, MetaFeatureParameterError
from metafeatures._task import infer_task_type, read_target


@pytest.mark.parametrize(
    ("values", "task_type"),
    [
        ([0, 1, 1], "binary"),
        ([0.0, 1.0, 2.0] * 4, "multiclass"),
        ([0.0, 1.0, 2.0], "regression"),
        ([i % 15 for i in range(40)], "regression"),
        ([i % 15 for i in range(45)], "multiclass"),
        ([0.5, 1.0], "regression"),
        ([*range(20)] * 3, "multiclass"),
        ([*range(21)] * 9, "regression"),
        ([True, False], "binary"),
        (["1", "2", "3.5"], "regression"),
        (["1", "2", "x"], "multiclass"),
        ([decimal.Decimal("0.5"), decimal.Decimal(2)], "regression"),
        ([str(i) for i in range(50)], "multiclass"),
        (pd.Categorical([0.5, 1.5]), "binary"),
        (pd.Series([1.5, 2.5], dtype=object), "regression"),
        (pd.array([1.5, 2.5], dtype="Float64"), "regression"),
    ],
)
def test_task_type_follows_from_the_target(values, task_type):
    assert infer_task_type(pd.Series(values)) == task_type


def test_classes_are_counted_the_most_frequent_first_and_ties_by_label():
    target = read_target(["b", "c", "a", "c", "d"], 5)
    assert target.labels == ("c", "a", "b", "d")
    assert target.class_counts.tolist() == [2, 1, 1, 1]
    assert target.codes.tolist() == [2, 0, 1, 0, 3]


@pytest.mark.parametrize(
    "y",
    [
        pd.Series([0, 1, 1], index=[5, 6, 7]),
        pd.Series([0, 1, 1], dtype="category").cat.add_categories([9]),
        pd.DataFrame({"y": [0, 1, 1]}),
        np.array([[0], [1], [1]]),
        (0, 1, 1),
        pd.Index([0, 1, 1]),
        pl.Series([0, 1, 1]),
        pl.DataFrame({"y": [0, 1, 1]}),
        pa.chunked_array([[0, 1, 1]]),
    ],
)
def test_targets_come_in_many_forms(y):
    target = read_target(y, 3)
    assert target.task_type == "binary"
    assert target.class_counts.tolist() == [2, 1]


def test_a_given_task_type_is_followed():
    assert read_target([0, 1, 1], 3, "regression").numbers.tolist() == [0.0, 1.0, 1.0]
    assert read_target(["0.5", "1"], 2, "regression").numbers.tolist() == [0.5, 1.0]
    assert read_target([decimal.Decimal("0.5"), 1], 2, "regression").is_regression
    assert read_target([0.5, 1.5, 2.5], 3, "classification").task_type == "multiclass"


@pytest.mark.parametrize(
    ("y", "task_type", "message"),
    [
        ([0, 1], None, "same number of rows. Got 3 rows of X and 2 of y"),
        ([0, None, 1], None, "a value in every row. Got 1 missing; leave these rows out"),
        (["a", "a", "a"], None, "at least two classes. Got only 'a'"),
        ([1.5, 1.5, 1.5], None, "at least two distinct values. Got only 1.5"),
        ([1.5, 2, np.inf], None, "finite numbers. Got 1 infinite"),
        ([0, 1, 2], "binary", "must have two classes. Got 3"),
        (["a", "b", "b"], "regression", "must hold numbers. Got dtype"),
        (np.zeros((3, 2)), None, r"one dimension. Got an array of shape \(3, 2\)"),
        (pd.DataFrame({"a": [1, 2, 3], "b": 1}), None, "one column. Got 2 columns"),
    ],
)
def test_a_target_that_poses_no_task_is_an_error_that_says_why(y, task_type, message):
    with pytest.raises(MetaFeatureDataError, match=message):
        read_target(y, 3, task_type)


def test_an_unknown_task_type_is_named():
    with pytest.raises(MetaFeatureParameterError, match="Got 'ranking' instead"):
        read_target([0, 1], 2, "ranking")
