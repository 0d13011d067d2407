"""score_interval(): where the score of a fitted pipeline on new rows will lie.

Two things part the reported score from the one that new rows will show: the rows that
happened to be in the table, and those that happen to come. Both are estimated by drawing
the held-out rows again, with replacement, within their folds and classes (Efron 1979).
Rows of one group, or of one stretch of time, err together: where the folds keep them
together, whole groups or stretches are drawn (Field and Welsh 2007).
The folds share most of their training rows, so their scores err together, which such a
bootstrap does not see: the variance is widened as Nadeau and Bengio propose.

References
----------
C. Nadeau, Y. Bengio. Inference for the Generalization Error. Machine Learning 52, 2003.
C. A. Field, A. H. Welsh. Bootstrapping clustered data. JRSS B 69, 2007.
L. Kish. Survey Sampling. 1965.
S. Bates, T. Hastie, R. Tibshirani. Cross-validation: what does it estimate and how well does
it do it? JASA, 2023.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from autometa._common.arrays import Floats, Positions
from autometa.metrics import get_metric
from autometa.tuning.final_model._ensemble import make_score_function
from autometa.tuning.final_model._held_out import HeldOut

Interval = tuple[float, float]
Cell: TypeAlias = Positions | list[Positions]  # rows to draw, or the rows of clusters to draw

_QUANTILE = 1.645  # of the normal distribution, for a two-sided interval of 90 %
_DRAWS = 200  # the standard deviation is known to 5 % then
_SLOW_DRAWS = 40  # of metrics that scikit-learn computes: to 11 %
_FEWEST_DRAWS = 10
_MAX_ROWS = 4_000  # of more, a sample is drawn again, and the result scaled
_FEWEST_CLUSTERS = 5  # fewer groups say nothing of how new ones differ
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
    cells: Sequence[Cell] = _cells(held_out, rng)
    least = 0.0
    if held_out.clusters is not None:
        cells, least = _clustered(held_out, rng), _between_folds(values, held_out)
    n_drawn = sum(len(rows) for cell in cells for rows in _whole(cell))
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
    return max(least, float(finite.std(ddof=1) * np.sqrt(n_drawn / len(held_out.y))))


def _between_folds(values: Floats, held_out: HeldOut) -> float:
    """Return the standard error of a mean over folds by how they differ.

    With one group or two in a fold, draws within it say little; and what is ahead in time may
    be as unlike a fold as these are among themselves.
    """
    scores = np.asarray(held_out.fold_scores(values))
    defined = scores[np.isfinite(scores)]
    if len(defined) < 2:
        clusters = () if held_out.clusters is None else held_out.clusters
        return float("inf") if len(np.unique(clusters)) < _FEWEST_CLUSTERS else 0.0
    return float(defined.std(ddof=1) / np.sqrt(len(defined)))


def _whole(cell: Cell) -> list[Positions]:
    return [cell] if isinstance(cell, np.ndarray) else cell


def _cells(held_out: HeldOut, rng: np.random.Generator) -> list[Positions]:
    """Return the rows by fold and class, a sample of them where there are very many."""
    kinds = held_out.y if held_out.n_classes else np.zeros(len(held_out.y), dtype=int)
    keys = held_out.folds * max(held_out.n_classes, 1) + kinds.astype(np.intp)
    share = min(1.0, _MAX_ROWS / len(keys))
    cells = [np.flatnonzero(keys == key) for key in np.unique(keys)]
    return [rng.choice(cell, max(1, round(share * len(cell))), replace=False) for cell in cells]


def _clustered(held_out: HeldOut, rng: np.random.Generator) -> list[list[Positions]]:
    """Return for each fold the rows of its clusters; of very many rows, whole clusters of some."""
    assert held_out.clusters is not None
    keys = held_out.folds * (int(held_out.clusters.max()) + 1) + held_out.clusters
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    by_fold: dict[int, list[Positions]] = {}
    for rows in np.split(order, edges):
        by_fold.setdefault(int(held_out.folds[rows[0]]), []).append(rows)
    share = min(1.0, _MAX_ROWS / len(keys))
    return [
        [own[i] for i in rng.permutation(len(own))[: max(2, round(share * len(own)))]]
        for own in by_fold.values()
    ]


def _redrawn(cells: Sequence[Cell], rng: np.random.Generator) -> Positions:
    drawn: list[Positions] = []
    for cell in cells:
        picked = rng.integers(0, len(cell), len(cell))
        drawn += [cell[picked]] if isinstance(cell, np.ndarray) else [cell[i] for i in picked]
    return np.concatenate(drawn)


def _score(values: Floats, held_out: HeldOut, rows: Positions) -> float:
    score_of = make_score_function(
        held_out.metric,
        held_out.y[rows],
        held_out.n_classes,
        held_out.folds[rows],
        held_out.positive,
        None if held_out.weights is None else held_out.weights[rows],
        X=None if held_out.X is None else held_out.X.iloc[rows],
    )
    return score_of(values[rows])[0]


def _effective_rows(held_out: HeldOut) -> float:
    """Return how many rows a share is a share of: for most metrics, the rarest class decides.

    Rows that err together count once.
    """
    if held_out.clusters is not None:
        return float(len(np.unique(held_out.clusters)))
    share = 1.0 if held_out.weights is None else _effective_share(held_out.weights)
    if get_metric(held_out.metric).is_row_wise:
        return share * len(held_out.y)
    counts = np.bincount(held_out.y, minlength=held_out.n_classes)
    return share * float(held_out.n_classes * counts[counts > 0].min())


def _effective_share(weights: Floats) -> float:
    """Return the share of rows that, counting alike, would tell as much [Kish 1965]."""
    return float(weights.sum() ** 2 / (weights**2).sum() / len(weights))
