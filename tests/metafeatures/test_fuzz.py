"""Any table of any make: described within the catalogue's promises, or refused with a reason."""

from __future__ import annotations

import datetime
import decimal
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metafeatures import (
    MetaFeatureError,
    MetaFeatureExtractor,
    MetaFeatureWarning,
    list_metafeatures,
)

CATALOGUE = list_metafeatures().set_index("name")
ANY = settings(suppress_health_check=list(HealthCheck))

EXTREMES = [0.0, -0.0, 5e-324, -1e-310, 1e-200, 1e200, -1.7e308, 1.7e308, np.inf, -np.inf, np.nan]
INT64 = st.integers(-(2**63), 2**63 - 1)
numbers = st.one_of(st.integers(-3, 3), st.floats(), st.none())
moments = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))
things = st.one_of(
    st.integers(),
    st.text(max_size=4),
    st.text("\ud800a", max_size=2),
    st.booleans(),
    st.none(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(max_denominator=9),
    st.binary(max_size=2),
    st.complex_numbers(),
    st.tuples(st.integers(0, 2)),
    st.lists(st.one_of(st.integers(0, 2), st.none()), max_size=2),
    st.dictionaries(st.text(max_size=1), st.integers(), max_size=2),
    st.sampled_from([pd.NA, pd.NaT, np.float32(1), np.int8(1), np.datetime64("2020"), ..., int]),
)


def or_none(cells):
    return st.one_of(st.none(), cells)


CELLS = {
    "float64": st.floats(),
    "float64 extremes": st.sampled_from(EXTREMES),
    "float64 missing": st.just(np.nan),
    "float32": st.floats(width=32),
    "float16": st.floats(width=16),
    "longdouble": st.floats(),
    "int64": INT64,
    "uint64": st.integers(0, 2**64 - 1),
    "uint8": st.integers(0, 255),
    "bool": st.booleans(),
    "Int64": or_none(INT64),
    "Float64": or_none(st.floats(allow_nan=False)),
    "boolean": or_none(st.booleans()),
    "string": or_none(st.text(max_size=3)),
    "str": or_none(st.text(max_size=3)),
    "category": or_none(st.sampled_from("abcd")),
    "category of numbers": or_none(st.sampled_from([1, 2.5, 3])),
    "category with unused levels": or_none(st.sampled_from("ab")),
    "datetime64[ns]": or_none(moments),
    "datetime64[s]": or_none(st.datetimes()),
    "datetime64[us, Asia/Tokyo]": or_none(moments),
    "timedelta64[ns]": or_none(st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999))),
    "period[M]": or_none(st.dates(datetime.date(1900, 1, 1))),
    "interval": or_none(st.sampled_from([pd.Interval(0, 1), pd.Interval(1, 2)])),
    "Sparse[float64]": st.sampled_from([0.0, 0.0, 1.0, np.nan, np.inf]),
    "Sparse[int64, 0]": st.integers(0, 2),
    "Sparse[bool]": st.booleans(),
    "int64[pyarrow]": or_none(INT64),
    "double[pyarrow]": or_none(st.floats()),
    "bool[pyarrow]": or_none(st.booleans()),
    "string[pyarrow]": or_none(st.text(max_size=3)),
    "date32[pyarrow]": or_none(st.dates()),
    "timestamp[us][pyarrow]": or_none(moments),
    "decimal128[pyarrow]": or_none(st.decimals(-99, 99, places=2)),
    "list[pyarrow]": or_none(st.lists(st.integers(0, 2), max_size=2)),
    "binary[pyarrow]": or_none(st.binary(max_size=2)),
    "object": things,
    "mixed numbers": numbers,
    "decimals": or_none(st.decimals(allow_nan=False, allow_infinity=False)),
    "dates": or_none(st.dates()),
    "texts": st.text("ab ", max_size=30),
    "dates as texts": or_none(st.one_of(st.dates(), st.datetimes()).map(str)),
    "numbers as texts": or_none(st.one_of(st.floats().map(str), st.integers().map(str))),
    "bytes": st.binary(max_size=2),
}
DTYPES = {
    "float64 extremes": "float64",
    "float64 missing": "float64",
    "category of numbers": "category",
    "category with unused levels": pd.CategoricalDtype(list("xaby")),
    "decimal128[pyarrow]": pd.ArrowDtype(pa.decimal128(6, 2)),
    "list[pyarrow]": pd.ArrowDtype(pa.list_(pa.int64())),
}
LABELS = [["a", "b", 3, None], [("a", 1), ("a", 2), ("b", np.nan)], [1.5, b"x", ()]]


