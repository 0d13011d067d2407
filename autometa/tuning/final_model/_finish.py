"""The end of a run: choose the members, fit them on all rows, average them."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autometa.algorithms import get_algorithm
from autometa.evaluation import Outcome, slowness
from autometa.exceptions import WorkerError
from autometa.performance import cleaning_ms
from autometa.tuning._state import CompletedTrial, SearchState
from autometa.tuning.final_model._assemble import Member
from autometa.tuning.final_model._choice import (
    ChoiceLimits,
    Entry,
    choose_rule,
    cross_fit,
)
from autometa.tuning.final_model._choice import choose as choose_setups
from autometa.tuning.final_model._decision import MOST_PROBABLE, DecisionRule
from autometa.tuning.final_model._interval import score_interval
from autometa.tuning.final_model._out_of_fold import OutOfFold
from autometa.tuning.workers._runner import TrialRunner
from autometa.tuning.workers._worker_side import refit

MAX_SEEDS = 5
MAX_SEED_ROWS = 20_000
MAX_REFIT_SHARE = 0.6  # of the time left, that fits of the members may be expected to take
MAX_CHOICE_SHARE = 0.1  # of the time left, for choosing, and again for judging the choice
MIN_CHOICE_SECONDS = 0.1
MAX_INTERVAL_SHARE = 0.05  # of the time left, for drawing rows again


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A member of the final model before it is fitted on all rows."""

    trial: CompletedTrial
    weight: float


def choose(state: SearchState, ensemble: bool) -> list[Chosen]:
    """Return the members of the final model, the heaviest first."""
    if not state.completed:
        return []
    entries = [_entry(state, trial) for trial in state.completed]
    limits, policy = _limits(state, ensemble), state.settings.decision
    weights = choose_setups(entries, state.held_out, limits, policy)
    chosen = [Chosen(trial=state.completed[i], weight=weight) for i, weight in weights.items()]
    return sorted(chosen, key=lambda c: c.weight, reverse=True)


@dataclass(frozen=True, kw_only=True)
class Final:
    """The final model in parts, and what is to be expected of it.

    Attributes
    ----------
    members : list of Member
        Fitted; empty when nothing was ready in time.
    weights : dict of int to float
        By trial number; they sum to 1.
    expected : OutOfFold or None
        None for a setup of an earlier run that was fitted without being scored again.
    stored_score : float
        The score of such a setup.
    rule : DecisionRule
        Which class is predicted from the members' probabilities.
    """

    members: list[Member]
    weights: dict[int, float]
    expected: OutOfFold | None
    stored_score: float = float("nan")
    rule: DecisionRule = MOST_PROBABLE

    @property
    def score(self) -> float:
        """What is to be expected on new rows, greater is better."""
        return self.stored_score if self.expected is None else self.expected.score


def fit_final(state: SearchState, runner: TrialRunner, ensemble: bool) -> Final | None:
    """Choose the members, fit them, and score the choice; None without a setup to choose.

    The score is that of what comes back: where some could not be fitted on all rows, that
    of the members that are left, and when none could, that of the setup whose models of
    the search stand in.
    """
    chosen = choose(state, ensemble)
    if not chosen:
        return None
    refits = Refits(state, runner, chosen)
    eligible = set(range(len(state.completed)))
    expected: list[OutOfFold] = []
    members = refits.run(
        meanwhile=lambda: expected.append(_score_choice(state, eligible, ensemble))
    )
    fitted = [chosen[i] for i in sorted(refits.models)]
    if len(fitted) == len(chosen):
        return Final(
            members=members,
            weights=_by_trial(fitted),
            expected=expected[0],
            rule=_rule(state, _by_trial(fitted)),
        )
    if fitted:
        return Final(
            members=members,
            weights=_by_trial(fitted),
            expected=_score_rest(state, chosen, fitted, ensemble),
            rule=_rule(state, _by_trial(fitted)),
        )
    stand_in = _best_with_models(state)
    if stand_in is None:
        return Final(members=[], weights={}, expected=expected[0])
    eligible = {i for i, j in enumerate(state.completed) if j.score <= stand_in.score}
    return Final(
        members=_kept_models(state, stand_in),
        weights={stand_in.number: 1.0},
        expected=_score_choice(state, eligible, ensemble=False),
        rule=_rule(state, {stand_in.number: 1.0}),
    )


