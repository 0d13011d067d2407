"""Greedy ensemble selection on out-of-fold predictions.

R. Caruana et al. Ensemble Selection from Libraries of Models. ICML 2004: start
from the best, add the candidate (with replacement) that helps the average most,
keep the best step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from autometa.evaluation import Predictions, score

Values = npt.NDArray[np.floating]
Score = tuple[float, float]

MAX_STEPS = 40
MAX_ROWS = 20_000
MAX_SORTED_ROWS = 6_000
SMALL_ROWS = 1_000
UNIFORM_SHARE = 0.2
MIN_RELATIVE_GAIN = 1e-4
CANDIDATES_BY_ROWS = ((100, 4), (500, 8), (2_500, 15), (10_000, 40))
MAX_CANDIDATES = 60


def max_candidates(n_rows: int) -> int:
    """Return how many candidates that many rows can tell apart (the rule of AutoGluon 1.6)."""
    return next((n for rows, n in CANDIDATES_BY_ROWS if n_rows <= rows), MAX_CANDIDATES)


def select(
    values: Sequence[Values],
    y: npt.NDArray[np.generic],
    metric: str,
    n_classes: int,
    costs: Sequence[float],
    max_cost: float = np.inf,
    time_limit: float = np.inf,
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
    """
    if len(values) == 1:
        return {0: 1.0}
    rows = _rows(values, y, metric, n_classes)
    judge = make_judge(metric, y[rows], n_classes)
    columns = [np.asarray(v[rows], dtype="float64") for v in values]
    chosen = _greedy(columns, judge, costs, max_cost, time.monotonic() + time_limit)
    counts = np.bincount(chosen, minlength=len(values)) / len(chosen)
    if len(y) < SMALL_ROWS:
        members = counts > 0
        counts = (1 - UNIFORM_SHARE) * counts + UNIFORM_SHARE * members / members.sum()
    return {int(i): float(counts[i]) for i in np.flatnonzero(counts)}


def _greedy(
    columns: list[npt.NDArray[np.float64]],
    judge: Callable[[npt.NDArray[np.float64]], Score],
    costs: Sequence[float],
    max_cost: float,
    deadline: float,
) -> list[int]:
    chosen = [0]
    total = columns[0].copy()
    single = best = judge(total)
    best_size = 1
    while len(chosen) < MAX_STEPS and time.monotonic() < deadline:
        spent = sum(costs[i] for i in set(chosen))
        open_to = [i for i in range(len(columns)) if i in chosen or spent + costs[i] <= max_cost]
        steps = [(judge((total + columns[i]) / (len(chosen) + 1)), -i) for i in open_to]
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


def _rows(
    values: Sequence[Values], y: npt.NDArray[np.generic], metric: str, n_classes: int
) -> npt.NDArray[np.intp]:
    """Rows that every candidate predicts; an even sample of them when they are many."""
    known = np.ones(len(y), dtype=bool)
    for v in values:
        known &= np.isfinite(v if v.ndim == 1 else v[:, 0])
    rows = np.flatnonzero(known)
    cheap = metric in _FAST and metric != "roc_auc"
    limit = MAX_ROWS if cheap else MAX_SORTED_ROWS
    if len(rows) <= limit:
        return rows
    order = np.argsort(y[rows], kind="stable")  # every class, and the whole range, keeps its share
    return np.sort(rows[order[np.linspace(0, len(rows) - 1, limit).astype(int)]])


def make_judge(
    metric: str, y: npt.NDArray[np.generic], n_classes: int
) -> Callable[[npt.NDArray[np.float64]], Score]:
    """Return a function from predictions to (score, tie-break), both greater-is-better."""
    fast = _FAST.get(metric)
    tie = _log_loss if n_classes else _rmse

    def judge(values: npt.NDArray[np.float64]) -> Score:
        if fast is not None:
            value = fast(y, values)
        else:
            value = score(metric, Predictions(y=y, values=values, n_classes=n_classes))
        return (-np.inf if np.isnan(value) else float(value)), float(tie(y, values))

    return judge


def _log_loss(y: npt.NDArray[np.generic], values: npt.NDArray[np.float64]) -> float:
    likelihood = values[np.arange(len(y)), y.astype(int)]
    return float(np.log(np.maximum(likelihood, np.finfo("float64").eps)).mean())


def _rmse(y: npt.NDArray[np.generic], values: npt.NDArray[np.float64]) -> float:
    return -float(np.sqrt(np.mean((y.astype("float64") - values) ** 2)))


def _roc_auc(y: npt.NDArray[np.generic], values: npt.NDArray[np.float64]) -> float:
    is_second = y.astype(int) == 1
    n_second, n_first = int(is_second.sum()), int((~is_second).sum())
    if not n_first or not n_second:
        return float("nan")
    ranks = rankdata(values[:, 1])[is_second].sum()
    return float((ranks - n_second * (n_second + 1) / 2) / (n_first * n_second))


_FAST: dict[str, Callable[[npt.NDArray[np.generic], npt.NDArray[np.float64]], float]] = {
    "neg_log_loss": _log_loss,
    "neg_root_mean_squared_error": _rmse,
    "roc_auc": _roc_auc,
}
