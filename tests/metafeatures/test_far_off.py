"""One number far off, in a column or in the target, must not hide what the others say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metafeatures import describe, list_metafeatures

N_ROWS = 600
COMPONENTS = ["first_component_share", "effective_rank_share", "mixed_components_95_share"]
TREES = ["landmark_tree.auc", "landmark_shallow_tree.auc", "landmark_stump.auc"]


def in_bands(n_rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a number whose eight equal bands are of one class and the other in turn."""
    x = np.random.default_rng(seed).normal(size=n_rows)
    band = pd.qcut(x, 8, labels=False)
    return pd.DataFrame({"x": x}), np.asarray(band % 2)


@pytest.mark.parametrize("far", [1e6, 1e9, 999_999_999_999.0, -1e15])
@pytest.mark.parametrize("seed", range(3))
def test_trees_see_how_a_column_varies_beside_a_number_far_off(far, seed):
    X, y = in_bands(N_ROWS, seed)
    plain = describe(X, y, names=["landmark_tree.auc"]).item()
    X.loc[0, "x"] = far
    found = describe(X, y, names=["landmark_tree.auc"]).item()
    assert plain > 0.95
    assert found == pytest.approx(plain, abs=0.03)


def test_trees_split_numbers_far_off_where_they_split_their_ranks():
    X, y = in_bands(N_ROWS, 3)
    X.loc[0, "x"] = 1e14
    ranks = X.rank()
    found, expected = (describe(some, y, names=TREES) for some in (X, ranks))
    pd.testing.assert_series_equal(found, expected, atol=0.02, rtol=0)


@pytest.mark.parametrize("far", [None, 1e4, 1e8, 1e12])
def test_the_ratio_of_spreads_is_that_of_the_classes(far):
    rng = np.random.default_rng(0)
    y = np.arange(N_ROWS) % 3
    x = rng.normal(size=N_ROWS) * np.array([1.0, 5.0, 0.2])[y]
    if far is not None:
        x[0] = far
    spreads = [x[y == k].std() for k in range(3)]
    found = describe(pd.DataFrame({"x": x}), y, names=["class_spread_ratio.max"]).item()
    assert found == pytest.approx(np.log(max(spreads) / min(spreads)), rel=1e-6)


def test_a_column_that_is_constant_within_classes_has_no_ratio_of_spreads():
    y = np.arange(N_ROWS) % 3
    X = pd.DataFrame({"x": np.array([0.1, 0.2, 1e8])[y]})
    found = describe(X, y, names=["class_spread_ratio"])
    assert found.isna().all()


@pytest.mark.parametrize("max_rows", [6_000, 10_000, None])
@pytest.mark.parametrize("seed", range(3))
def test_columns_that_have_nothing_in_common_have_no_common_component(max_rows, seed):
    rng = np.random.default_rng(seed)
    X, y = pd.DataFrame(rng.standard_cauchy(size=(12_000, 10))), rng.integers(0, 2, 12_000)
    found = describe(X, y, names=COMPONENTS, max_rows=max_rows)
    assert found["first_component_share"] < 0.12  # .10 for ten columns without correlation
    assert found["effective_rank_share"] > 0.97
    assert found["mixed_components_95_share"] == 1.0


@pytest.mark.parametrize("size", [1.0, 1e100, 1e160, 1e200, 1e300])
def test_the_spread_of_a_huge_target_is_in_its_own_unit(size):
    y = size * np.linspace(-1, 1, 50) ** 3
    found = describe(pd.DataFrame({"a": range(50)}), y, names=["target_sd"]).item()
    assert found / size == pytest.approx(float((np.linspace(-1, 1, 50) ** 3).std()))


@pytest.mark.parametrize("far", [0.0, 1e100, 1e200])
def test_whole_numbers_are_whole_beside_a_huge_one(far):
    whole = np.array([far, 1, 2, 3, 4] * 10)
    X = pd.DataFrame({"whole": whole, "half": whole + np.array([0, 0.5, 0, 0, 0] * 10)})
    assert describe(X, whole, task_type="regression", names=["target_is_whole"]).item() == 1.0
    assert describe(X, X["half"], task_type="regression", names=["target_is_whole"]).item() == 0.0
    assert describe(X, np.arange(50) % 2, names=["whole_number_share"]).item() == 0.5


@pytest.mark.parametrize("n_numbers", [10, 999, 1_000, 1_200])
def test_landmarkers_see_categories_however_many_numbers_stand_beside_them(n_numbers):
    rng = np.random.default_rng(n_numbers)
    c = rng.choice(["a", "b", "c"], 300)
    X = pd.DataFrame(rng.normal(size=(300, n_numbers))).assign(c=c)
    assert describe(X, c == "a", names=["landmark_tree.auc"], max_rows=None).item() == 1.0


@pytest.mark.parametrize("unit", [1e-12, 1e-9, 1e6])
@pytest.mark.parametrize("far", [1e7, 1e9, 1e12])
def test_intervals_do_not_depend_on_the_unit_beside_a_number_far_off(unit, far):
    x = np.random.default_rng(0).normal(size=N_ROWS)
    x[0] = far
    found, expected = (
        describe(pd.DataFrame({"x": x * f}), np.arange(N_ROWS) % 2, names=["nominal_entropy.max"])
        for f in (unit, 1.0)
    )
    assert found.item() == pytest.approx(expected.item(), abs=0.02)
    assert expected.item() == pytest.approx(np.log2(8), abs=0.01)  # 8 is the cube root of 600


@pytest.mark.parametrize("power", [-33, 33])
@pytest.mark.parametrize("task_type", ["multiclass", "regression"])
def test_units_do_not_matter_beside_numbers_far_off(task_type, power):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"a": rng.normal(size=150), "b": rng.poisson(3, 150) + 0.0, "c": rng.random(150)}
    )
    signal = X["a"] + rng.normal(size=150)
    y = signal if task_type == "regression" else pd.qcut(signal, 3, labels=list("uvw"))
    X.loc[3] *= 2.0**33
    before, after = (
        describe(X, y, task_type=task_type),
        describe(X * 2.0**power, y, task_type=task_type),
    )
    marks = list_metafeatures().set_index("name").loc[before.index, "varies_with"]
    held = ~marks.map(lambda some: "units" in some).to_numpy(bool)
    pd.testing.assert_series_equal(after[held], before[held], rtol=1e-9, atol=1e-9)
