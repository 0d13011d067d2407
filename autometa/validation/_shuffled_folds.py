"""Shuffled folds: which rows train and which are held out, and parts of the training rows."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.validation._parts import part_of_rows

Fold = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def make_folds(
    y: pd.Series[Any] | npt.NDArray[Any], task_type: str, n_folds: int, seed: int = 0
) -> list[Fold]:
    """Return ``n_folds`` shuffled splits, stratified by class for classification.

    A class rarer than ``n_folds`` is spread over as many folds as it has rows. The
    row of a class that has only one is never held out: every model is trained on it,
    and the folds hold out all rows but these. Folds that hold out most classes come
    first, for those who use some of the folds only.

    Parameters
    ----------
    y : array of shape (n_rows,)
        Class numbers from 0, or target values. What classes are numbered does not matter.
    task_type : {"binary", "multiclass", "regression"}
    n_folds : int
        At most ``n_rows``.
    seed : int, default=0
    """
    if task_type == "regression":
        return shuffled_folds(len(y), n_folds, seed)
    rows = np.arange(len(y))
    codes = np.asarray(y)
    splittable = np.flatnonzero(np.bincount(codes)[codes] > 1)
    if len(splittable) < n_folds:  # too few to leave any out
        splittable = rows
    tests = [splittable[test] for test in _spread(codes[splittable], n_folds, seed)]
    tests.sort(key=lambda test: -np.count_nonzero(np.bincount(codes[test])))  # stable
    return [(np.delete(rows, test), test) for test in tests]


def shuffled_folds(n_rows: int, n_folds: int, seed: int = 0) -> list[Fold]:
    """Return ``n_folds`` shuffled splits, whatever the target."""
    from sklearn.model_selection import KFold  # tables that are only read need none of it

    return list(KFold(n_folds, shuffle=True, random_state=seed).split(np.arange(n_rows)))


def _spread(codes: npt.NDArray[Any], n_folds: int, seed: int) -> list[npt.NDArray[np.intp]]:
    """Return the rows of each fold; the counts of a class differ by at most one among them."""
    if np.bincount(codes).max() >= n_folds:
        from sklearn.model_selection import StratifiedKFold

        folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of classes rarer than the folds
            return [test for _, test in folds.split(codes, codes)]
    # scikit-learn refuses tables of rare classes only.
    _, first, groups = np.unique(codes, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(codes))
    order = shuffled[np.argsort(first[groups][shuffled], kind="stable")]
    return [np.sort(order[i::n_folds]) for i in range(n_folds)]


def fold_numbers(folds: Iterable[Fold], n_rows: int) -> npt.NDArray[np.intp]:
    """Return by row the number of the fold that holds it out, -1 where none does."""
    numbers = np.full(n_rows, -1, dtype=np.intp)
    for number, (_, test) in enumerate(folds):
        numbers[test] = number
    return numbers


def fold_seed(y: npt.NDArray[Any], task_type: str) -> int:
    """Return a seed for `make_folds` drawn from the target, not from a run.

    Two runs on one table are then scored on the same folds, so that their scores can
    be compared setup by setup. The names of classes, and a scale or an offset of a
    numeric target, do not change it.
    """
    _, first, codes = np.unique(y, return_index=True, return_inverse=True)
    if task_type != "regression":
        codes = np.argsort(np.argsort(first))[codes]  # numbered as they first appear
    digest = hashlib.sha256(np.ascontiguousarray(codes, dtype="<i8").tobytes()).digest()
    return int.from_bytes(digest[:4], "little") >> 1  # scikit-learn takes 31 bits


def shorten_folds(
    folds: Iterable[Fold], y: npt.NDArray[Any], task_type: str, fidelity: float, seed: int = 0
) -> list[Fold]:
    """Return the folds with a part of their training rows and all of the held-out ones.

    Parts are nested: the rows of a smaller one are in every larger one. Classes keep
    their share as far as whole rows allow, and at least one row each while rows last.

    Parameters
    ----------
    folds : iterable of (train, test)
    y : ndarray of shape (n_rows,)
        Class numbers, or target values.
    task_type : {"binary", "multiclass", "regression"}
    fidelity : float
        Fraction of the training rows, 0 < fidelity <= 1; at least 2 rows remain.
    seed : int, default=0
    """
    if fidelity >= 1.0:
        return list(folds)
    parts = []
    for train, test in folds:
        classes = None if task_type == "regression" else np.asarray(y)[train]
        parts.append((train[part_of_rows(len(train), classes, fidelity, seed)], test))
    return parts
