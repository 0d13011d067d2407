"""The promises that every meta-feature keeps, as one check that any registered one must pass.

In a test suite::

    @pytest.mark.parametrize("name", list_metafeatures()["name"])
    def test_metafeature_keeps_its_promises(name):
        check_metafeature(name)

All meta-features of a table that this package has are extracted at once and remembered, so
that checking one more costs next to nothing; those of a plug-in are extracted alone.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
import pandas as pd

from metafeatures._extractor import MetaFeatureExtractor
from metafeatures._registry import MetaFeature, TaskType, measures, metafeatures

__all__ = ["TABLES", "check_metafeature"]

N_ROWS = 90
TOLERANCE = 1e-9


def mixed_table(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table with every kind of column, missing values and infinities."""
    number = rng.normal(size=N_ROWS)
    skewed = np.exp(rng.normal(size=N_ROWS))
    skewed[:3] = np.inf, -np.inf, np.nan
    day = datetime.date(2020, 1, 1)
    colours = rng.choice(["red", "green", "blue"], N_ROWS).astype(object)
    colours[rng.integers(0, N_ROWS, 9)] = None
    words = [f"some words, {i} of them, {i % 7}" for i in range(N_ROWS)]
    return pd.DataFrame(
        {
            "number": number,
            "line": 2 * number + 1,
            "skewed": skewed,
            "count": rng.poisson(2, N_ROWS),
            "colour": colours,
            "level": pd.Categorical(rng.choice(["low", "high"], N_ROWS), ["low", "high", "none"]),
            "flag": rng.random(N_ROWS) < 0.5,
            "day": [day + datetime.timedelta(int(i)) for i in rng.integers(0, 900, N_ROWS)],
            "text": words,
            "constant": 3.0,
            "missing": np.nan,
        }
    )


def numeric_table(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of numbers, none of them missing, rows repeated."""
    rows = rng.normal(size=(N_ROWS // 3, 6))
    return pd.DataFrame(np.concatenate([rows, rows, rng.normal(size=rows.shape)]))


def categorical_table(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of categories only."""
    return pd.DataFrame({c: rng.choice(list("abcdefghijkl"[: i + 2]), N_ROWS)
                         for i, c in enumerate("pqrst")})  # fmt: skip


def lone_column(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of one number of few values."""
    return pd.DataFrame({"only": rng.integers(0, 3, N_ROWS)})


def empty_columns(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table in which nothing varies."""
    return pd.DataFrame({"constant": np.ones(N_ROWS), "missing": np.full(N_ROWS, np.nan)})


TABLES: Mapping[str, Callable[[np.random.Generator], pd.DataFrame]] = MappingProxyType(
    {
        "mixed": mixed_table,
        "numeric": numeric_table,
        "categorical": categorical_table,
        "lone column": lone_column,
        "empty columns": empty_columns,
    }
)


def check_metafeature(name: str) -> None:
    """Raise AssertionError unless a meta-feature keeps its promises on all `TABLES`.

    The same answer twice; for shuffled rows and other column names; for shuffled
    columns, unless the catalogue says that their place matters;
    within its range; NaN only where the catalogue says so, with a reason in the report;
    present for its task types only; and a complete entry in the catalogue.

    Parameters
    ----------
    name : str
        A name of `list_metafeatures`.
    """
    feature = metafeatures()[name]
    _check_entry(feature)
    for table in TABLES:
        for task_type in get_args(TaskType):
            _check_on(feature, table, task_type)


def _check_entry(feature: MetaFeature) -> None:
    assert feature.definition, f"{feature.name} has no definition"
    assert "\n" not in feature.definition, f"the definition of {feature.name} is not one line"
    assert feature.low <= feature.high, f"the range of {feature.name} is empty"
    assert feature.task_types, f"{feature.name} is for no task type"


def _check_on(feature: MetaFeature, table: str, task_type: TaskType) -> None:
    names = _extracted_with(feature)
    values, report = _extract(table, task_type, "as it is", names)
    name, where = feature.name, f"on the {table} table, {task_type}"
    if task_type not in feature.task_types:
        assert name not in values, f"{name} is present {where}"
        return
    value = values[name]
    assert not math.isinf(value), f"{name} is infinite {where}"
    if math.isnan(value):
        assert feature.undefined, f"{name} is NaN {where}, which is not documented"
        assert report.loc[name, "reason"], f"{name} is NaN {where} without a reason"
    else:
        slack = TOLERANCE * max(1.0, abs(value))
        assert feature.low - slack <= value <= feature.high + slack, (
            f"{name} is {value} {where}, outside {feature.low} to {feature.high}"
        )
        assert report.loc[name, "reason"] == "", f"{name} has a reason {where} but a value"
    for change in ("again", "rows shuffled", "columns shuffled", "columns renamed"):
        if feature.by_place and change == "columns shuffled":
            continue
        other = _extract(table, task_type, change, names)[0][name]
        assert _equal(value, other), f"{name} is {value} {where}, but {other} with {change}"


def _equal(first: float, second: float) -> bool:
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _extracted_with(feature: MetaFeature) -> tuple[str, ...] | None:
    """Return the names to extract for a check; None for all there are."""
    is_ours = measures()[feature.measure].function.__module__.startswith("metafeatures.")
    return None if is_ours else (feature.name,)


@cache
def _extract(
    table: str, task_type: TaskType, change: str, names: tuple[str, ...] | None
) -> tuple[pd.Series[float], pd.DataFrame]:
    rng = np.random.default_rng(1)
    X, y = TABLES[table](rng), _target(task_type, rng)
    if change == "rows shuffled":
        order = rng.permutation(N_ROWS)
        X, y = X.iloc[order], y.iloc[order]
    elif change == "columns shuffled":
        X = X.iloc[:, rng.permutation(X.shape[1])]
    elif change == "columns renamed":
        X = X.set_axis([f"column {i}" for i in range(X.shape[1], 0, -1)], axis=1)
    before = X.copy(deep=True), y.copy(deep=True)
    state = _global_state()
    extractor = MetaFeatureExtractor(names=names, random_state=0)
    values = extractor.extract(X, y, task_type=task_type)
    assert _global_state() == state, "the global random state was touched"
    pd.testing.assert_frame_equal(X, before[0])
    pd.testing.assert_series_equal(y, before[1])
    return values, extractor.report_


def _target(task_type: TaskType, rng: np.random.Generator) -> pd.Series[Any]:
    numbers = np.exp(rng.normal(size=N_ROWS))
    if task_type == "regression":
        return pd.Series(numbers)
    n_classes = 2 if task_type == "binary" else 4
    return pd.Series(pd.qcut(numbers, n_classes, labels=list("abcd"[:n_classes])).astype(str))


def _global_state() -> str:
    return str(np.random.get_state())
