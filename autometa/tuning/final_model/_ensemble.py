"""Greedy ensemble selection on out-of-fold predictions.

R. Caruana et al. Ensemble Selection from Libraries of Models. ICML 2004: start
from the best, add the candidate (with replacement) that helps the average most,
keep the best step. Averages are compared as they are reported: by the mean over
folds, for scores of pooled rows punish models whose level shifts between folds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa._common.arrays import AnyFloats, Booleans, Floats, Positions
from autometa.metrics import FastScore, Predictions, get_metric, is_defined, score
from autometa.tables import take_rows
from autometa.tuning.final_model._deciding import best_threshold_score

Score = tuple[float, float]
Counts = Floats | None
ScoreFunction = Callable[[Floats], Score]

MAX_STEPS = 40
MAX_SLOW_STEPS = 12  # of metrics that scikit-learn computes: a hundred times as slow as ours
MAX_SLOW_CANDIDATES = 15
MAX_ROWS = 20_000
MAX_SORTED_ROWS = 6_000  # of metrics that are not a mean over rows
SMALL_ROWS = 1_000
UNIFORM_SHARE = 0.2
MIN_RELATIVE_GAIN = 1e-4
SIGNIFICANT_DIGITS = 9  # of compared scores; far finer than a gain that counts
CANDIDATES_BY_ROWS = ((100, 4), (500, 8), (2_500, 15), (10_000, 40))
MAX_CANDIDATES = 60


def max_candidates(n_rows: int, metric: str = "neg_log_loss") -> int:
    """Return how many candidates that many rows can rank (the rule of AutoGluon 1.6)."""
    by_rows = next((n for rows, n in CANDIDATES_BY_ROWS if n_rows <= rows), MAX_CANDIDATES)
    return by_rows if get_metric(metric).fast else min(by_rows, MAX_SLOW_CANDIDATES)


def select(
    values: Sequence[AnyFloats],
    y: npt.NDArray[Any],
    metric: str,
    n_classes: int,
    costs: Sequence[float],
    max_cost: float = np.inf,
    time_limit: float = np.inf,
    folds: Positions | None = None,
    positive: int = 1,
    decides: bool = False,
    row_weights: Floats | None = None,
    X: Any = None,
) -> dict[int, float]:
    """Return weights by candidate that sum to 1.

    Parameters
    ----------
    values : sequence of ndarray
        Predictions of each candidate for the same rows, the best candidate
        first; NaN where a row was not held out.
    y : ndarray of shape (n_rows,)
    metric : str
    n_classes : int
        0 for regression.
    costs : sequence of float
        What refitting each candidate takes.
    max_cost : float
        What the refits may take together; the first candidate is always let in.
    time_limit : float
        Seconds after which the best so far is returned.
    folds : ndarray of shape (n_rows,) or None
        Number of the fold that holds a row out, below 0 in rows that are not to be
        looked at; None is one fold.
    positive : int
        Number of the positive class of a binary task.
    decides : bool
        Whether averages of two classes are compared at the threshold that is best for them.
    row_weights : ndarray of shape (n_rows,) or None
        What each row counts for; None where all count alike.
    X : DataFrame or None
        The rows, for a metric that reads them.
    """
    if len(values) == 1:
        return {0: 1.0}
    rows = _rows(values, y, metric, n_classes, folds)
    score_of = make_score_function(
        metric,
        y[rows],
        n_classes,
        folds=None if folds is None else folds[rows],
        positive=positive,
        counts=_weighted(_counts(values, y, rows, n_classes, folds), row_weights, rows),
        decides=decides,
        X=None if X is None else take_rows(X, rows),
    )
    columns = [np.asarray(v[rows], dtype="float64") for v in values]
    max_steps = MAX_STEPS if get_metric(metric).fast else MAX_SLOW_STEPS
    deadline = time.monotonic() + time_limit
    chosen = _greedy(columns, score_of, costs, max_cost, max_steps, deadline)
    weights = np.bincount(chosen, minlength=len(values)) / len(chosen)
    if len(y) < SMALL_ROWS:
        weights = _drawn_together(weights, columns, score_of)
    return {int(i): float(weights[i]) for i in np.flatnonzero(weights)}


def _drawn_together(weights: Floats, columns: list[Floats], score_of: ScoreFunction) -> Floats:
    """Return weights nearer to each other: few rows cannot tell fine ones apart.

    Not when that would make the average worse than the best candidate alone.
    """
    members = weights > 0
    drawn = (1 - UNIFORM_SHARE) * weights + UNIFORM_SHARE * members / members.sum()
    average = np.sum([drawn[i] * columns[i] for i in np.flatnonzero(members)], axis=0)
    return drawn if score_of(average) >= score_of(columns[0]) else weights


def _greedy(
    columns: list[Floats],
    score_of: ScoreFunction,
    costs: Sequence[float],
    max_cost: float,
    max_steps: int,
    deadline: float,
) -> list[int]:
    chosen = [0]
    total = columns[0].copy()
    single = best = score_of(total)
    best_size = 1
    while len(chosen) < max_steps and time.monotonic() < deadline:
        spent = sum(costs[i] for i in set(chosen))
        open_to = [i for i in range(len(columns)) if i in chosen or spent + costs[i] <= max_cost]
        steps: list[tuple[Score, int]] = []
        for i in open_to:
            steps.append((score_of((total + columns[i]) / (len(chosen) + 1)), -i))
            if time.monotonic() >= deadline:
                break
        step, negative = max(steps)
        chosen.append(-negative)
        total += columns[-negative]
        if step > best:
            best, best_size = step, len(chosen)
        elif len(chosen) > best_size + 5:
            break
    gain = best[0] - single[0]
    if gain < MIN_RELATIVE_GAIN * abs(single[0]) and best[1] <= single[1]:
        return [0]
    return chosen[:best_size]


def _usable(values: Sequence[AnyFloats], folds: Positions | None) -> Booleans:
    """Mark the rows that every candidate predicts and a fold holds out."""
    usable = np.ones(len(values[0]), dtype=bool) if folds is None else folds >= 0
    for v in values:
        usable &= np.isfinite(v if v.ndim == 1 else v[:, 0])
    return usable


def _rows(
    values: Sequence[AnyFloats],
    y: npt.NDArray[Any],
    metric: str,
    n_classes: int,
    folds: Positions | None = None,
) -> Positions:
    """Return the rows to look at: all, or of very many every row of the rare classes.

    Of the common classes an even sample is taken, spread over the folds: a score
    hangs on the rare ones. For numbers the sample covers the whole range evenly.
    """
    rows = np.flatnonzero(_usable(values, folds))
    limit = MAX_ROWS if get_metric(metric).is_row_wise else MAX_SORTED_ROWS
    if len(rows) <= limit:
        return rows
    if not n_classes:
        return _evenly(rows[np.argsort(y[rows], kind="stable")], limit)
    if folds is not None:
        rows = rows[np.argsort(folds[rows], kind="stable")]
    sizes = np.bincount(y[rows], minlength=n_classes)
    kept: list[Positions] = []
    left = limit
    for n_done, number in enumerate(np.argsort(sizes, kind="stable")):
        share = min(left // (n_classes - n_done), int(sizes[number]))
        kept.append(_evenly(rows[y[rows] == number], share))
        left -= share
    return np.sort(np.concatenate(kept))


def _evenly(rows: Positions, n: int) -> Positions:
    return np.sort(rows[np.linspace(0, len(rows) - 1, n).astype(int)]) if n else rows[:0]


def _counts(
    values: Sequence[AnyFloats],
    y: npt.NDArray[Any],
    rows: Positions,
    n_classes: int,
    folds: Positions | None,
) -> Counts:
    """Return how many rows of its class each row of a sample stands for."""
    usable = _usable(values, folds)
    if not n_classes or usable.sum() == len(rows):
        return None
    before = np.bincount(y[usable], minlength=n_classes)
    after = np.bincount(y[rows], minlength=n_classes)
    return np.asarray((before / np.maximum(after, 1))[y[rows]])


def _weighted(counts: Counts, weights: Floats | None, rows: Positions) -> Counts:
    """Return what each row of a sample counts for: the rows it stands for, by its weight."""
    if weights is None:
        return counts
    return weights[rows] if counts is None else np.asarray(counts * weights[rows])


def make_score_function(
    metric: str,
    y: npt.NDArray[Any],
    n_classes: int,
    folds: Positions | None = None,
    positive: int = 1,
    counts: Counts = None,
    decides: bool = False,
    X: Any = None,
) -> ScoreFunction:
    """Return a function from predictions to (score, tie-break), both greater-is-better.

    The score is the mean over the folds whose labels define it, ``-inf`` when none
    does; the tie-break is log loss or root mean squared error over all rows.
    """
    fast, tie = get_metric(metric).fast, _tie_break(n_classes)
    y = y.astype(np.intp if n_classes else np.float64)
    if folds is None:
        folds = np.zeros(len(y), dtype=np.intp)
    if decides and n_classes == 2 and is_defined(metric, y, n_classes, positive):
        best_of = best_threshold_score(metric, y, positive, counts)
        return lambda values: (
            _rounded(best_of(values)),
            _rounded(tie(y, values, counts, positive)),
        )
    parts = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    parts = [rows for rows in parts if is_defined(metric, y[rows], n_classes, positive)]

    def of_part(values: Floats, rows: Positions) -> float:
        weights = None if counts is None else counts[rows]
        if fast is not None:
            return fast(y[rows], values[rows], weights, positive)
        part = Predictions(
            y=y[rows],
            values=values[rows],
            n_classes=n_classes,
            positive=positive,
            weights=weights,
            X=None if X is None else take_rows(X, rows),
        )
        return score(metric, part)

    def score_of(values: Floats) -> Score:
        by_part = [of_part(values, rows) for rows in parts]
        mean = float(np.mean(by_part)) if by_part else -np.inf
        return _rounded(mean), _rounded(tie(y, values, counts, positive))

    return score_of


def _rounded(score: float) -> float:
    """Return a score without the digits that are rounding errors: they must decide nothing.

    The same average comes again after more steps, and a target far from 0 loses digits.
    """
    return float(f"{score:.{SIGNIFICANT_DIGITS}g}")


def _tie_break(n_classes: int) -> FastScore:
    """Return the score that sees the smallest improvement of predictions."""
    fast = get_metric("neg_log_loss" if n_classes else "neg_root_mean_squared_error").fast
    assert fast is not None
    return fast
