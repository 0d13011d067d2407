"""HeldOut: the rows that the folds hold out, and the scores of predictions for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.evaluation import fold_numbers
from autometa.metrics import Predictions, mean_score, reads_rows, score
from autometa.tables import Table, take_rows
from autometa.tuning.final_model._splits import make_splits

# Of a single fold, so that a choice made on some rows can be scored on others. A single fold is
# taken of tables with many rows, whose half is enough to choose on.
N_PARTS = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """The truth that predictions of held-out rows are compared with.

    Attributes
    ----------
    rows : ndarray of shape (n_held_out,)
        Positions in the table, ascending.
    folds : ndarray of shape (n_held_out,)
        Number of the fold that holds a row out.
    y : ndarray of shape (n_held_out,)
        Class numbers, or target values.
    metric : str
    n_classes : int
        0 for regression.
    positive : int
        Number of the positive class of a binary task.
    clusters : ndarray of shape (n_held_out,) or None
        Of each row the group or the stretch of time that it shares its errors with; None
        where rows are free.
    decides : bool
        Whether predictions are compared at the threshold that is best for them.
    weights : ndarray of shape (n_held_out,) or None
        What each row counts for; None where all count alike.
    X : DataFrame or None
        The rows, for a metric that reads them.
    """

    rows: npt.NDArray[np.intp]
    folds: npt.NDArray[np.intp]
    y: npt.NDArray[Any]
    metric: str
    n_classes: int = 0
    positive: int = 1
    clusters: npt.NDArray[np.intp] | None = None
    decides: bool = False
    weights: npt.NDArray[np.float64] | None = None
    X: Any = None

    @classmethod
    def of_table(
        cls,
        table: Table,
        metric: str,
        n_splits: int,
        n_used: int,
        fold_seed: int,
        positive: int,
        shared_words: bool = False,
    ) -> HeldOut:
        """Return the rows that the folds in use hold out of a table (see `make_splits`)."""
        folds = make_splits(table, n_splits, n_used, fold_seed, shared_words)
        numbers = fold_numbers(folds, len(table.y))
        rows = np.flatnonzero(numbers >= 0)
        return cls(
            rows=rows,
            folds=numbers[rows],
            y=table.y[rows],
            metric=metric,
            n_classes=table.n_classes,
            positive=positive,
            clusters=table.validation.clusters(rows, numbers[rows]),
            weights=table.weights_of(rows),
            X=take_rows(table.X, rows) if reads_rows(metric) else None,
        )

    @cached_property
    def parts(self) -> npt.NDArray[np.intp]:
        """Number by row of the part that is scored by a choice made on the other parts.

        Parts are the folds; a single fold is cut in two, each class spread over them, or
        half of its groups, or of its time, in each.
        """
        if self.folds.max() > 0:
            return self.folds
        if self.clusters is not None and len(np.unique(self.clusters)) >= N_PARTS:
            return _halves(self.clusters)
        order = np.argsort(self.y, kind="stable")
        parts = np.empty(len(order), dtype=np.intp)
        parts[order] = np.arange(len(order)) % N_PARTS
        return parts

    def fold_scores(self, values: npt.NDArray[np.float64]) -> list[float]:
        """Return the score of predictions on each fold; NaN where it is undefined."""
        whole = Predictions(
            y=self.y,
            values=values,
            n_classes=self.n_classes,
            positive=self.positive,
            weights=self.weights,
            X=self.X,
        )
        n_folds = int(self.folds.max()) + 1
        return [score(self.metric, whole.rows(self.folds == fold)) for fold in range(n_folds)]

    def score(self, values: npt.NDArray[np.float64]) -> float:
        """Return the mean of `fold_scores` over the folds where it is defined."""
        return mean_score(self.fold_scores(values))

    def average(
        self, weighted: list[tuple[float, npt.NDArray[np.float64]]]
    ) -> npt.NDArray[np.float64]:
        """Return the weighted average of predictions; probabilities of a row sum to 1.

        Weights need not sum to 1. Where all members are sure, the weighted sum can
        exceed 1 by a rounding error, which log loss and Brier's score refuse.
        """
        weights = [weight for weight, _ in weighted]
        values = np.average([v for _, v in weighted], axis=0, weights=weights)
        if self.n_classes:
            values = np.clip(values, 0.0, 1.0)
            values /= values.sum(axis=1, keepdims=True)
        return np.asarray(values, dtype="float64")


def _halves(clusters: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return parts of whole clusters in their order, of about as many rows.

    Stretches of time are numbered as they follow each other: the later ones are one part.
    """
    _, codes = np.unique(clusters, return_inverse=True)
    sizes = np.bincount(codes)
    before = np.cumsum(sizes) - sizes / 2
    half = (before * N_PARTS / len(codes)).astype(np.intp)
    half[0], half[-1] = 0, N_PARTS - 1  # one cluster may hold more than half of the rows
    return np.asarray(half[codes])
