"""Columns of one value and gaps: all they say is where they have a value.

A date of cancellation that nobody filled in otherwise, a flag that is 1 or empty: such a
column has one distinct value, as a constant one has, and may tell the target by its gaps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans
from autometa.tables._dtypes import dtypes_that
from metafeatures.columns import varying_columns


def has_value(column: pd.Series[Any]) -> Booleans:
    """Return for each cell whether it has a value; infinities count as missing."""
    present = column.notna().to_numpy(dtype=bool)
    if getattr(column.dtype, "kind", "O") == "f" and not isinstance(column.dtype, pd.SparseDtype):
        present = present & ~np.isinf(column.to_numpy("float64", na_value=np.nan))
    return np.asarray(present)


def informative_columns(frame: pd.DataFrame) -> tuple[Booleans, Booleans]:
    """Return which columns have two distinct values or more, and which have one and gaps."""
    varies = varying_columns(frame)
    by_gaps = np.zeros(len(varies), bool)
    for place in np.flatnonzero(~varies & _may_have_gaps(frame)):
        by_gaps[place] = 0 < has_value(frame.iloc[:, place]).sum() < len(frame)
    return varies, by_gaps


def _may_have_gaps(frame: pd.DataFrame) -> Booleans:
    """Tell which columns are of types that have gaps: spares wide tables of zeros a look."""
    return ~dtypes_that(frame, lambda dtype: isinstance(dtype, np.dtype) and dtype.kind in "biu")


def described(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what pipelines learn from: columns that vary, and whether others have a value."""
    varies, by_gaps = informative_columns(frame)
    flags = {frame.columns[i]: has_value(frame.iloc[:, i]) for i in np.flatnonzero(by_gaps)}
    return frame.loc[:, varies | by_gaps].assign(**flags) if flags else frame.loc[:, varies]
