"""Questions about the dtypes of all columns, each asked once a dtype.

A table of 50,000 columns has a handful of dtypes, and pandas takes microseconds to tell
each what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans


def dtypes_that(frame: pd.DataFrame, tells: Callable[[Any], bool]) -> Booleans:
    """Return for each column whether ``tells`` says so of its dtype."""
    dtypes = frame.dtypes.tolist()  # keeps the objects, so that no two share an address
    places = list(map(id, dtypes))  # the hash of a category would be that of all its levels
    different = dict(zip(places, dtypes, strict=True))
    answers = {place: bool(tells(dtype)) for place, dtype in different.items()}
    return np.fromiter(map(answers.__getitem__, places), bool, len(places))


def is_sparse_dtype(dtype: Any) -> bool:
    """Tell whether columns hold their values in pandas' sparse form."""
    return isinstance(dtype, pd.SparseDtype)
