"""A target of several columns: several outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def several_outputs(y: Any) -> pd.DataFrame | None:
    """Return a target of two columns or more as a DataFrame, None for any other.

    Examples
    --------
    >>> several_outputs([[1, 0], [0, 1]]).columns.tolist()
    ['y0', 'y1']
    >>> several_outputs([1, 0]) is None
    True
    """
    if isinstance(y, pd.DataFrame):
        return y if y.shape[1] > 1 else None
    if isinstance(y, list) and y and all(isinstance(row, list | tuple) for row in y):
        if len({len(row) for row in y}) > 1:
            return None  # rows of different lengths are no columns
        y = np.array(y)
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] > 1:
        return pd.DataFrame(y, columns=[f"y{i}" for i in range(y.shape[1])])
    return None


def first_of_several(name: str, n_outputs: int) -> str:
    """Return what is said where advice is asked for several outputs."""
    return (
        f"Advice is for '{name}', the first of {n_outputs} outputs: past tasks have one. Ask for "
        "each that is of another kind by itself."
    )
