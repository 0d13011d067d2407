"""What each row counts for, as the user gives it and as fits and scores take it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sklearn

from autometa.exceptions import DatasetError
from autometa.tables._errors import as_own_errors
from metafeatures.columns import as_series, pair_rows

WANTED = "'sample_weight' must be one finite number >= 0 for each row, not all of them 0."
# Weights that differ by a factor alone must be the same ones to the last digit, or ties break
# otherwise; a rounding error of the division is some 1e-16.
DIGITS = 12


def read_weights(weights: Any, X: Any, n_rows: int) -> npt.NDArray[np.float64] | None:
    """Return what each row counts for, 1 on average over the rows that count; None for all alike.

    Only ratios are said by weights: learners that compare them with a penalty of their own
    would otherwise be regularised by the unit they come in.

    Parameters
    ----------
    weights : array-like of shape (n_rows,) or None
        Pairs with ``X`` by index labels, where both are of pandas.
    X : table
    n_rows : int

    Raises
    ------
    DatasetError
        If there is not one for each row, or some are missing, infinite or below 0, or all 0.
    """
    if weights is None:
        return None
    with as_own_errors():
        series = as_series(pair_rows(weights, X), "'sample_weight'")
    if len(series) != n_rows:
        raise DatasetError(f"{WANTED} Got {len(series)} for {n_rows} rows.")
    values = _numbers(series)
    unfit = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(unfit):
        raise DatasetError(
            f"{WANTED} Got {values[unfit[0]]:g} in row {unfit[0]}"
            + (f", and {len(unfit) - 1} more such." if len(unfit) > 1 else ".")
        )
    counts = values > 0
    if not counts.any():
        raise DatasetError(f"{WANTED} Got only zeros.")
    if (values == values[0]).all():
        return None  # as if none had been given, to the last digit
    return np.asarray(np.round(values / values[counts].mean(), DIGITS))


def weights_that_count(
    weights: npt.NDArray[np.float64] | None, counted: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.float64] | None:
    """Return the weights of the rows that count; None where these count alike.

    Weights of 0 and 1 say which rows there are: a table without the others has no weights.
    """
    if weights is None or counted is None:
        return weights
    own = weights[counted]
    return None if (own == own[0]).all() else own


def fit_weighted(model: Any, X: Any, y: Any, weights: npt.NDArray[np.float64] | None) -> Any:
    """Fit a model, the last step of a pipeline by weighted rows; return it.

    Whether scikit-learn's metadata routing is on where this runs must not matter: steps are
    given weights by name.
    """
    if weights is None:
        return model.fit(X, y)
    steps = getattr(model, "steps", None)
    name = f"{steps[-1][0]}__sample_weight" if steps else "sample_weight"
    with sklearn.config_context(enable_metadata_routing=False):
        return model.fit(X, y, **{name: weights})


def _numbers(series: pd.Series[Any]) -> npt.NDArray[np.float64]:
    if np.iscomplexobj(series.to_numpy()):  # NumPy would drop the imaginary part
        raise DatasetError(f"{WANTED} Got complex numbers.")
    try:
        return np.asarray(series.to_numpy("float64", na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{WANTED} Got values of type {series.dtype}.") from error