def make_column(name, values):
    dtype = DTYPES.get(name, "object" if name not in KNOWN else name)
    if name == "period[M]":
        return pd.Series(pd.PeriodIndex(values, freq="M"))
    return pd.Series(values, dtype=dtype)


def is_known(name):
    try:
        pd.Series([], dtype=name)
    except TypeError:
        return False
    return True


KNOWN = {name for name in CELLS if is_known(name)}


@st.composite
def tables(draw, n_rows):
    columns = []
    for name in draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5)):
        few = draw(st.lists(CELLS[name], min_size=1, max_size=4))
        cells = st.sampled_from(few) if draw(st.booleans()) else CELLS[name]
        columns.append(make_column(name, draw(st.lists(cells, min_size=n_rows, max_size=n_rows))))
    table = pd.concat(columns, axis=1)
    labels = st.sampled_from(draw(st.sampled_from(LABELS)))
    labels = draw(st.lists(labels, min_size=len(columns), max_size=len(columns)))
    are_tuples = all(isinstance(label, tuple) and label for label in labels)
    table.columns = (
        pd.MultiIndex.from_tuples(labels) if are_tuples else pd.Index(labels, dtype=object)
    )
    return table


@st.composite
def targets(draw, n_rows):
    kind = draw(st.sampled_from(["classes", "few rows of a class", "numbers"]))
    if kind == "numbers":
        cells = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2))
        return pd.Series(draw(st.lists(cells, min_size=n_rows, max_size=n_rows))), "regression"
    n_classes = 2 if kind == "classes" else n_rows
    y = draw(st.lists(st.integers(0, n_classes - 1), min_size=n_rows, max_size=n_rows))
    return pd.Series(y), "multiclass"


@st.composite
def tasks(draw):
    n_rows = draw(st.integers(2, 24))
    return draw(tables(n_rows)), *draw(targets(n_rows))


