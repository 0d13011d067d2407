"""Tables that many tests of this room share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def mixed():
    """A table with every kind of column, missing values, and labels that are words."""
    rng = np.random.default_rng(0)
    n = 300
    X = pd.DataFrame(
        {
            "size": rng.normal(size=n),
            "whole": rng.integers(0, 9, n),
            "colour": rng.choice(["red", "green", "blue"], n),
            "many": [f"level {i % 40}" for i in range(n)],
            "day": pd.date_range("2020-01-01", periods=n).astype(str),
            "words": [" ".join(rng.choice(["a", "bee", "cat", "dog", "elk"], 6)) for _ in range(n)],
            "flag": rng.integers(0, 2, n).astype(bool),
            "constant": 1.0,
        }
    )
    X.loc[::7, "size"] = np.nan
    X.loc[::5, "colour"] = None
    signal = X["whole"] + 2.0 * (X["colour"] == "red") + rng.normal(size=n)
    X["labels"] = np.select([signal > 6, signal > 3], ["many", "some"], "few")
    X["two"] = np.where(signal > 4, "yes", "no")
    X["number"] = signal
    return X


@pytest.fixture
def features(mixed):
    return mixed.drop(columns=["labels", "two", "number"])
