"""Any table at all: documented errors only, NaN only as documented, the table untouched."""

from __future__ import annotations

import datetime
import decimal
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metafeatures import MetaFeatureExtractor, MetaFeatureWarning, list_metafeatures

CATALOGUE = list_metafeatures().set_index("name")

numbers = st.one_of(st.integers(-3, 3), st.floats(), st.none())
things = st.one_of(
    st.integers(),
    st.text(max_size=4),
    st.booleans(),
    st.none(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.binary(max_size=2),
    st.complex_numbers(),
    st.tuples(st.integers(0, 2)),
    st.lists(st.integers(0, 2), max_size=2),
)
CELLS = {
    "float64": st.floats(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint8": st.integers(0, 255),
    "float32": st.floats(width=32),
    "bool": st.booleans(),
    "Int64": st.one_of(st.none(), st.integers(-9, 9)),
    "Float64": st.one_of(st.none(), st.floats(-9, 9)),
    "boolean": st.one_of(st.none(), st.booleans()),
    "string": st.one_of(st.none(), st.text(max_size=3)),
    "category": st.one_of(st.none(), st.sampled_from("abcd")),
    "datetime64[ns]": st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)),
    "timedelta64[ns]": st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999)),
    "object": things,
    "mixed numbers": numbers,
    "texts": st.text("ab ", max_size=30),
}


@st.composite
def tables(draw, n_rows):
    columns = []
    for dtype in draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5)):
        few = draw(st.lists(CELLS[dtype], min_size=1, max_size=4))
        cells = st.sampled_from(few) if draw(st.booleans()) else CELLS[dtype]
        values = draw(st.lists(cells, min_size=n_rows, max_size=n_rows))
        known = dtype if dtype not in ("mixed numbers", "texts") else "object"
        columns.append(pd.Series(values, dtype=known))
    table = pd.concat(columns, axis=1)
    table.columns = draw(st.lists(st.sampled_from(["a", "b", 3, None]), min_size=len(columns),
                                  max_size=len(columns)))  # fmt: skip
    return table


@st.composite
def tasks(draw):
    n_rows = draw(st.integers(2, 24))
    X = draw(tables(n_rows))
    kind = draw(st.sampled_from(["classes", "few rows of a class", "numbers"]))
    if kind == "numbers":
        cells = st.floats(allow_nan=False, allow_infinity=False)
        y = draw(st.lists(cells, min_size=n_rows, max_size=n_rows))
        return X, pd.Series(y), "regression"
    n_classes = 2 if kind == "classes" else n_rows
    y = draw(st.lists(st.integers(0, n_classes - 1), min_size=n_rows, max_size=n_rows))
    return X, pd.Series(y), "multiclass"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tasks(), st.sampled_from([None, 10]))
def test_any_table_is_described_or_refused_for_a_documented_reason(task, max_rows):
    X, y, task_type = task
    is_complex = any(
        np.issubdtype(d, np.complexfloating) for d in X.dtypes if isinstance(d, np.dtype)
    )
    if y.nunique() < 2 or is_complex:
        with pytest.raises(ValueError, match="must"):
            MetaFeatureExtractor().extract(X, y, task_type)
        return
    before = X.copy(deep=True)
    extractor = MetaFeatureExtractor(max_rows=max_rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", MetaFeatureWarning)
        again = extractor.extract(X.iloc[::-1], y.iloc[::-1], task_type)
        values = extractor.extract(X, y, task_type)
    pd.testing.assert_frame_equal(X, before)
    _check_against_the_catalogue(values, extractor.report_)
    pd.testing.assert_series_equal(values, again)


def _check_against_the_catalogue(values, report):
    known = CATALOGUE.loc[values.index]
    undocumented = values.isna() & (known["undefined"] == "")
    assert not undocumented.any(), values.index[undocumented].tolist()
    assert ((report["reason"] != "") == values.isna()).all()
    slack = 1e-9 * values.abs().clip(lower=1)
    outside = (values < known["low"] - slack) | (values > known["high"] + slack)
    assert not outside.any(), values[outside].to_dict()
    assert not np.isinf(values).any(), values[np.isinf(values)].to_dict()


@pytest.mark.parametrize("value", [decimal.Decimal(1), datetime.date(2020, 1, 1), (1, 2), b"x"])
def test_a_column_of_one_odd_value_is_described(value):
    X = pd.DataFrame({"odd": pd.Series([value, None] * 10, dtype=object)})
    assert MetaFeatureExtractor().extract(X, [0, 1] * 10)["missing_share"] == 0.5
