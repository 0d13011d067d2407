"""What is said of a table that is taken as it is."""

from __future__ import annotations

import datetime
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from autometa.exceptions import DatasetWarning
from autometa.tables import check_table

RNG = np.random.default_rng(0)
N = 200
LABELS = RNG.integers(0, 2, N)
NOISE = RNG.normal(size=N)


def remarks(column, y=LABELS):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_table(pd.DataFrame({"c": column, "noise": NOISE}), y)
    return [str(w.message) for w in caught if issubclass(w.category, DatasetWarning)]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ([" 1"] * 100 + ["2"] * 100, "not written the same way again: 'c' (' 1')"),
        (["01/02/2024", "03/04/2024"] * 100, "'c' ('01/02/2024': the month first)"),
        (["13/02/2024", "03/04/2024"] * 100, "order that their rows show: 'c' ('13/02/2024': the"),
        ([2**60, 2**60 + 1] * 100, "Integers beyond 2**53"),
        ([f"id{i}" for i in range(N)], "may be identifiers: 'c'"),
        (RNG.permutation(N), "may be identifiers: 'c'"),
        ([f"{i}%" for i in range(10)] * 20, "taken as categories, so write plain numbers"),
        ([f"$1,{i}00" for i in range(10)] * 20, "2024-12-31: 'c' ('$1,000')"),
        ([f"{i}\u00a0000" for i in range(10)] * 20, "2024-12-31: 'c' ('0\\xa0000')"),
        ([f"\u2212{i}" for i in range(10)] * 20, "2024-12-31: 'c'"),
        ([f"0{i}.02.12" for i in range(1, 10)] * 22 + ["01.02.12"] * 2, "'c' ('01.02.12')"),
        ([f"0{i}:30" for i in range(10)] * 20, "'c' ('00:30')"),
        ([datetime.date(2020, 1, i) for i in range(1, 10)] * 22 + ["2021-02-03"] * 2, "'c' ("),
        ([1, "1", "a", 2] * 50, "taken as one: 'c' ('1')"),
        ([1.0, "1", 2, "2"] * 50, "taken as one: 'c' ('1')"),
        (pd.Categorical([1, "1", "a", 2] * 50), "taken as one: 'c' ('1')"),
        ([float("inf"), 1.0, 2, None] * 50, "read as missing, in 1 columns: 'c' (50)"),
        (["inf", "1.5", "-Infinity", "2"] * 50, "read as missing, in 1 columns: 'c' (100)"),
        ([Decimal("Infinity"), 1, 2.5, 3] * 50, "read as missing, in 1 columns: 'c' (50)"),
    ],
)
def test_readings_that_could_be_others_are_said_by_column(column, said):
    assert any(said in remark for remark in remarks(column))


@pytest.mark.parametrize(
    "column",
    [
        LABELS,
        LABELS * 3.0 + RNG.random(N),
        np.where(LABELS == 1, "churned", "stays"),
        np.where(LABELS == 1, np.nan, RNG.normal(size=N)),
        np.array(["a", "b", "c", "d"])[LABELS + 2 * RNG.integers(0, 2, N)],
        LABELS == 1,
    ],
)
def test_a_column_that_gives_the_target_away_is_said(column):
    assert any("alone predict the target" in r and "'c'" in r for r in remarks(column))


def test_a_column_that_orders_a_number_to_predict_is_said():
    y = NOISE**3
    assert any("'noise'" in remark for remark in remarks(RNG.normal(size=N), y))


@pytest.mark.parametrize(
    "column",
    [
        RNG.normal(size=N),
        np.where(np.arange(N) == 0, 1 - LABELS, LABELS),
        RNG.integers(0, 5, N),
        RNG.choice(["a", "b"], N),
        ["2024-01-02", "2024-02-01"] * 100,
        ["1.50", "2.25"] * 100,
        [f"some longer words {i}" for i in range(N)],
    ],
)
def test_ordinary_columns_are_passed_in_silence(column):
    assert remarks(column) == []


@pytest.mark.parametrize(
    "column",
    [
        [f"0213{i}" for i in range(10)] * 20,
        ["1.1", "1.10", "1.2", "1.20", "2.0"] * 40,
        [f"7E40{i}" for i in range(10)] * 20,
        ["10-19", "20-29", "30-39", "40-49", "50-59"] * 40,
        ["12%", "none"] * 100,
        [f"{hex(i)}" for i in range(10)] * 20,
    ],
)
def test_codes_and_ranges_are_not_taken_for_quantities(column):
    assert not any("taken as categories" in remark for remark in remarks(column))
