"""A running study, in the dimensions of a history: its space and its trials."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from autometa._common.arrays import Floats, Positions
from autometa._common.feasibility import broken_constraints
from autometa.performance import Encoding, Rows, same
from autometa.samplers._acquisition import Evidence
from autometa.samplers._space import Space, is_selector

# What a model of the scores is given at most: the best and the latest.
MAX_TRIALS = 128
# Of those under way, so many are reckoned with.
MAX_PENDING, MAX_OPEN = 64, 8
# From the start of a trial to its first parameter: the first plan takes a second on busy cores.
ASKS_WITHIN = timedelta(seconds=10)
# Scores beyond this are drawn in: sums of their squares must be finite.
MAX_SCORE = 1e100
FIXED_PARAMS = "fixed_params"

EncodedTrials = dict[int, tuple[Mapping[str, Any], Floats]]
_NO_ROW: Floats = np.zeros(0)


@dataclass(frozen=True)
class StudyView:
    """What one trial can see of its study.

    Attributes
    ----------
    trials : sequence of FrozenTrial
        All other trials of the study.
    distributions : dict of str to distribution
        Those of the trials so far, the latest of each name.
    fixed : dict of str to value
        What is decided for this trial: enqueued, or suggested already.
    selector : str or None
        Parameter that chooses between algorithms of the history.
    names : dict of str to str
        What the history calls parameters of the study; those left out have one name.
    number : int
        Of the trial that looks.
    sign : float
        1 when the study maximises, else -1.
    """

    trials: Sequence[FrozenTrial]
    distributions: Mapping[str, BaseDistribution]
    fixed: Mapping[str, Any]
    selector: str | None
    number: int
    sign: float
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        study: optuna.Study,
        trial: FrozenTrial,
        asked: Mapping[str, BaseDistribution],
        algorithms: Sequence[str],
        names: Mapping[str, str] | None = None,
    ) -> StudyView:
        """Return the view of ``trial``, which is asked for parameters of these distributions.

        These, and all else in it, are by the names of the history.
        """
        names = names or {}
        trials = [t for t in study.get_trials(deepcopy=False) if t.number != trial.number]
        distributions: dict[str, BaseDistribution] = {}
        for other in trials:
            distributions.update(renamed(other.distributions, names))
        distributions.update(renamed(trial.distributions, names))
        distributions.update(asked)
        selectors = [n for n, d in distributions.items() if is_selector(n, d, algorithms)]
        return cls(
            trials,
            distributions,
            renamed({**trial.system_attrs.get(FIXED_PARAMS, {}), **trial.params}, names),
            selectors[0] if selectors else None,
            trial.number,
            1.0 if study.direction == StudyDirection.MAXIMIZE else -1.0,
            names,
        )

    def choices(self) -> tuple[Any, ...]:
        """Return what the selector chooses between in this trial."""
        if self.selector is None:
            return ()
        if self.selector in self.fixed:
            return (self.fixed[self.selector],)
        distribution = self.distributions[self.selector]
        assert isinstance(distribution, CategoricalDistribution)
        return tuple(distribution.choices)

    def unknown_names(self, encoding: Encoding) -> list[str]:
        """Return the parameters that no algorithm of the history has."""
        return [
            name
            for name in self.distributions
            if name != self.selector
            and all(encoding.find(a, name) is None for a in encoding.algorithms)
        ]

    def unasked_names(self, encoding: Encoding) -> list[str]:
        """Return the hyperparameters of the history's only algorithm that no trial asked for."""
        if len(encoding.algorithms) > 1:
            return []
        asked = {encoding.find(encoding.algorithms[0], name) for name in self.distributions}
        return [d.name for j, d in enumerate(encoding.dimensions) if j not in asked]

    def space(self, encoding: Encoding) -> Space:
        """Return the search space, as far as trials have shown it."""
        allowed = [
            i
            for i, algorithm in enumerate(encoding.algorithms)
            if self.selector is None or any(same(c, algorithm) for c in self.choices())
        ]
        distributions: dict[int, BaseDistribution] = {}
        for i in allowed:
            for name, distribution in self.distributions.items():
                j = encoding.find(encoding.algorithms[i], name)
                if j is not None:
                    distributions[j] = distribution
        dropped = self._dropped(encoding, allowed, distributions)
        return Space(tuple(allowed), distributions, frozenset(dropped))

    def _dropped(
        self, encoding: Encoding, allowed: Sequence[int], shown: Mapping[int, Any]
    ) -> list[int]:
        """Dimensions which no trial has, of algorithms that a whole trial was seen of."""
        seen = {self._algorithm(t, encoding) for t in self.trials if t.state == TrialState.COMPLETE}
        columns = (encoding.columns(encoding.algorithms[i]) for i in allowed if i in seen)
        return [j for own in columns for j in own if j not in shown]

    def _algorithm(self, trial: FrozenTrial, encoding: Encoding) -> int | None:
        if self.selector is None:
            return 0
        name = str(renamed(trial.params, self.names).get(self.selector))
        return encoding.algorithms.index(name) if name in encoding.algorithms else None

    def fixed_row(self, encoding: Encoding) -> Floats | None:
        """Return the positions that are decided for this trial, if any are."""
        row = np.full(len(encoding.dimensions), math.nan)
        for algorithm in encoding.algorithms:
            own = encoding.trial_row(algorithm, self.fixed)
            row = np.where(np.isnan(own), row, own)
        return None if np.isnan(row).all() else row

    def evidence(
        self,
        encoding: Encoding,
        plans: Mapping[int, Rows],
        own: Collection[int] = (),
        encoded: EncodedTrials | None = None,
    ) -> Evidence:
        """Return the trials so far.

        Parameters
        ----------
        encoding : Encoding
        plans : dict of int to Rows
            Setups of trials of this process that still run, by number.
        own : collection of int
            Trials that were begun in this process. Those among them without a plan
            will see ours when they make one, so nothing is reserved for them.
        encoded : dict of int to (dict, ndarray), optional
            Parameters and row of finished trials by number, which never change: rows are taken
            from here, and put here, so that a study of hundreds of trials encodes each once.
        """
        encoded = {} if encoded is None else encoded
        done: list[tuple[int, Floats, float]] = []
        pending = [plans[t.number] for t in self.trials if self._is_planned(t, plans)]
        n_open = 0
        for trial in self.trials:
            if self._is_planned(trial, plans):
                continue
            algorithm = self._algorithm(trial, encoding)
            given = {**trial.system_attrs.get(FIXED_PARAMS, {}), **trial.params}
            params = renamed(given, self.names)
            if not params:
                n_open += trial.number < self.number and self._may_ask(trial, own)
            elif algorithm is not None:
                seen, row = encoded.get(trial.number, ({}, _NO_ROW))
                if seen != params:  # or of a study of the same name
                    row = encoding.trial_row(encoding.algorithms[algorithm], params)
                if trial.state.is_finished():
                    encoded[trial.number] = params, row
                    done.append((algorithm, row, self._score(trial)))
                else:
                    pending.append(Rows(np.array([algorithm]), row[None]))
        nothing = Rows(np.zeros(0, np.int64), np.zeros((0, len(encoding.dimensions))))
        trials, scores = _stacked(done, nothing)
        if not len(trials):  # all failed: no evidence of scores, but tried all the same
            pending += [Rows(np.array([a]), row[None]) for a, row, _ in reversed(done)]
        pending_rows = Rows.concatenate([nothing, *pending[:MAX_PENDING]])
        return Evidence(trials, scores, pending_rows, min(n_open, MAX_OPEN))

    @staticmethod
    def _may_ask(trial: FrozenTrial, own: Collection[int]) -> bool:
        """Whether a trial of another process is about to ask for its first parameter.

        A live one does so in moments; what has not asked since died, or never will.
        """
        if trial.state != TrialState.RUNNING or trial.number in own:
            return False
        begun = trial.datetime_start
        return begun is not None and abs(datetime.now() - begun) < ASKS_WITHIN

    @staticmethod
    def _is_planned(trial: FrozenTrial, plans: Mapping[int, Rows]) -> bool:
        return trial.number in plans and not trial.state.is_finished()

    def _score(self, trial: FrozenTrial) -> float:
        """Score of a finished trial, greater is better.

        NaN if it failed, was pruned, or violates a constraint: it is then worse than any score.
        """
        if trial.state != TrialState.COMPLETE or trial.value is None:
            return math.nan
        if broken_constraints(trial):
            return math.nan
        if not math.isfinite(trial.value):
            return math.nan
        return self.sign * min(max(trial.value, -MAX_SCORE), MAX_SCORE)


def renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """Return values by the names of the history; the values themselves where names are alike.

    Every trial of a study passes here for each plan.
    """
    if not names:
        return values
    return {names.get(name, name): value for name, value in values.items()}


def _stacked(done: Sequence[tuple[int, Floats, float]], nothing: Rows) -> tuple[Rows, Floats]:
    """Stack finished trials; those without a score lie below the worst with one.

    A failure is worse than any score, by as much as the scores differ among
    themselves: what is next to it is not tried as if it was merely the worst.
    """
    scores = np.array([score for _, _, score in done])
    if np.isnan(scores).all():
        return nothing, np.zeros(0)
    worst, best = float(np.nanmin(scores)), float(np.nanmax(scores))
    below = (best - worst) or 0.1 * abs(worst) or 1.0  # one value says nothing of a spread
    scores = np.where(np.isnan(scores), worst - below, scores)
    rows = Rows(np.array([a for a, _, _ in done]), np.array([row for _, row, _ in done]))
    kept = _telling(scores)
    return rows.take(kept), scores[kept]


def _telling(scores: Floats) -> Positions:
    """Return the trials to model: all, or the best half and the latest of the others."""
    everything = np.arange(len(scores))
    if len(scores) <= MAX_TRIALS:
        return everything
    best = np.argsort(-scores, kind="stable")[: MAX_TRIALS // 2]
    latest = np.setdiff1d(everything, best)[-MAX_TRIALS // 2 :]
    return np.sort(np.r_[best, latest])
