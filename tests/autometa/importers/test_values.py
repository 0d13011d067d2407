"""Values out of text."""

from __future__ import annotations

import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._values import (
    parse_config,
    parse_setup,
    seconds_of,
    typed_column,
)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1", "-2", "+3"], [1, -2, 3]),
        (["1", "2.5"], [1.0, 2.5]),
        (["1e-3", "1"], [0.001, 1.0]),
        (["007", "1"], ["007", 1]),
        (["1_000"], ["1_000"]),
        (["3.0", "4.0"], [3.0, 4.0]),
        (["3.0", ""], [3, None]),
        (["true", "False"], [True, False]),
        (["[1, 2]", "(3, 4)"], [[1, 2], [3, 4]]),
        (["nan", None, float("nan")], [None, None, None]),
        (["1e999"], ["1e999"]),
    ],
)
def test_columns_are_typed(texts, values):
    typed = typed_column(texts)
    assert typed == values
    assert [type(v) for v in typed] == [type(v) for v in values]


@pytest.mark.parametrize(
    ("value", "config"),
    [
        ('{"a": 1}', {"a": 1}),
        ("{'a': None, 'b': (1, 2)}", {"a": None, "b": [1, 2]}),
        ({"a": 1}, {"a": 1}),
        ("", {}),
        (None, {}),
        (float("nan"), {}),
    ],
)
def test_configurations_are_read_from_json_python_and_nothing(value, config):
    assert parse_config(value) == config


@pytest.mark.parametrize("value", ["a=1", "[1]", "3", 3, "{'a': f()}"])
def test_what_is_no_configuration_is_refused(value):
    with pytest.raises(KnowledgeBaseError, match="A configuration must be a dict or its text"):
        parse_config(value)


@pytest.mark.parametrize(
    ("text", "setup"),
    [
        ("C4.5", ("C4.5", "{}")),
        ("knn(k=5, w='d')", ("knn", '{"k": 5, "w": "d"}')),
        ("knn(5)", ("knn(5)", "{}")),
        ('{"k": 5}', ("model", '{"k": 5}')),
        ('{"algorithm": "knn", "config": {"k": 5}}', ("knn", '{"k": 5}')),
        ("{'algorithm': 'knn', 'k': 5}", ("knn", '{"k": 5}')),
        ('svm: {"C": 1.0}', ("svm", '{"C": 1.0}')),
        ("{broken", ("{broken", "{}")),
    ],
)
def test_setups_are_read_from_names_of_columns(text, setup):
    assert parse_setup(text, "model") == setup


def test_durations_are_read_from_numbers_and_text():
    texts = pd.Series(["1.5", "0 days 00:01:00.5", None], dtype=object)
    assert seconds_of(texts).fillna(-1).tolist() == [1.5, 60.5, -1]
    assert seconds_of(pd.Series(pd.to_timedelta(["2s"]))).tolist() == [2.0]
