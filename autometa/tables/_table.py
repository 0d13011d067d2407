"""check_table(): one entry for tables in memory, whatever made them."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_object_dtype

from autometa.exceptions import DatasetError, DatasetWarning
from autometa.tables._cells import plain_table
from autometa.tables._counted import check_validation, said_of_counted, that_count
from autometa.tables._dtypes import dtypes_that, is_sparse_dtype
from autometa.tables._errors import as_own_errors
from autometa.tables._named import split_groups, split_weights
from autometa.tables._presence import described, informative_columns
from autometa.tables._remarks import remark_on_columns, remark_on_shares, remark_on_target
from autometa.tables._sparse import check_sparse, stays_sparse, take_rows, varying_sparse
from autometa.tables._target import choose_task_type, encode_target, has_long_tail, read_target
from autometa.tables._task import Task
from autometa.tables._weights import fit_weighted, read_weights, weights_that_count
from autometa.validation import (
    NOTHING_ASKED,
    SHUFFLED,
    Validation,
    ValidationRequest,
    with_inner_splits,
    without_row_stops,
)
from metafeatures.columns import (
    column_kind,
    distinct_cells,
    is_infinite,
    pair_rows,
    to_numeric,
)

if TYPE_CHECKING:
    from metafeatures import MetaFeatureExtractor, TaskType

MIN_ROWS = 5
CELLS_AT_ONCE = 4_000_000  # 32 MB, what is copied to look for infinities
PLAIN_LABELS = (str, int, float, bool)  # exactly: enumerations derive from these


@dataclass(frozen=True, kw_only=True)
class Table:
    """A checked table and its target.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        The user's columns, named by strings, in plain types (see `plain_table`);
        infinities have become NaN. Rows are counted from 0. A large sparse table is a
        CSR matrix of float64 instead.
    y : ndarray of shape (n_rows,)
        Class numbers from 0 (int64), or target values (float64).
    classes : ndarray of shape (n_classes,)
        Class labels by number; empty for regression.
    task_type : {"binary", "multiclass", "regression"}
    name, target : str
        What the dataset and its target column are called.
    validation : Validation
        How rows are held out.
    weights : ndarray of shape (n_rows,) or None
        What each row counts for, 1 on average; None where all count alike.
    counted : ndarray of shape (n_given_rows,) or None
        Which rows of the table as it was given are here; None for all. Rows of weight 0 are
        left out: nothing may be learnt from them, not even which levels there are.
    """

    X: pd.DataFrame
    y: npt.NDArray[Any]
    classes: npt.NDArray[Any]
    task_type: TaskType
    name: str = "table"
    target: str = "target"
    validation: Validation = SHUFFLED
    weights: npt.NDArray[np.float64] | None = None
    counted: npt.NDArray[np.bool_] | None = None

    @property
    def is_sparse(self) -> bool:
        """Whether ``X`` is a matrix that is never made dense."""
        return not isinstance(self.X, pd.DataFrame)

    @property
    def is_weighted(self) -> bool:
        """Whether rows count for different weights."""
        return self.weights is not None

    @property
    def n_classes(self) -> int:
        """0 for regression."""
        return len(self.classes)

    @property
    def n_rarest(self) -> int | None:
        """Rows of the rarest class; None for regression."""
        return int(np.bincount(self.y).min()) if self.n_classes else None

    @property
    def has_long_tail(self) -> bool:
        """Whether the target is never below 0 and skewed: counts, prices, waiting times."""
        return self.task_type == "regression" and has_long_tail(self.y)

    @property
    def task(self) -> Task:
        """What the table and its target ask for."""
        n_rows, n_columns = self.X.shape
        return Task(
            name=self.name,
            target=self.target,
            task_type=self.task_type,
            n_rows=n_rows,
            n_columns=n_columns,
        )

    @property
    def labels(self) -> npt.NDArray[Any]:
        """The target as the user gave it: class labels, or values."""
        return self.classes[self.y] if self.n_classes else self.y

    def take(self, rows: npt.NDArray[np.intp]) -> Table:
        """Return some of the rows, counted from 0."""
        X = take_rows(self.X, rows)
        X = X if self.is_sparse else X.reset_index(drop=True)
        return dataclasses.replace(
            self,
            X=X,
            y=self.y[rows],
            validation=self.validation.take(rows),
            weights=self.weights_of(rows),
            counted=None,
        )

    def weights_of(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64] | None:
        """Return what some rows count for; None where all count alike."""
        return None if self.weights is None else self.weights[rows]

    def fit(self, model: Any, X: Any, rows: npt.NDArray[np.intp] | None = None) -> Any:
        """Fit a model to predict the target; return it.

        All trials and refits pass here: what a fit is given beside ``X`` is decided once.

        Parameters
        ----------
        model : estimator
            Its classes are numbers.
        X : DataFrame or sparse matrix
            The rows, cleaned or encoded.
        rows : ndarray of int or None
            Positions in this table of the rows of ``X``; None when it has all.
        """
        y = self.y if rows is None else self.y[rows]
        places = np.arange(len(y)) if rows is None else rows
        weights = self.weights_of(places)
        if self.validation.is_shuffled:
            return fit_weighted(model, X, y, weights)
        splits = partial(self.validation.inner_splits, places, y, self.n_classes > 0)
        with with_inner_splits(without_row_stops(model), splits):
            return fit_weighted(model, X, y, weights)

    def describe(self, extractor: MetaFeatureExtractor) -> pd.Series[float]:
        """Return the meta-features of what pipelines learn from.

        A constant column is left out of every pipeline, so it must not change the advice.
        Of a column with one value and gaps it is where it has a value.
        """
        X = self.X[:, varying_sparse(self.X)] if self.is_sparse else described(self.X)
        with as_own_errors():
            return extractor.extract(X, self.labels, task_type=self.task_type)

    def __getstate__(self) -> dict[str, Any]:
        """Labels of the user's own classes stay here: another process may not know them."""
        state = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if not all(map(_travels, self.classes.tolist())):
            state["classes"] = np.arange(self.n_classes)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def _travels(label: Any) -> bool:
    """Tell whether a label is of a type that every process has."""
    kind = type(label)
    return kind in PLAIN_LABELS or (isinstance(label, np.generic) and kind.__module__ == "numpy")


