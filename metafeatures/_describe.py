"""describe(): the meta-features of a table in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from metafeatures._extractor import MAX_ROWS, MetaFeatureExtractor
from metafeatures._registry import AnyTaskType


@overload
def describe(
    X: Any,
    y: Any,
    *,
    task_type: AnyTaskType | None = None,
    families: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    time_budget: float | None = None,
    max_rows: int | None = MAX_ROWS,
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int = 1,
    return_report: Literal[False] = False,
) -> pd.Series[float]: ...


@overload
def describe(
    X: Any,
    y: Any,
    *,
    task_type: AnyTaskType | None = None,
    families: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    time_budget: float | None = None,
    max_rows: int | None = MAX_ROWS,
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int = 1,
    return_report: Literal[True],
) -> tuple[pd.Series[float], pd.DataFrame]: ...


def describe(
    X: Any,
    y: Any,
    *,
    task_type: AnyTaskType | None = None,
    families: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    time_budget: float | None = None,
    max_rows: int | None = MAX_ROWS,
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int = 1,
    return_report: bool = False,
) -> pd.Series[float] | tuple[pd.Series[float], pd.DataFrame]:
    """Return the meta-features of a table, and on request why some of them are NaN.

    Parameters
    ----------
    X : table or array of shape (n_rows, n_columns)
    y : Series, array or list of shape (n_rows,)
        Classes or numbers, none missing.
    task_type : {"binary", "multiclass", "classification", "regression"}, optional
        None is what `infer_task_type` says.
    families, names, time_budget, max_rows, random_state, n_jobs
        As for `MetaFeatureExtractor`.
    return_report : bool, default=False
        Whether to return the report too.

    Returns
    -------
    Series of float64
        By name, in the order of the catalogue.
    DataFrame
        Only with ``return_report=True``: ``family``, ``seconds``, ``n_rows`` and ``reason``
        (why a value is NaN, else empty) by name.

    Raises
    ------
    MetaFeatureError
        One of those that `MetaFeatureExtractor.extract` raises.

    Examples
    --------
    >>> describe([[1, 2], [3, 4], [5, 7]], [0.5, 1.0, 2.0], names=["n_rows"])["n_rows"]
    np.float64(3.0)
    >>> values, report = describe([[1], [3], [3]], [0.5, 1.0, 2.0], names=["target_skewness"],
    ...                           return_report=True)
    >>> report["n_rows"].tolist()
    [3]
    """
    extractor = MetaFeatureExtractor(
        families=families,
        names=names,
        time_budget=time_budget,
        max_rows=max_rows,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    values, report = extractor.extract(X, y, task_type=task_type, return_report=True)
    return (values, report) if return_report else values
