"""MetaFeatureExtractor: one table in, one vector out."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from functools import partial
from typing import Any, Literal, overload

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from metafeatures._budget import Clock
from metafeatures._dataset import Dataset
from metafeatures._evaluation import evaluate, notes
from metafeatures._pairing import pair_rows
from metafeatures._reading import read
from metafeatures._registry import (
    FAMILIES,
    AnyTaskType,
    MetaFeature,
    TaskType,
    check_names,
    metafeatures,
)
from metafeatures._tables.sources import as_source
from metafeatures._task import read_target
from metafeatures._threads import one_blas_thread
from metafeatures.exceptions import (
    MetaFeatureDataError,
    MetaFeatureParameterError,
    MetaFeatureWarning,
)

MAX_ROWS = 10_000
MIN_ROWS = 10


class MetaFeatureExtractor(BaseEstimator):  # type: ignore[misc]
    """Describe a table and its target as numbers.

    Parameters
    ----------
    families : sequence of str, optional
        Families to compute: ``simple``, ``statistical``, ``information-theoretic``,
        ``landmarking``, ``model-based``, ``concept``, ``clustering``, ``complexity``.
        All when not given.
    names : sequence of str, optional
        Meta-features to compute, by name (``skewness.mean``) or by what comes before
        the dot. All of ``families`` when not given.
    time_budget : float, optional
        Seconds for the whole call. Cheap meta-features come first; one that is not
        expected to be finished in time is not begun. What was skipped is NaN, `report_`
        says why, and one warning says how many. See Notes.
    max_rows : int >= 10 or None, default=10000
        Rows that column statistics look at: a random sample, the same for the same
        rows in any order, with up to 30 rows of each class, weighed back. Counts always
        take all rows; pairs of rows and landmarkers at most 1,500. None lifts these
        bounds, but for the landmarkers named ``landmark_...``: time and memory then grow
        with the square of the rows.
    random_state : int, RandomState instance or None, default=0
        Decides the sample, the folds and the random landmarkers.
    n_jobs : int, default=1
        Threads for the folds of landmarkers, of which there are three; -1 takes all
        cores. Everything else takes one thread, BLAS too. No value depends on it.

    Attributes
    ----------
    report_ : DataFrame indexed by name
        After `extract`: ``family``, ``seconds`` (what several meta-features share is
        counted for the first; what one function gives is shared equally), ``n_rows``
        (rows looked at) and ``reason`` (why a value is NaN, else empty).
    notes_ : dict of str to str
        After `extract`: by name, how many columns were looked at where not all were.

    See Also
    --------
    list_metafeatures : Names, definitions, ranges.

    Notes
    -----
    Infinities count as missing. The answer does not depend on the order of rows and
    columns, nor on the names of columns, levels and classes, nor on units, except where
    `list_metafeatures` says so. The table is not modified.

    With the default ``max_rows``, memory beyond the table is at most 450 MB, and 80 bytes
    a row, and one to four bytes a cell of categories. Tables of other libraries are read
    a column at a time, sparse matrices without being made dense.

    A time budget is overspent by 0.1 s or so: expectations are about a measure, not a
    bound on it. If reading all rows would take more than half of the budget, a random
    part of 10,000 or 1,000 rows is read; what only a count of all rows tells is then
    skipped, and the rest may depend on the order of rows. Tables of up to 2,000 rows are
    always read whole: 10,000 columns take 0.2 s. The first call in a process also imports.

    Examples
    --------
    >>> X = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "colour": list("rgrg")})
    >>> y = ["small", "small", "large", "large"]
    >>> extractor = MetaFeatureExtractor(names=["n_rows", "class_entropy"])
    >>> extractor.extract(X, y).to_dict()
    {'n_rows': 4.0, 'class_entropy': 1.0}
    """

    def __init__(
        self,
        *,
        families: Iterable[str] | None = None,
        names: Iterable[str] | None = None,
        time_budget: float | None = None,
        max_rows: int | None = MAX_ROWS,
        random_state: Any = 0,
        n_jobs: int = 1,
    ) -> None:
        self.families = families
        self.names = names
        self.time_budget = time_budget
        self.max_rows = max_rows
        self.random_state = random_state
        self.n_jobs = n_jobs

    @overload
    def extract(
        self,
        X: Any,
        y: Any,
        *,
        task_type: AnyTaskType | None = None,
        return_report: Literal[False] = False,
    ) -> pd.Series[float]: ...

    @overload
    def extract(
        self,
        X: Any,
        y: Any,
        *,
        task_type: AnyTaskType | None = None,
        return_report: Literal[True],
    ) -> tuple[pd.Series[float], pd.DataFrame]: ...

    def extract(
        self,
        X: Any,
        y: Any,
        *,
        task_type: AnyTaskType | None = None,
        return_report: bool = False,
    ) -> pd.Series[float] | tuple[pd.Series[float], pd.DataFrame]:
        """Return the meta-features of a table.

        Parameters
        ----------
        X : table or array of shape (n_rows, n_columns)
            Whatever `metafeatures.columns.to_pandas` takes.
        y : Series, array or list of shape (n_rows,)
            The target: classes or numbers, without missing values.
        task_type : {"binary", "multiclass", "classification", "regression"}, optional
            When not given, what `infer_task_type` says: regression if ``y`` holds numbers of
            which one is not whole, more than 20 are distinct, or more than a third of the
            rows differ; else classes.
        return_report : bool, default=False
            Whether to return the report of this call too. `report_` is that of the last call,
            which is another one when threads share an extractor.

        Returns
        -------
        Series of float64
            Indexed by name, in the order of the catalogue. Meta-features that mean
            nothing for the task type are absent; NaN is what the catalogue says is
            undefined for this table, or what the time budget left out.
        DataFrame
            Only with ``return_report=True``: what `report_` is described as.

        Raises
        ------
        MetaFeatureDataError
            If the table has no rows or no columns, or the target does not suit it.
        MetaFeatureNotFoundError
            If a name or a family is unknown.
        MetaFeatureParameterError
            If another parameter is outside its range.

        Warns
        -----
        MetaFeatureWarning
            If landmarkers are undefined because classes are too small, or if something
            was skipped to keep the time budget.
        """
        self._check_parameters()
        clock = Clock(self.time_budget)
        table = as_source(X)
        if 0 in table.shape:
            raise MetaFeatureDataError(
                f"X must have at least one row and one column. Got a table of shape {table.shape}."
            )
        target = read_target(pair_rows(y, X), len(table), task_type)
        wanted = self._wanted(target.task_type)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        build = partial(
            Dataset,
            max_rows=self.max_rows,
            seed=seed,
            n_jobs=_n_threads(self.n_jobs),
            random_state=self.random_state if _is_integer(self.random_state) else None,
        )
        with one_blas_thread():
            reading = read(table, target, clock, build, seed)
            values, report = evaluate(wanted, reading, clock)
            self.notes_ = notes(wanted, reading.dataset)
        self.report_ = report
        _warn_of_landmarkers(report, reading.dataset)
        self._warn_of_skipped(report)
        described = pd.Series(values, index=pd.Index(wanted, name="metafeature"), dtype=np.float64)
        return (described, report) if return_report else described

    def _warn_of_skipped(self, report: pd.DataFrame) -> None:
        reasons = report["reason"]
        skipped = [name for name in reasons.index if reasons[name].startswith("skipped")]
        if skipped:
            families = ", ".join(self.report_.loc[skipped, "family"].unique())
            warnings.warn(
                f"{len(skipped)} of {len(reasons)} meta-features ({families}) were skipped to "
                f"keep the time budget of {self.time_budget:g} s. Their values are NaN; report_ "
                "says why.",
                MetaFeatureWarning,
                stacklevel=3,
            )

    def _check_parameters(self) -> None:
        budget, rows, jobs = self.time_budget, self.max_rows, self.n_jobs
        if budget is not None and (not _is_number(budget) or budget <= 0):
            raise _parameter_error("time_budget", "a number of seconds > 0, or None", budget)
        if rows is not None and (not _is_integer(rows) or rows < MIN_ROWS):
            raise _parameter_error("max_rows", f"an int >= {MIN_ROWS}, or None", rows)
        if not _is_integer(jobs) or jobs == 0:
            raise _parameter_error("n_jobs", "an int >= 1, or -1 for all cores", jobs)

    def _wanted(self, task_type: TaskType) -> dict[str, MetaFeature]:
        """Return the meta-features to compute, in the order of the catalogue."""
        catalogue = metafeatures()
        families = _strings("families", self.families)
        names = _strings("names", self.names)
        check_names(families or (), FAMILIES, "families")
        stems = {feature.measure for feature in catalogue.values()}
        check_names((n for n in names or () if n not in stems), catalogue, "meta-features")
        return {
            name: feature
            for name, feature in catalogue.items()
            if task_type in feature.task_types
            and (families is None or feature.family in families)
            and (names is None or name in names or feature.measure in names)
        }


def _parameter_error(parameter: str, wanted: str, got: object) -> MetaFeatureParameterError:
    return MetaFeatureParameterError(
        f"The {parameter!r} parameter of MetaFeatureExtractor must be {wanted}. "
        f"Got {got!r} instead."
    )


def _is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_integer(value) or isinstance(value, float | np.floating)


def _strings(parameter: str, value: Iterable[str] | None) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        raise _parameter_error(parameter, f"a list of names, such as [{value!r}]", value)
    return list(value)


def _n_threads(n_jobs: int) -> int:
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)


def _warn_of_landmarkers(report: pd.DataFrame, dataset: Dataset) -> None:
    reasons = report.loc[report["family"] == "landmarking", "reason"]
    if any(reason.startswith("undefined") for reason in reasons):
        reason = dataset.landmark_sample.reason
        warnings.warn(
            f"Landmarkers skipped: {reason}. Their values are NaN.",
            MetaFeatureWarning,
            stacklevel=3,
        )
