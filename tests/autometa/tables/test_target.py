"""The target: its task type, and labels that come back as they were."""

from __future__ import annotations

import decimal
import enum

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from autometa.exceptions import DatasetError, DatasetWarning, MetricError
from autometa.tables import check_table

X = pd.DataFrame({"a": np.random.default_rng(0).normal(size=60)})


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Grade(enum.StrEnum):
    A = "a"
    B = "b"


def repeated(*labels):
    return (list(labels) * 60)[:60]


@pytest.mark.parametrize(
    "labels",
    [
        (1, "1", 2),
        (Color.RED, Color.BLUE),
        (Grade.A, Grade.B),
        (True, False),
        (decimal.Decimal("0.5"), "x"),
        (b"a", b"b"),
        ("0", "1"),
    ],
)
@pytest.mark.parametrize(
    "make", [list, lambda y: pd.Series(y, dtype=object), lambda y: as_objects(y)]
)
@pytest.mark.filterwarnings("ignore:The target holds labels that are written alike")
def test_labels_of_any_type_come_back_as_they_were(labels, make):
    y = repeated(*labels)
    table = check_table(X, make(y), "classification")
    assert table.labels.tolist() == y
    assert [type(label) for label in table.labels.tolist()] == [type(label) for label in y]
    assert len(table.classes) == len(labels)


def as_objects(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


@pytest.mark.parametrize("dtype", ["int8", "uint16", ">i4", "float32", "bool", "<U3"])
def test_classes_have_the_dtype_of_the_target(dtype):
    y = np.array(repeated(0, 1)).astype(dtype)
    assert check_table(X, y).classes.dtype == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize(
    "make",
    [
        np.array,
        tuple,
        pd.Series,
        pd.Categorical,
        pl.Series,
        pa.array,
        lambda y: pa.chunked_array([y]),
        lambda y: pl.DataFrame({"y": y}),
        lambda y: pd.DataFrame({"y": y}),
        lambda y: np.array(y)[:, None],
        lambda y: np.array(y)[:, None].tolist(),
        lambda y: pd.Series(y).astype("string[pyarrow]"),
        lambda y: iter(y),
    ],
)
def test_a_target_of_any_make_is_read_alike(make):
    table = check_table(X, make(repeated("no", "yes")))
    assert table.y.tolist() == repeated(0, 1)
    assert table.classes.tolist() == ["no", "yes"]


def test_text_that_reads_as_whole_numbers_is_classes():
    y = [str(i % 30) for i in range(60)]
    assert check_table(X, y).n_classes == 30
    assert check_table(X, [int(label) for label in y]).task_type == "regression"


def test_masked_values_of_a_target_are_missing():
    y = np.ma.array(repeated(0, 1), mask=[True] + [False] * 59)
    with pytest.raises(DatasetError, match="contains NaN in 1 of 60 rows"):
        check_table(X, y)


@pytest.mark.parametrize(
    "y",
    [
        pd.date_range("2024", periods=60),
        [[1], [2, 3]] * 30,
        [[1, 2]] * 60,
        np.zeros(60, complex),
        [{"a": 1}] * 60,
        {"a": 1},
        "target",
        np.zeros(60, [("a", float)]),
        np.ones(60),
        [Color.RED] * 60,
        5,
    ],
)
def test_what_is_no_target_is_refused(y):
    with pytest.raises(DatasetError):
        check_table(X, y)


def test_a_constant_number_to_predict_is_refused():
    with pytest.raises(DatasetError, match="two distinct values or more"):
        check_table(X, np.ones(60), "regression")


def test_durations_are_seconds_and_said():
    with pytest.warns(DatasetWarning, match="read as seconds"):
        table = check_table(X, pd.to_timedelta(np.arange(60), unit="min"))
    assert table.y[1] == 60.0


def test_the_kind_of_metric_settles_what_whole_numbers_are():
    ratings = repeated(1, 2, 3, 4, 5)
    with pytest.warns(DatasetWarning, match="5 whole numbers.* makes it a regression"):
        assert check_table(X, ratings, metric_kind="regression").task_type == "regression"
    with pytest.warns(DatasetWarning, match="makes it a classification"):
        many = check_table(X, np.arange(60) % 40, metric_kind="classification")
    assert many.task_type == "multiclass"


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (repeated("low", "high"), "regression"),
        (repeated("1", "2"), "regression"),
        (np.linspace(0, 1, 60), "classification"),
    ],
)
def test_a_metric_that_cannot_judge_the_target_is_refused(y, kind):
    with pytest.raises(MetricError, match="does not apply to"):
        check_table(X, y, metric_kind=kind)


def test_rows_and_target_are_paired_by_label():
    table = X.set_axis([f"r{i}" for i in range(60)])
    y = (table["a"] > 0).sample(frac=1, random_state=0)
    assert (check_table(table, y).labels == (X["a"] > 0)).all()
    with pytest.raises(DatasetError, match="1 of the 60 labels"):
        check_table(table, y.rename({"r0": "other"}))


@pytest.mark.parametrize("task_type", [None, "classification", "regression"])
@pytest.mark.parametrize(
    "values",
    [
        np.array([np.inf, -np.inf] * 30),
        pd.Series([1.5, np.inf] * 30, dtype="Float64"),
        [0, float("inf")] * 30,
        [decimal.Decimal(1), decimal.Decimal("-Infinity")] * 30,
    ],
)
def test_infinity_is_no_class_and_no_number(values, task_type):
    with pytest.raises(DatasetError, match=r"contains infinity in (30|60) of 60 rows; drop those"):
        check_table(X, values, task_type)


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (1e300, "squares of larger numbers overflow. Got up to .*e[+]300 .* by 1e[+]300"),
        (1e151, "between -1e[+]150 and 1e[+]150"),
        (1e-300, "must differ by 1e-150 or more.* multiply it by 1e[+]150"),
    ],
)
def test_a_target_whose_squares_are_no_numbers_is_refused(scale, said):
    with pytest.raises(DatasetError, match=said):
        check_table(X, X["a"] * scale, "regression")


@pytest.mark.parametrize("scale", [1e-140, 1.0, 1e140])
def test_a_target_of_any_other_size_is_taken(scale):
    assert check_table(X, X["a"] * scale).y.tolist() == (X["a"] * scale).tolist()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (repeated("a", "b"), "contains 'a' or the like in 60 of 60 rows; .*AutoMetaClassifier"),
        ([decimal.Decimal("1e999"), *range(59)], "contains Decimal.* in 1 of 60 rows"),
    ],
)
def test_what_is_no_number_is_shown_to_who_asks_for_a_regression(values, said):
    with pytest.raises(DatasetError, match=said):
        check_table(X, values, "regression")


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, "0", 1], "0 and '0', of the types int and str"),
        (["1", 2.0, 1.0], "'1' and 1.0, of the types str and float"),
        ([True, "True"], "True and 'True', of the types bool and str"),
        ([decimal.Decimal(7), "7"], "of the types Decimal and str"),
    ],
)
def test_labels_that_are_written_alike_are_two_classes_and_said(labels, said):
    y = pd.Series(labels * 20, dtype=object)
    X = pd.DataFrame({"a": np.arange(float(len(y)))})
    with pytest.warns(DatasetWarning, match=said):
        assert check_table(X, y).n_classes == len(labels)
    check_table(X, y.map(lambda label: f"{type(label).__name__} {label}"))  # a warning would fail
