"""Where columns lie and how they spread, against numbers from a hand and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metafeatures import describe
from metafeatures._columns.encoded import EncodedColumns
from metafeatures._columns.normality import shapiro_wilk

RNG = np.random.default_rng(0)
GAPPY = pd.DataFrame(
    {"a": RNG.exponential(size=120), "b": RNG.normal(size=120), "c": RNG.integers(0, 9, 120)}
)
GAPPY.loc[::7, "a"] = np.nan
GAPPY.loc[::5, "c"] = np.nan
CLASSES = RNG.integers(0, 2, 120)


def value(columns: dict[str, list[object]], name: str, y: object = None) -> float:
    X = pd.DataFrame(columns)
    y = [0, 1] * (len(X) // 2) + [0] * (len(X) % 2) if y is None else y
    return float(describe(X, y, names=[name], max_rows=None)[name])


@pytest.mark.parametrize(
    ("name", "of_column"),
    [
        ("encoded_mean.max", 31 / 5),
        ("encoded_median.max", 4),
        ("encoded_trimmed_mean.max", (2 + 4 + 8) / 3),
        ("encoded_geometric_mean.max", 4),
        ("encoded_harmonic_mean.max", 5 / (1 + 1 / 2 + 1 / 4 + 1 / 8 + 1 / 16)),
        ("encoded_min.max", 1),
        ("encoded_max.max", 16),
        ("encoded_range.max", 15),
        ("encoded_quartile_range.max", 6),
        ("encoded_median_deviation.max", 1.4826 * 3),
        ("encoded_variance.max", 148.8 / 4),
        ("encoded_sd.max", math.sqrt(148.8 / 4)),
        ("n_outlier_columns", 0),
    ],
)
def test_powers_of_two_lie_and_spread_as_computed_by_hand(name, of_column):
    assert value({"x": [1.0, 2.0, 4.0, 8.0, 16.0]}, name) == pytest.approx(of_column)


def test_skewness_and_kurtosis_are_those_of_the_sample_deviation():
    x = [0.0, 0.0, 0.0, 4.0]  # mean 1, m2 = 3, m3 = 6, m4 = 21, s^2 = 4
    assert value({"x": x}, "encoded_skewness.mean") == pytest.approx(6 / 8)
    assert value({"x": x}, "encoded_kurtosis.mean") == pytest.approx(21 / 16 - 3)


def test_categories_are_indicators_the_first_with_all_its_levels():
    columns = {"x": [1.0, 1.0, 1.0, 9.0], "p": ["b", "a", "a", "a"], "q": ["v", "u", "u", "v"]}
    assert value(columns, "encoded_mean.min") == 1 / 4  # p is b; then a 3/4, q is v 1/2, x 3
    assert value(columns, "encoded_mean.median") == (1 / 2 + 3 / 4) / 2
    assert value(columns, "encoded_mean.range") == 3 - 1 / 4


@pytest.mark.parametrize("name", ["encoded_geometric_mean", "encoded_harmonic_mean"])
def test_means_of_ratios_leave_negative_columns_out_and_are_0_with_a_0(name):
    assert value({"x": [-1.0, 2.0], "y": [3.0, 3.0]}, f"{name}.mean") == pytest.approx(3)
    assert value({"x": [0.0, 2.0], "y": [3.0, 3.0]}, f"{name}.min") == 0
    assert math.isnan(value({"x": [-1.0, 2.0]}, f"{name}.mean"))


def test_the_range_of_a_column_is_not_the_range_of_the_means():
    columns = {"x": [0.0, 10.0], "y": [4.0, 5.0]}
    assert value(columns, "encoded_range.max") == 10
    assert value(columns, "encoded_mean.range") == 0.5
    assert value(columns, "encoded_sd.range") == pytest.approx(math.sqrt(50) - math.sqrt(0.5))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("encoded_mean", np.mean),
        ("encoded_median", np.median),
        ("encoded_trimmed_mean", lambda x: scipy.stats.trim_mean(x, 0.2)),
        ("encoded_sd", lambda x: np.std(x, ddof=1)),
        ("encoded_quartile_range", scipy.stats.iqr),
        ("encoded_median_deviation", lambda x: scipy.stats.median_abs_deviation(x) * 1.4826),
        ("encoded_skewness", lambda x: scipy.stats.skew(x) * (1 - 1 / x.size) ** 1.5),
    ],
)
def test_statistics_are_those_of_present_values(name, function):
    expected = [function(GAPPY[column].dropna().to_numpy()) for column in GAPPY]
    found = describe(GAPPY, CLASSES, names=[name])
    assert found[f"{name}.mean"] == pytest.approx(np.mean(expected))
    assert found[f"{name}.max"] == pytest.approx(np.max(expected))


def test_columns_with_an_outlier_are_counted():
    assert value({"x": [1.0, 2.0, 3.0, 4.0, 99.0], "y": [1.0] * 5}, "n_outlier_columns") == 1


def test_normal_columns_are_counted_and_constants_are_not_normal():
    normal = scipy.stats.norm.ppf(np.linspace(0.01, 0.99, 50))
    columns = {"normal": normal, "skewed": np.exp(2 * normal), "constant": np.ones(50)}
    assert value(columns, "n_normal_columns") == 1


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 11, 12, 50, 5000])
def test_the_test_of_shapiro_and_wilk_is_that_of_scipy(n):
    rows = np.sort([RNG.normal(size=n), RNG.exponential(size=n), RNG.random(n)], axis=1)
    expected = [scipy.stats.shapiro(row).pvalue for row in rows]
    np.testing.assert_allclose(shapiro_wilk(rows), expected, atol=1e-6)


def test_the_test_of_shapiro_and_wilk_is_undefined_for_two_values_and_constants():
    assert np.isnan(shapiro_wilk(np.array([[1.0, 2.0]]))).all()
    assert np.isnan(shapiro_wilk(np.ones((1, 9)))).all()


def test_sparsity_counts_values_for_each_distinct_one_in_columns_of_any_kind_but_text():
    columns = {
        "differ": [1.0, 2.0, 3.0, 4.0],
        "pairs": ["a", "a", "b", "b"],
        "constant": [7.0] * 4,
        "gap": [1.0, 1.0, 2.0, None],
        "day": pd.to_datetime(["2020-01-01", "2020-01-01", "2020-01-02", "2020-01-03"]),
    }
    by_column = [0, (4 / 2 - 1) / 3, 1, (3 / 2 - 1) / 2, (4 / 3 - 1) / 3]
    assert value(columns, "sparsity.mean") == pytest.approx(np.mean(by_column))
    assert value(columns, "sparsity.max") == 1
    assert value(columns, "sparsity.min") == 0


PAIRS = {"x": [0.0, 1.0, 2.0, 3.0], "y": [0.0, 2.0, 4.0, 6.0], "z": [1.0, -1.0, -1.0, 1.0]}


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("encoded_correlation.max", 1),
        ("encoded_correlation.min", 0),
        ("encoded_correlation.mean", 1 / 3),
        ("encoded_correlation.range", 1),
        ("encoded_strong_correlation_share", 1 / 3),
        ("encoded_covariance.max", 10 / 3),
        ("encoded_covariance.median", 0),
        ("covariance_eigenvalue.max", 5 / 3 + 20 / 3),  # x and 2 x are one direction
        ("covariance_eigenvalue.median", 4 / 3),
        ("covariance_eigenvalue.min", 0),
    ],
)
def test_columns_go_together_as_computed_by_hand(name, by_hand):
    assert value(PAIRS, name) == pytest.approx(by_hand, abs=1e-12)


def test_constants_count_among_the_pairs_that_do_not_correlate():
    columns = {**PAIRS, "constant": [1.0] * 4}
    assert value(columns, "encoded_strong_correlation_share") == pytest.approx(1 / 6)
    assert value(columns, "encoded_correlation.mean") == pytest.approx(1 / 3)


def test_correlations_take_the_rows_where_both_columns_are_present():
    expected = GAPPY.corr().abs().to_numpy()[np.triu_indices(3, 1)]
    found = describe(GAPPY, CLASSES, names=["encoded_correlation"])
    assert found["encoded_correlation.mean"] == pytest.approx(expected.mean())


def test_covariances_take_means_for_missing_values():
    expected = GAPPY.fillna(GAPPY.mean()).cov().to_numpy()
    found = describe(GAPPY, CLASSES, names=["encoded_covariance", "covariance_eigenvalue"])
    pairs = np.abs(expected[np.triu_indices(3, 1)])
    assert found["encoded_covariance.mean"] == pytest.approx(pairs.mean())
    assert found["covariance_eigenvalue.mean"] == pytest.approx(np.trace(expected) / 3)


def test_columns_beyond_1e70_are_left_out_where_their_unit_counts():
    columns = {"x": [1.0, 2.0, 3.0, 4.0], "huge": [1e200, 2e200, -3e200, 4e200]}
    assert value(columns, "encoded_mean.max") == 2.5
    assert value(columns, "encoded_variance.max") == pytest.approx(5 / 3)
    assert value(columns, "covariance_eigenvalue.max") == pytest.approx(5 / 3)
    assert value(columns, "encoded_correlation.mean") == pytest.approx(
        abs(np.corrcoef([1, 2, 3, 4], [1, 2, -3, 4])[0, 1])
    )
    assert math.isnan(value({"huge": columns["huge"]}, "encoded_mean.mean"))


def test_tables_of_text_lie_nowhere():
    words = [f"a text of its own, number {i}, which no other row has" for i in range(60)]
    found = describe(pd.DataFrame({"text": words}), [0, 1] * 30, families=["statistical"])
    for name in ("encoded_mean.mean", "encoded_skewness.mean", "covariance_eigenvalue.mean"):
        assert math.isnan(found[name])
    assert found["n_outlier_columns"] == 0


def test_a_number_to_predict_changes_nothing():
    names = ["encoded_mean", "encoded_correlation", "sparsity"]
    classes = describe(GAPPY, CLASSES, names=names, max_rows=None)
    numbers = describe(GAPPY, RNG.normal(size=120), names=names, max_rows=None)
    pd.testing.assert_series_equal(classes, numbers)


@given(arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 20)),
              elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))))  # fmt: skip
def test_shared_sums_are_those_of_numpy(values):
    columns = EncodedColumns(values)
    np.testing.assert_allclose(columns.means, values.mean(axis=1), atol=1e-9)
    np.testing.assert_allclose(columns.variances, values.var(axis=1, ddof=1), atol=1e-6)
    np.testing.assert_allclose(columns.covariance, np.atleast_2d(np.cov(values)), atol=1e-6)
    np.testing.assert_array_equal(columns.highest, values.max(axis=1))
    assert columns.part(9, 30) is columns
    assert columns.part(1, 2).values.shape == (1, 2)
