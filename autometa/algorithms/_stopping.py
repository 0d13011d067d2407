"""Boosting that stops by itself: at the best number of trees, or when its time is up.

Whether a fit stops early is a matter of who judges a setup, not of the setup: an `Algorithm`
builds the same estimator either way, and `fit` here watches the rows that a fold holds out
while the trees are grown. What each library needs for that is its `Stopper`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.algorithms._target import TargetScaler, inner_estimator

# Trees without a better loss, times the learning rate, after which a fit ends: small steps need
# more of them to get over a bump. benchmarks/early_stopping.py compares others.
PATIENCE = 2.0
MIN_PATIENCE = 20  # trees; large steps are noisy too
DEFAULT_RATE = 0.1
# Fewer say nothing of a setup: it had better be killed, and tried again when there is time.
MIN_TREES = 20
MOST = 1 << 30  # trees: more than anybody grows


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutRows:
    """Rows to watch while trees are grown.

    Attributes
    ----------
    X : DataFrame
    y : ndarray
    weights : ndarray or None
    """

    X: Any
    y: npt.NDArray[Any]
    weights: npt.NDArray[np.float64] | None = None

    def of_classes(self, classes: npt.NDArray[Any]) -> HeldOutRows:
        """Return the rows of these classes: boosters refuse a class that they do not train on."""
        rows = np.isin(self.y, classes)
        if rows.all():
            return self
        weights = None if self.weights is None else self.weights[rows]
        return HeldOutRows(X=self.X[rows], y=self.y[rows], weights=weights)


class Watch:
    """Follows a loss after each tree: which was the best so far, and whether to go on.

    Parameters
    ----------
    patience : int or None
        Trees without a better loss after which the fit ends; None goes by the clock alone.
    deadline : float
        Moment of ``time.monotonic()`` at which it ends, however good the next trees would be.

    Attributes
    ----------
    best, grown : int
        Trees with the least loss, and trees in all.
    fewest : int
        Fewer trees are the best only when the deadline comes before.
    """

    def __init__(self, patience: int | None, deadline: float = math.inf) -> None:
        self.patience = MOST if patience is None else patience
        self.deadline = deadline
        self.fewest = MOST if patience is None else 1
        self.best = self.grown = 0
        self._least = math.inf

    def is_over(self, loss: float = math.nan) -> bool:
        """Take note of the loss with one more tree; say whether it was the last."""
        self.grown += 1
        if loss < self._least or self.grown <= self.fewest:
            self._least = math.inf if math.isnan(loss) else loss
            self.best = self.grown
        is_late = self.grown >= MIN_TREES and time.monotonic() >= self.deadline
        return is_late or self.grown - self.best >= self.patience


@dataclass(frozen=True, kw_only=True)
class Stopper:
    """How the boosters of a library are made to stop.

    Attributes
    ----------
    arguments : callable
        ``arguments(booster, held_out, watch)`` returns what `fit` of the unfitted booster is
        given beside its rows; it may set parameters of the booster. ``held_out`` is None where
        the clock alone may end the fit.
    finish : callable
        ``finish(booster, watch)`` leaves the fitted booster with its best trees, as if it had
        been asked for these.
    fewest : callable
        ``fewest(booster)`` returns the trees below which a booster of fewer is another one.
    has_clock : bool
        Whether it can be stopped by the clock.
    """

    arguments: Callable[[Any, HeldOutRows | None, Watch], dict[str, Any]]
    finish: Callable[[Any, Watch], None]
    fewest: Callable[[Any], int] = lambda booster: 1
    has_clock: bool = True


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """How many trees a fit has kept, and how many it had grown."""

    best: int
    grown: int


def patience_of(config: Mapping[str, Any]) -> int:
    """Return the trees without a better loss that a setup is allowed."""
    rate = float(config.get("learning_rate") or DEFAULT_RATE)
    return max(MIN_PATIENCE, round(PATIENCE / rate))


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """How the fits of one setup are ended early.

    Attributes
    ----------
    stopper : Stopper
        Of its algorithm.
    patience : int or None
        Trees without a better loss that are allowed; see `patience_of`. None watches no rows.
    deadline : float
        Moment of ``time.monotonic()`` at which growing ends.
    """

    stopper: Stopper
    patience: int | None
    deadline: float = math.inf

    def watched(self, pipeline: Any, held_out: HeldOutRows) -> WatchedFit:
        """Return what fits a pipeline and watches these rows."""
        watch = Watch(self.patience, self.deadline)
        rows = None if self.patience is None else held_out
        return WatchedFit(pipeline, self.stopper, rows, watch)


class WatchedFit:
    """Fits a pipeline of an encoder and a booster that watches held-out rows meanwhile.

    It has what `autometa.tables.Table.fit` asks of a pipeline: ``fit`` and ``steps``.
    Afterwards the pipeline is fitted as by its own ``fit``, but for the number of trees.

    Parameters
    ----------
    pipeline : Pipeline
    stopper : Stopper
    held_out : HeldOutRows or None
        None where the clock alone may end the fit.
    watch : Watch
    """

    def __init__(
        self, pipeline: Any, stopper: Stopper, held_out: HeldOutRows | None, watch: Watch
    ) -> None:
        self.pipeline, self.stopper = pipeline, stopper
        self.held_out, self.watch = held_out, watch

    @property
    def rounds(self) -> Rounds:
        """The trees of the fitted booster."""
        return Rounds(best=self.watch.best, grown=self.watch.grown)

    @property
    def steps(self) -> list[tuple[str, Any]]:
        """Those of the pipeline."""
        steps: list[tuple[str, Any]] = self.pipeline.steps
        return steps

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return those of the pipeline."""
        params: dict[str, Any] = self.pipeline.get_params(deep)
        return params

    def set_params(self, **params: Any) -> WatchedFit:
        """Set those of the pipeline."""
        self.pipeline.set_params(**params)
        return self

    def fit(self, X: Any, y: Any, **weights: Any) -> WatchedFit:
        """Fit the encoder, then the booster."""
        name, model = self.steps[-1]
        encoder = self.pipeline[:-1]
        given = {k.removeprefix(f"{name}__"): value for k, value in weights.items()}
        encoded = encoder.fit_transform(X, y)
        watched = None
        if self.held_out is not None:
            held_out = self.held_out
            if not hasattr(model, "transformer"):  # not a regressor
                held_out = held_out.of_classes(np.unique(y))
            watched = HeldOutRows(
                X=encoder.transform(held_out.X),
                y=target_of(model, y, held_out.y),
                weights=held_out.weights,
            )
        booster = inner_estimator(model)
        asked_for = booster.get_params(deep=False)
        self.watch.fewest = max(self.watch.fewest, self.stopper.fewest(booster))
        arguments = self.stopper.arguments(booster, watched, self.watch)
        own = _what_differs(asked_for, booster.get_params(deep=False))
        model.fit(encoded, y, **given, **arguments)
        self.stopper.finish(inner_estimator(model), self.watch)
        if own:  # callbacks would be saved with it
            for one in (booster, inner_estimator(model)):
                one.set_params(**own)
        return self


def _what_differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters, as they were, that are others now."""
    return {n: before.get(n) for n, value in now.items() if value is not before.get(n)}


def _column(y: Any) -> npt.NDArray[np.float64]:
    return np.asarray(y, "float64").reshape(-1, 1)


def target_of(model: Any, y: Any, held_out: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a held-out target in the terms in which the booster in ``model`` sees ``y``."""
    if hasattr(model, "transformer"):
        from sklearn.base import clone

        scaler = clone(model.transformer).fit(_column(y))
        if not isinstance(scaler, TargetScaler):  # values below all that it has seen have no place
            held_out = np.maximum(held_out, np.min(y))
        return np.asarray(scaler.transform(_column(held_out))).ravel()
    if hasattr(model, "classifier"):  # which has its classes numbered from 0
        return np.searchsorted(np.unique(y), held_out)
    return held_out
