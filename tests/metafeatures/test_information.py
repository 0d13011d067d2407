"""Information-theoretic meta-features against Shannon's numbers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mutual_info_score

from metafeatures import describe
from metafeatures._columns.bins import bin_numbers
from metafeatures._columns.entropy import beyond_chance, entropy, mutual_bits

levels = arrays(np.int64, 60, elements=st.integers(0, 5))


@pytest.mark.parametrize(
    ("counts", "bits"),
    [([8], 0.0), ([5, 5], 1.0), ([2, 2, 2, 2], 2.0), ([1, 3], 2 - 0.75 * math.log2(3)), ([0], 0.0)],
)
def test_entropy_matches_hand_computed_values(counts, bits):
    assert entropy(np.array(counts)) == pytest.approx(bits)


@given(arrays(np.int64, st.integers(1, 20), elements=st.integers(0, 10**6)))
def test_entropy_lies_between_zero_and_log2_of_the_levels(counts):
    assert 0 <= entropy(counts) <= math.log2(counts.size) + 1e-9


@given(levels, levels)
def test_mutual_information_is_that_of_scikit_learn_and_symmetric(first, second):
    bits = mutual_bits(first, second)
    assert bits == pytest.approx(mutual_info_score(first, second) / math.log(2), abs=1e-9)
    assert bits == pytest.approx(mutual_bits(second, first), abs=1e-9)


def test_mutual_information_of_many_levels_is_counted_without_a_table_of_them():
    many = np.arange(100_000)
    assert mutual_bits(many, many) == pytest.approx(math.log2(100_000))


def test_an_identifier_tells_nothing_beyond_chance():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 2, 1000)
    assert mutual_bits(np.arange(1000), classes) > 0.99
    assert beyond_chance(np.arange(1000), classes) < 0.01
    assert beyond_chance(classes, classes) > 0.99


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([0.5, np.nan, 7.0, 0.5], [1, 0, 2, 1]),
        ([np.nan, np.nan], [0, 0]),
        (list(range(20)), [i // 2 + 1 for i in range(20)]),
    ],
)
def test_bins_hold_equally_many_values_and_missing_ones_are_level_0(values, codes):
    assert bin_numbers(np.array([values], dtype=float))[0].tolist() == codes


def test_a_frequent_value_leaves_the_other_bins_to_the_other_values():
    values = np.append(np.zeros(90), np.arange(1, 13))
    counts = np.bincount(bin_numbers(values[None, :])[0])
    assert counts[1] == 90
    assert counts[2:].sum() == 12
    assert counts[2:].size == 9


@given(arrays(np.float64, st.integers(1, 80), elements=st.floats(-5, 5).map(round)))
def test_bins_keep_the_order_and_equal_numbers_together(values):
    codes = bin_numbers(values[None, :], n_bins=4)[0]
    order = np.argsort(values, kind="stable")
    assert (np.diff(codes[order]) >= 0).all()
    assert len({(v, c) for v, c in zip(values, codes, strict=True)}) == len(set(values))
    assert codes.max() <= max(4, 1)


XOR = pd.DataFrame({"a": [0, 0, 1, 1] * 50, "b": [0, 1, 0, 1] * 50, "same": [0, 1, 1, 0] * 50})
PARITY = [0, 1, 1, 0] * 50


@pytest.mark.parametrize(
    ("names", "columns", "values"),
    [
        (["class_entropy", "class_balance"], ["a"], [1.0, 1.0]),
        (["mutual_information.max", "mutual_information.min"], ["a", "same"], [1.0, 0.0]),
        (["explained_entropy.max"], ["same"], [1.0]),
        (["column_entropy.mean", "column_balance.mean"], ["a", "b"], [1.0, 1.0]),
        (["noise_share"], ["a", "same"], [0.5]),
        (["log_equivalent_columns"], ["a", "same"], [math.log2(3)]),
        (["telling_share", "information_concentration"], ["a", "same"], [0.5, 1.0]),
        (["interaction.max"], ["a", "b"], [1.0]),
        (["missing_information.max"], ["a"], [0.0]),
    ],
)
def test_information_of_an_exclusive_or_is_found_where_it_is(names, columns, values):
    found = describe(XOR[columns], PARITY, names=names)
    assert found[names].tolist() == pytest.approx(values, abs=0.04)


def test_missing_values_that_follow_the_target_are_noticed():
    X = pd.DataFrame({"a": [None if one else 1.0 for one in PARITY], "b": 1.0})
    assert describe(X, PARITY, names=["missing_information"]).item() > 0.95


def test_a_numeric_target_is_cut_into_bins():
    x = np.random.default_rng(0).normal(size=1000)
    found = describe(pd.DataFrame({"x": x}), x, names=["mutual_information", "explained_entropy"])
    assert found["mutual_information.mean"] == pytest.approx(math.log2(10), rel=1e-3)
    assert found["explained_entropy.mean"] > 0.95


def test_two_columns_that_repeat_each_other_share_all_their_information():
    rng = np.random.default_rng(0)
    column = rng.integers(0, 3, 500)
    X = pd.DataFrame({"a": column, "b": column * 2, "c": rng.integers(0, 3, 500)})
    found = describe(X, rng.integers(0, 2, 500), names=["pair_information"])
    assert found["pair_information.max"] > 0.97
    assert found["pair_information.mean"] == pytest.approx(1 / 3, abs=0.03)
