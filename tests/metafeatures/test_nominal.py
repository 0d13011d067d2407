"""Columns as levels, against Shannon's numbers and tables counted by hand."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metafeatures import describe
from metafeatures._columns.bins import cut_at_quantiles, n_intervals
from metafeatures._columns.joint import JOINT_EPSILON, joint_shares

levels = arrays(np.int64, 40, elements=st.integers(0, 5))


def of(columns: dict[str, object], y: object, *names: str, **parameters: object) -> pd.Series:
    X = pd.DataFrame(columns)
    return describe(X, y, names=list(names), max_rows=None, **parameters)


QUARTERS = {"half": list("aabb") * 8, "quarter": list("pqrs") * 8}
HALVES = list("xxyy") * 8


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("nominal_entropy.min", 1),
        ("nominal_entropy.max", 2),
        ("nominal_entropy.range", 1),
        ("joint_entropy.min", 1),
        ("joint_entropy.max", 2),
        ("nominal_information.mean", 1),
        ("nominal_information.sd", 0),
        ("equivalent_columns", 1),
        ("noise_to_information", 1 / 2),
        ("target_concentration.max", 1),
        ("target_concentration.min", 1 / 3),
        ("column_concentration.max", 1),
        ("column_concentration.min", 1 / 3),
    ],
)
def test_halves_and_quarters_hold_bits_and_are_guessed_as_computed_by_hand(name, by_hand):
    # blind, one of four is guessed right in 1/4 of cases, given its half in 1/2: (1/2 - 1/4) / 3/4
    assert of(QUARTERS, HALVES, name)[name] == pytest.approx(by_hand, abs=1e-5)


def test_columns_that_tell_nothing_leave_ratios_undefined():
    names = "equivalent_columns", "noise_to_information", "nominal_information.mean"
    found = of({"even": list("abab"), "constant": [1.0] * 4}, list("xxyy"), *names)
    assert found.isna().tolist() == [False, True, True]
    assert found["nominal_information.mean"] == pytest.approx(0, abs=1e-6)


def test_a_numeric_target_is_asked_in_bins():
    tenths = {"x": np.repeat(list("abcdefghij"), 20)}
    found = of(tenths, np.arange(200.0) ** 3, "joint_entropy.mean", "nominal_information.mean")
    assert found["nominal_information.mean"] == pytest.approx(math.log2(10), abs=1e-4)
    assert found["joint_entropy.mean"] == pytest.approx(math.log2(10), abs=1e-4)


def test_numbers_are_cut_into_as_many_intervals_as_the_cube_root_of_rows():
    found = of({"x": np.arange(1000.0)}, [0, 1] * 500, "nominal_entropy.mean")
    assert found.item() == pytest.approx(entropy([100] * 10), abs=1e-4)


def entropy(counts: list[int]) -> float:
    shares = np.array(counts) / sum(counts)
    return float(-(shares * np.log2(shares)).sum())


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-5, 5).map(lambda x: round(x, 1))),
       st.integers(1, 7))  # fmt: skip
def test_intervals_end_at_the_quantiles_of_numpy(values, n_parts):
    ends = np.quantile(values, np.linspace(0, 1, n_parts + 1)[1:])
    ends = ends[np.append(True, np.diff(ends) > 1e-9)]
    expected = 1 + np.searchsorted(ends, values)
    np.testing.assert_array_equal(cut_at_quantiles(values[None, :], n_parts)[0], expected)


def test_missing_values_are_a_level():
    found = of({"a": ["u", "u", None, None]}, list("xxyy"), "nominal_entropy.mean")
    assert found.item() == 1


@given(levels, levels)
def test_joint_shares_are_those_of_the_table_with_a_little_added_to_each_cell(first, second):
    cells = pd.crosstab(first, second, normalize=True).to_numpy() + JOINT_EPSILON
    joint = joint_shares(first, second)
    assert joint.entropy == pytest.approx(-(cells * np.log2(cells)).sum(), rel=1e-12)
    if min(cells.shape) > 1:
        blind = (cells.sum(axis=1) ** 2).sum()
        tau = ((cells**2 / cells.sum(axis=0)).sum() - blind) / (1 - blind)
        assert joint.concentration == pytest.approx(tau, rel=1e-9, abs=1e-12)
    swapped = joint_shares(second, first)
    assert joint.reversed().concentration == pytest.approx(swapped.concentration, rel=1e-12)


def test_a_constant_is_guessed_half_better_because_a_little_is_added_to_each_cell():
    constant = joint_shares(np.zeros(9, np.int64), np.arange(9))
    assert constant.concentration == pytest.approx(0.5, abs=1e-6)


def test_tables_of_many_empty_cells_are_neither_built_nor_swamped_by_what_is_added():
    many = np.arange(100_000)
    joint = joint_shares(many, many)  # 1e10 cells: 1 % of the mass is spread over them
    assert math.log2(100_000) < joint.entropy < math.log2(100_000) + 0.01 * math.log2(1e12) + 0.01
    assert joint.concentration == pytest.approx(1, abs=0.02)


def test_of_more_than_twelve_columns_those_are_paired_that_the_users_number_draws():
    rng = np.random.default_rng(0)
    columns = {str(i): rng.choice(list("uvwx"[: 2 + i % 3]), 80) for i in range(15)}
    drawn = np.random.RandomState(7).choice(15, 12, replace=False)
    names = [list(columns)[i] for i in drawn]
    taus = [
        joint_shares(*(np.unique(columns[n], return_inverse=True)[1] for n in pair)).concentration
        for pair in permutations(names, 2)
    ]
    found = of(columns, rng.integers(0, 2, 80), "column_concentration", random_state=7)
    assert found["column_concentration.mean"] == pytest.approx(np.mean(taus))
    assert found["column_concentration.sd"] == pytest.approx(np.std(taus, ddof=1))


def test_text_and_lone_columns_have_no_pairs():
    found = of({"a": list("uvuv")}, list("xxyy"), "column_concentration")
    assert found.isna().all()
    words = [f"a text of its own, number {i}, which no other row has" for i in range(60)]
    found = of({"text": words}, [0, 1] * 30, "nominal_entropy", "equivalent_columns")
    assert found.isna().all()


@pytest.mark.parametrize("root", [4, 5, 6, 7, 8, 9, 10, 20, 100, 464])
def test_intervals_are_the_whole_part_of_the_cube_root(root):
    assert [n_intervals(root**3 + step) for step in (-1, 0, 1)] == [root - 1, root, root]
