"""Units do not matter: of the target, and of the columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for, get_algorithm

REGRESSORS = [algorithm.name for algorithm in algorithms_for("regression")]
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(240, 3)), columns=list("abc"))
Y = X["a"].to_numpy() + X["b"].to_numpy() / 2 + RNG.normal(scale=0.1, size=240)


@pytest.mark.parametrize("name", REGRESSORS)
def test_a_regression_follows_its_target_into_another_unit(name):
    first = get_algorithm(name).build({}, "regression", n_rows=200)
    expected = first.fit(X[:200], Y[:200]).predict(X[200:])
    assert np.corrcoef(expected, Y[200:])[0, 1] > 0.9
    for unit, origin in ((1e-30, 0.0), (1e30, 0.0), (1.0, 1e9), (1e-3, -1e6)):
        found = first.fit(X[:200], Y[:200] * unit + origin).predict(X[200:])
        found = (found - origin) / unit
        # origins take digits of the target, so that a tree may be split elsewhere
        assert np.corrcoef(found, expected)[0, 1] > 0.99, (unit, origin)
        assert np.mean(found) == pytest.approx(np.mean(expected), abs=0.05)


CLASSIFIERS = [algorithm.name for algorithm in algorithms_for("binary")]
FAR = [(100.0, 1.7e9), (1.0, 1e12), (1e-9, 0.0), (1e-60, 0.0), (1e60, 0.0), (1e-9, -1.0)]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_an_algorithm_follows_a_column_into_another_unit(name):
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.random(400), "b": rng.normal(size=400)})
    y = (table["a"] > 0.5).astype(int)
    for unit, origin in FAR:
        moved = table.assign(a=table["a"] * unit + origin)
        model = get_algorithm(name).build({}, "binary", n_rows=200).fit(moved[:200], y[:200])
        assert model.score(moved[200:], y[200:]) > 0.9, (unit, origin)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_number_beyond_single_precision_is_the_largest(name):
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(size=200)})
    y = (table["a"] > 0).astype(int)
    model = get_algorithm(name).build({}, "binary", n_rows=200).fit(table, y)
    odd = pd.DataFrame({"a": [1e300, -1e300, 1e39], "b": 0.0})
    assert np.isfinite(model.predict_proba(odd)).all()
    clear = pd.DataFrame({"a": [2.5, -2.5], "b": 0.0})
    both = pd.concat([clear, odd], ignore_index=True)
    np.testing.assert_allclose(model.predict_proba(both)[:2], model.predict_proba(clear))


def test_columns_that_are_well_as_they_are_stay_so():
    values = {
        "years": np.arange(1990.0, 2020.0),
        "share": np.linspace(0, 1, 30),
        "amount": np.geomspace(1e-20, 1e20, 30),
        "sentinel": np.r_[np.arange(29.0), 1e20],
        "count": np.arange(30) * 1_000_000,
    }
    table = pd.DataFrame(values)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table)
    pd.testing.assert_frame_equal(cleaned, table.astype("float64"), check_column_type=False)
    assert cleaner.units_ == {}


@pytest.mark.parametrize(
    "values",
    [
        [1.7e9, 1.7e9 + 1, 1.7e9 + 2, np.nan],
        [5e-324, 0.0, 1e-323],
        [1.7e308, -1.7e308, 0.0],
        [1e300, 1.0, 2.0],
        [1e16, 1e16 + 2, 1e16 + 2, 1e16 + 2],
    ],
)
def test_counts_in_a_unit_keep_every_distinct_number(values):
    table = pd.DataFrame({"a": values, "b": range(len(values))})
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table)["a"]
    assert cleaner.units_.keys() == {"a"}
    assert cleaned.astype("float32").nunique() == table["a"].nunique()
    assert cleaned.rank().equals(table["a"].rank())
    pd.testing.assert_series_equal(cleaner.transform(table)["a"], cleaned)
