"""A sample stands for the table: rare classes, gaps, kinds of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metafeatures import MetaFeatureExtractor, describe, list_metafeatures
from metafeatures._columns.bins import bin_numbers, cut_at_quantiles
from metafeatures._columns.entropy import mutual_bits
from metafeatures._tables.rows import class_weights

N = 60_000
OF_CLASSES = [
    "class_separation",
    "mutual_information",
    "explained_entropy",
    "column_entropy",
    "noise_share",
    "nominal_information",
    "joint_entropy",
    "target_concentration",
    "category_information",
    "category_entropy",
    "canonical_correlation",
    "pillai_trace",
    "class_centre_distance",
    "overlap_f1",
    "kurtosis",
    "encoded_kurtosis",
    "mixed_component_kurtosis",
    "zero_share",
    "sparsity",
]


def rare_task(shares: list[float]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return rows of one frequent class and of rare ones, which lie far from it."""
    rng = np.random.default_rng(0)
    counts = [round(share * N) for share in shares]
    y = np.repeat(np.arange(len(counts) + 1), [N - sum(counts), *counts])
    level = np.where(rng.random(N) < 0.9, y, rng.integers(0, 3, N))
    X = {"x": rng.normal(size=N) + 3 * y, "noise": rng.normal(size=N), "c": level.astype(str)}
    X["gaps"] = np.where((rng.random(N) < 0.3) | (y == 1), np.nan, X["x"])
    return pd.DataFrame(X), y


@pytest.mark.parametrize("shares", [[1 / 300], [1 / 1000, 1 / 400], [1 / 2000, 1 / 2000, 0.2]])
def test_what_is_brought_along_for_rare_classes_is_weighed_back(shares):
    X, y = rare_task(shares)
    sampled = describe(X, y, names=OF_CLASSES, max_rows=6000)
    whole = describe(X, y, names=OF_CLASSES, max_rows=None)
    # standard errors of shares in 30 rows are a fifth; kurtosis goes with fourth powers of
    # 20 rows in 6,000 (with those brought along it would be some ten times too large)
    slack = pd.Series(0.02 + 0.3 * whole.abs())
    slack[sampled.index.str.contains("kurtosis")] += 0.5 + 0.5 * whole.abs()
    off = (sampled - whole).abs() / slack
    assert (off.dropna() < 1).all(), pd.DataFrame({"s": sampled, "w": whole, "off": off})


def test_weights_give_each_class_its_share_of_all_rows():
    weights = class_weights(np.array([0] * 90 + [1] * 10), np.array([9990, 10]))
    assert weights is not None
    assert weights.tolist() == pytest.approx([0.999 / 0.9, 0.001 / 0.1])
    assert class_weights(np.array([0, 1]), np.array([1, 1])) is None


def test_levels_and_their_information_count_weights_as_repetitions():
    rng = np.random.default_rng(0)
    values, target = rng.normal(size=(1, 300)), rng.integers(0, 3, 300)
    weights = np.array([1.0, 3.0, 2.0])
    repeats = weights[target].astype(int)
    levels = bin_numbers(values, weights[target])[0]
    repeated = bin_numbers(np.repeat(values, repeats, axis=1))[0]
    assert np.repeat(levels, repeats).tolist() == repeated.tolist()
    expected = mutual_bits(repeated, np.repeat(target, repeats))
    assert mutual_bits(levels, target, weights) == pytest.approx(expected)


def test_quantiles_are_those_of_the_rows_drawn_at_random():
    values = np.array([[1.0, 2.0, 3.0, 4.0, 0.0, 3.5, 99.0]])
    assert cut_at_quantiles(values, 2, 4)[0].tolist() == [1, 1, 2, 2, 1, 2, 3]


@pytest.mark.parametrize("n_rare", [12, 40])
def test_a_rare_class_is_seen_wherever_part_of_a_sample_is_looked_at(n_rare):
    rng = np.random.default_rng(0)
    y = (np.arange(100_000) < n_rare).astype(int)
    a = rng.integers(0, 2, y.size)
    pair = pd.DataFrame({"a": a, "b": np.where(y, a, 1 - a)})
    assert describe(pair, y, names=["interaction.max"]).item() == pytest.approx(1, abs=0.05)
    x = pd.DataFrame({"x": rng.normal(size=y.size) + 8 * y})
    gain = describe(x, y, names=["landmark_gain.linear", "landmark_gain.nearest_neighbors"])
    assert gain.abs().max() < 0.05


def test_a_column_and_the_target_are_compared_on_the_rows_where_both_are_present():
    y = np.arange(1000.0)
    middle = np.where((y >= 100) & (y < 900), np.nan, y)
    rng = np.random.default_rng(0)
    for x in (middle, np.where(rng.random(1000) < 0.5, np.nan, y**3)):
        X = pd.DataFrame({"x": x})
        found = describe(X, y, names=["target_rank_correlation.max", "target_correlation.max"])
        assert found["target_rank_correlation.max"] == pytest.approx(1)
        expected = abs(X["x"].corr(pd.Series(y)))
        assert found["target_correlation.max"] == pytest.approx(expected)


