"""Folds: which rows train and which are held out, and parts of the training rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold

Fold = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def make_folds(y: pd.Series[Any], task_type: str, n_folds: int, seed: int = 0) -> list[Fold]:
    """Return ``n_folds`` shuffled splits, stratified by class for classification.

    Classes rarer than ``n_folds`` are spread over as many folds as they have
    rows; the others keep their share in every fold.
    """
    rows = np.arange(len(y))
    if task_type == "regression":
        return list(KFold(n_folds, shuffle=True, random_state=seed).split(rows))
    codes = np.asarray(y)
    counts = np.bincount(codes)
    rare = np.flatnonzero((counts < n_folds) & (counts > 0))
    groups = np.where(np.isin(codes, rare), len(counts), codes)
    if 0 < np.isin(codes, rare).sum() < n_folds:
        groups = np.where(np.isin(codes, rare), counts.argmax(), codes)
    return list(StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(rows, groups))


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
    return [(_part(train, y, task_type, fidelity, seed), test) for train, test in folds]


def _part(
    train: npt.NDArray[np.intp], y: npt.NDArray[Any], task_type: str, fidelity: float, seed: int
) -> npt.NDArray[np.intp]:
    order = np.random.default_rng(seed).permutation(len(train))
    groups = np.zeros(len(train)) if task_type == "regression" else np.asarray(y)[train]
    n_kept = min(len(train), max(2, round(fidelity * len(train))))
    return np.sort(train[order[_turns(groups[order])[:n_kept]]])


def _turns(groups: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return an order of which any prefix holds each group in its share."""
    _, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    by_group = np.argsort(codes, kind="stable")
    rank = np.empty(len(codes))
    rank[by_group] = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.lexsort((counts[codes], rank / counts[codes]))
