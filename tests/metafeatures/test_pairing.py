"""Rows and what belongs to them are paired by label, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metafeatures import MetaFeatureDataError, describe
from metafeatures.columns import pair_rows

X = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=["p", "q", "r"])


def test_the_same_labels_in_another_order_are_aligned():
    y = pd.Series([3, 1, 2], index=["r", "p", "q"])
    assert pair_rows(y, X).tolist() == [1, 2, 3]
    assert pair_rows(y.to_frame(), X).iloc[:, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "y",
    [
        pd.Series([1, 2, 3], index=["p", "q", "r"]),
        pd.Series([1, 2, 3]),
        np.array([1, 2, 3]),
        [1, 2, 3],
    ],
)
def test_values_without_labels_of_the_table_are_paired_by_position(y):
    assert list(pair_rows(y, X)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (["p", "q", "s"], "1 of the 3 labels of X are not in y"),
        (["q", "p", "p"], "1 of the 3 labels of X are not in y"),
    ],
)
def test_labels_that_agree_in_part_are_refused(labels, problem):
    with pytest.raises(MetaFeatureDataError, match=problem):
        pair_rows(pd.Series([1, 2, 3], index=labels), X)


def test_repeated_labels_in_another_order_are_refused():
    twice = X.set_axis(["p", "p", "q"])
    assert pair_rows(pd.Series([1, 2, 3], index=["p", "p", "q"]), twice).tolist() == [1, 2, 3]
    with pytest.raises(MetaFeatureDataError, match="repeat and stand in another order"):
        pair_rows(pd.Series([1, 2, 3], index=["q", "p", "p"]), twice)


def test_a_table_is_described_with_its_own_target():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=60), "b": rng.normal(size=60)})
    y = (table["a"] > 0).rename("y")
    shuffled = y.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(describe(table, y), describe(table, shuffled))
