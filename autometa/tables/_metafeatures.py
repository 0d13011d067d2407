"""A task's meta-features as somebody gives them, without the table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from autometa.exceptions import ParameterError


def read_metafeatures(values: object) -> pd.Series[float]:
    """Return meta-features as numbers by name.

    Parameters
    ----------
    values : Series or mapping
        By name. NaN and, as JSON has no NaN, None mean that there is no value.

    Raises
    ------
    ParameterError
        If they are neither, or hold what is no number.

    Examples
    --------
    >>> read_metafeatures({"n_rows": 150, "kurtosis.mean": None}).to_dict()
    {'n_rows': 150.0, 'kurtosis.mean': nan}
    """
    if not isinstance(values, pd.Series | Mapping):
        raise ParameterError(
            "'metafeatures' must be a pandas Series or a dict of numbers by name, or None. "
            f"Got {type(values).__name__} instead."
        )
    try:
        return pd.Series(dict(values), dtype="float64")
    except (TypeError, ValueError) as error:
        raise ParameterError(f"'metafeatures' must hold numbers by name. Got: {error}.") from error


def type_of_classification(values: pd.Series[float]) -> str:
    """Return which kind of classification it is, by the number of classes.

    Raises
    ------
    ParameterError
        If the values do not say it.

    Examples
    --------
    >>> type_of_classification(read_metafeatures({"n_classes": 3}))
    'multiclass'
    """
    n_classes = values.get("n_classes", float("nan"))
    if not n_classes >= 2:
        raise ParameterError(
            "With task_type='classification', the meta-feature 'n_classes' says whether it is "
            f"binary or multiclass. Got {n_classes:g}; give task_type='binary' or 'multiclass'."
        )
    return "binary" if n_classes == 2 else "multiclass"
