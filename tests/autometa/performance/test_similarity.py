"""Which tasks resemble a dataset does not depend on units, nor on what is said twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.performance import rank_weights
from autometa.performance._target_scale import comparable


def table(n_tasks: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    columns = ["n_rows", "target_sd", "skewness.mean", "class_entropy"]
    index = [f"task {i}" for i in range(n_tasks)]
    return pd.DataFrame(rng.gamma(1.0, size=(n_tasks, len(columns))), index, columns)


@pytest.mark.parametrize("factor", [1e-3, 100.0, 1e9])
def test_the_unit_of_the_target_does_not_change_which_tasks_count(factor):
    known = table()
    row = known.iloc[0].copy()
    weights = rank_weights(known, list(known.index), row).values
    row["target_sd"] *= factor
    other = known.assign(target_sd=known["target_sd"] * [1, factor, 1, factor, 1, 1])
    assert rank_weights(other, list(known.index), row).values.tolist() == weights.tolist()


def test_one_table_in_two_units_counts_twice_alike():
    known = pd.DataFrame(1.0, ["euro", "cent"], [*"abc", "target_sd"])
    known["target_sd"] = [1.0, 100.0]
    for name in known.index:
        assert rank_weights(known, ["euro", "cent"], known.loc[name]).values.tolist() == [0.5, 0.5]


def test_what_is_said_twice_counts_once():
    known = table()
    twice = known.assign(class_entropy_nats=known["class_entropy"] * np.log(2))
    expected = rank_weights(known, list(known.index), known.iloc[1]).values
    found = rank_weights(twice, list(twice.index), twice.iloc[1]).values
    assert found.tolist() == expected.tolist()
    assert "class_entropy_nats" in comparable(twice.drop(columns="class_entropy"))
