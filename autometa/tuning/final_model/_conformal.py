"""Calibration: how far predictions are from rows that were not learnt from (conformal prediction).

The errors of out-of-fold predictions stand for those on new rows: the model of a fold, and the
choice of its members, have not seen the rows it is judged on. A new row that is like them
(exchangeable) is as likely to have any rank among their errors, so the error of rank
``ceil((n + 1) coverage)`` of n covers it with that probability, whatever the model is. Where
groups were held out, a group counts as one: the new row is of a new group. Where rows are
weighted, errors count by weight: the new row is of the rows that the weights stand for.

Of a target that was never below 0 (counts, prices, durations) no interval reaches below 0. That
cuts nothing off a target that cannot be negative; of any other, a new row is below the lowest of
n exchangeable rows with a probability of 1 / (n + 1) at most.

References
----------
V. Vovk. Cross-conformal predictors. Annals of Mathematics and Artificial Intelligence, 2015.
R. Barber, E. Candès, A. Ramdas, R. Tibshirani. Predictive inference with the jackknife+.
Annals of Statistics, 2021.
R. Dunn, L. Wasserman, A. Ramdas. Distribution-free prediction sets for two-layer hierarchical
models. JASA, 2023.
R. Tibshirani, R. Barber, E. Candès, A. Ramdas. Conformal prediction under covariate shift.
NeurIPS, 2019.
M. Sadinle, J. Lei, L. Wasserman. Least ambiguous set-valued classifiers. JASA, 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real

import numpy as np

from autometa._common.arrays import Booleans, Floats, Positions
from autometa.exceptions import ParameterError

MAX_ROWS = 20_000  # that are kept of more: a rank among them is known to 0.2 % of the rows
MIN_SCALE_ROWS = 200  # ten windows of twenty rows, for a scale that follows the prediction
N_WINDOWS = 10
MIN_SCALE_SHARE = 0.2  # of the mean error; the scale of a window of few rows can be near 0
MIN_LAST_ROWS = 30  # of a fold: its coverage is known to 5 % then
LEAST_COVERED = 0.8  # of 90 %: two standard errors less for the fewest rows it is known of
JUDGED_AT = 0.9  # the coverage at which a scale must pay


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Errors of out-of-fold predictions.

    Attributes
    ----------
    scores : ndarray of shape (n_rows,)
        Of numbers the absolute error, in units of the scale at the prediction; of classes
        1 minus the probability of the true one.
    groups : ndarray of int of shape (n_rows,) or None
        The group of each row, where groups were held out as wholes.
    labels : ndarray of int of shape (n_rows,) or None
        The true class by number; None for numbers.
    knots, scales : ndarray
        Predictions, and how large errors are there; between them it is interpolated.
    weights : ndarray of shape (n_rows,) or None
        What each row counts for; None where all count alike.
    lowest : float or None
        What no value of the target lies below: 0 where none did. None where there is no such
        bound, and in models saved before it was kept.
    last_covered : float or None
        Of folds forward in time: the share of the last fold that was covered by `JUDGED_AT`
        of the errors before it. None for other folds, and in models saved before it was kept.
    """

    scores: Floats
    groups: Positions | None = None
    labels: Positions | None = None
    knots: Floats
    scales: Floats
    weights: Floats | None = None
    lowest: float | None = None
    last_covered: float | None = None

    @property
    def has_drifted(self) -> bool:
        """Whether the latest rows lay outside more often than is promised, beyond chance."""
        return self.last_covered is not None and self.last_covered < LEAST_COVERED

    def scale(self, predicted: Floats) -> Floats:
        """Return how large errors are at predictions."""
        return np.interp(predicted, self.knots, self.scales)

    def quantile(self, coverage: float, label: int | None = None) -> float:
        """Return the score that covers a new row with a probability; of a class where given.

        Raises
        ------
        ParameterError
            If there are too few rows, or groups, to say.
        """
        share = exact_share(coverage)
        inside = np.ones(len(self.scores), dtype=bool)
        of_class = ""
        if label is not None and self.labels is not None:
            inside, of_class = self.labels == label, f" of class number {label}"
        scores = self.scores[inside]
        groups = None if self.groups is None else self.groups[inside]
        if self.weights is not None:
            return _weighted_quantile(scores, groups, self.weights[inside], share, of_class)
        if groups is None:
            return _row_quantile(scores, share, of_class)
        return _weighted_quantile(scores, groups, np.ones(len(scores)), share, of_class)


