"""DecisionPolicy: what a decision rule is chosen for, and the choice itself.

A rule that was chosen on the rows it is judged on looks better than it is, and with few rows it
is worse than none. It is therefore chosen on some folds and judged on the others; `predict`
keeps to the most probable class unless the gain there exceeds its own standard error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autometa._common.arrays import AnyArray, AnyFloats, Booleans, Floats, Positions
from autometa.metrics import Predictions, depends_on_positive, get_metric, score, takes_weights
from autometa.tuning.final_model._decision import MOST_PROBABLE, DecisionRule

Cells = tuple[Positions, Positions, Floats]
CellScore = Callable[[Positions, Positions, Floats], float]

N_INNER = 5  # parts of a single fold, to choose a rule on some and judge it on the others
MIN_CLASS_ROWS = 10  # two of the rarest class in each of the parts
N_CANDIDATES = 60  # places of a threshold that are looked at
N_SLOW_CANDIDATES = 20  # for metrics that scikit-learn computes: a hundred times as slow as ours
MAX_SWEEPS = 2  # over the classes; a third one moved nothing on generated tables
MAX_CLASSES = 30  # beyond these a sweep takes seconds, and classes have few rows each
SMOOTHED = 5  # neighbouring places whose scores are averaged: a single peak is chance
N_COMPARED = 20  # thresholds at which setups are compared, a millisecond a setup
N_DRAWS = 100  # of the rows, for the standard error of a gain: known to 7 % then
N_SLOW_DRAWS = 25
MAX_LOG_WEIGHT = 9.2  # thresholds from 0.0001 to 0.9999


@dataclass(frozen=True, kw_only=True)
class DecisionPolicy:
    """What is asked of the decision rule.

    Attributes
    ----------
    metric : str or None
        A metric of labels that the rule is chosen for; None for no choice.
    positive : int
        Number of the class that the metric is about, of two.
    is_forced : bool
        Whether the best rule is taken whatever its gain.
    fixed : DecisionRule
        What holds where none is chosen.
    """

    metric: str | None = None
    positive: int = 1
    is_forced: bool = False
    fixed: DecisionRule = MOST_PROBABLE

    def decides(self, metric: str) -> bool:
        """Return whether setups are to be compared at their best thresholds.

        Under metrics that hang on the threshold (F1, balanced accuracy), for two classes; those
        that scikit-learn computes take too long for it.
        """
        about = get_metric(metric)
        return self.metric == metric and about.family == "balanced" and about.fast is not None

    def remarks(self, rule: DecisionRule, classes: AnyArray, positive: int) -> list[str]:
        """Return what the user is to know of the rule that was chosen."""
        if self.metric is None:
            return []
        if rule is self.fixed:
            if not self.is_forced:
                return []
            return [
                f"No threshold was chosen for '{self.metric}': that takes {MIN_CLASS_ROWS} rows of "
                f"each class out of fold, at most {MAX_CLASSES} classes, and time."
            ]
        labels = classes.tolist()
        held_out = f"{rule.tuned_score:.4g} on held-out rows, instead of {rule.default_score:.4g}"
        if len(labels) == 2:
            rare = f" of {labels[self.positive]!r}" if depends_on_positive(self.metric) else ""
            made = (
                f"Rows are predicted to be {labels[positive]!r} where its probability is at least "
                f"{rule.threshold(positive):.3g}"
            )
            why = f"a threshold chosen for '{self.metric}'{rare}"
            return [f"{made}, {why}: {held_out} at one half."]
        return [
            "Probabilities are multiplied by a weight for each class before the greatest is "
            f"predicted. The weights were chosen for '{self.metric}': {held_out} without them."
        ]

    def rule(
        self,
        values: Floats,
        y: Positions,
        folds: Positions,
        seed: int = 0,
        seconds: float = np.inf,
        weights: Floats | None = None,
        whole: Positions | None = None,
    ) -> DecisionRule:
        """Choose a rule on rows that were predicted out of fold.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_classes)
            Probabilities.
        y : ndarray of shape (n_rows,)
            Class numbers.
        folds : ndarray of shape (n_rows,)
            Number of the fold that held a row out: rows of a fold are judged by a rule
            that was chosen on the others. A single fold is cut in five, by class.
        seed : int
            Of the draws of rows.
        seconds : float
            After these the most probable class stays.
        weights : ndarray of shape (n_rows,) or None
            What each row counts for.
        whole : ndarray or None
            Class numbers of all rows that were held out, where these are a part of them: the
            part has a choice where the whole has one. A part with fewer rows of a class than a
            choice takes would be scored without the rule that the model is given.
        """
        usable = np.isfinite(values).all(axis=1)
        values, y, folds = values[usable], y[usable].astype(np.intp), folds[usable]
        counts = np.ones(len(y)) if weights is None else weights[usable]
        n_classes = values.shape[1]
        of_all = y if whole is None else whole.astype(np.intp)
        is_open = _has_enough(of_all, n_classes, MIN_CLASS_ROWS) and _has_enough(y, n_classes, 1)
        if self.metric is None or not is_open:
            return self.fixed
        deadline = time.monotonic() + seconds
        search = _RuleSearch(self.metric, self.positive, values, y, counts, deadline)
        parts = folds if len(np.unique(folds)) > 1 else _parts(y)
        return search.run(parts, seed, self.is_forced) or self.fixed


NO_CHOICE = DecisionPolicy()


def _has_enough(y: Positions, n_classes: int, least: int) -> bool:
    counts = np.bincount(y, minlength=n_classes)
    occupied = counts[counts > 0]
    return len(occupied) > 1 and n_classes <= MAX_CLASSES and occupied.min() >= least


def _parts(y: Positions) -> Positions:
    """Return numbers of parts of a single fold, each class spread evenly over them."""
    parts = np.empty(len(y), dtype=np.intp)
    parts[np.argsort(y, kind="stable")] = np.arange(len(y)) % N_INNER
    return parts


class _RuleSearch:
    """The search for weights on some of the rows."""

    def __init__(
        self,
        metric: str,
        positive: int,
        values: Floats,
        y: Positions,
        counts: Floats,
        deadline: float,
    ) -> None:
        self.metric, self.values, self.y, self.deadline = metric, values, y, deadline
        self.counts = counts
        self.n_classes = values.shape[1]
        self.is_fast = get_metric(metric).fast is not None
        self.score_of = cell_score(metric, self.n_classes, positive)

    def run(self, parts: Positions, seed: int, is_forced: bool) -> DecisionRule | None:
        """Return the best rule; None where it gains no more than its error, or time is up."""
        default = self.values.argmax(axis=1)
        weights = self._best(np.arange(len(self.y)))
        if weights is None:
            return None
        if not is_forced and self._pooled((self.values * weights).argmax(1)) <= self._pooled(
            default
        ):
            return None
        decided = default.copy()
        for part in np.unique(parts):
            inside = parts == part
            of_others = self._best(np.flatnonzero(~inside))
            if of_others is None:
                return None
            decided[inside] = (self.values[inside] * of_others).argmax(axis=1)
        gain, error = self._gain(default, decided, seed)
        if not is_forced and not gain > error:
            return None
        return DecisionRule(
            weights=tuple(float(weight) for weight in weights / weights.max()),
            metric=self.metric,
            default_score=self._pooled(default),
            tuned_score=self._pooled(decided),
        )

    def _pooled(self, predicted: Positions) -> float:
        return self.score_of(*_confusion(self.y, predicted, self.n_classes, self.counts))

    def _gain(self, default: Positions, decided: Positions, seed: int) -> tuple[float, float]:
        """Return the gain of cross-fitted decisions, and its standard error.

        Rows are drawn again within their classes. Rows with the same truth and decisions are
        alike, so their numbers are drawn, not they.
        """
        n = self.n_classes
        codes, cell, counts = np.unique(
            (self.y * n + default) * n + decided, return_inverse=True, return_counts=True
        )
        per_row = np.bincount(cell, weights=self.counts) / counts  # what a row of a cell counts for
        y, before, after = codes // n // n, codes // n % n, codes % n
        gain = self._pooled(decided) - self._pooled(default)
        rng = np.random.default_rng(seed)
        drawn = []
        for _ in range(N_DRAWS if self.is_fast else N_SLOW_DRAWS):
            of_draw = np.zeros(len(codes))
            for number in np.unique(y):
                cells = np.flatnonzero(y == number)
                total = counts[cells].sum()
                of_draw[cells] = rng.multinomial(total, counts[cells] / total) * per_row[cells]
            drawn.append(self.score_of(y, after, of_draw) - self.score_of(y, before, of_draw))
        return gain, float(np.std(drawn, ddof=1))

    def _best(self, rows: Positions) -> Floats | None:
        """Return the weights with the best score on some rows; None when time is up.

        One class after the other is given its best weight; the commonest keeps weight 1.
        """
        values, y, counts = self.values[rows], self.y[rows], self.counts[rows]
        sizes = np.bincount(y, minlength=self.n_classes)
        order = [number for number in np.argsort(sizes, kind="stable")[:-1] if sizes[number]]
        weights = np.ones(self.n_classes)
        for _ in range(1 if self.n_classes == 2 else MAX_SWEEPS):
            before = weights.copy()
            for number in order:
                if time.monotonic() > self.deadline:
                    return None
                weights[number] = self._best_weight(values, y, counts, weights, int(number))
            if np.array_equal(before, weights):
                break
        return weights

    def _best_weight(
        self, values: Floats, y: Positions, counts: Floats, weights: Floats, number: int
    ) -> float:
        """Return the weight of one class with the best smoothed score, the others' given.

        A row is predicted as that class from a weight of its own on: the greatest weighted
        probability of the others, by that of the class.
        """
        others = values * weights
        others[:, number] = -1.0
        rival = others.argmax(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.log(others.max(axis=1)) - np.log(values[:, number])
        places = self._places(needed, y == number, float(np.log(weights[number])))
        smooth = _smoothed(self._scores(places, needed, y, counts, rival, number))
        now = np.searchsorted(places, np.log(weights[number]))
        best = int(np.argmax(smooth))
        return float(weights[number] if smooth[best] <= smooth[now] else np.exp(places[best]))

    def _scores(
        self,
        places: Floats,
        needed: Floats,
        y: Positions,
        row_counts: Floats,
        rival: Positions,
        number: int,
    ) -> Floats:
        """Return the score at each place, from one count of rows by truth, rival and place."""
        n, n_places = self.n_classes, len(places)
        first = np.searchsorted(places, needed, side="right")  # place from which a row is `number`
        codes = (y * n + rival) * (n_places + 1) + first
        size = n * n * (n_places + 1)
        counts = np.bincount(codes, weights=row_counts, minlength=size).reshape(n, n, -1)
        upto = counts.cumsum(axis=2)[:, :, :n_places]
        tables = np.maximum(counts.sum(axis=2)[:, :, None] - upto, 0.0)
        tables[:, number] += upto.sum(axis=1)
        return np.array([self.score_of(*_cells(tables[:, :, i])) for i in range(n_places)])

    def _places(self, needed: Floats, is_class: Booleans, now: float) -> Floats:
        """Return logarithms of weights worth a look, ascending, the present one among them.

        Between quantiles of the rows of the class and of the others: with one positive row in a
        thousand, quantiles of all rows would pass its rows by.
        """
        n = N_CANDIDATES if self.is_fast else N_SLOW_CANDIDATES
        found = [now]
        for rows in (needed[is_class], needed[~is_class]):
            inside = np.unique(rows[np.abs(rows) < MAX_LOG_WEIGHT])
            if len(inside):
                cuts = np.concatenate([inside[:1] - 1e-6, _between(inside), inside[-1:] + 1e-6])
                found += np.quantile(cuts, np.linspace(0, 1, n // 2), method="nearest").tolist()
        return np.unique(found)


def best_threshold_score(metric: str, y: Positions, positive: int, counts: Floats | None) -> Any:
    """Return a function from probabilities of two classes to the score at their best threshold.

    Setups whose decisions are tuned afterwards are compared by this: at one half, those of a
    rare class predict it never, and all score alike. It is too high for each of them, by
    much the same.
    """
    score_of = cell_score(metric, 2, positive)

    def of_values(values: Floats) -> float:
        share = values[:, positive]
        order = np.sort(share[y == positive])
        at = np.linspace(0, len(order) - 1, min(N_COMPARED, len(order))).astype(int)
        places = np.unique(order[at])
        index = np.searchsorted(places, share, side="right")  # thresholds that the row reaches
        n = len(places) + 1
        by_class = np.bincount(y * n + index, weights=counts, minlength=2 * n).reshape(2, n)
        reached = by_class[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        missed = by_class.sum(axis=1, keepdims=True) - reached
        tables = np.stack([missed, reached] if positive else [reached, missed], axis=1)
        scores = np.array([score_of(*_cells(tables[:, :, i])) for i in range(len(places))])
        return float(_smoothed(scores).max())

    return of_values


def _between(ascending: Floats) -> Floats:
    return (ascending[1:] + ascending[:-1]) / 2


def _smoothed(scores: Floats) -> Floats:
    """Return means of neighbouring scores, of fewer at the ends."""
    window = np.ones(min(SMOOTHED, len(scores)))
    return np.convolve(scores, window, "same") / np.convolve(np.ones(len(scores)), window, "same")


def _confusion(y: Positions, predicted: Positions, n_classes: int, of_rows: Floats) -> Cells:
    """Return the occupied cells of a confusion matrix: truth, prediction, what its rows count."""
    counts = np.bincount(y * n_classes + predicted, weights=of_rows, minlength=n_classes**2)
    return _cells(counts.reshape(n_classes, n_classes).astype("float64"))


def _cells(table: AnyFloats) -> Cells:
    y, predicted = np.nonzero(table)
    return y, predicted, table[y, predicted].astype("float64")


def cell_score(metric: str, n_classes: int, positive: int) -> CellScore:
    """Return a function that scores the cells of a confusion matrix under a metric of labels."""
    fast = get_metric(metric).fast
    labels = np.eye(n_classes)
    repeats = not takes_weights(metric)

    def of_cells(y: Positions, predicted: Positions, counts: Floats) -> float:
        if fast is not None:
            return fast(y, labels[predicted], counts, positive)
        if repeats:
            rows = np.repeat(np.arange(len(y)), counts.astype(int))
            y, predicted, weights = y[rows], predicted[rows], None
        else:
            weights = counts
        whole = Predictions(
            y=y,
            values=labels[predicted],
            n_classes=n_classes,
            positive=positive,
            weights=weights,
        )
        value = score(metric, whole)
        return value if np.isfinite(value) else -np.inf

    return of_cells
