"""Complexity by balance: how evenly the rows are spread over the classes."""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Integers
from metafeatures._columns.entropy import entropy
from metafeatures._families.neighborhood import LORENA
from metafeatures._registry import CLASSIFICATION, register

balance = partial(
    register,
    family="complexity",
    cost="count",
    task_types=CLASSIFICATION,
    low=0,
    high=1,
    reference=LORENA,
)


@balance(pymfe="c1")
def balance_c1(class_counts: Integers) -> float:
    """Return the entropy of the classes over that of as many equal ones (C1): 1 is balanced."""
    return entropy(class_counts) / float(np.log2(class_counts.size))


@balance(pymfe="c2")
def balance_c2(class_counts: Integers) -> float:
    """Return 1 - 1 / r, r being the mean odds of classes over those of equal ones (C2)."""
    n_classes, n_rows = class_counts.size, int(class_counts.sum())
    ratio = (n_classes - 1) / n_classes * (class_counts / (n_rows - class_counts)).sum()
    return max(0.0, 1 - 1 / float(ratio))
