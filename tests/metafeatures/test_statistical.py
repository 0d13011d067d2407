"""Statistical meta-features against SciPy, scikit-learn and numbers from a hand."""

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
from metafeatures._columns.arrays import pairwise_correlation, quantiles, standardize
from metafeatures._families.statistical import log_scale, mode_share, normality, zero_share
from metafeatures._families.target import class_separation, class_spread_ratio, epsilon_squared

finite = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {"a": RNG.exponential(size=200), "b": RNG.normal(size=200), "c": RNG.integers(0, 4, 200)}
)
TABLE.loc[::7, "a"] = np.nan
CLASSES = RNG.integers(0, 3, 200)
NUMBERS = TABLE["b"] ** 3 + RNG.normal(size=200)


def summary(name: str, y: object = CLASSES) -> dict[str, float]:
    values = describe(TABLE, y, names=[name])
    return {key.partition(".")[2]: value for key, value in values.items()}


def of_columns(function) -> list[float]:
    return [float(function(TABLE[name].dropna())) for name in TABLE]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("skewness", scipy.stats.skew),
        ("kurtosis", scipy.stats.kurtosis),
        ("zero_share", lambda x: (x == 0).mean()),
        ("distinct_share", lambda x: x.nunique() / len(x)),
        ("mode_share", lambda x: x.value_counts().max() / len(x)),
        ("tail_weight", lambda x: np.log(np.ptp(x.quantile([0.01, 0.99])) / scipy.stats.iqr(x))),
        (
            "outlier_share",
            lambda x: (
                (x < x.quantile(0.25) - 1.5 * scipy.stats.iqr(x))
                | (x > x.quantile(0.75) + 1.5 * scipy.stats.iqr(x))
            ).mean(),
        ),
        (
            "quantile_skewness",
            lambda x: (
                (x.quantile(0.9) + x.quantile(0.1) - 2 * x.median())
                / (x.quantile(0.9) - x.quantile(0.1))
            ),
        ),
        ("normality", lambda x: scipy.stats.probplot(x)[1][2] ** 2),
    ],
)
def test_column_statistics_are_those_of_present_values(name, function):
    expected = of_columns(function)
    tolerance = 2e-3 if name == "normality" else 1e-9  # SciPy has other plotting positions
    found = summary(name)
    for key, of in {"mean": np.mean, "max": np.max, "min": np.min}.items():
        if key in found:
            assert found[key] == pytest.approx(of(expected), rel=tolerance)
    if "sd" in found:
        assert found["sd"] == pytest.approx(np.std(expected, ddof=1), rel=tolerance, abs=tolerance)


def test_correlation_uses_rows_where_both_columns_are_present():
    matrix = TABLE.corr().to_numpy()
    pairs = np.abs(matrix[np.triu_indices(3, 1)])
    found = summary("correlation")
    assert found["mean"] == pytest.approx(pairs.mean())
    assert found["sd"] == pytest.approx(pairs.std(ddof=1))
    assert found["median"] == pytest.approx(np.median(pairs))


def test_target_correlations_match_pandas():
    for name, method in (
        ("target_correlation", "pearson"),
        ("target_rank_correlation", "spearman"),
    ):
        expected = TABLE[["b", "c"]].corrwith(NUMBERS, method=method).abs()
        found = describe(TABLE[["b", "c"]], NUMBERS, names=[name])
        assert found[f"{name}.mean"] == pytest.approx(expected.mean())
        assert found[f"{name}.max"] == pytest.approx(expected.max())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target_sd", NUMBERS.std(ddof=0)),
        ("target_skewness", scipy.stats.skew(NUMBERS)),
        ("target_kurtosis", scipy.stats.kurtosis(NUMBERS)),
        ("target_negative_share", (NUMBERS < 0).mean()),
        ("target_distinct_share", 1.0),
        ("target_mode_share", 1 / 200),
        ("target_zero_share", 0.0),
        ("target_is_whole", 0.0),
        ("target_tail_weight", np.abs(NUMBERS - NUMBERS.median()).max() / NUMBERS.std(ddof=0)),
    ],
)
def test_target_statistics_match_scipy(name, value):
    assert describe(TABLE, NUMBERS, names=[name])[name] == pytest.approx(value)


def test_principal_components_of_two_uncorrelated_columns_share_the_variance_equally():
    X = pd.DataFrame({"a": [1, 1, -1, -1] * 5, "b": [1, -1, 1, -1] * 5})
    values = describe(X, [0, 1] * 10, families=["statistical"])
    assert values["first_component_share"] == pytest.approx(0.5)
    assert values["effective_rank_share"] == pytest.approx(1.0)
    assert values["components_95_share"] == 1.0


