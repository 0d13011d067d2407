"""Tests of `metafeatures.columns`: what a column holds, and tables of any make."""

from __future__ import annotations

import datetime
import decimal
import fractions

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from metafeatures import MetaFeatureDataError, MetaFeatureTypeError
from metafeatures.columns import column_kind, column_kinds, to_numeric, to_pandas

DAY = datetime.date(2020, 2, 29)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "numeric"),
        ([1.5, None], "numeric"),
        (["1.5", " 2 ", None], "numeric"),
        (["inf", "1"], "numeric"),
        ([decimal.Decimal("1.5"), decimal.Decimal(2)], "numeric"),
        (pd.to_timedelta([1, 2], unit="D"), "numeric"),
        (pd.array([1, None], dtype="Int64"), "numeric"),
        ([None, None], "numeric"),
        ([True, False], "categorical"),
        ([True, None], "categorical"),
        (pd.array([True, None], dtype="boolean"), "categorical"),
        (pd.Categorical([1, 2, 1]), "categorical"),
        (["red", "green"], "categorical"),
        (["1", "two"], "categorical"),
        (["1_000", "2"], "categorical"),
        ([[1], [2]], "categorical"),
        ([1j, 2j], "categorical"),
        ([0, 0j], "numeric"),
        ([0j, 0], "numeric"),
        ([fractions.Fraction(1, 2), None, 3], "numeric"),
        ([fractions.Fraction(10**400), 2], "categorical"),
        ([DAY, DAY], "datetime"),
        (["2020-02-29", "2021-01-01T10:00:00"], "datetime"),
        (["2020-02-30"], "categorical"),
        (pd.date_range("2020", periods=2, tz="Asia/Tokyo"), "datetime"),
        (pd.period_range("2020", periods=2, freq="M"), "datetime"),
        ([f"three words {i}" for i in range(31)], "text"),
        ([f"three words {i}" for i in range(30)], "categorical"),
        ([f"two-words {i}" for i in range(31)], "categorical"),
    ],
)
def test_column_kind_reads_values_where_the_dtype_does_not_say(values, kind):
    if isinstance(values, list):
        is_number = all(isinstance(value, int | float) for value in values)
        values = pd.Series(values, dtype=None if is_number else object)
    assert column_kind(pd.Series(values)) == kind


@given(st.lists(st.one_of(st.none(), st.text(max_size=5), st.integers(), st.floats()), max_size=9))
def test_column_kind_depends_on_values_not_on_their_order(values):
    column = pd.Series(values, dtype=object)
    assert column_kind(column) == column_kind(column[::-1])


def test_column_kinds_follow_the_columns():
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], 3: [True, False]})
    assert column_kinds(table) == {"a": "numeric", "b": "categorical", 3: "categorical"}


def test_column_kinds_name_the_column_that_appears_twice():
    with pytest.raises(MetaFeatureDataError, match="Got 'a' more than once"):
        column_kinds(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_to_pandas_returns_a_pandas_table_itself():
    table = pd.DataFrame({"a": [1]})
    assert to_pandas(table) is table


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"a": [1, 2], "b": ["x", None]}),
        pa.table({"a": [1, 2], "b": ["x", None]}),
    ],
)
def test_to_pandas_reads_tables_of_other_libraries(table):
    read = to_pandas(table)
    assert read.columns.tolist() == ["a", "b"]
    assert column_kinds(read) == {"a": "numeric", "b": "categorical"}
    assert read["b"].isna().tolist() == [False, True]


@pytest.mark.parametrize("make", [scipy.sparse.csr_matrix, scipy.sparse.csc_array, np.array, list])
def test_to_pandas_names_the_columns_of_arrays(make):
    read = to_pandas(make([[1.0, 0.0], [0.0, 2.0]]))
    assert read.columns.tolist() == ["x0", "x1"]
    assert np.asarray(read).tolist() == [[1.0, 0.0], [0.0, 2.0]]


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros((2, 2, 2)), [1, 2]])
def test_to_pandas_wants_two_dimensions(array):
    with pytest.raises(MetaFeatureDataError, match="must have two dimensions"):
        to_pandas(array)


def test_to_pandas_wants_rows_of_one_length():
    with pytest.raises(MetaFeatureDataError, match="rows of different lengths"):
        to_pandas([[1, 2], [3]])


@pytest.mark.parametrize("thing", ["table.csv", None, 5, {"a": [1]}])
def test_to_pandas_says_what_it_got_instead_of_a_table(thing):
    with pytest.raises(MetaFeatureTypeError, match=f"Got {type(thing).__name__} instead"):
        to_pandas(thing)


@pytest.mark.parametrize(
    ("values", "kind", "numbers"),
    [
        (["1.5", "inf", None], "numeric", [1.5, np.inf, np.nan]),
        (pd.to_timedelta(["1min", None]), "numeric", [60.0, np.nan]),
        (pd.array([1, None], dtype="Int64"), "numeric", [1.0, np.nan]),
        (pd.array([None], dtype=pd.ArrowDtype(pa.decimal128(6, 2))), "numeric", [np.nan]),
        ([fractions.Fraction(1, 2), 2 + 0j, None], "numeric", [0.5, 2.0, np.nan]),
        (pd.arrays.SparseArray([0, 2]), "numeric", [0.0, 2.0]),
        (["1970-01-02", None], "datetime", [1.0, np.nan]),
        ([DAY], "datetime", [18321.0]),
        (pd.DatetimeIndex(["1970-01-01 12:00"], tz="UTC"), "datetime", [0.5]),
        (pd.PeriodIndex(["1970-02"], freq="M"), "datetime", [31.0]),
    ],
)
def test_to_numeric_gives_numbers_seconds_and_days(values, kind, numbers):
    read = to_numeric(pd.Series(values), kind)
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read, numbers)
