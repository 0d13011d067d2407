"""Tables of any make become plain: what travels to another process, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

from autometa.exceptions import DatasetError
from autometa.tables import check_table, plain_table
from metafeatures.columns import column_kind


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: int


class Name(str):
    __slots__ = ()


class Bare:
    pass


class Broken:
    def __str__(self):
        raise RuntimeError("no text")


class Frame(pd.DataFrame):
    @property
    def _constructor(self):
        return Frame


class Zone(datetime.tzinfo):
    def utcoffset(self, moment):
        return datetime.timedelta(hours=2)

    def dst(self, moment):
        return datetime.timedelta(0)


def of_objects(*cells):
    column = np.empty(len(cells), object)
    column[:] = cells
    return pd.DataFrame({"a": pd.Series(column, dtype=object), "b": range(len(cells))})


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        ((Color.RED, Color.BLUE, None), ["Color.RED", "Color.BLUE", None]),
        ((Level.LOW, Level.HIGH), ["1", "2"]),
        ((Point(1, 2), Point(3, 4)), ["Point(x=1, y=2)", "Point(x=3, y=4)"]),
        ((Name("x"), "y"), ["x", "y"]),
        ((np.float32(0.5), np.int8(2)), [0.5, 2]),
        (([1, 2], ["a"]), ["[1, 2]", "['a']"]),
        (({"b", "a"}, set()), ["{'a', 'b'}", "{}"]),
        (({"k": 1}, np.arange(2)), ["{'k': 1}", "[0, 1]"]),
        ((True, 1, 1.5), [True, 1, 1.5]),
        ((np.ma.masked, 1), [None, 1]),
        (("\ud800", "b"), ["\\ud800", "b"]),
        ((datetime.datetime(2024, 1, 1, 12, tzinfo=Zone()),), [pd.Timestamp("2024-01-01T10Z")]),
        ((pd.Period("2024-02", "M"), pd.NaT), [pd.Timestamp("2024-02-01"), None]),
    ],
)
def test_cells_of_any_class_become_their_text_or_value(cells, plain):
    column = plain_table(of_objects(*cells))["a"]
    column = column.astype(object).where(column.notna(), None)
    assert column.tolist() == plain
    assert [type(cell) for cell in column] == [type(cell) for cell in plain]


@pytest.mark.parametrize("cell", [Bare(), Broken(), len, lambda: 1, np.arange(200), pd.Series([1])])
def test_what_has_no_text_of_its_own_is_refused_by_column(cell):
    with pytest.raises(DatasetError, match="Column 'a' holds"):
        plain_table(of_objects(cell, None))


def test_categories_of_objects_keep_their_order_as_text():
    levels = pd.Categorical([Color.RED, Color.BLUE], categories=[Color.RED, Color.BLUE])
    plain = plain_table(pd.DataFrame({"a": levels}))["a"]
    assert plain.cat.categories.tolist() == ["Color.RED", "Color.BLUE"]
    cut = pd.cut(pd.Series([1.0, 2.0, 3.0]), 2)
    assert plain_table(pd.DataFrame({"a": cut}))["a"].tolist() == [str(cell) for cell in cut]


def test_a_subclass_becomes_a_data_frame_without_what_it_carries():
    frame = Frame({"a": [1.0, 2.0]}, index=[Color.RED, Color.BLUE])
    frame.attrs["owner"] = Bare()
    plain = plain_table(frame)
    assert type(plain) is pd.DataFrame
    assert plain.attrs == {}
    assert plain.index.tolist() == [0, 1]
    assert frame.attrs
    assert frame.index[0] is Color.RED


CELLS = {
    "number": [1.5, None, 3.0],
    "count": [1, 2, 2],
    "flag": [True, False, None],
    "text": ["x", None, "z"],
    "day": [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 3)],
    "moment": [datetime.datetime(2024, 1, 1, 5), datetime.datetime(2024, 1, 2), None],
    "list": [[1, 2], [3], None],
    "amount": [decimal.Decimal("1.5"), None, decimal.Decimal("2")],
    "time": [datetime.time(1), None, datetime.time(2)],
    "gap": [datetime.timedelta(1), None, datetime.timedelta(2)],
    "bytes": [b"x", b"y", None],
}


@pytest.mark.parametrize("column", list(CELLS))
@pytest.mark.parametrize(
    "make",
    [
        lambda cells: pd.DataFrame({"a": pd.Series(cells, dtype=object)}),
        lambda cells: pl.DataFrame({"a": cells}),
        lambda cells: pa.table({"a": cells}),
        lambda cells: pa.table({"a": cells}).to_pandas(types_mapper=pd.ArrowDtype),
    ],
)
def test_every_library_gives_columns_that_travel(make, column):
    plain = plain_table(make(CELLS[column]))
    assert plain["a"].isna().tolist() == [cell is None for cell in CELLS[column]]
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(plain)), plain)
    assert {type(cell).__module__.split(".")[0] for cell in plain["a"]} <= {
        "builtins", "datetime", "decimal", "numpy", "pandas",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dtype", "plain"),
    [
        *((name, name) for name in ("Int8", "Int64", "UInt64", "Float32", "Float64", "boolean")),
        ("int64[pyarrow]", "Int64"),
        ("uint8[pyarrow]", "UInt64"),
        ("double[pyarrow]", "Float64"),
        ("bool[pyarrow]", "boolean"),
        (pd.SparseDtype("float64"), pd.SparseDtype("float64")),
    ],
)
def test_columns_of_numbers_keep_a_type_of_numbers(dtype, plain):
    column = pd.Series([1, None, 0], dtype="Float64").astype(dtype)
    assert plain_table(pd.DataFrame({"a": column}))["a"].dtype == plain


@pytest.mark.parametrize("freq", ["Y", "Q", "M", "W", "D", "h"])
@pytest.mark.parametrize("dtype", [None, object, "category"])
def test_periods_are_read_as_dates_by_their_start(freq, dtype):
    periods = pd.Series(pd.period_range("1999-12-31", periods=9, freq=freq))
    starts = periods.dt.to_timestamp()
    column = periods if dtype is None else periods.astype(dtype)
    plain = plain_table(pd.DataFrame({"a": column}))["a"]
    assert plain.tolist() == starts.tolist()
    assert column_kind(plain) == ("categorical" if dtype == "category" else "datetime")


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr"])
def test_parts_of_a_sparse_cell_are_summed_but_not_in_place(form):
    starts, places, parts = [0, 2, 4], [0, 0, 2, 1], [1.0, 2.0, 4.0, 5.0]
    if form == "csc":
        matrix = scipy.sparse.csc_array((parts, places, starts), shape=(3, 2))
    elif form == "coo":
        matrix = scipy.sparse.coo_array((parts, ([0, 0, 1, 1], places)), shape=(2, 3))
    elif form == "bsr":
        blocks = np.reshape(parts, (4, 1, 1))
        matrix = scipy.sparse.bsr_array((blocks, places, starts), shape=(2, 3))
    else:
        matrix = scipy.sparse.csr_array((parts, places, starts), shape=(2, 3))
    before = np.array(matrix.data), np.array(matrix.tocoo().coords)
    plain = np.asarray(plain_table(matrix))
    assert plain.tolist() == matrix.toarray().tolist()
    np.testing.assert_array_equal(matrix.data, before[0])
    np.testing.assert_array_equal(matrix.tocoo().coords, before[1])


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1, 2], [3, 4]], dtype=">i4"),
        np.array([[1, 2], [3, 4]], dtype=np.longdouble),
        np.array([[1, 2], [3, 4]], dtype="f2"),
        np.ma.array([[1, 2], [3, 4]], mask=[[0, 0], [0, 0]]),
        [[1, 2], [3, 4]],
        scipy.sparse.csr_matrix([[1, 2], [3, 4]]),
    ],
)
def test_arrays_of_any_type_hold_the_same_numbers(array):
    plain = plain_table(array)
    assert np.asarray(plain, dtype=float).tolist() == [[1, 2], [3, 4]]
    assert all(getattr(dtype, "itemsize", 8) <= 8 for dtype in plain.dtypes)


def test_masked_cells_are_missing():
    for values in ([[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]], [["a", "b"], ["c", "d"]]):
        masked = np.ma.array(values, mask=[[True, False], [False, True]])
        assert plain_table(masked).isna().to_numpy().tolist() == masked.mask.tolist()


def test_numbers_beside_text_in_lists_stay_numbers():
    assert plain_table([[1.0, "a"], [np.nan, "b"]])["x0"].tolist()[0] == 1.0


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((2, 2), complex),
        np.zeros(2, [("a", float)]),
        {"a": [1, 2]},
        "table.csv",
        None,
        [[1, 2], [3]],
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[1, "1"]),
    ],
)
def test_what_is_no_table_is_refused(table):
    with pytest.raises(DatasetError):
        plain_table(table)


@pytest.mark.parametrize(
    "labels", [(Color.RED, Color.BLUE), (Level.LOW, Level.HIGH), (Name("x"), Name("y"))]
)
def test_labels_of_classes_of_the_user_stay_with_the_parent(labels):
    table = check_table(pd.DataFrame({"a": np.arange(12.0)}), of_objects(*labels * 6)["a"])
    assert set(table.classes) == set(labels)
    assert set(map(type, table.classes)) == set(map(type, labels))
    assert pickle.loads(pickle.dumps(table)).classes.tolist() == [0, 1]


def test_labels_of_plain_types_travel():
    words = check_table(pd.DataFrame({"a": np.arange(12.0)}), ["x", "y"] * 6)
    assert pickle.loads(pickle.dumps(words)).classes.tolist() == ["x", "y"]
