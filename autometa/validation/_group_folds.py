"""Folds of whole groups: scikit-learn's splitters, whatever order the rows are in."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from autometa._common.arrays import AnyArray, Positions

# scikit-learn weighs each group against each fold in Python: some 0.1 ms a group. Of more groups
# than these, chance spreads the classes as evenly.
MAX_STRATIFIED_GROUPS = 5_000


def group_numbers(groups: Positions, classes: AnyArray | None, n_folds: int) -> Positions:
    """Return by row the number of the fold that holds out its group.

    No fold is empty, and a group is in one fold. Which groups share a fold follows from the
    groups alone, not from the order of the rows.

    Parameters
    ----------
    groups : ndarray of int of shape (n_rows,)
        Positions of groups, numbered by their labels.
    classes : ndarray of int or None
        Class numbers that the folds are to hold in their shares; None for numbers.
    n_folds : int
        At most as many as there are groups.
    """
    _, codes = np.unique(groups, return_inverse=True)
    n_groups = int(codes.max()) + 1
    # Labels may follow a plan (odd ones treated, say): their order decides between equals.
    codes = np.random.default_rng(0).permutation(n_groups)[codes]
    numbers = None
    if classes is not None and n_groups <= MAX_STRATIFIED_GROUPS:
        numbers = _stratified(codes, classes, n_folds)
    return _by_size(codes, n_folds) if numbers is None else numbers


def _stratified(codes: Positions, classes: AnyArray, n_folds: int) -> Positions | None:
    """Return folds that hold the classes in their shares; None where one would be empty."""
    if np.bincount(classes).max() < n_folds:  # scikit-learn refuses rare classes only
        return None
    from sklearn.model_selection import StratifiedGroupKFold  # as in `shuffled_folds`

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes rarer than the folds
        numbers = _numbers(StratifiedGroupKFold(n_folds), codes, classes)
    # With about as many groups as folds it leaves folds empty (scikit-learn issue 34828).
    return numbers if len(np.unique(numbers)) == n_folds else None


def _by_size(codes: Positions, n_folds: int) -> Positions:
    """Return folds of about as many rows; none is empty."""
    from sklearn.model_selection import GroupKFold

    return _numbers(GroupKFold(n_folds), codes, np.zeros(len(codes)))


def _numbers(splitter: Any, codes: Positions, y: AnyArray) -> Positions:
    numbers = np.empty(len(codes), dtype=np.intp)
    for number, (_, test) in enumerate(splitter.split(codes, y, codes)):
        numbers[test] = number
    return numbers
