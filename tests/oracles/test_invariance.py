"""What must not matter does not: every meta-feature of the catalogue, on generated tables.

A table is changed in a way that leaves it the same table: in other units, with other names,
in another order, in another library. Only what the catalogue declares may change
(``by_place``, ``varies_with``), and what is declared must change somewhere, else the
declaration is stale.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from metafeatures import describe, list_metafeatures

N_ROWS = 100
N_LARGE = 3_000
TOLERANCE = 1e-6
CATALOGUE = list_metafeatures().set_index("name")
TASK_TYPES = ("binary", "multiclass", "regression")
CHEAP = ["simple", "statistical", "information-theoretic"]
NUMBERS = ["normal", "skewed", "count", "gaps"]
LEVELS = {"red": "zed", "green": "ada", "blue": "mud", "p": "zz", "q": "aa"}
LEVELS |= {f"l{i}": f"m{(7 * i + 3) % 12}" for i in range(12)}
CLASSES = {"u": "zeta", "v": "kappa", "w": "alpha"}

Task = tuple[pd.DataFrame, "pd.Series[object]"]


def task(task_type: str, n_rows: int, only_numbers: bool = False) -> Task:
    """Return a table of numbers, gaps, ties, categories and equally frequent levels and classes."""
    rng = np.random.default_rng([TASK_TYPES.index(task_type), n_rows])
    normal = rng.normal(size=n_rows)
    X = pd.DataFrame(
        {
            "normal": normal,
            "skewed": np.exp(rng.normal(size=n_rows)),
            "count": rng.poisson(3, n_rows).astype(float),
            "gaps": np.where(rng.random(n_rows) < 0.2, np.nan, normal + rng.normal(size=n_rows)),
        }
    )
    if not only_numbers:
        X["colour"] = rng.choice(["red", "green", "blue", None], n_rows, p=[0.5, 0.3, 0.1, 0.1])
        X["equal"] = rng.permutation(np.resize(["p", "q"], n_rows))
        X["many"] = rng.choice([f"l{i}" for i in range(12)], n_rows)
    signal = normal + rng.normal(size=n_rows)
    if task_type == "regression":
        return X, pd.Series(signal)
    names = ["u", "v"] if task_type == "binary" else ["u", "v", "w"]
    ranks = pd.Series(signal).rank().to_numpy() - 1
    return X, pd.Series(np.array(names)[(ranks * len(names) // n_rows).astype(int)])


def scaled(X: pd.DataFrame, y: pd.Series) -> Task:
    return X.assign(**{c: X[c] * f for c, f in zip(NUMBERS, (1.8, 1e3, 0.3, 7), strict=True)}), y


def shifted(X: pd.DataFrame, y: pd.Series) -> Task:
    return X.assign(**{c: X[c] + f for c, f in zip(NUMBERS, (32, 1e3, -7.5, 1e4), strict=True)}), y


def target_scaled(X: pd.DataFrame, y: pd.Series) -> Task:
    return X, y * 1.8 + 32


def classes_renamed(X: pd.DataFrame, y: pd.Series) -> Task:
    return X, y.map(CLASSES)


def levels_renamed(X: pd.DataFrame, y: pd.Series) -> Task:
    return X.assign(**{c: X[c].map(LEVELS) for c in ("colour", "equal", "many")}), y


def rows_shuffled(X: pd.DataFrame, y: pd.Series) -> Task:
    order = np.random.default_rng(1).permutation(len(X))
    return X.iloc[order], y.iloc[order]


def columns_shuffled(X: pd.DataFrame, y: pd.Series) -> Task:
    return X.iloc[:, ::-1], y


def columns_renamed(X: pd.DataFrame, y: pd.Series) -> Task:
    return X.set_axis([f"z{9 - i}" for i in range(X.shape[1])], axis=1), y


def constant_added(X: pd.DataFrame, y: pd.Series) -> Task:
    return X.assign(constant=1.0), y


def nothing(X: pd.DataFrame, y: pd.Series) -> Task:
    return X, y


CHANGES = {  # what else may change with it: a column of the catalogue, or a mark of varies_with
    scaled: "units",
    shifted: "offsets",
    target_scaled: "target",
    classes_renamed: "",
    levels_renamed: "by_place",
    rows_shuffled: "",
    columns_shuffled: "by_place",
    columns_renamed: "",
}
COUNT_COLUMNS = {  # how many there are, or a mean over columns: a constant one is one of them
    "n_columns",
    "log_n_columns",
    "rows_per_column",
    "columns_per_row",
    "log_rows_per_column",
    "n_numeric",
    "numeric_per_categorical",
    "categorical_per_numeric",
    "numeric_share",
    "categorical_share",
    "missing_share",
    "missing_column_share",
    "high_cardinality_share",
    "log_n_encoded",
    "repeated_column_share",
    "dimensionality_t2",
    "dimensionality_t4",
    "constant_share",
    "binary_share",
    "few_values_share",
    "whole_number_share",
    "zero_share",
    "distinct_share",
    "mode_share",
    "outlier_share",
    "sparsity",
    "column_entropy",
    "column_balance",
    "mutual_information",
    "explained_entropy",
    "log_equivalent_columns",
    "equivalent_columns",
    "noise_share",
    "noise_to_information",
    "telling_share",
    "nominal_entropy",
    "joint_entropy",
    "nominal_information",
    "target_concentration",
    "column_concentration",
    "explained_variance",
    "n_normal_columns",
}
AS_COORDINATE = {  # a constant one is a dimension of the space, or a column that a tree might draw
    "class_covariance_ratio",
    "covariance_eigenvalue",
    "encoded_strong_correlation_share",
    "concept_variation",
    "target_variation",
    "weighted_distance",
    "random_node",
    "worst_node",
    "worst_node_r2",
    "tree_column_nodes",
    "tree_importance",
    "tree_nodes_per_column",
}


def may_change(name: str, change: Callable[..., Task]) -> bool:
    feature = CATALOGUE.loc[name]
    if change is constant_added:
        measure = name.split(".")[0]
        named = measure in COUNT_COLUMNS | AS_COORDINATE or measure.startswith("encoded_")
        return bool(named or (feature["by_place"] and feature["family"] == "model-based"))
    what = CHANGES.get(change, "")
    return bool(feature["by_place"]) if what == "by_place" else what in feature["varies_with"]


@cache
def described(
    change: Callable[..., Task], task_type: str, large: bool, only_numbers: bool
) -> pd.Series[float]:
    X, y = change(*task(task_type, N_LARGE if large else N_ROWS, only_numbers))
    limits = {"families": CHEAP, "max_rows": 600} if large else {}
    return describe(X, y, task_type=task_type, **limits)


def changed(
    change: Callable[..., Task], task_type: str, large: bool, only_numbers: bool
) -> set[str]:
    before = described(nothing, task_type, large, only_numbers)
    after = described(change, task_type, large, only_numbers)
    assert before.index.equals(after.index)
    same = np.isclose(before, after, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    return set(before.index[~same])


def suits(change: Callable[..., Task], task_type: str) -> bool:
    if change is target_scaled:
        return task_type == "regression"
    return change is not classes_renamed or task_type != "regression"


CASES = [
    (change, task_type, large)
    for change in (*CHANGES, constant_added)
    for task_type in TASK_TYPES
    for large in (False, True)
    if suits(change, task_type)
]


@pytest.mark.parametrize(
    ("change", "task_type", "large"),
    CASES,
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_does_not_matter_changes_nothing(change, task_type, large):
    found = changed(change, task_type, large, only_numbers=False)
    assert sorted(name for name in found if not may_change(name, change)) == []


@pytest.mark.parametrize("mark", ["units", "offsets", "target"])
def test_what_is_declared_to_vary_does(mark):
    change = next(one for one, what in CHANGES.items() if what == mark)
    found = set[str]()
    for task_type in TASK_TYPES:
        if suits(change, task_type):
            found |= {name.split(".")[0] for name in changed(change, task_type, False, False)}
    if mark == "target":
        X, y = task("regression", N_ROWS)
        whole = (3 * y).round()
        before, after = (
            describe(X, some, task_type="regression") for some in (whole, whole * 1.8 + 32)
        )
        found |= {name.split(".")[0] for name in before.index[before != after]}
    varies = CATALOGUE["varies_with"].map(lambda marks: mark in marks)
    declared = {name.split(".")[0] for name in CATALOGUE.index[varies]}
    assert declared - found == set()


FACTOR = 8.0
POWERS = {"the column's": 1, "the columns'": 1, "the column's, squared": 2}
POWERS |= {"the columns', multiplied": 2}


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_what_has_a_unit_scales_with_it(task_type):
    X, y = task(task_type, N_ROWS, only_numbers=True)
    before = described(nothing, task_type, False, True)
    after = describe(X * FACTOR, y, task_type=task_type)
    powers = CATALOGUE.loc[before.index, "unit"].map(POWERS).fillna(0)
    expected = before * FACTOR**powers
    off = ~np.isclose(after, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    unitless = CATALOGUE.loc[before.index, "varies_with"].map(lambda marks: "units" in marks)
    assert sorted(before.index[off & ~(unitless & (powers == 0))]) == []


def test_the_spread_of_the_target_scales_with_it():
    X, y = task("regression", N_ROWS)
    found = describe(X, -2.5 * y + 7, names=["target_sd"]).item()
    assert found == pytest.approx(2.5 * float(y.std(ddof=0)))


def as_integers(X: pd.DataFrame) -> pd.DataFrame:
    return X.assign(count=X["count"].astype("int16"), gaps=X["gaps"].astype("Float64"))


def as_objects(X: pd.DataFrame) -> pd.DataFrame:
    return X.astype(object)


def as_categories(X: pd.DataFrame) -> pd.DataFrame:
    return X.astype({c: "category" for c in X if c not in NUMBERS})


def as_arrow_types(X: pd.DataFrame) -> pd.DataFrame:
    return X.convert_dtypes(dtype_backend="pyarrow").astype({"count": "double[pyarrow]"})


def with_infinities(X: pd.DataFrame) -> pd.DataFrame:
    return X.assign(gaps=X["gaps"].fillna(np.inf))


def with_other_gaps(X: pd.DataFrame) -> pd.DataFrame:
    colour = X["colour"].astype(object)
    colour[colour.isna()] = np.nan
    return X.assign(gaps=X["gaps"].astype(object).where(X["gaps"].notna(), None), colour=colour)


FORMS = {
    "integers": as_integers,
    "objects": as_objects,
    "categories": as_categories,
    "pandas on pyarrow": as_arrow_types,
    "polars": pl.from_pandas,
    "pyarrow": pa.Table.from_pandas,
    "infinities": with_infinities,
    "None for NaN": with_other_gaps,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("task_type", ["multiclass", "regression"])
def test_the_same_values_in_another_form_are_the_same_table(form, task_type):
    X, y = task(task_type, N_ROWS)
    before = described(nothing, task_type, False, False)
    pd.testing.assert_series_equal(
        describe(FORMS[form](X), y, task_type=task_type), before, rtol=1e-12
    )


@pytest.mark.parametrize("form", [np.asarray, list, pl.Series, "category", "string", pa.array])
def test_the_same_target_in_another_form_is_the_same_task(form):
    X, y = task("multiclass", N_ROWS)
    before = described(nothing, "multiclass", False, False)
    other = y.astype(form) if isinstance(form, str) else form(y)
    after = describe(X, other, task_type="multiclass", families=CHEAP)
    pd.testing.assert_series_equal(after, before[after.index], rtol=1e-12)