def _rule(state: SearchState, weights: dict[int, float]) -> DecisionRule:
    """Return the decision rule of fitted members, chosen on all held-out rows."""
    entries = [_entry(state, trial) for trial in state.completed]
    chosen = {i: weights[t.number] for i, t in enumerate(state.completed) if t.number in weights}
    policy = state.settings.decision
    rule = choose_rule(entries, state.held_out, _limits(state, True), policy, chosen)
    state.notes += policy.remarks(rule, state.table.classes, state.settings.positive)
    first = state.best
    if state.held_out.decides and first is not None and first.number not in weights:
        name, metric = first.candidate.algorithm, state.settings.metric
        if rule is not policy.fixed:
            state.notes.append(
                f"Setups were compared by '{metric}' at the threshold that is best for each; the "
                f"leaderboard shows it at one half, where trial {first.number} ({name}) is first."
            )
    return rule


def _score_rest(
    state: SearchState, chosen: list[Chosen], fitted: list[Chosen], ensemble: bool
) -> OutOfFold:
    """Return what is to be expected of the members that are left of a choice.

    The lower of two scores. Without the lost ones another setup may be chosen, which is not
    in the model: it must not lend it its score. And the members that are left were picked
    from many on these very rows: alone, the best of them looks better than it is.
    """
    left = {c.trial.number for c in fitted}
    lost = {c.trial.number for c in chosen} - left
    numbers = [j.number for j in state.completed]
    without_lost = {i for i, number in enumerate(numbers) if number not in lost}
    alone = {i for i, number in enumerate(numbers) if number in left}
    scored = [_score_choice(state, eligible, ensemble) for eligible in (without_lost, alone)]
    return min(scored, key=lambda expected: expected.score)


def _by_trial(chosen: list[Chosen]) -> dict[int, float]:
    total = sum(c.weight for c in chosen)
    return {c.trial.number: c.weight / total for c in chosen}


def _score_choice(state: SearchState, eligible: set[int], ensemble: bool) -> OutOfFold:
    """Return what a choice among the eligible setups predicts for rows it has not seen."""
    held_out, columns = state.held_out, sorted(eligible)
    entries = [_entry(state, state.completed[i]) for i in columns]
    crossed = cross_fit(entries, held_out, _limits(state, ensemble), state.settings.decision)
    weights = np.zeros((len(crossed.weights), len(state.completed)))
    weights[:, columns] = crossed.weights
    return OutOfFold(
        trials=tuple(j.number for j in state.completed),
        values=[j.result.values for j in state.completed],
        ensemble=crossed.values,
        decided=crossed.decided,
        weights=weights,
        score=crossed.score,
        interval=score_interval(
            crossed.decided,
            held_out,
            crossed.score,
            seconds=MAX_INTERVAL_SHARE * state.clock.left,
            seed=state.settings.seed,
        ),
        rows=held_out.rows,
        folds=held_out.folds,
        parts=held_out.parts,
        n_rows=len(state.table.y),
        classes=state.table.classes.tolist(),
        y=held_out.y,
        row_weights=held_out.weights,
    )


def _entry(state: SearchState, trial: CompletedTrial) -> Entry:
    return Entry(
        values=trial.result.values,
        fold_scores=trial.result.fold_scores,
        cost=state.refit_seconds(trial),
        predict_ms=state.predict_ms(trial),
    )


def _limits(state: SearchState, ensemble: bool) -> ChoiceLimits:
    left, limit = state.clock.left, state.settings.max_predict_ms
    return ChoiceLimits(
        ensemble=ensemble,
        max_cost=MAX_REFIT_SHARE * left * state.settings.n_jobs,
        predict_ms=np.inf if limit is None else limit - _cleaning_ms(state),
        seconds=max(MIN_CHOICE_SECONDS, MAX_CHOICE_SHARE * left),
    )


def _cleaning_ms(state: SearchState) -> float:
    """Return what cleaning takes of the time to predict a row: once, for all members."""
    return slowness() * cleaning_ms(state.metafeatures)