def check_table(
    X: Any,
    y: Any,
    task_type: str | None = None,
    *,
    name: str = "table",
    target: str = "target",
    min_rows: int = MIN_ROWS,
    metric_kind: str | None = None,
    validation: ValidationRequest = NOTHING_ASKED,
    sample_weight: Any = None,
) -> Table:
    """Return a checked table, or say what is wrong with it.

    Parameters
    ----------
    X : DataFrame, array or sparse matrix of shape (n_rows, n_columns)
    y : array-like of shape (n_rows,)
        Paired with ``X`` by index labels where both are of pandas (see
        `metafeatures.columns.pair_rows`). Masked cells of arrays are missing.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from the target: numbers with fractions, or more than 20
        different ones, are a regression; anything else is a classification,
        text that reads as whole numbers included.
    metric_kind : {"classification", "regression"} or None
        What the metric that was asked for judges: it settles the task type of
        whole numbers.
    validation : ValidationRequest
        How rows are to be held out. A column of ``X`` that is named as the groups is left
        out of the table: a model that is meant for new groups cannot use it.
    sample_weight : array-like of shape (n_rows,), str or None
        What each row counts for, or the name of a column of ``X``, which is then left out.
        Rows that count for nothing are left out of the table.

    Raises
    ------
    DatasetError
        If the table has no rows or columns, repeated column names, cells that
        cannot be made plain, or fewer rows than ``min_rows``; if the target has
        missing values, infinities, dates, one value only, or another length.
    MetricError
        If the metric does not apply to such a target.

    Warns
    -----
    DatasetWarning
        When infinities are read as missing, column names are made strings,
        columns are constant or empty (pipelines leave these out) or have one value
        and gaps (which is all that pipelines see of them), text is read as
        numbers or dates in a way that could be another, a column alone predicts
        the target, or a column has another value in each row; when folds are to keep the
        shares of classes, and a class has one row or one group only.
    """
    X, validation = split_groups(X, validation)
    X, sample_weight = split_weights(X, sample_weight)
    with as_own_errors():
        y = pair_rows(y, X)
    is_sparse = stays_sparse(X)
    given: Any = check_sparse(X) if is_sparse else plain_table(X)
    weights = read_weights(sample_weight, X, given.shape[0])
    frame, y, counted = that_count(given, y, weights)
    frame = frame if is_sparse else _check_columns(frame, X)
    values = read_target(y)
    if len(values) != frame.shape[0]:
        raise DatasetError(
            "X and y must have one row each for every example. Found input variables with "
            f"inconsistent numbers of samples: {[frame.shape[0], len(values)]}."
        )
    posed = choose_task_type(task_type, values, metric_kind)
    with said_of_counted(counted):
        if frame.shape[0] < min_rows:
            raise DatasetError(
                f"A table must have {min_rows} rows or more, one for each fold. Got n_samples = "
                f"{frame.shape[0]}; collect more rows."
            )
        varied = frame if is_sparse else _check_variety(frame)
        codes, classes = encode_target(values, posed)
    if isinstance(y, np.ndarray) and y.dtype.kind in "US" and len(classes):
        classes = classes.astype(y.dtype)
    if posed == "classification":
        kind: TaskType = "binary" if len(classes) == 2 else "multiclass"
    else:
        kind = posed
    table = Table(
        X=frame,
        y=codes,
        classes=classes,
        task_type=kind,
        name=name,
        target=target,
        validation=check_validation(validation, X, given, codes, kind, counted),
        weights=weights_that_count(weights, counted),
        counted=counted,
    )
    if len(classes) and (validation.asks_for_shares or table.validation.groups is not None):
        remark_on_shares(codes, classes, table.validation.groups)
    if not is_sparse:
        remark_on_columns(varied)
        remark_on_target(varied, codes, len(classes))
    return table


