"""Simple meta-features against numbers counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from metafeatures import describe

TABLE = pd.DataFrame(
    {
        "a": [1.0, 2.0, np.nan, 2.0, 5.0, 5.0, 5.0, 5.0],
        "b": [1, 1, 1, 1, 1, 1, 1, 1],
        "c": ["x", "y", None, "z", "x", "x", "x", "x"],
        "d": [True, False, True, False, True, True, True, True],
        "e": [0.5, np.inf, 0.5, 1.0, 2.0, 2.0, 2.0, 2.0],
        "f": pd.date_range("2020", periods=8),
    }
)
TABLE.loc[7] = TABLE.loc[6]
CLASSES = ["p", "p", "p", "p", "p", "q", "q", "q"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_rows", 8),
        ("log_n_rows", math.log(8)),
        ("n_columns", 6),
        ("log_n_columns", math.log(6)),
        ("rows_per_column", 8 / 6),
        ("log_rows_per_column", math.log(8 / 6)),
        ("columns_per_row", 6 / 8),
        ("n_numeric", 3),
        ("numeric_per_categorical", 3 / 2),
        ("categorical_per_numeric", 2 / 3),
        ("n_binary", 1),
        ("n_categorical", 2),
        ("n_datetime", 1),
        ("n_text", 0),
        ("numeric_share", 1 / 2),
        ("categorical_share", 1 / 3),
        ("n_missing", 3),
        ("missing_share", 3 / 48),
        ("missing_row_share", 2 / 8),
        ("missing_column_share", 3 / 6),
        ("missing_max", 1 / 8),
        ("repeated_row_share", 1 / 8),
        ("repeated_column_share", 0),
        ("cardinality.mean", 2.5),
        ("cardinality.sd", math.sqrt(0.5)),
        ("cardinality.min", 2),
        ("cardinality.median", 2.5),
        ("cardinality.max", 3),
        ("cardinality.sum", 5),
        ("log_cardinality_max", math.log(3)),
        ("high_cardinality_share", 0),
        ("cardinality_to_rows", 3 / 8),
        ("log_n_encoded", math.log(4 + 5)),
        ("constant_share", 1 / 5),
        ("binary_share", 1 / 5),
        ("n_classes", 2),
        ("log_n_classes", math.log(2)),
        ("class_share.mean", 1 / 2),
        ("class_share.min", 3 / 8),
        ("class_share.max", 5 / 8),
        ("class_share.sd", math.sqrt(2) / 8),
        ("log_class_imbalance", math.log(5 / 3)),
        ("log_minority_rows", math.log(3)),
        ("rare_class_share", 1),
    ],
)
def test_simple_metafeature_matches_the_count_by_hand(name, value):
    assert describe(TABLE, CLASSES, names=[name])[name] == pytest.approx(value)


def test_counts_look_at_all_rows_whatever_the_sample():
    X = pd.DataFrame({"a": np.arange(1000.0), "b": np.arange(1000).astype(str)})
    X.loc[:99, "a"] = np.nan
    y = [0] * 900 + [1] * 100
    values = describe(X, y, families=["simple"], max_rows=50)
    assert values["n_rows"] == 1000
    assert values["n_missing"] == 100
    assert values["class_share.min"] == 0.1


def test_columns_with_the_same_cells_are_repeated_whatever_their_names_and_dtypes():
    X = pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0], "c": [3, 2, 1]})
    assert describe(X, [0, 1, 0], names=["repeated_column_share"]).item() == pytest.approx(1 / 3)


def test_a_column_of_the_same_cells_in_another_order_is_not_a_repetition():
    X = pd.DataFrame({"a": [1, 2, 3], "c": [3, 2, 1]})
    assert describe(X, [0, 1, 0], names=["repeated_column_share"]).item() == 0


@pytest.mark.parametrize(
    ("column", "undefined"),
    [([1.0, 2.0], "numeric_per_categorical"), (["a", "b"], "categorical_per_numeric")],
)
def test_ratios_to_kinds_that_are_not_there_are_undefined(column, undefined):
    names = ["numeric_per_categorical", "categorical_per_numeric", "n_binary"]
    found = describe(pd.DataFrame({"x": column}), [0, 1], names=names)
    assert found.index[found.isna()].tolist() == [undefined]
    assert found["n_binary"] == 1


def test_binary_columns_beyond_500_are_taken_to_be_as_frequent():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(20, 300)), rng.integers(0, 2, (20, 900))], axis=1)
    found = describe(X, [0, 1] * 10, names=["n_binary"]).item()
    assert found == pytest.approx(900, rel=0.05)
    assert describe(X, [0, 1] * 10, names=["n_binary"], max_rows=None).item() == 900
