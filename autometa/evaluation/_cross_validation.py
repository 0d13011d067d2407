"""Cross-validation of one pipeline on one table: folds, seconds, scores, predictions."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from autometa.algorithms import HeldOutRows, Rounds, Stopping
from autometa.evaluation._costs import Costs, mean_costs
from autometa.metrics import Predictions, mean_score, reads_rows, scores
from autometa.tables import Table, take_rows
from autometa.validation import Fold

MAX_TRAIN_SCORE_ROWS = 1000  # a mean over these is sure to 1 or 2 %, whatever the table


@dataclass(frozen=True, kw_only=True)
class CrossValidation(Costs):
    """What one cross-validation of one pipeline gave.

    Attributes
    ----------
    scores : dict of str to float
        Mean over the folds in which a metric is defined, greater is better; NaN when
        in none, ``-inf`` when the predictions of a fold cannot be scored.
    fold_scores : dict of str to list of float
        NaN in folds whose labels leave the metric undefined.
    train_scores : dict of str to float
        Mean over folds on at most 1,000 of the training rows.
    fit_seconds, predict_seconds : float
        See `Costs`; the mean over folds.
    values : ndarray
        Out-of-fold predictions in row order; NaN in rows no fold held out.
    models : list
        The fitted pipeline of each fold, when asked for.
    rounds : list of Rounds
        Of each fold, the trees at which it stopped by itself.
    """

    scores: dict[str, float]
    fold_scores: dict[str, list[float]]
    train_scores: dict[str, float]
    values: npt.NDArray[np.float64]
    models: list[Any] = field(default_factory=list)
    rounds: list[Rounds] = field(default_factory=list)


def cross_validate(
    pipeline: Any,
    X: pd.DataFrame,
    table: Table,
    folds: Iterable[Fold],
    metrics: Iterable[str],
    keep_models: bool = False,
    max_train_rows: int = MAX_TRAIN_SCORE_ROWS,
    positive: int = 1,
    stopping: Stopping | None = None,
) -> CrossValidation:
    """Fit and score ``pipeline`` on each fold.

    Parameters
    ----------
    pipeline : estimator
        Cloned for each fold.
    X : DataFrame of shape (n_rows, n_columns)
        The rows of the table, cleaned.
    table : Table
        A class that a training fold lacks is predicted with probability 0.
    folds : iterable of (train, test)
        Row positions.
    metrics : iterable of str
        Scorer names.
    keep_models : bool, default=False
        Return the fitted pipelines too.
    max_train_rows : int, default=1000
        Training rows that train scores are measured on; 0 leaves them NaN.
    positive : int, default=1
        Number of the positive class of a binary task.
    stopping : Stopping or None
        Ends the growing of trees by the rows that a fold holds out; None grows all.
    """
    metrics, y, n_classes = list(metrics), table.y, table.n_classes
    shape = (len(y), n_classes) if n_classes else (len(y),)
    values = np.full(shape, np.nan)
    test_scores, train_scores, costs, models, rounds = [], [], [], [], []
    for train, test in folds:
        model = clone(pipeline)
        start = time.process_time()  # not of the wall: other trials share the cores
        if stopping is None:
            table.fit(model, take_rows(X, train), train)
        else:
            held_out = HeldOutRows(X=take_rows(X, test), y=y[test], weights=table.weights_of(test))
            watched = stopping.watched(model, held_out)
            table.fit(watched, take_rows(X, train), train)
            rounds.append(watched.rounds)
        fitted = time.process_time()
        values[test] = predict(model, take_rows(X, test), n_classes)
        predicted = time.process_time()
        costs.append(Costs(fit_seconds=fitted - start, predict_seconds=predicted - fitted))
        test_scores.append(_scores(metrics, table, test, values[test], positive))
        if max_train_rows:
            seen = train[:: max(1, -(-len(train) // max_train_rows))]
            recalled = predict(model, take_rows(X, seen), n_classes)
            train_scores.append(_scores(metrics, table, seen, recalled, positive))
        if keep_models:
            models.append(model)
    return CrossValidation(
        scores=_means(metrics, test_scores),
        fold_scores={m: [fold[m] for fold in test_scores] for m in metrics},
        train_scores=_means(metrics, train_scores),
        **mean_costs(costs),
        values=values,
        models=models,
        rounds=rounds,
    )


def predict(model: Any, X: pd.DataFrame, n_classes: int = 0) -> npt.NDArray[np.float64]:
    """Return class probabilities by class number, or predicted values.

    Raises
    ------
    FloatingPointError
        If a prediction is not finite: such a model is of no use.
    """
    if not n_classes:
        values = np.asarray(model.predict(X), dtype="float64").reshape(X.shape[0])
    else:
        values = np.zeros((X.shape[0], n_classes))
        values[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(X)
    if not np.isfinite(values).all():
        raise FloatingPointError("The model predicts values that are not finite.")
    if n_classes:
        values = np.clip(values, 0.0, 1.0)
        # A row without any probability stays without: dividing by 0 would make it NaN.
        values /= np.maximum(values.sum(axis=1, keepdims=True), 1e-12)
    return values


def _scores(
    metrics: list[str],
    table: Table,
    rows: npt.NDArray[np.intp],
    values: npt.NDArray[np.float64],
    positive: int,
) -> dict[str, float]:
    predictions = Predictions(
        X=take_rows(table.X, rows) if any(map(reads_rows, metrics)) else None,
        y=table.y[rows],
        values=values,
        n_classes=table.n_classes,
        positive=positive,
        weights=table.weights_of(rows),
    )
    return scores(metrics, predictions)


def _means(metrics: list[str], folds: list[dict[str, float]]) -> dict[str, float]:
    return {metric: mean_score(fold[metric] for fold in folds) for metric in metrics}
