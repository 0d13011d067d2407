"""Text is read as numbers only where nothing is lost, or what is lost is named."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafeatures.columns import column_kind, number_loss, to_numeric


@pytest.mark.parametrize(
    "values",
    [
        ["02134", "2134", "00501"],
        ["1E5", "10E4", "7E400"],
        ["7E400", "1"],
        ["1e-400", "1"],
        ["1.5", "1.50", "2"],
        ["12345678901234567890", "12345678901234567891"],
        ["9007199254740993", "5"],
        ["00.5", "1"],
        [2**60, 2**60 + 1],
        [Decimal("1e400"), Decimal(1)],
        [10**400, 2],
    ],
)
def test_codes_and_numbers_that_would_merge_stay_categories(values):
    column = pd.Series(values, dtype=object)
    assert column_kind(column) == "categorical"
    assert column_kind(column[::-1]) == "categorical"


@pytest.mark.parametrize(
    ("values", "loss"),
    [
        (["1", "2.5", "-3"], None),
        (["1.50", "2.25", "10.00"], None),
        (["1.000000e+00", "2.500000e-03"], None),
        (["1.5", "2.250"], "2.250"),
        ([" 2 ", "1"], " 2 "),
        (["+5", "6"], "+5"),
        ([1, 2.5, Decimal("0.1")], None),
    ],
)
def test_a_form_that_cannot_be_written_again_is_named(values, loss):
    assert column_kind(pd.Series(values, dtype=object)) == "numeric"
    assert number_loss(values) == loss


@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64"])
def test_integers_that_float64_would_merge_are_categories(dtype):
    assert column_kind(pd.Series([2**60, 2**60 + 1], dtype=dtype)) == "categorical"
    assert column_kind(pd.Series([2**60, 2**61], dtype=dtype)) == "numeric"


TEXTS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{0,3})?([eE][0-9]{1,3})?", fullmatch=True),
)


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_distinct_texts_of_a_numeric_column_stay_distinct_numbers(texts):
    column = pd.Series(texts, dtype=object)
    if column_kind(column) == "numeric":
        numbers = to_numeric(column, "numeric")
        assert not numbers.isna().any()
        zeros = column.str.fullmatch(r"-0*(\.0*)?")  # "-0" and "0" are one number
        assert numbers.nunique() == column.mask(zeros, column.str.removeprefix("-")).nunique()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_numbers_that_were_written_by_python_are_read_back(values):
    values = [value + 0.0 for value in values]  # -0.0 is another text of the same number
    texts = pd.Series([repr(value) for value in values], dtype=object)
    assert column_kind(texts) == "numeric"
    assert number_loss(texts.tolist()) is None
    np.testing.assert_array_equal(to_numeric(texts, "numeric"), values)
