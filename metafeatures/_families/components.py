"""Statistical meta-features of the principal components of numbers and categories together.

Numbers are standardised, each level of a category is a column of zeros and ones; a
missing value is the mean of a number and no level of a category. Computed on at most
5,000 rows and 500 columns of numbers and levels, the most frequent levels first.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._columns.arrays import standardize
from metafeatures._registry import register

BARDENET = (
    "R. Bardenet, M. Brendel, B. Kégl and M. Sebag. Collaborative hyperparameter tuning. "
    "ICML, 2013."
)
mixed = partial(
    register,
    family="statistical",
    cost="pairs",
    undefined="no numeric or categorical column varies",
    reference=BARDENET,
)


def n_for_95_percent(shares: Floats) -> int:
    """Return how many of the largest shares make up 95 %."""
    return int((shares.cumsum() < 0.95 - 1e-12).sum()) + 1


@mixed(low=0, high=1)
def mixed_components_95_share(mixed_components: tuple[Floats, Floats]) -> float:
    """Return the share of components that 95 % of the variance of numbers and levels takes."""
    shares = mixed_components[0]
    return n_for_95_percent(shares) / shares.size if shares.size else float("nan")


@mixed(low=0)
def mixed_component_skewness(mixed_components: tuple[Floats, Floats]) -> float:
    """Return the absolute skewness of the rows on the first component of numbers and levels."""
    first = standardize(mixed_components[1][None, :])[0]
    return float(np.abs((first**3).mean())) if first.size else float("nan")


@mixed(low=-2)
def mixed_component_kurtosis(mixed_components: tuple[Floats, Floats]) -> float:
    """Return the excess kurtosis of the rows on the first component of numbers and levels."""
    first = standardize(mixed_components[1][None, :])[0]
    return float((first**4).mean() - 3) if first.size else float("nan")
