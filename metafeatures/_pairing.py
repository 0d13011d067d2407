"""Rows of a table and what belongs to them, paired by the labels of their index."""

from __future__ import annotations

from typing import Any

import pandas as pd

from metafeatures.exceptions import MetaFeatureDataError


def pair_rows(values: Any, X: Any, what: str = "y") -> Any:
    """Return ``values`` in the order of the rows of ``X``.

    Rows are paired by label when both are of pandas and have the same unique labels, and
    by position when either has no labels, when the labels are equal as they stand, or when
    no label of the one is one of the other.

    Parameters
    ----------
    values : Series, DataFrame or anything else
        One value, or one row, for each row of ``X``.
    X : DataFrame or anything else
    what : str, default="y"
        What an error calls the values.

    Raises
    ------
    MetaFeatureDataError
        If only some labels are in both, or labels repeat in another order: either way of
        pairing may then be wrong.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [1, 2]}, index=["p", "q"])
    >>> pair_rows(pd.Series([20, 10], index=["q", "p"]), X).tolist()
    [10, 20]
    """
    if not (isinstance(values, pd.Series | pd.DataFrame) and isinstance(X, pd.DataFrame)):
        return values
    own, wanted = values.index, X.index
    if len(own) != len(wanted) or own.equals(wanted):
        return values
    if own.is_unique and wanted.is_unique:
        places = own.get_indexer(wanted)
        if (places >= 0).all():
            return values.iloc[places]
        n_missing = int((places < 0).sum())
    else:
        n_missing = int((~wanted.isin(own)).sum())
    if n_missing == len(wanted):
        return values
    problem = (
        f"{n_missing} of the {len(wanted)} labels of X are not in {what}"
        if n_missing
        else "the labels repeat and stand in another order"
    )
    raise MetaFeatureDataError(
        f"X and {what} must have the same index labels, or none in common. Got others: {problem}. "
        f"Give {what}.loc[X.index] to pair by label or {what}.to_numpy() to pair by position."
    )
