"""The canonical order: invariances of hashes, rows, columns and samples."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafeatures import describe, list_metafeatures
from metafeatures._tables.rows import mix, row_order, take_sample
from metafeatures._tables.table import Table
from metafeatures._task import read_target


def without_place(values: pd.Series) -> pd.Series:
    """Return the values that may not change with the order of columns."""
    catalogue = list_metafeatures().set_index("name")
    return values[~catalogue.loc[values.index, "by_place"].to_numpy()]


def test_hashes_of_neighbours_differ_in_half_their_bits():
    first = mix(np.arange(1000, dtype=np.uint64))
    changed = np.bitwise_count(first[1:] ^ first[:-1])
    assert changed.mean() == pytest.approx(32, abs=1)
    assert np.unique(first).size == 1000


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), min_size=1))
def test_repeated_rows_and_columns_are_counted_exactly(rows):
    array = np.array(rows, float)
    table = Table(pd.DataFrame(array[:, :2]), array[:, 2])
    assert row_order(table.row_hashes, 0)[1] == len(rows) - len(set(rows))
    assert table.n_repeated_columns == int((array[:, 0] == array[:, 1]).all())


def test_flags_that_are_equally_often_true_are_not_the_same_column():
    X = pd.DataFrame([[0, 1, 1], [1, 0, 1], [0, 1, 1]], columns=["a", "b", "c"])
    table = Table(X, np.zeros(3))
    assert np.unique(table.keys).size == 3
    assert np.unique(table.row_hashes).size == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_columns_of_the_same_cells_keep_their_order_when_columns_are_shuffled(order):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": [0, 1] * 30, "b": [0] * 30 + [1] * 30, "c": [0, 0, 1, 1] * 15})
    y = pd.Series(rng.integers(0, 2, 60))
    table, other = Table(X, y.to_numpy()), Table(X.iloc[:, list(order)], y.to_numpy())
    assert other.keys.tolist() == table.keys[list(order)].tolist()
    np.testing.assert_array_equal(other.row_hashes, table.row_hashes)
    found = without_place(describe(X.iloc[:, list(order)], y))
    pd.testing.assert_series_equal(found, without_place(describe(X, y)))


@pytest.mark.parametrize("y", ["classes", "numbers"])
def test_large_tables_give_the_same_sample_in_any_order_of_rows_and_columns(y):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 3, size=(3000, 4)), columns=list("abcd"))
    X["e"] = rng.choice(["x", "y", None], 3000)
    X["f"] = rng.normal(size=3000)
    target = pd.Series(rng.integers(0, 3, 3000) if y == "classes" else rng.normal(size=3000))
    rows, columns = rng.permutation(3000), rng.permutation(6)
    found = describe(X, target, max_rows=500)
    other = describe(X.iloc[rows], target.iloc[rows], max_rows=500)
    pd.testing.assert_series_equal(found, other, rtol=1e-12)
    other = describe(X.iloc[rows, columns], target.iloc[rows], max_rows=500)
    pd.testing.assert_series_equal(without_place(found), without_place(other), rtol=1e-12)


def test_another_random_state_takes_another_sample():
    X = pd.DataFrame({"a": np.arange(1000.0) ** 2})
    y = np.arange(1000) % 2
    first, second = (
        describe(X, y, names=["skewness.mean"], max_rows=100, random_state=seed).item()
        for seed in (0, 1)
    )
    assert first != second


def test_repeated_rows_are_sampled_in_their_proportion():
    hashes = mix(np.repeat(np.arange(4, dtype=np.uint64), [7000, 2000, 900, 100]))
    order, n_repeated = row_order(hashes, 0)
    assert n_repeated == 9996
    share = (order[:1000] < 7000).mean()
    assert share == pytest.approx(0.7, abs=0.05)


def test_a_sample_has_rows_of_every_class():
    y = np.repeat([0, 1, 2], [9950, 40, 10])
    order = np.random.default_rng(0).permutation(10_000)
    sample = take_sample(order, read_target(y, 10_000), 200)
    assert sample.size == 200
    assert np.bincount(y[sample]).tolist() == [160, 30, 10]


def test_a_sample_of_numbers_has_two_values():
    y = np.zeros(1000)
    y[500] = 0.5
    sample = take_sample(np.arange(1000), read_target(y, 1000, "regression"), 10)
    assert sample.size == 10
    assert np.unique(y[sample]).size == 2


def test_a_sample_of_more_classes_than_rows_has_the_size_asked_for():
    y = np.arange(100)
    sample = take_sample(np.arange(100), read_target(y, 100, "multiclass"), 20)
    assert sample.size == 20


@given(st.permutations(list(range(12))), st.integers(0, 99))
def test_row_order_follows_from_hashes_alone(order, seed):
    hashes = mix(np.array([5, 5, 5, 1, 2, 3, 4, 6, 7, 8, 9, 9], dtype=np.uint64))
    first = hashes[row_order(hashes, seed)[0]]
    shuffled = hashes[np.array(order)]
    np.testing.assert_array_equal(first, shuffled[row_order(shuffled, seed)[0]])