def check(X, y, task_type, **parameters):
    """Describe a table under the promises that hold for any; None when it was refused."""
    before, state = fingerprint(X), str(np.random.get_state())
    extractor = MetaFeatureExtractor(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", MetaFeatureWarning)
        try:
            values = extractor.extract(X, y, task_type=task_type)
        except MetaFeatureError as error:
            values, refused = None, error
    assert fingerprint(X) == before, "the table was modified"
    assert str(np.random.get_state()) == state, "the global random state was touched"
    if values is None:
        assert "must" in str(refused)
        return None
    check_against_the_catalogue(values, extractor.report_)
    return values


def fingerprint(X):
    """Everything there is in a table, as text."""
    if isinstance(X, pd.DataFrame):
        columns = [list(X.iloc[:, i]) for i in range(X.shape[1])]
        return repr((X.columns.tolist(), X.dtypes.tolist(), X.index.tolist(), columns))
    if scipy.sparse.issparse(X):
        return repr([part.tolist() for part in (X.tocoo().data, *X.tocoo().coords)])
    return repr(X.tolist() if isinstance(X, np.ndarray) else pa.table(X).to_pylist())


def check_against_the_catalogue(values, report):
    known = CATALOGUE.loc[values.index]
    undocumented = values.isna() & (known["undefined"] == "")
    assert not undocumented.any(), values.index[undocumented].tolist()
    assert ((report["reason"] != "") == values.isna()).all()
    slack = 1e-9 * values.abs().clip(lower=1)
    outside = (values < known["low"] - slack) | (values > known["high"] + slack)
    assert not outside.any(), values[outside].to_dict()
    assert not np.isinf(values).any(), values[np.isinf(values)].to_dict()


def is_refused(X, y):
    return y.nunique() < 2 or any(getattr(dtype, "kind", "") == "c" for dtype in X.dtypes)


@pytest.mark.slow
def test_any_table_is_described_or_refused_for_a_documented_reason():
    seen = Counter()

    @ANY
    @given(tasks(), st.sampled_from([None, 10]))
    def check_one(task, max_rows):
        X, y, task_type = task
        values = check(X, y, task_type, max_rows=max_rows)
        assert (values is None) == is_refused(X, y)
        seen["refused" if values is None else task_type] += 1
        if values is not None:
            again = check(X.iloc[::-1], y.iloc[::-1], task_type, max_rows=max_rows)
            pd.testing.assert_series_equal(values, again)

    check_one()
    assert set(seen) == {"refused", "multiclass", "regression"}, "the tables drawn are all alike"
    assert seen["refused"] < 0.5 * seen.total()


@pytest.mark.slow
def test_tables_of_other_libraries_are_described_too():
    @ANY
    @given(st.data(), st.integers(2, 24), st.sampled_from(["polars", "pyarrow"]))
    def check_one(data, n_rows, library):
        n_columns = data.draw(st.integers(1, 4))
        lists = {}
        for i in range(n_columns):
            cells = data.draw(st.sampled_from(OTHER_CELLS))
            lists[f"c{i}"] = data.draw(st.lists(or_none(cells), min_size=n_rows, max_size=n_rows))
        X = pl.DataFrame(lists, strict=False) if library == "polars" else pa.table(lists)
        check(X, *data.draw(targets(n_rows)), max_rows=10)

    check_one()


OTHER_CELLS = [
    INT64,
    st.floats(),
    st.booleans(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.dates(),
    moments,
    st.times(),
    st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999)),
    st.decimals(-99, 99, places=2),
    st.lists(INT64, max_size=2),
    st.fixed_dictionaries({"a": st.integers(0, 2)}),
    st.nothing() | st.none(),
]


ARRAYS = [np.float64, np.float32, np.int8, bool, np.uint64, "<U2", object]


@pytest.mark.slow
def test_arrays_are_described_too():
    @ANY
    @given(st.data(), st.sampled_from(ARRAYS))
    def check_one(data, dtype):
        n_rows, n_columns = data.draw(st.integers(1, 20)), data.draw(st.integers(0, 4))
        n_cells = n_rows * n_columns
        cells = data.draw(st.lists(st.integers(0, 3), min_size=n_cells, max_size=n_cells))
        X = np.array(cells).reshape(n_rows, n_columns).astype(dtype)
        if data.draw(st.booleans()):
            X = np.ma.masked_equal(X, X.flat[0]) if X.size and X.dtype.kind in "fi" else X[::-1]
        check(X, *data.draw(targets(n_rows)))

    check_one()


SPARSE = ["csr_matrix", "csc_array", "coo_array", "lil_array", "dok_array"]


@pytest.mark.slow
def test_sparse_matrices_are_described_too():
    @ANY
    @given(st.data(), st.sampled_from(SPARSE))
    def check_one(data, make):
        n_rows, n_columns = data.draw(st.integers(1, 20)), data.draw(st.integers(0, 4))
        dtype = data.draw(st.sampled_from([np.float64, np.int32, bool, np.float32]))
        n_cells, values = n_rows * n_columns, st.sampled_from([0, 0, 0, 1, 2, np.nan, np.inf])
        cells = data.draw(st.lists(values, min_size=n_cells, max_size=n_cells))
        dense = np.nan_to_num(cells, posinf=3) if dtype is not np.float64 else np.array(cells)
        X = getattr(scipy.sparse, make)(dense.reshape(n_rows, n_columns).astype(dtype))
        check(X, *data.draw(targets(n_rows)))

    check_one()


@pytest.mark.parametrize("value", [decimal.Decimal(1), datetime.date(2020, 1, 1), (1, 2), b"x"])
def test_a_column_of_one_odd_value_is_described(value):
    X = pd.DataFrame({"odd": pd.Series([value, None] * 10, dtype=object)})
    assert MetaFeatureExtractor().extract(X, [0, 1] * 10)["missing_share"] == 0.5