def test_principal_components_of_a_column_and_its_double_are_one():
    X = pd.DataFrame({"a": np.arange(20), "b": 2 * np.arange(20)})
    values = describe(X, [0, 1] * 10, families=["statistical"])
    assert values["first_component_share"] == pytest.approx(1.0)
    assert values["effective_rank_share"] == pytest.approx(0.5)
    assert values["components_95_share"] == 0.5
    assert values["strong_correlation_share"] == 1.0


def test_class_separation_is_the_share_of_variance_between_classes():
    classes = np.array([0, 0, 1, 1])
    values = standardize(np.array([[0.0, 2.0, 4.0, 6.0], [1.0, 2.0, 1.0, 2.0]]))
    # 4 of 20 lie within classes, 3 degrees of freedom of which 2 within: 1 - 0.2 * 3 / 2
    np.testing.assert_allclose(class_separation(values, classes, None), [0.7, 0.0], atol=1e-12)


def test_class_spread_ratio_is_the_log_ratio_of_deviations():
    values = standardize(np.array([[1.0, -1.0] * 5 + [3.0, -3.0] * 5]))
    ratio = class_spread_ratio(values, np.repeat([0, 1], 10))
    np.testing.assert_allclose(ratio, [math.log(3)])


@pytest.mark.parametrize(
    ("levels", "target", "share"),
    [
        ([1, 1, 2, 2], [1.0, 1.0, 3.0, 3.0], 1.0),
        ([1, 1, 2, 2], [1.0, 3.0, 1.0, 3.0], 0.0),
        ([1, 1, 1, 2, 2, 2], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 1 - 4 / 17.5 * 5 / 4),
        ([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0], 0.0),
    ],
)
def test_epsilon_squared_matches_hand_computed_values(levels, target, share):
    assert epsilon_squared(np.array(levels), np.array(target)) == pytest.approx(share)


def test_nonlinearity_is_large_for_a_parabola_and_nil_for_a_line():
    x = np.linspace(-1, 1, 500)
    X = pd.DataFrame({"x": x})
    bent = describe(X, x**2, names=["target_nonlinearity.max"]).item()
    straight = describe(X, x, names=["target_nonlinearity.max"]).item()
    assert bent > 0.9
    assert abs(straight) < 0.02


def test_log_scale_counts_decimal_places_between_columns():
    columns = np.sort(np.array([[1.0, 2.0], [10.0, 20.0], [1000.0, 2000.0]]), axis=1)
    scale = log_scale(columns, np.array([2, 2, 2]), np.zeros(3, np.int64))
    np.testing.assert_allclose(scale, [-1, 0, 2])


def test_normality_is_one_for_normal_scores_and_nan_for_a_constant():
    n = np.arange(1, 51)
    scores = scipy.stats.norm.ppf((n - 0.375) / 50.25)
    ordered = np.array([scores, np.ones(50)])
    found = normality(ordered, np.array([50, 50]), np.array([50, 1]))
    assert found[0] == pytest.approx(1.0)
    assert np.isnan(found[1])


def test_shares_of_a_column_without_values_are_nan():
    empty = np.full((1, 3), np.nan)
    assert np.isnan(mode_share(empty, np.array([0]))).all()
    assert np.isnan(zero_share(empty, np.array([0]))).all()


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 30)), elements=finite))
def test_standardized_rows_have_mean_nil_and_deviation_one(values):
    for row, source in zip(standardize(values), values, strict=True):
        if source.min() == source.max():
            assert np.isnan(row).all()
        else:
            assert row.mean() == pytest.approx(0, abs=1e-6)
            assert row.std() == pytest.approx(1, abs=1e-6)


@given(arrays(np.float64, st.integers(1, 40), elements=finite), st.integers(0, 5))
def test_quantiles_are_those_of_numpy_with_gaps_at_the_end(values, n_gaps):
    at = np.array([0.0, 0.01, 0.25, 0.5, 0.9, 1.0])
    ordered = np.append(np.sort(values), np.full(n_gaps, np.nan))[None, :]
    found = quantiles(ordered, np.array([values.size]), at)[0]
    np.testing.assert_allclose(found, np.quantile(values, at), rtol=1e-9, atol=1e-9)


def test_correlation_of_columns_never_present_together_is_nan():
    values = np.array([[1.0, 2.0, 3.0, np.nan], [np.nan, np.nan, np.nan, 1.0]])
    assert np.isnan(pairwise_correlation(values)[0, 1])
