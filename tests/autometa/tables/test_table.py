"""The door: what is repaired, and what is refused with which words."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as hpd
from sklearn.neighbors import KNeighborsRegressor

from autometa.exceptions import AutoMetaError, DatasetError, DatasetWarning, ParameterError
from autometa.tables import Table, check_table
from metafeatures.columns import to_numeric


def frame(n=12):
    return pd.DataFrame({"a": np.arange(n) * 0.5, "b": ["x", "y"] * (n // 2)})


CLASSES = ["no", "yes"] * 6


def test_a_binary_target_becomes_class_numbers_and_keeps_its_labels():
    table = check_table(frame(), CLASSES)
    assert table.task_type == "binary"
    assert table.classes.tolist() == ["no", "yes"]
    assert table.y.tolist() == [0, 1] * 6
    assert table.labels.tolist() == CLASSES


@pytest.mark.parametrize(
    ("y", "task_type"),
    [
        (["a", "b", "c"] * 4, "multiclass"),
        ([0, 1] * 6, "binary"),
        ([True, False] * 6, "binary"),
        (["1.5", "2.25"] * 6, "regression"),
        (np.linspace(0, 1, 12), "regression"),
        (np.arange(12), "regression"),
        ([1.0, 2.0, 3.0] * 4, "multiclass"),
    ],
)
def test_the_task_type_is_read_from_the_target(y, task_type):
    assert check_table(frame(), y).task_type == task_type


def test_a_task_type_that_is_given_wins():
    assert check_table(frame(), [0, 1] * 6, "regression").task_type == "regression"


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas, lambda x: x])
def test_tables_of_every_library_read_alike(convert):
    table = check_table(convert(frame()), CLASSES)
    assert table.X.columns.tolist() == ["a", "b"]
    assert table.X.shape == (12, 2)


def test_infinities_are_read_as_missing_with_a_warning():
    X = frame()
    X.loc[3, "a"] = np.inf
    with pytest.warns(DatasetWarning, match=r"read as missing, in 1 columns: 'a' \(1\)"):
        table = check_table(X, CLASSES)
    assert np.isnan(table.X.loc[3, "a"])
    assert np.isinf(X.loc[3, "a"])


INFINITE = {
    "object": pd.Series([math.inf, 1, 2.5] * 4, dtype=object),
    "text": pd.Series(["inf", "1", "2.5"] * 4),
    "float32": pd.Series([math.inf, 1, 2.5] * 4, dtype="float32"),
    "Float64": pd.Series([math.inf, 1, 2.5] * 4, dtype="Float64"),
    "sparse": pd.Series(pd.arrays.SparseArray([math.inf, 1, 2.5] * 4)),
    "arrow": pd.Series([math.inf, 1, 2.5] * 4, dtype="double[pyarrow]"),
}


@pytest.mark.parametrize("column", INFINITE.values(), ids=INFINITE)
def test_infinities_are_missing_and_said_whatever_the_dtype_of_their_column(column):
    with pytest.warns(DatasetWarning, match=r"read as missing, in 1 columns: 'i' \(4\)"):
        table = check_table(frame().assign(i=column), CLASSES)
    assert table.X["i"].isna().tolist() == [True, False, False] * 4
    assert to_numeric(table.X["i"], "numeric").dropna().tolist() == [1.0, 2.5] * 4


def test_a_word_or_a_number_too_large_is_no_infinity():
    with warnings.catch_warnings():
        warnings.simplefilter("error", DatasetWarning)
        table = check_table(frame().assign(i=["inf", "other", "7E400"] * 4), CLASSES)
    assert table.X["i"].notna().all()


def test_constant_and_empty_columns_are_told():
    with pytest.warns(DatasetWarning, match=r"left out: \['c', 'd'\]"):
        table = check_table(frame().assign(c=1, d=None), CLASSES)
    assert table.X.shape == (12, 4)


def test_column_names_become_strings_with_a_warning():
    with pytest.warns(DatasetWarning, match="turned into strings"):
        table = check_table(frame().set_axis([0, 1], axis=1), CLASSES)
    assert table.X.columns.tolist() == ["0", "1"]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (frame().iloc[:0], [], "must have rows and columns"),
        (frame()[[]], CLASSES, "must have rows and columns"),
        (frame().set_axis(["a", "a"], axis=1), CLASSES, r"Repeated: \['a'\]; rename"),
        (frame(), CLASSES[:-1], r"inconsistent numbers of samples: \[12, 11\]"),
        (frame(), [*CLASSES[:-1], None], "contains NaN in 1 of 12 rows"),
        (frame(), ["same"] * 12, "two classes or more. Got one class: 'same'"),
        (frame(4), ["a", "b"] * 2, "5 rows or more"),
        (pd.DataFrame({"c": [1] * 12, "d": None}), CLASSES, "All 2 columns are constant or empty"),
        (frame(), None, "y to be passed"),
        (frame(), np.ones((12, 2)), "one dimension"),
    ],
)
def test_what_cannot_be_used_is_refused(X, y, message):
    with pytest.raises(DatasetError, match=message):
        check_table(X, y)


def test_a_regression_target_must_be_finite():
    with pytest.raises(DatasetError, match="contains infinity in 1 of 12 rows"):
        check_table(frame(), [np.inf, *np.arange(11.0)], "regression")


def test_an_unknown_task_type_is_refused():
    with pytest.raises(ParameterError, match="'task_type' must be one of"):
        check_table(frame(), CLASSES, "ranking")


columns = hpd.columns(
    ["a", "b"],
    elements=st.one_of(
        st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=3)
    ),
    dtype=object,
)


@settings(max_examples=60, deadline=None)
@given(
    X=hpd.data_frames(columns, index=hpd.range_indexes(min_size=0, max_size=12)),
    y=st.lists(st.one_of(st.integers(0, 3), st.sampled_from("ab"), st.none()), max_size=12),
)
def test_any_table_is_taken_or_refused_with_an_error_of_ours(X, y):
    before = X.copy(deep=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        try:
            table = check_table(X, y)
        except AutoMetaError:
            return
    pd.testing.assert_frame_equal(X, before)
    assert len(table.X) == len(table.y)


@pytest.mark.parametrize("is_sparse", [False, True])
def test_rows_that_are_taken_keep_their_target_and_are_fitted_on_it(is_sparse):
    X = pd.DataFrame({"a": np.arange(8.0), "b": [0.0, 1.0] * 4})
    table = Table(
        X=scipy.sparse.csr_matrix(X) if is_sparse else X,
        y=10.0 * np.arange(8),
        classes=np.array([]),
        task_type="regression",
        name="eight",
    )
    rows = np.array([6, 1, 3])
    part = table.take(rows)
    assert (part.name, part.y.tolist(), part.is_sparse) == ("eight", [60.0, 10.0, 30.0], is_sparse)
    cells = part.X.toarray() if is_sparse else part.X.to_numpy()
    assert cells.tolist() == [[6.0, 0.0], [1.0, 1.0], [3.0, 1.0]]
    nearest = KNeighborsRegressor(1)
    assert table.fit(nearest, part.X, rows) is nearest
    assert nearest.predict(part.X).tolist() == part.y.tolist()
    assert table.fit(KNeighborsRegressor(1), table.X).predict(table.X).tolist() == table.y.tolist()
