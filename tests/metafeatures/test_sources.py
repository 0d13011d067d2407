"""Tables of any make give the same cells, and none is copied as a whole."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

from metafeatures import MetaFeatureDataError, describe
from metafeatures._tables.cells import DenseCells, SparseCells, hash_numbers
from metafeatures._tables.rows import mix
from metafeatures._tables.sources import as_source
from metafeatures._tables.table import Table
from metafeatures.testing import TABLES

RNG = np.random.default_rng(0)
CLASSES = np.arange(90) % 3
FAMILIES = ["simple", "statistical", "information-theoretic"]


def mixed():
    table = TABLES["mixed"](np.random.default_rng(1))
    return table.astype({"level": object})


@pytest.mark.parametrize(
    "convert",
    [
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda table: pa.Table.from_pandas(table).slice(0, 40).to_pandas(ignore_metadata=True),
        lambda table: table.convert_dtypes(dtype_backend="pyarrow"),
        lambda table: table.convert_dtypes(dtype_backend="numpy_nullable"),
    ],
    ids=["polars", "pyarrow", "40 rows", "pandas on pyarrow", "pandas nullable"],
)
def test_the_vector_does_not_depend_on_the_library(convert):
    table, other = mixed(), convert(mixed())
    found = describe(other, CLASSES[: len(other)], families=FAMILIES)
    expected = describe(table[: len(other)], CLASSES[: len(other)], families=FAMILIES)
    pd.testing.assert_series_equal(found, expected, check_exact=True)


def sparse_table():
    """Stored zeros, missing cells, infinities, repeated columns and columns of one cell."""
    X = scipy.sparse.random_array((120, 30), density=0.1, format="csr", rng=RNG).tolil()
    X[:, 3] = X[:, [4]]
    X[7, 5:9] = np.nan
    X[8, 5:9] = np.inf, -np.inf, 0, 1
    for i in range(20, 25):
        X[:, i] = 0
        X[i, i] = 1
    return X


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, bool])
def test_a_sparse_matrix_has_the_vector_of_the_dense_one(form, dtype):
    sparse = sparse_table().astype(dtype)
    dense = sparse.toarray()
    y = np.arange(120) % 2
    pd.testing.assert_series_equal(
        describe(sparse.asformat(form), y, families=FAMILIES),
        describe(dense, y, families=FAMILIES),
        check_exact=True,
    )


def test_stored_zeros_and_repeated_cells_of_a_sparse_matrix_are_summed_but_not_in_place():
    data, rows, starts = np.array([1.0, 2.0, 0.0, 4.0]), np.array([1, 1, 2, 0]), np.array([0, 3, 4])
    X = scipy.sparse.csc_array((data, rows, starts), shape=(3, 2))
    numbers = as_source(X).numbers([0, 1])
    assert numbers.tolist() == [[0.0, 3.0, 0.0], [4.0, 0.0, 0.0]]
    assert X.data.tolist() == data.tolist()
    assert X.indices.tolist() == rows.tolist()
    twin = Table(np.array([[0.0, 4.0], [3.0, 0.0], [0.0, 0.0]]), np.zeros(3))
    assert Table(X, np.zeros(3)).row_hashes.tolist() == twin.row_hashes.tolist()


def test_sums_of_sparse_hashes_are_those_of_dense_ones():
    X = sparse_table().tocsc()
    values = X.toarray().T
    dense = DenseCells(hash_numbers(values))
    sparse = SparseCells(X.data, X.indices, X.indptr, 120)
    salts, keys = mix(np.arange(120, dtype=np.uint64)), mix(np.arange(30, dtype=np.uint64))
    np.testing.assert_array_equal(sparse.sums(), dense.sums())
    np.testing.assert_array_equal(sparse.sums_with(salts), dense.sums_with(salts))
    np.testing.assert_array_equal(sparse.row_sums(keys), dense.row_sums(keys))


def test_a_sparse_matrix_is_not_made_dense():
    X = scipy.sparse.random_array((20_000, 5_000), density=1e-3, format="csr", rng=RNG)
    y = RNG.integers(0, 2, 20_000)
    tracemalloc.start()
    describe(X, y, families=["simple"], max_rows=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6  # dense: 800 MB


@pytest.mark.slow
@pytest.mark.parametrize("library", [pl.DataFrame, pa.table, pd.DataFrame])
def test_a_table_is_read_without_a_copy(library):
    X = library({f"c{i}": RNG.normal(size=100_000) for i in range(100)})
    y = RNG.integers(0, 2, 100_000)
    tracemalloc.start()
    describe(X, y, families=["simple"], max_rows=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6  # the table: 80 MB; a part of it while hashed: a few times 8 MB


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", "b", None, "a"] * 5, pa.string_view()),
        pa.RunEndEncodedArray.from_arrays([10, 20], ["a", "b"]),
        pa.array(["a", "b", None, "c"] * 5).dictionary_encode(),
        pa.array([(1, 2, 3), None] * 10, pa.month_day_nano_interval()),
        pa.array(np.arange(20, dtype=np.float16)),
        pl.Series([2**100, 1, None, 3] * 5, dtype=pl.Int128),
        pl.Series([(1,), {2}, "a", None] * 5, dtype=pl.Object),
        pl.Series([[1, 2], [3, 4]] * 10, dtype=pl.Array(pl.Int8, 2)),
    ],
    ids=lambda column: str(getattr(column, "type", getattr(column, "dtype", ""))),
)
def test_columns_that_other_libraries_cannot_take_rows_of_are_read(column):
    X = pl.DataFrame({"c": column}) if isinstance(column, pl.Series) else pa.table({"c": column})
    values = describe(X, np.arange(20) % 2, families=FAMILIES)
    cells = column.to_list() if isinstance(column, pl.Series) else column.to_pylist()
    assert values["n_missing"] == sum(cell is None for cell in cells)
    part = as_source(X).take(np.array([3, 0]))
    assert Table(part, np.zeros(2)).kinds.tolist() == Table(X, np.zeros(20)).kinds.tolist()


def test_masked_cells_of_an_array_are_missing():
    X = np.ma.masked_equal(np.arange(12.0).reshape(6, 2), 4.0)
    assert describe(X, [0, 1] * 3, names=["n_missing"]).item() == 1


def test_repeated_names_are_refused_where_columns_are_known_by_name():
    X = pa.table([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"])
    with pytest.raises(MetaFeatureDataError, match="names of a Table must be unique"):
        describe(X, [0, 1])


def test_a_sampled_category_has_codes_for_the_levels_that_the_sample_shows():
    X = pd.DataFrame({"c": [*"aaaa", *"bbb", *"dc", *"ee", None]})
    table = Table(X, np.arange(12))
    codes, alphabet = table.codes(0, np.arange(12))
    assert codes.tolist() == [0] * 4 + [1] * 3 + [4, 3] + [2] * 2 + [-1]
    assert alphabet.tolist() == [0, 1, 4, 2, 3]
    codes, alphabet = table.codes(0, np.array([7, 0, 9, 11]))
    assert codes.tolist() == [2, 0, 1, -1]
    assert alphabet.tolist() == [0, 2, 1]


def test_equal_numbers_are_one_level_beside_cells_that_cannot_be_hashed():
    cells = [0, 0j, False, [1], "\ud800", None, 0, [1]]
    X = pd.DataFrame({"c": pd.Series(cells, dtype=object)})
    table = Table(X, np.arange(8))
    assert table.cardinalities().tolist() == [3]
    codes, _ = table.codes(0, np.arange(8)[::-1])
    assert codes[::-1].tolist() == [0, 0, 0, 1, 2, -1, 0, 1]


def test_zero_and_minus_zero_are_one_level_whichever_comes_first():
    X = pd.DataFrame({"c": pd.Series([0.0, -0.0, "x", "y"] * 3, dtype=object)})
    first, second = Table(X, np.arange(12) % 2), Table(X[::-1], (np.arange(12) % 2)[::-1])
    assert first.row_hashes.tolist() == second.row_hashes[::-1].tolist()


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i2", ">i8", ">u4"])
@pytest.mark.parametrize("make", [np.asarray, pd.DataFrame])
def test_numbers_in_another_byte_order_are_the_same_numbers(dtype, make):
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 100, (60, 3))
    y = np.asarray(numbers[:, 0] + numbers[:, 1] > 100)
    before = describe(numbers.astype(float), y)
    pd.testing.assert_series_equal(describe(make(numbers.astype(dtype)), y), before, rtol=1e-12)
