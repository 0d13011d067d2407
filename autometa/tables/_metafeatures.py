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