def exact_share(coverage: float) -> Fraction:
    """Return a coverage as it was written: 0.9 is nine tenths.

    Raises
    ------
    ParameterError
        Unless it lies between 0 and 1.
    """
    is_number = isinstance(coverage, Real) and not isinstance(coverage, bool)
    if not (is_number and 0 < coverage < 1):
        raise ParameterError(f"'coverage' must be a number between 0 and 1. Got {coverage!r}.")
    return Fraction(repr(float(coverage)))


def _row_quantile(scores: Floats, share: Fraction, of_class: str) -> float:
    """Return the score of rank ``ceil((n + 1) share)``."""
    n = len(scores)
    rank = math.ceil((n + 1) * share)
    if rank > n:
        raise _too_few("rows" + of_class, n, share)
    return float(np.partition(scores, rank - 1)[rank - 1])


def _weighted_quantile(
    scores: Floats, groups: Positions | None, weights: Floats, share: Fraction, of_class: str
) -> float:
    """Return the quantile where scores count by weight, and rows of a group together as one.

    The new row's, or new group's, errors may be anything, so its weight lies beyond all scores.
    It is not known; the one that is expected where rows are drawn by weight stands for it.
    """
    codes = np.arange(len(scores))
    if groups is not None:
        codes = np.unique(groups, return_inverse=True)[1]
    masses = weights / np.bincount(codes)[codes] if len(codes) else weights
    wholes = np.bincount(codes, weights=masses)
    new = float((wholes**2).sum() / wholes.sum()) if wholes.sum() > 0 else 1.0
    wanted = (wholes.sum() + new) * float(share)
    # Rounding errors of sums and of the share must not ask for the next score.
    slack = 1e-9 * (wholes.sum() + new)
    if wanted > wholes.sum() + slack:
        kind = "rows" if groups is None else "groups"
        raise _too_few(kind + of_class, int(wholes.sum() / new), share)
    order = np.argsort(scores, kind="stable")
    place = int(np.searchsorted(np.cumsum(masses[order]), wanted - slack))
    return float(scores[order[min(place, len(order) - 1)]])


def _too_few(what: str, n: int, share: Fraction) -> ParameterError:
    needed = math.ceil(share / (1 - share))
    most = math.floor(1000 * n / (n + 1)) / 1000  # rounded up, it would be refused again
    return ParameterError(
        f"A coverage of {float(share):g} takes {needed} {what} that were predicted out of fold. "
        f"There are {n}; ask for at most {most:g}, or give more rows."
    )


def calibrate(
    values: Floats,
    y: Positions | Floats,
    folds: Positions,
    groups: Positions | None,
    seed: int,
    weights: Floats | None = None,
) -> Calibration:
    """Return the calibration of out-of-fold predictions.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_classes) or (n_rows,)
    y : ndarray of shape (n_rows,)
        Class numbers, or values.
    folds : ndarray of shape (n_rows,)
        Numbers; a scale of errors is fitted on other folds than it is used on.
    groups : ndarray of shape (n_rows,) or None
    seed : int
        Chooses rows where there are very many.
    weights : ndarray of shape (n_rows,) or None, default=None
    """
    lowest = 0.0 if values.ndim == 1 and (y >= 0).all() else None  # of all rows, kept or not
    if len(y) > MAX_ROWS:
        kept = np.sort(np.random.default_rng(seed).permutation(len(y))[:MAX_ROWS])
        values, y, folds = values[kept], y[kept], folds[kept]
        groups = None if groups is None else groups[kept]
        weights = None if weights is None else weights[kept]
    flat = np.zeros(1), np.ones(1)
    if values.ndim == 2:
        labels = y.astype(np.intp)
        scores = 1.0 - values[np.arange(len(labels)), labels]
        return Calibration(
            scores=scores,
            labels=labels,
            groups=groups,
            weights=weights,
            knots=flat[0],
            scales=flat[1],
        )
    scores = np.abs(y - values)
    knots, scales = flat
    scaled = _scaled(values, scores, folds)
    if scaled is not None:
        knots, scales = _fit_scale(values, scores)
        scores = scores / scaled
    return Calibration(
        scores=scores,
        groups=groups,
        weights=weights,
        knots=knots,
        scales=scales,
        lowest=lowest,
    )


