"""Complexity by dimensionality: columns, or directions in which they vary, against rows.

Categories count as indicators, missing values as means. Principal components are those
of the columns in their own units, on at most ``max_rows`` rows and 500 columns.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import AnyArray, Integers
from metafeatures._families.neighborhood import LORENA
from metafeatures._registry import register

ALL_TEXT = "the table has text columns only"

dimensionality = partial(register, family="complexity", low=0, by_place=True, reference=LORENA)


@dimensionality(
    cost="count",
    same_as="columns_per_row",
    pymfe="t2",
    differs="Lorena et al. 2018, for numbers to predict: 1 over this",
)
def dimensionality_t2(kinds: AnyArray, cardinalities: Integers, n_rows: int) -> float:
    """Return the columns over the rows, with indicators for categories (T2)."""
    return n_encoded(kinds, cardinalities) / n_rows


@dimensionality(undefined=ALL_TEXT, varies_with=("units",), pymfe="t3")
def dimensionality_t3(
    component_share: float, kinds: AnyArray, cardinalities: Integers, n_rows: int
) -> float:
    """Return the principal components with 95 % of the variance over the rows (T3)."""
    return component_share * n_encoded(kinds, cardinalities) / n_rows


@dimensionality(high=1, unit="share", undefined=ALL_TEXT, varies_with=("units",), pymfe="t4")
def dimensionality_t4(component_share: float) -> float:
    """Return the principal components with 95 % of the variance over the columns (T4)."""
    return component_share


def n_encoded(kinds: AnyArray, cardinalities: Integers) -> int:
    """Return the columns of the table when categories are indicators, as `encode` has them."""
    n_numbers = int(np.isin(kinds, ("numeric", "datetime")).sum())
    return n_numbers + int(cardinalities.sum()) - int((cardinalities[1:] > 0).sum())
