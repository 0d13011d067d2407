"""describe(): the meta-features of a table, as advice reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import pandas as pd

from autometa.datasets._load import check_named, named_table

if TYPE_CHECKING:
    from metafeatures import AnyTaskType

MAX_ROWS = 10_000  # as MetaFeatureExtractor: column statistics of a sample are near those of all


@overload
def describe(
    X: Any,
    y: Any = None,
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
    y: Any = None,
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
    y: Any = None,
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
    """Return the meta-features of a table as advice reads them.

    The table is checked first, as `recommend` and `tune` do, and constant columns, which
    no pipeline sees, are left out. `metafeatures.describe` describes a table as it stands.

    Parameters
    ----------
    X : table, array, sparse matrix, path or str
        In memory, or the name of one as for `load_dataset`.
    y : array-like, str or None
        Values, or the name of a column of ``X``. None is the default target of a dataset
        of scikit-learn or OpenML.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    families, names, time_budget, max_rows, random_state, n_jobs
        As for `metafeatures.MetaFeatureExtractor`.
    return_report : bool, default=False
        Whether to return, too, why values are NaN.

    Returns
    -------
    Series of float64
        By name, in the order of the catalogue.
    DataFrame
        Only with ``return_report=True``: ``family``, ``seconds``, ``n_rows`` and ``reason``
        (why a value is NaN, else empty) by name.

    Raises
    ------
    DatasetError
        If the table or the target cannot be used.
    ParameterError
        If an argument is out of range, or no meta-feature has a name.

    Examples
    --------
    >>> describe("sklearn:iris", names=["n_rows", "n_classes"]).to_dict()
    {'n_rows': 150.0, 'n_classes': 3.0}
    """
    from metafeatures import MetaFeatureExtractor  # and scikit-learn, which reading needs not

    table = check_named(named_table(X, y), task_type)
    extractor = MetaFeatureExtractor(
        families=families,
        names=names,
        time_budget=time_budget,
        max_rows=max_rows,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    values = table.describe(extractor)
    return (values, extractor.report_) if return_report else values
