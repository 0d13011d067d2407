"""score_interval(): where the score of a fitted pipeline on new rows will lie.

Two things part the reported score from the one that new rows will show: the rows that
happened to be in the table, and those that happen to come. Both are estimated by drawing
the held-out rows again, with replacement, within their folds and classes (Efron 1979).
The folds share most of their training rows, so their scores err together, which such a
bootstrap does not see: the variance is widened as Nadeau and Bengio propose.

References
----------
C. Nadeau, Y. Bengio. Inference for the Generalization Error. Machine Learning 52, 2003.
S. Bates, T. Hastie, R. Tibshirani. Cross-validation: what does it estimate and how well does
it do it? JASA, 2023.
"""

from __future__ import annotations

import time

import numpy as np

from autometa._common.arrays import Floats, Positions
from autometa.metrics import get_metric
from autometa.tuning.final_model._ensemble import make_score_function
from autometa.tuning.final_model._held_out import HeldOut

Interval = tuple[float, float]

_QUANTILE = 1.645  # of the normal distribution, for a two-sided interval of 90 %
_DRAWS = 200  # the standard deviation is known to 5 % then
_SLOW_DRAWS = 40  # of metrics that scikit-learn computes: to 11 %
_FEWEST_DRAWS = 10
_MAX_ROWS = 4_000  # of more, a sample is drawn again, and the result scaled
_NO_ERRORS = 3.0  # with no error among n rows, up to 3/n are not unlikely (95 %)
UNKNOWN: Interval = (float("nan"), float("nan"))


def score_interval(
    values: Floats,
    held_out: HeldOut,
    score: float,
    seconds: float = np.inf,
    seed: int = 0,
) -> Interval:
    """Return the interval that holds the score on as many new rows nine times of ten.

    Parameters
    ----------
    values : ndarray of shape (n_held_out, n_classes) or (n_held_out,)
        Predictions of the held-out rows.
    held_out : HeldOut
    score : float
        Theirs, the mean over folds.
    seconds : float
        After these no more draws are made.
    seed : int

    Returns
    -------
    tuple of float
        Within the bounds of the metric; NaN when the score is.
    """
    if not np.isfinite(score):
        return UNKNOWN
    metric = get_metric(held_out.metric)
    spread = _standard_error(values, held_out, seconds, seed)
    half = _QUANTILE * spread * np.sqrt(_overlap(held_out) + 1.0)  # + 1: the new rows' own
    if metric.is_share:
        half = max(half, _NO_ERRORS / _effective_rows(held_out))
    low, high = max(score - half, metric.low), min(score + half, metric.high)
    return float(low), float(high)


def _overlap(held_out: HeldOut) -> float:
    """Return by how much the variance of a mean over folds exceeds that of free ones.

    With J folds of a share r of test to training rows it is 1 + J r [Nadeau and Bengio].
    """
    n_folds = int(held_out.folds.max()) + 1
    return 1.0 if n_folds == 1 else 1.0 + n_folds / (n_folds - 1)


def _standard_error(values: Floats, held_out: HeldOut, seconds: float, seed: int) -> float:
    """Return the standard deviation of the score over draws of the rows."""
    rng = np.random.default_rng(seed)
    cells = _cells(held_out, rng)
    rows = np.concatenate(cells)
    is_fast = get_metric(held_out.metric).fast is not None
    deadline = time.monotonic() + seconds
    drawn: list[float] = []
    for number in range(_DRAWS if is_fast else _SLOW_DRAWS):
        if number >= _FEWEST_DRAWS and time.monotonic() > deadline:
            break
        drawn.append(_score(values, held_out, _redrawn(cells, rng)))
    finite = np.asarray(drawn)[np.isfinite(drawn)]
    if len(finite) < 2:
        return float("inf")
    return float(finite.std(ddof=1) * np.sqrt(len(rows) / len(held_out.y)))


def _cells(held_out: HeldOut, rng: np.random.Generator) -> list[Positions]:
    """Return the rows by fold and class, a sample of them where there are very many."""
    kinds = held_out.y if held_out.n_classes else np.zeros(len(held_out.y), dtype=int)
    keys = held_out.folds * max(held_out.n_classes, 1) + kinds.astype(np.intp)
    share = min(1.0, _MAX_ROWS / len(keys))
    cells = [np.flatnonzero(keys == key) for key in np.unique(keys)]
    return [rng.choice(cell, max(1, round(share * len(cell))), replace=False) for cell in cells]


def _redrawn(cells: list[Positions], rng: np.random.Generator) -> Positions:
    return np.concatenate([cell[rng.integers(0, len(cell), len(cell))] for cell in cells])


def _score(values: Floats, held_out: HeldOut, rows: Positions) -> float:
    score_of = make_score_function(
        held_out.metric,
        held_out.y[rows],
        held_out.n_classes,
        held_out.folds[rows],
        held_out.positive,
    )
    return score_of(values[rows])[0]


def _effective_rows(held_out: HeldOut) -> float:
    """Return how many rows a share is a share of: for most metrics, the rarest class decides."""
    if get_metric(held_out.metric).is_row_wise:
        return float(len(held_out.y))
    counts = np.bincount(held_out.y, minlength=held_out.n_classes)
    return float(held_out.n_classes * counts[counts > 0].min())