class Refits:
    """Fits the chosen on all rows in workers, and again with other seeds while time is left."""

    def __init__(self, state: SearchState, runner: TrialRunner, chosen: list[Chosen]) -> None:
        self.state = state
        self.runner = runner
        self.chosen = chosen
        self.models: dict[int, list[Any]] = {}

    def run(self, meanwhile: Callable[[], object]) -> list[Member]:
        """Return the fitted members; what was not ready in time is left out.

        ``meanwhile`` is called once the first fits are under way.
        """
        jobs = deque((i, 0) for i in range(len(self.chosen)))
        self._start(jobs)
        meanwhile()
        self._run(jobs)
        if self._may_repeat:
            self._run(deque((i, s) for s in range(1, MAX_SEEDS) for i in self._random()))
        return self._members()

    @property
    def _may_repeat(self) -> bool:
        """Whether fits with other seeds may follow: more models take longer to predict."""
        settings, is_timed = self.state.settings, not self.state.clock.is_endless
        is_small = len(self.state.table.y) <= MAX_SEED_ROWS
        return is_timed and is_small and settings.max_predict_ms is None

    def _random(self) -> list[int]:
        names = {i: self.chosen[i].trial.candidate.algorithm for i in self.models}
        return [i for i, name in names.items() if get_algorithm(name).is_random]

    def _start(self, jobs: deque[tuple[int, int]]) -> None:
        while jobs and self.runner.n_busy < self.state.settings.n_jobs:
            self._submit(*jobs.popleft())

    def _run(self, jobs: deque[tuple[int, int]]) -> None:
        runner, clock = self.runner, self.state.clock
        while jobs or runner.n_busy:
            self._start(jobs)
            if not runner.n_busy:
                continue
            left = clock.left
            try:
                outcome = self.runner.wait(None if clock.is_endless else left)
            except WorkerError as error:
                self.state.notes.append(str(error))
                return
            if outcome is not None:
                self._receive(outcome)
            elif clock.left <= 0:
                return

    def _submit(self, index: int, number: int) -> None:
        state, trial = self.state, self.chosen[index].trial
        is_extra = number > 0
        if is_extra and 1.5 * state.refit_seconds(trial) > state.clock.left:
            return
        fidelity = state.refit_fidelity(trial)
        if fidelity < 1.0:
            if trial.result.models and fidelity <= trial.result.fidelity:
                return  # the models it sent have seen more
            algorithm = trial.candidate.algorithm
            state.notes.append(
                f"{algorithm} was fitted on {fidelity:.0%} of the rows: all of them would take "
                f"about {state.refit_seconds(trial):.1f} s; {state.clock.left:.1f} s were left."
            )
        timeout = None if state.clock.is_endless else max(0.05, state.clock.left)
        seed = state.settings.seed + number
        candidate = trial.candidate
        setup = (candidate.algorithm, trial.config(), seed, fidelity)
        self.runner.submit((index, number), refit, *setup, timeout=timeout)

    def _receive(self, outcome: Outcome) -> None:
        key: Any = outcome.key
        index = int(key[0])
        if outcome.status == "ok":
            self.models.setdefault(index, []).append(outcome.value)
        else:
            algorithm = self.chosen[index].trial.candidate.algorithm
            self.state.notes.append(f"{algorithm} was not fitted on all rows: {outcome.message}")

    def _members(self) -> list[Member]:
        total = sum(self.chosen[i].weight for i in self.models)
        members: list[Member] = []
        for i in sorted(self.models):
            weight = self.chosen[i].weight / total / len(self.models[i])
            algorithm = self.chosen[i].trial.candidate.algorithm
            for model in self.models[i]:
                name = f"{algorithm}_{len(members)}"
                members.append(Member(name=name, model=model, weight=weight))
        return members


def _best_with_models(state: SearchState) -> CompletedTrial | None:
    with_models = [j for j in state.completed if j.result.models]
    return max(with_models, key=lambda j: j.score, default=None)


def _kept_models(state: SearchState, trial: CompletedTrial) -> list[Member]:
    """Return the models that a trial sent: good for when no refit was ready."""
    models = pickle.loads(trial.result.models)  # noqa: S301 - written by our own worker
    state.notes.append("No refit was ready in time; models kept from the search are used.")
    name = trial.candidate.algorithm
    return [
        Member(name=f"{name}_{i}", model=model, weight=1.0 / len(models))
        for i, model in enumerate(models)
    ]
