"""Weights of rows at the door: paired as y is, refused by row, ratios alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from autometa.exceptions import DatasetError, ParameterError
from autometa.tables import check_table
from autometa.validation import ValidationRequest

N = 40


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=N), "b": rng.choice(["x", "y"], N)})
    return X, rng.integers(0, 2, N), rng.uniform(0.5, 2, N)


def test_only_ratios_count(table):
    X, y, w = table
    weights = check_table(X, y, sample_weight=w).weights
    assert weights.mean() == pytest.approx(1)
    np.testing.assert_allclose(weights / weights[0], w / w[0])
    for factor in (3.0, 1e-9, 1e12):
        assert np.array_equal(check_table(X, y, sample_weight=factor * w).weights, weights)


def test_equal_weights_are_none(table):
    X, y, _ = table
    assert check_table(X, y, sample_weight=np.full(N, 7.0)).weights is None


def test_weights_are_paired_by_label(table):
    X, y, w = table
    X.index = np.arange(N)[::-1] + 100
    own = pd.Series(w, index=X.index)
    shuffled = check_table(X, y, sample_weight=own.sample(frac=1, random_state=0)).weights
    assert np.array_equal(shuffled, check_table(X, y, sample_weight=w).weights)


@pytest.mark.parametrize("as_table", [pd.DataFrame, pl.DataFrame])
def test_a_column_that_is_named_is_left_out_of_the_table(table, as_table):
    X, y, w = table
    named = check_table(as_table({**X.to_dict("list"), "w": w}), y, sample_weight="w")
    assert list(named.X.columns) == ["a", "b"]
    assert np.array_equal(named.weights, check_table(X, y, sample_weight=w).weights)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w[:-1], "Got 39 for 40 rows"),
        (lambda w: np.where(np.arange(N) == 3, -1.0, w), "Got -1 in row 3"),
        (lambda w: np.where(np.arange(N) < 2, np.nan, w), "Got nan in row 0, and 1 more"),
        (lambda w: np.where(np.arange(N) == 5, np.inf, w), "Got inf in row 5"),
        (lambda w: np.zeros(N), "Got only zeros"),
        (lambda w: ["heavy"] * N, "Got values of type"),
        (lambda w: "weight", "has no column 'weight'"),
    ],
)
def test_what_cannot_be_weights_is_refused(table, change, said):
    X, y, w = table
    with pytest.raises(DatasetError, match=said):
        check_table(X, y, sample_weight=change(w))


@pytest.mark.parametrize("as_table", [pd.DataFrame, pl.DataFrame, None])
def test_rows_of_weight_0_are_as_if_they_were_not_there(table, as_table):
    X, y, w = table
    rng = np.random.default_rng(1)
    wild = pd.DataFrame({"a": 1e9 * rng.normal(size=12), "b": [f"new {i}" for i in range(12)]})
    both = pd.concat([X, wild], ignore_index=True)
    places = rng.permutation(N + 12)
    both, target = both.iloc[places], np.append(y, np.arange(12) + 5)[places]
    weights, groups = np.append(w, np.zeros(12))[places], np.append(np.arange(N) % 8, [99] * 12)
    if as_table is None:
        both = both[["a"]].to_numpy()
        X = X[["a"]].to_numpy()
    elif as_table is pl.DataFrame:
        both = pl.DataFrame(both.to_dict("list"))
    request = ValidationRequest(groups=groups[places])
    given = check_table(both, target, sample_weight=weights, validation=request)
    kept = places[places < N]
    X = X.iloc[kept] if isinstance(X, pd.DataFrame) else X[kept]
    plain = check_table(
        X, y[kept], sample_weight=w[kept], validation=ValidationRequest(groups=kept % 8)
    )
    assert given.X.equals(plain.X)
    assert np.array_equal(given.y, plain.y)
    assert np.array_equal(given.weights, plain.weights)
    assert np.array_equal(given.validation.groups, plain.validation.groups)
    assert np.array_equal(np.flatnonzero(given.counted), np.flatnonzero(places < N))
    assert (given.task_type, given.classes.tolist()) == ("binary", [0, 1])


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (np.ones((N, 2)), r"^'sample_weight' must have one dimension. Got an array of shape"),
        (2.0, "^'sample_weight' must be one value a row"),
        (np.ones(N) + 1j, "Got complex numbers"),
        (np.arange(N) == 3, "must have 5 rows or more.* weight 0 do not count: 1 of 40 do"),
    ],
)
def test_errors_speak_of_weights_and_not_of_the_target(table, weights, said):
    X, y, _ = table
    with pytest.raises(DatasetError, match=said):
        check_table(X, y, sample_weight=weights, min_rows=5)


def test_a_class_without_weight_is_said_to_be_left_out(table):
    X, y, _ = table
    said = f"Got one class: 1; .* weight 0 do not count: {(y == 1).sum()} of {N} do"
    with pytest.raises(DatasetError, match=said):
        check_table(X, y, sample_weight=y * 1.0)
    halves = (np.arange(N) % 2).astype(float)
    with pytest.raises(ParameterError, match="'cv' must be 20 folds or fewer"):
        check_table(X, y, sample_weight=halves, validation=ValidationRequest(cv=30))