def _fit_scale(predicted: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """Return mean errors of windows of rows with neighbouring predictions."""
    windows = np.array_split(np.argsort(predicted, kind="stable"), N_WINDOWS)
    knots = np.array([predicted[rows].mean() for rows in windows])
    scales = np.array([errors[rows].mean() for rows in windows])
    return knots, np.maximum(scales, MIN_SCALE_SHARE * errors.mean())


def _scaled(predicted: Floats, errors: Floats, folds: Positions) -> Floats | None:
    """Return the scale of each row, fitted on other rows; None where it does not pay.

    It pays when intervals are better with it than without by more than the standard error of
    that: by the interval score, their width and what misses lie outside.
    """
    if len(errors) < MIN_SCALE_ROWS or not errors.mean() > 0:
        return None
    parts = folds if len(np.unique(folds)) > 1 else np.arange(len(folds)) % 2
    scales = np.empty_like(errors)
    for part in np.unique(parts):
        inside = parts == part
        scales[inside] = np.interp(
            predicted[inside], *_fit_scale(predicted[~inside], errors[~inside])
        )
    without = _interval_scores(errors, np.ones_like(errors))
    gain = without - _interval_scores(errors, scales)
    standard_error = float(gain.std(ddof=1)) / math.sqrt(len(gain))
    return scales if gain.mean() > standard_error else None


def _interval_scores(errors: Floats, scales: Floats) -> Floats:
    """Return the interval score of each row, for intervals as wide as they must be."""
    half = np.quantile(errors / scales, JUDGED_AT) * scales
    return 2 * half + 2 / (1 - JUDGED_AT) * np.maximum(errors - half, 0.0)


def drift_of(calibration: Calibration, folds: Positions) -> float | None:
    """Return the share of the last fold that is covered by the errors of the folds before it.

    For folds that follow each other in time: it is `JUDGED_AT` where rows stay alike. None where
    there are too few rows to say.
    """
    last = folds == folds.max()
    scores = calibration.scores
    if len(scores) != len(folds) or last.sum() < MIN_LAST_ROWS or (~last).sum() < MIN_LAST_ROWS:
        return None
    limit = _row_quantile(scores[~last], exact_share(JUDGED_AT), "")
    return float((scores[last] <= limit).mean())


def interval(calibration: Calibration, predicted: Floats, coverage: float) -> Floats:
    """Return low and high ends, of shape (n_rows, 2), none below what the target can be."""
    half = calibration.quantile(coverage) * calibration.scale(predicted)
    ends = np.column_stack([predicted - half, predicted + half])
    # The high end too: a line may predict so far below 0 that all of its interval is there.
    return ends if calibration.lowest is None else np.maximum(ends, calibration.lowest)


def label_set(
    calibration: Calibration, probabilities: Floats, coverage: float, by_class: bool
) -> Booleans:
    """Return which classes are in the set of each row, of the shape of ``probabilities``.

    The most probable class always is: an empty set would say that no class is possible.
    """
    n_classes = probabilities.shape[1]
    labels = range(n_classes) if by_class else [None]
    limits = np.array([calibration.quantile(coverage, label) for label in labels])
    inside = np.asarray(1.0 - probabilities <= limits)
    inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
    return inside
