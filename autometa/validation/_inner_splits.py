"""Splits inside a fit: what an estimator learns from predictions of its own training rows.

scikit-learn's calibration and target encoding split the rows they are given by chance, and
its perceptron stops early by a random tenth of them. Where rows hang together, these splits
have rows of one group, or of one day, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from autometa.validation._shuffled_folds import Fold

SplitFunction = Callable[[int], Sequence[Fold] | None]


class _Splits:
    """Stands for a splitter during one fit; clones of an estimator share it."""

    def __init__(self, folds: Sequence[Fold], instead_of: Any) -> None:
        self.folds, self.instead_of = list(folds), instead_of

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield the folds, whatever the arguments."""
        yield from self.folds

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many they are."""
        return len(self.folds)

    def __deepcopy__(self, memo: Any) -> Self:
        return self


@contextmanager
def with_inner_splits(model: Any, splits_for: SplitFunction) -> Iterator[None]:
    """Have all splits inside a fit of ``model`` be others; afterwards it says its own again.

    Parameters
    ----------
    model : estimator
    splits_for : callable
        Returns the splits for a number of folds; None leaves those of the model.
    """
    given: dict[str, _Splits] = {}
    for name, value in model.get_params(deep=True).items():
        n_folds = _n_folds(value) if name.rpartition("__")[2] == "cv" else 0
        folds = splits_for(n_folds) if n_folds else None
        if folds is not None:
            given[name] = _Splits(folds, value)
    if not given:
        yield
        return
    model.set_params(**given)
    try:
        yield
    finally:
        for part in _estimators_in(model, set()):
            own = getattr(part, "cv", None)
            if isinstance(own, _Splits):
                part.cv = own.instead_of


def _n_folds(cv: Any) -> int:
    """Return the folds of a splitter or a number; 0 for anything else."""
    if isinstance(cv, int) and not isinstance(cv, bool):
        return cv
    n_splits = getattr(cv, "n_splits", 0)
    return n_splits if isinstance(n_splits, int) else 0


def _estimators_in(value: Any, seen: set[int]) -> Iterator[Any]:
    """Yield an estimator and all that it holds, fitted ones too."""
    if id(value) in seen:
        return
    if hasattr(value, "get_params") and not isinstance(value, type):
        seen.add(id(value))
        yield value
        for part in vars(value).values():
            yield from _estimators_in(part, seen)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _estimators_in(part, seen)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _estimators_in(part, seen)


def without_row_stops(model: Any) -> Any:
    """Return ``model``, set not to stop early by a random part of its training rows.

    Rows of the same group or day in that part make training go on for too long; without it,
    the loss on the training rows says when nothing more is learnt.
    """
    stops = {
        name: False
        for name, value in model.get_params(deep=True).items()
        if name.rpartition("__")[2] == "early_stopping" and value is True
    }
    return model.set_params(**stops) if stops else model