def test_gaps_are_no_missing_explanation():
    rng = np.random.default_rng(0)
    z = rng.normal(size=4000)
    gaps = pd.DataFrame({"z": np.where(rng.random(4000) < 0.7, np.nan, z)})
    found = describe(gaps, z, names=["target_nonlinearity.mean"]).item()
    whole = describe(pd.DataFrame({"z": z}), z, names=["target_nonlinearity.mean"]).item()
    assert found == pytest.approx(whole, abs=0.02)  # ten bins of a line explain 96 %


@pytest.mark.parametrize("n_present", [2, 5, 9])
@pytest.mark.parametrize(
    ("task_type", "names"),
    [
        ("binary", ["class_separation.max"]),
        ("regression", ["target_correlation.max", "target_rank_correlation.max"]),
    ],
)
def test_a_few_present_values_predict_nothing(n_present, task_type, names):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"noise": rng.normal(size=1000), "empty": np.nan})
    X.loc[: n_present - 1, "empty"] = np.arange(n_present)
    y = np.arange(1000) >= n_present / 2 if task_type == "binary" else np.arange(1000.0)
    assert (describe(X, y, task_type=task_type, names=names) < 0.1).all()


def test_class_separation_of_noise_is_nil():
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.normal(size=(60, 200))), np.arange(60) % 20
    assert describe(X, y, names=["class_separation.mean"]).item() < 0.06


def test_kinds_of_columns_keep_their_shares_where_not_all_are_looked_at():
    rng = np.random.default_rng(0)
    y = rng.random(1500) < 0.5
    numbers = pd.DataFrame(rng.normal(size=(1500, 1000)))
    flags = pd.DataFrame({f"b{i}": y ^ (rng.random(1500) < 0.1) for i in range(100)})
    X = pd.concat([numbers, flags], axis=1).set_axis(range(1100), axis=1)
    names = ["n_binary", "binary_share", "constant_share", "telling_share"]
    found = describe(X, y, names=names)
    assert found["n_binary"] == 100
    assert found["binary_share"] == pytest.approx(100 / 1100)
    assert found["constant_share"] == 0
    assert found["telling_share"] == pytest.approx(100 / 1100, abs=0.005)


def test_components_of_a_few_hundred_columns_are_those_of_all():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(1000, 10)) @ rng.normal(size=(10, 400)))
    names = ["components_95_share", "effective_rank_share", "mixed_components_95_share"]
    found = describe(X, np.arange(1000) % 2, names=names)
    assert (found <= 10 / 400).all()


def test_rows_that_are_reported_are_those_that_were_looked_at():
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.normal(size=(12_000, 3))), rng.normal(size=12_000)
    names = ["skewness.mean", "n_normal_columns", "target_rank_correlation.max"]
    names += ["pair_information.mean", "interaction.max"]
    bounded = MetaFeatureExtractor(names=names)
    bounded.extract(X, y)
    rows = bounded.report_["n_rows"].to_dict()
    assert rows == dict.fromkeys(names, 5_000) | {"skewness.mean": 10_000}
    unbounded = MetaFeatureExtractor(names=names, max_rows=None)
    unbounded.extract(X, y)
    rows = unbounded.report_["n_rows"].to_dict()
    assert rows == dict.fromkeys(names, 12_000) | {"n_normal_columns": 5_000}


def test_every_measure_says_how_many_rows_it_looks_at():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 2)))
    for task_type, y in (("binary", np.arange(200) % 2), ("regression", X[0] ** 2)):
        extractor = MetaFeatureExtractor()
        extractor.extract(X, y, task_type=task_type)
        names = list_metafeatures(task_type)["name"]
        assert (extractor.report_.loc[names, "n_rows"] == 200).all()


@pytest.mark.parametrize("n_shared", [3, 9])
def test_columns_that_share_a_few_rows_are_not_correlated(n_shared):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(400, 3)))
    X.iloc[n_shared:200, 0] = np.nan
    X.iloc[200:, 1] = np.nan
    X.iloc[:n_shared, 1] = X.iloc[:n_shared, 0]
    found = describe(X, np.arange(400) % 2, names=["correlation.max", "encoded_correlation.max"])
    assert (found < 0.3).all()


def test_counts_of_columns_are_of_all_though_some_are_looked_at():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 800)))
    names = ["n_normal_columns", "n_outlier_columns"]
    found = describe(X, np.arange(300) % 2, names=names)
    whole = describe(X, np.arange(300) % 2, names=names, max_rows=None)
    assert found.to_numpy() == pytest.approx(whole.to_numpy(), abs=40)
