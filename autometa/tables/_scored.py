"""Targets that predictions are scored against, read as `fit` reads its own.

`fit` takes more than scikit-learn's scores do: labels of several types in one column, bytes,
objects; durations, which are learnt as seconds. A score must take what `fit` took.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as dtypes
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_consistent_length

from autometa.tables._errors import as_own_errors
from autometa.tables._labels import one_column
from autometa.tables._outputs import several_outputs
from metafeatures.columns import as_series, pair_rows, to_numeric


def accuracy(X: Any, y: Any, predicted: npt.NDArray[Any], sample_weight: Any = None) -> float:
    """Return the share of rows whose label, or all of whose labels, are predicted.

    Parameters
    ----------
    X : table of shape (n_rows, n_columns)
        Pairs with ``y`` and the weights by index labels, where both are of pandas.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
    predicted : ndarray of the same shape
    sample_weight : array-like of shape (n_rows,) or None
    """
    true, weights = _paired(X, y), _paired(X, sample_weight)
    outputs = several_outputs(true)
    if outputs is None:
        true = as_series(true)
        if _are_sortable(true) and _are_sortable(as_series(predicted)):
            return float(accuracy_score(true, predicted, sample_weight=weights))
    given = [true] if outputs is None else [outputs.iloc[:, i] for i in range(outputs.shape[1])]
    labels = [one.astype(object).to_numpy() for one in given]
    columns = np.reshape(predicted, (len(predicted), -1)).astype(object).T
    check_consistent_length(labels[0], predicted, weights)
    equal = [
        [bool(label == guess) for label, guess in zip(*both, strict=True)]
        for both in zip(labels, columns, strict=True)
    ]
    return float(np.average(np.all(equal, axis=0), weights=weights))


def scored_values(X: Any, y: Any) -> Any:
    """Return the numbers that a regression learns from ``y``, one column or several."""
    given = _paired(X, y)
    outputs = several_outputs(given)
    if outputs is not None:
        return outputs.apply(to_numeric, args=("numeric",)).to_numpy("float64")
    with as_own_errors():
        return to_numeric(as_series(given), "numeric").to_numpy("float64")


def _paired(X: Any, y: Any) -> Any:
    with as_own_errors():
        return y if y is None else pair_rows(one_column(y), X)


def _are_sortable(series: pd.Series[Any]) -> bool:
    """Tell whether labels are numbers or text by type, which scikit-learn sorts and counts."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if dtypes.is_numeric_dtype(series.dtype):  # of truth values too
        return True
    return bool(dtypes.infer_dtype(series, skipna=False) == "string")
