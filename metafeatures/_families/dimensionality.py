"""Complexity by dimensionality: columns, or directions in which they vary, against rows.

Categories count as indicators, missing values as means. Principal components are those
of the columns in their own units, on at most ``max_rows`` rows and 500 columns.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from metafeatures._families.neighborhood import LORENA
from metafeatures._registry import metafeature

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Kinds = npt.NDArray[Any]

ENOUGH = 0.95
ALL_TEXT = "the table has text columns only"

dimensionality = partial(metafeature, family="complexity", low=0, by_place=True, reference=LORENA)


@dimensionality(
    cost="count",
    same_as="columns_per_row",
    pymfe="t2",
    differs="Lorena et al. 2018, for numbers to predict: 1 over this",
)
def dimensionality_t2(kinds: Kinds, cardinalities: Integers, n_rows: int) -> float:
    """Return the columns over the rows, with indicators for categories (T2)."""
    return n_encoded(kinds, cardinalities) / n_rows


@dimensionality(undefined=ALL_TEXT, varies_with=("units",), pymfe="t3")
def dimensionality_t3(
    component_share: float, kinds: Kinds, cardinalities: Integers, n_rows: int
) -> float:
    """Return the principal components with 95 % of the variance over the rows (T3)."""
    return component_share * n_encoded(kinds, cardinalities) / n_rows


@dimensionality(high=1, unit="share", undefined=ALL_TEXT, varies_with=("units",), pymfe="t4")
def dimensionality_t4(component_share: float) -> float:
    """Return the principal components with 95 % of the variance over the columns (T4)."""
    return component_share


def n_encoded(kinds: Kinds, cardinalities: Integers) -> int:
    """Return the columns of the table when categories are indicators, as `encode` has them."""
    n_numbers = int(np.isin(kinds, ("numeric", "datetime")).sum())
    return n_numbers + int(cardinalities.sum()) - int((cardinalities[1:] > 0).sum())


def share_of_components(columns: Floats) -> float:
    """Return the share of principal components that hold more than 95 % of the variance.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)

    Returns
    -------
    float
        From 0 (nothing varies) to 1; NaN without columns.

    Examples
    --------
    >>> share_of_components(np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]]))
    0.5
    """
    if len(columns) == 0:
        return float("nan")
    centred = columns - columns.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max()
    if largest == 0:
        return 0.0
    centred /= largest
    is_wide = centred.shape[0] > centred.shape[1]
    variances = np.linalg.eigvalsh(centred.T @ centred if is_wide else centred @ centred.T)
    shares = np.cumsum(np.clip(variances[::-1], 0.0, None))
    n_needed = int(np.searchsorted(shares / shares[-1], ENOUGH, side="right")) + 1
    return min(n_needed, variances.size) / len(columns)
