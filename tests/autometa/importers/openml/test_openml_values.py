"""Text that OpenML keeps of hyperparameters, as values."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autometa.importers.openml._values import REFERENCE, typed

PARTS = json.dumps(
    [
        {
            "oml-python:serialized_object": "component_reference",
            "value": {"key": "a", "step_name": "a"},
        },
        {
            "oml-python:serialized_object": "component_reference",
            "value": {"key": "b", "step_name": "b"},
        },
    ]
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"auto"', "auto"),
        ("auto", "auto"),
        ("'auto'", "auto"),
        ("null", None),
        ("None", None),
        ("NULL", None),
        ("NA", None),
        ("", None),
        (None, None),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("FALSE", False),
        ("10", 10),
        ("-1", -1),
        ("+3", 3),
        ("100L", 100),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e-05", 1e-05),
        ("1.0E-12", 1e-12),
        ("2.0", 2.0),
        ("Inf", math.inf),
        ("-Infinity", -math.inf),
        ("[100]", [100]),
        ("(100, 50)", [100, 50]),
        ('["a", null, 1.5]', ["a", None, 1.5]),
        ("c(1, 2, TRUE)", [1, 2, True]),
        ("gini", "gini"),
        ("  weka.core.Tag  -C 1 ", "weka.core.Tag -C 1"),
        ("first-last", "first-last"),
        ('"\\"rbf\\""', "rbf"),
        ("[not closed", "[not closed"),
        (
            '{"oml-python:serialized_object": "function", "value": "sklearn.f_classif"}',
            "sklearn.f_classif",
        ),
        ('{"b": 1, "a": 2}', '{"a": 2, "b": 1}'),
    ],
)
def test_text_is_read_as_what_it_stands_for(text, value):
    found = typed(text)
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_number_that_is_none():
    assert math.isnan(typed("NaN"))


@pytest.mark.parametrize("text", [PARTS, json.dumps(json.loads(PARTS)[0])])
def test_parts_of_a_flow_are_no_values(text):
    assert typed(text) is REFERENCE


@pytest.mark.parametrize(
    ("text", "data_type", "value"),
    [
        ("1", "numeric", 1.0),
        ("1", "integer", 1),
        ("3.0", "integer", 3),
        ("3.5", "integer", 3.5),
        ("TRUE", "logical", True),
        ("1", "option", 1),
    ],
)
def test_the_data_type_tells_whole_numbers_from_others(text, data_type, value):
    found = typed(text, data_type)
    assert found == value
    assert type(found) is type(value)


plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text("abc_-", min_size=3)
)


@given(plain | st.lists(plain))
def test_what_the_python_client_writes_is_read_back(value):
    assert typed(json.dumps(value)) == value
