"""Information-theoretic meta-features of the categorical columns alone.

The other measures of the family take numbers in bins as well, whose entropy says more of
the bins than of the column. In bits; a missing value is a level of its own. Computed on
at most ``max_rows`` rows, rare classes weighed as in the whole table, and 200 columns.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Codes, Floats, Integers
from metafeatures._columns.entropy import entropy, mutual_bits
from metafeatures._registry import register

MICHIE = (
    "D. Michie, D. J. Spiegelhalter and C. C. Taylor. Machine Learning, Neural and "
    "Statistical Classification. 1994."
)
of_categories = partial(
    register,
    family="information-theoretic",
    cost="columns",
    low=0,
    unit="bit",
    summaries=("mean", "sd", "min", "median", "max"),
    undefined="there is no categorical column",
    reference=MICHIE,
)
OPENML_SLIP = "OpenML takes a missing value for the first level of its header"


@of_categories(differs=OPENML_SLIP)
def category_entropy(categories: list[Codes], row_weights: Floats | None) -> Floats:
    """Return the Shannon entropy of a categorical column."""
    return np.array([entropy(np.bincount(column, row_weights)) for column in categories])


@of_categories(differs=OPENML_SLIP)
def category_information(
    categories: list[Codes], target_levels: Integers, class_weights: Floats | None
) -> Floats:
    """Return the mutual information of a categorical column and the target."""
    return np.array([mutual_bits(column, target_levels, class_weights) for column in categories])
