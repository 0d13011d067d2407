"""Classes in space, against closed forms and multivariate statistics by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafeatures import describe
from metafeatures._columns.directions import column_directions, correlate_with_classes
from metafeatures._columns.encoded import EncodedColumns

RNG = np.random.default_rng(0)
NAMES = [
    "canonical_correlation",
    "n_canonical_correlations",
    "wilks_lambda",
    "pillai_trace",
    "lawley_hotelling_trace",
    "roy_root",
]


def of(columns: dict[str, object], y: object, names: list[str]) -> pd.Series:
    return describe(pd.DataFrame(columns), y, names=names, max_rows=None)


def test_two_classes_on_one_column_give_the_statistics_of_the_analysis_of_variance():
    # means 1 and 5, within 2 + 2 = 4, between 4 * 2^2 = 16, so r^2 = 16 / 20
    found = of({"x": [0.0, 2.0, 4.0, 6.0]}, list("aabb"), NAMES)
    assert found["canonical_correlation.mean"] == pytest.approx(math.sqrt(0.8))
    assert found["n_canonical_correlations"] == 1
    assert found["wilks_lambda"] == pytest.approx(0.2)
    assert found["pillai_trace"] == pytest.approx(0.8)
    assert found["lawley_hotelling_trace"] == pytest.approx(4)
    assert found["roy_root"] == pytest.approx(4)
    assert math.isnan(found["canonical_correlation.sd"])


def test_three_classes_differ_in_two_dimensions():
    # along x: between 8 * 4^2 = 128, within 8 * 1^2 = 8; all means of y are 0
    x = [3.0, 5.0, 3.0, 5.0, -3.0, -5.0, -3.0, -5.0, 0.0, 0.0, 0.0, 0.0]
    y = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 1.0, -1.0]
    found = of({"x": x, "y": y}, list("aaaabbbbcccc"), NAMES)
    assert found["n_canonical_correlations"] == 2
    assert found["canonical_correlation.max"] == pytest.approx(math.sqrt(128 / 136))
    assert found["canonical_correlation.min"] == pytest.approx(0, abs=1e-12)
    assert found["wilks_lambda"] == pytest.approx(8 / 136)
    assert found["pillai_trace"] == pytest.approx(128 / 136)


def test_traces_are_those_of_the_scatter_matrices():
    X, classes = RNG.normal(size=(90, 4)), RNG.integers(0, 3, 90)
    X[classes == 1, 0] += 1
    within = sum(np.cov(X[classes == k].T) * ((classes == k).sum() - 1) for k in range(3))
    between = np.cov(X.T) * 89 - within
    ratios = np.linalg.eigvals(np.linalg.solve(within, between)).real
    found = of(dict(enumerate(X.T)), classes, NAMES)
    assert found["lawley_hotelling_trace"] == pytest.approx(ratios.sum())
    assert found["roy_root"] == pytest.approx(ratios.max())
    assert found["wilks_lambda"] == pytest.approx(
        np.linalg.det(within) / np.linalg.det(within + between)
    )
    assert found["pillai_trace"] == pytest.approx((ratios / (1 + ratios)).sum())


def test_repeated_columns_and_sums_of_columns_add_no_dimension():
    x, z = RNG.normal(size=(2, 60))
    y = RNG.integers(0, 5, 60)
    one = of({"x": x, "z": z}, y, NAMES)
    more = of({"x": x, "again": x, "z": z, "sum": x + z, "constant": np.ones(60)}, y, NAMES)
    pd.testing.assert_series_equal(one, more, check_exact=False, rtol=1e-9)
    assert one["n_canonical_correlations"] == 2


def test_classes_that_a_column_tells_without_error_have_no_finite_ratio():
    found = of({"x": [0.0, 0.0, 1.0, 1.0]}, list("aabb"), NAMES)
    assert found["canonical_correlation.mean"] == pytest.approx(1)
    assert found["wilks_lambda"] == pytest.approx(0, abs=1e-12)
    assert math.isnan(found["lawley_hotelling_trace"])
    assert math.isnan(found["roy_root"])


def test_a_table_that_does_not_vary_correlates_with_nothing():
    found = of({"x": [1.0] * 4}, list("aabb"), NAMES)
    assert found["n_canonical_correlations"] == 0
    assert found.drop("n_canonical_correlations").isna().all()


def test_missing_values_are_at_the_mean():
    gap = of({"x": [0.0, 2.0, 4.0, 6.0, np.nan]}, list("aabbb"), NAMES)
    mean = of({"x": [0.0, 2.0, 4.0, 6.0, 3.0]}, list("aabbb"), NAMES)
    pd.testing.assert_series_equal(gap, mean)


def test_the_multiple_correlation_is_that_of_the_best_line():
    X = RNG.normal(size=(40, 3))
    y = X @ [1.0, 2.0, 0.0] + RNG.normal(size=40)
    residual = y - y.mean()
    residual = residual - (X - X.mean(0)) @ np.linalg.lstsq(X - X.mean(0), residual)[0]
    expected = math.sqrt(1 - residual.var() / y.var())
    found = of(dict(enumerate(X.T)), y, ["multiple_correlation", "canonical_correlation"])
    assert found.to_dict() == pytest.approx({"multiple_correlation": expected})


def test_centres_of_the_largest_and_the_smallest_class_lie_apart():
    columns = {"x": [0.0, 0.0, 3.0, 9.0, 9.0], "y": [1.0, 1.0, 5.0, 9.0, 9.0]}
    found = of(columns, list("aabcc"), ["class_centre_distance"])
    # the largest are a at (0, 1) and c at (9, 9), the smallest is b at (3, 5)
    assert found.item() == pytest.approx((math.hypot(3, 4) + math.hypot(6, 4)) / 2)


def test_of_equally_large_classes_all_pairs_count():
    columns = {"x": [0.0, 0.0, 3.0, 3.0, 9.0, 9.0]}
    for names in ("aabbcc", "bbccaa", "ccaabb"):
        found = of(columns, list(names), ["class_centre_distance"])
        assert found.item() == pytest.approx((3 + 6 + 9) / 3)


def test_centres_take_present_values():
    found = of({"x": [0.0, np.nan, 3.0, 3.0]}, list("aaab"), ["class_centre_distance"])
    assert found.item() == pytest.approx(1.5)


def test_equal_scatter_within_classes_gives_a_covariance_ratio_of_1():
    x = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]
    assert of({"x": x}, list("aaabbb"), ["class_covariance_ratio"]).item() == pytest.approx(1)


def test_the_covariance_ratio_is_that_of_boxs_m():
    # variances 1 and 4 with 2 degrees of freedom each: pooled 2.5
    x = [0.0, 1.0, 2.0, 0.0, 2.0, 4.0]
    m = 4 * math.log(2.5) - 2 * math.log(1) - 2 * math.log(4)
    correction = 1 - (2 + 3 - 1) / (6 * 2 * 1) * (1 / 2 + 1 / 2 - 1 / 4)
    found = of({"x": x}, list("aaabbb"), ["class_covariance_ratio"]).item()
    assert found == pytest.approx(math.exp(correction * m / 4))


@pytest.mark.parametrize(
    "columns",
    [
        {"x": [1.0, 1.0, 1.0, 0.0, 2.0, 4.0]},
        {"x": [0.0, 1.0, 2.0, 0.0, 2.0, 4.0], "twice": [0.0, 2.0, 4.0, 0.0, 4.0, 8.0]},
        {c: list(RNG.normal(size=6)) for c in "pqr"},
    ],
)
def test_the_covariance_ratio_is_undefined_when_a_class_is_flat(columns):
    assert math.isnan(of(columns, list("aaabbb"), ["class_covariance_ratio"]).item())


@given(st.integers(1, 6), st.integers(2, 5), st.integers(0, 10**6))
def test_canonical_correlations_are_singular_values_of_both_bases(n_columns, n_classes, seed):
    rng = np.random.default_rng(seed)
    classes = np.append(np.arange(n_classes), rng.integers(0, n_classes, 30))
    values = rng.normal(size=(n_columns, classes.size))
    found = correlate_with_classes(column_directions(EncodedColumns(values)), classes)
    indicators = (classes[:, None] == np.arange(n_classes)).astype(float)
    bases = [np.linalg.svd(a - a.mean(axis=0), full_matrices=False) for a in (values.T, indicators)]
    u, v = (u[:, s > 1e-9] for u, s, _ in bases)
    expected = np.linalg.svd(u.T @ v, compute_uv=False)
    assert found.size == min(n_columns, n_classes - 1)
    np.testing.assert_allclose(found, expected, atol=1e-9)
