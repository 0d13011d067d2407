"""Which setups make the final model, with which weights, and what score that choice deserves.

The best of many setups looks better than it is on the rows it was chosen on. The score
that is reported is therefore cross-fitted: setups and weights are chosen anew for each
fold, on the other folds alone, and scored on that fold.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autometa.metrics import judges_labels, mean_score
from autometa.tuning.final_model import _ensemble
from autometa.tuning.final_model._deciding import NO_CHOICE, DecisionPolicy
from autometa.tuning.final_model._decision import DecisionRule
from autometa.tuning.final_model._held_out import HeldOut


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """An evaluated setup that may become a member.

    Attributes
    ----------
    values : ndarray of shape (n_held_out, n_classes) or (n_held_out,)
        Its predictions of the held-out rows.
    fold_scores : sequence of float
        NaN where undefined.
    cost : float
        Seconds that fitting it on all rows should take.
    predict_ms : float
        Milliseconds that predicting a row takes.
    """

    values: npt.NDArray[np.float64]
    fold_scores: Sequence[float]
    cost: float = 0.0
    predict_ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ChoiceLimits:
    """What a choice may take.

    Attributes
    ----------
    ensemble : bool
        False takes the best single setup.
    max_cost : float
        Seconds that fitting the members may take together.
    seconds : float
        For the choice itself.
    predict_ms : float
        Milliseconds that the members together may take to predict a row.
    """

    ensemble: bool = True
    max_cost: float = np.inf
    seconds: float = np.inf
    predict_ms: float = np.inf


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossFit:
    """Predictions of each held-out row by a choice that has not seen it.

    Attributes
    ----------
    values : ndarray of shape (n_held_out, n_classes) or (n_held_out,)
    weights : ndarray of shape (n_parts, n_entries)
        What each entry weighs in the rows of each part; rows sum to 1.
    score : float
        Mean over folds of the score of ``decided``.
    decided : ndarray
        ``values``, weighted by the decision rule of each part where the metric is of labels.
    """

    values: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    score: float
    decided: npt.NDArray[np.float64]


def choose(
    entries: Sequence[Entry],
    held_out: HeldOut,
    limits: ChoiceLimits,
    policy: DecisionPolicy = NO_CHOICE,
    without: int | None = None,
) -> dict[int, float]:
    """Return weights that sum to 1 by position in ``entries``; ``without`` hides a part.

    Entries that are compared at their best thresholds, of which none is kept, are compared
    again as they will predict: the best at another threshold may be far from it at one half.
    """
    chosen = choose_weights(entries, held_out, limits, without)
    if not held_out.decides:
        return chosen
    rule = choose_rule(entries, held_out, limits, policy, chosen, without)
    if rule is not policy.fixed:
        return chosen
    plain = replace(held_out, decides=False)
    return choose_weights(entries, plain, limits, without, ties=held_out)


def choose_weights(
    entries: Sequence[Entry],
    held_out: HeldOut,
    limits: ChoiceLimits,
    without: int | None = None,
    ties: HeldOut | None = None,
) -> dict[int, float]:
    """Return weights that sum to 1 by position in ``entries``; ``without`` hides a part.

    Of entries with one score that is first which ``ties`` says is better: where no row is
    predicted as the rare class, all score 0, and their probabilities still differ.
    """
    scores = [_score(entry, held_out, without) for entry in entries]
    seconds = scores if ties is None else [_score(entry, ties, without) for entry in entries]
    order = list(zip(scores, seconds, strict=True))
    ranked = sorted(range(len(entries)), key=lambda i: order[i], reverse=True)
    quick = [i for i in ranked if not entries[i].predict_ms > limits.predict_ms]  # NaN is let in
    ranked = quick or [min(ranked, key=lambda i: entries[i].predict_ms)]
    if not limits.ensemble:
        return {ranked[0]: 1.0}
    ranked = ranked[: _ensemble.max_candidates(len(held_out.y), held_out.metric)]
    visible = held_out.folds
    if without is not None:
        visible = np.where(held_out.parts == without, -1, visible)
    costs, max_cost = _costs([entries[i] for i in ranked], limits)
    weights = _ensemble.select(
        [entries[i].values for i in ranked],
        held_out.y,
        held_out.metric,
        held_out.n_classes,
        costs=costs,
        max_cost=max_cost,
        time_limit=limits.seconds,
        folds=visible,
        positive=held_out.positive,
        decides=held_out.decides,
        row_weights=held_out.weights,
        X=held_out.X,
    )
    return {ranked[i]: weight for i, weight in weights.items()}


def _costs(entries: Sequence[Entry], limits: ChoiceLimits) -> tuple[list[float], float]:
    """Return what each entry takes, and what the members may take together.

    With two limits, the greater of the two shares counts: members that keep to the sum of
    these keep to both.
    """
    if limits.predict_ms == np.inf:
        return [entry.cost for entry in entries], limits.max_cost
    shares = [
        max(entry.cost / limits.max_cost, entry.predict_ms / limits.predict_ms) for entry in entries
    ]
    return shares, 1.0


def cross_fit(
    entries: Sequence[Entry],
    held_out: HeldOut,
    limits: ChoiceLimits,
    policy: DecisionPolicy = NO_CHOICE,
) -> CrossFit:
    """Choose for each part of the held-out rows on the other parts, and score the result.

    Members, weights and the decision rule: each is chosen on the other parts alone. Whether
    there is a rule is decided on all of them, as for the model.
    """
    parts = np.unique(held_out.parts)
    weights = np.zeros((int(parts.max()) + 1, len(entries)))
    values = np.empty_like(entries[0].values)
    decided = values
    decides = _decides(held_out, policy)
    deadline = time.monotonic() + limits.seconds
    if decides:
        decided = np.empty_like(values)
        policy = _of_parts(entries, held_out, limits, policy, len(parts))
    for n_done, part in enumerate(parts):
        seconds = (deadline - time.monotonic()) / (len(parts) - n_done)
        share = replace(limits, seconds=seconds / 2 if decides else seconds)
        chosen = choose(entries, held_out, share, policy, without=int(part))
        rows = held_out.parts == part
        for i, weight in chosen.items():
            weights[part, i] = weight
        values[rows] = _average(entries, held_out, chosen, rows)
        if decides:
            rule = choose_rule(entries, held_out, share, policy, chosen, without=int(part))
            decided[rows] = rule.apply(values[rows])
    return CrossFit(values=values, weights=weights, score=held_out.score(decided), decided=decided)


def _of_parts(
    entries: Sequence[Entry],
    held_out: HeldOut,
    limits: ChoiceLimits,
    policy: DecisionPolicy,
    n_parts: int,
) -> DecisionPolicy:
    """Return the policy by which parts choose a rule: always one, or never.

    Whether the model has one at all is decided on all rows. On those that a part leaves, with
    few of a rare class among them, a gain is often within its error: that part would keep to
    the most probable class, and the score would be of another model than the one returned.
    """
    share = replace(limits, seconds=limits.seconds / (n_parts + 1) / 2)
    chosen = choose(entries, held_out, share, policy)
    rule = choose_rule(entries, held_out, share, policy, chosen)
    if rule is policy.fixed:
        return replace(policy, metric=None)
    return replace(policy, is_forced=True)


def choose_rule(
    entries: Sequence[Entry],
    held_out: HeldOut,
    limits: ChoiceLimits,
    policy: DecisionPolicy,
    chosen: dict[int, float],
    without: int | None = None,
) -> DecisionRule:
    """Return the decision rule of an average of entries; ``without`` hides a part."""
    if policy.metric is None:
        return policy.fixed
    rows = np.ones(len(held_out.y), dtype=bool) if without is None else held_out.parts != without
    values = _average(entries, held_out, chosen, rows)
    return policy.rule(
        values,
        held_out.y[rows],
        held_out.parts[rows],
        seconds=limits.seconds,
        weights=None if held_out.weights is None else held_out.weights[rows],
        whole=held_out.y,
    )


def _decides(held_out: HeldOut, policy: DecisionPolicy) -> bool:
    """Return whether the score is of labels, and these may be others than the most probable."""
    is_default = policy.metric is None and policy.fixed.is_default
    return not is_default and judges_labels(held_out.metric)


def _average(
    entries: Sequence[Entry],
    held_out: HeldOut,
    chosen: dict[int, float],
    rows: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    return held_out.average([(w, entries[i].values[rows]) for i, w in chosen.items()])


def _score(entry: Entry, held_out: HeldOut, without: int | None) -> float:
    """Return the mean over the visible folds; undefined is the worst."""
    if held_out.decides or (without is not None and held_out.parts is not held_out.folds):
        seen = np.isfinite(entry.values).reshape(len(held_out.y), -1).all(axis=1)
        if without is not None:
            seen &= held_out.parts != without
        y, classes = held_out.y[seen], held_out.n_classes
        weights = None if held_out.weights is None else held_out.weights[seen]
        score_of = _ensemble.make_score_function(
            held_out.metric,
            y,
            classes,
            positive=held_out.positive,
            decides=held_out.decides,
            counts=weights,
            X=None if held_out.X is None else held_out.X.iloc[seen],
        )
        return score_of(entry.values[seen])[0]
    mean = mean_score(_visible(entry, without))
    return -np.inf if np.isnan(mean) else mean


def _visible(entry: Entry, without: int | None) -> list[float]:
    return [value for fold, value in enumerate(entry.fold_scores) if fold != without]