def _check_columns(frame: pd.DataFrame, X: Any) -> pd.DataFrame:
    if 0 in frame.shape:
        raise DatasetError(
            "X must have rows and columns. Got "
            f"{frame.shape[0]} sample(s) and {frame.shape[1]} feature(s) "
            f"(shape={frame.shape}) while a minimum of 1 is required."
        )
    if isinstance(X, pd.DataFrame) and any(
        not isinstance(name, str) for name in X.columns.tolist()
    ):
        warnings.warn(
            DatasetWarning("Column names that are not strings were turned into strings."),
            stacklevel=4,
        )
    return _without_infinities(frame)


def _without_infinities(frame: pd.DataFrame) -> pd.DataFrame:
    """Make infinities missing in all columns of numbers, whatever their dtype; say in which."""
    infinite = _infinite_floats(frame) | _infinite_objects(frame)
    if not infinite:
        return frame
    shown = ", ".join(f"'{column}' ({n})" for column, n in list(infinite.items())[:5])
    warnings.warn(
        DatasetWarning(
            f"Infinite values are read as missing, in {len(infinite)} columns: {shown}."
        ),
        stacklevel=4,
    )
    repaired = {c: frame[c].mask(_are_infinite(frame[c])) for c in infinite}
    return frame.assign(**repaired)


def _infinite_floats(frame: pd.DataFrame) -> dict[str, int]:
    """Return the number of infinities in columns of floats that have some."""
    floats = dtypes_that(frame, lambda dtype: getattr(dtype, "kind", "O") == "f")
    sparse = dtypes_that(frame, is_sparse_dtype)
    infinite: dict[str, int] = {}
    dense = np.flatnonzero(floats & ~sparse)
    step = max(1, CELLS_AT_ONCE // len(frame))
    for start in range(0, len(dense), step):
        places = dense[start : start + step]
        counts = np.isinf(_floats(frame.iloc[:, places])).sum(axis=0)
        infinite |= {frame.columns[places[i]]: int(counts[i]) for i in np.flatnonzero(counts)}
    for name in frame.columns[floats & sparse]:
        n_infinite = int(np.isinf(frame[name].sparse.sp_values).sum())
        infinite |= {name: n_infinite} if n_infinite else {}
    return infinite


def _infinite_objects(frame: pd.DataFrame) -> dict[str, int]:
    """Return the number of infinities in columns of objects that are read as numbers."""
    infinite: dict[str, int] = {}
    for place in np.flatnonzero(dtypes_that(frame, _is_object_or_text)):
        name, column = frame.columns[place], frame.iloc[:, place]
        if any(map(is_infinite, distinct_cells(column))) and column_kind(column) == "numeric":
            infinite[str(name)] = int(_are_infinite(column).sum())
    return infinite


def _is_object_or_text(dtype: Any) -> bool:
    return bool(is_object_dtype(dtype)) or isinstance(dtype, pd.StringDtype)


def _are_infinite(column: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isinf(to_numeric(column, "numeric").to_numpy()), bool)


def _floats(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    return np.asarray(frame.to_numpy("float64", na_value=np.nan))


def _check_variety(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that say something; say which ones every pipeline will leave out."""
    varies, by_gaps = informative_columns(frame)
    informs = varies | by_gaps
    if not informs.any():
        raise DatasetError(
            "X must have a column with two distinct values or more. All "
            f"{frame.shape[1]} columns are constant or empty.",
            columns=frame.columns,
        )
    _say(frame.columns[~informs], "Columns that are constant or empty are left out")
    _say(frame.columns[by_gaps], "Columns of one value and gaps are read as whether a cell has it")
    return frame if informs.all() else frame.loc[:, informs]


def _say(columns: pd.Index[Any], remark: str) -> None:
    names = columns.tolist()
    if names:
        shown = f"{names[:5]}" + (" and more" if len(names) > 5 else "")
        warnings.warn(DatasetWarning(f"{remark}: {shown}."), stacklevel=5)
