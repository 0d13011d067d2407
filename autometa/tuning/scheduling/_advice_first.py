"""AdviceFirstScheduler: a leader on more rows, then the plan, then what the sampler proposes.

The plan is what past runs advise and the algorithms' own setups. Expected seconds decide the
size of a trial, never whether there is one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autometa.tuning._request import Request
from autometa.tuning._state import SAFE_SHARE, CompletedTrial, SearchState
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.scheduling._scheduler import Decision, Scheduler, TrialReport
from autometa.tuning.scheduling._sizing import fit_into, smallest_part

# Share of the time left that a trial begun now may be expected to take.
FIRST_SHARE = 0.15  # nothing was timed here yet, and guesses are wrong by up to a factor of ten
USUAL_SHARE = 0.3  # guesses are corrected by what was timed; three more trials fit at least
LATE_SHARE = 0.8  # near the end what a trial leaves over serves nobody but the refits
LATE_PART = 0.25  # of the budget left: that is near the end

# Setups that may go before one that has to be made smaller: it is the best that is planned.
MAX_PASSED_OVER = 2
LOOK_AHEAD = 3  # places of the plan: what is advised first is worth being made smaller
# Share of the rows: a score of fewer says little beside those of all rows, and a model of them is
# no member of worth. Whatever of the plan fits as it is goes before such a trial.
MUCH_SMALLER = 0.25
N_SIZED_FIRST = 40  # of the plan, while nothing is scored and the first trial is waited for
REFIT_SHARE = 0.3  # of the budget: no more is kept for the end
# Times the rows: less would hardly change a score. Just below the doubling that sizes go by,
# so that rounding cannot forbid it.
MIN_PROMOTION = 1.9
# Trials of an algorithm that were stopped, without a score of any, before its setups wait for
# those of all others: nearest neighbours on many rows can hold the workers for half of a run.
MAX_STOPPED = 2
# Setups in a row, near the end, for which no time is left on more than a small part of the rows.
# Their models could not be members of one that is scored on all rows; the refits have the time.
MAX_POINTLESS = 5
RETRY_SHARE = 0.25  # of the rows that were too many: of half of them the time is unknown too

MIN_SCORED_TO_STOP = 4  # complete trials, before a median of first folds means anything
NOISE_FACTOR = 4  # standard deviations of fold scores; by chance a fold is two off, either way


@dataclass(kw_only=True)
class AdviceFirstScheduler(Scheduler):
    """Chooses setups and their size by what they should take and the time that is left.

    Attributes
    ----------
    ceilings : dict
        By setup, the share of rows that it may not exceed after more were too many.
    promoted : set
        Setups, with the share of rows, that were tried on more rows once.
    stopped : Counter
        By algorithm, trials whose time was up.
    passed_over : Counter
        By setup, how often another of the plan went before it.
    """

    ceilings: dict[Any, float] = field(default_factory=dict)
    promoted: set[Any] = field(default_factory=set)
    stopped: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[Any] = field(default_factory=Counter)

    def next(self, state: SearchState) -> Request | None:
        """Return the leader on more rows, what is planned, or a proposal of the sampler.

        None when the time that is left has room for small parts of the rows only.
        """
        request = self._promotion(state) or self._planned(state) or self._proposal(state)
        for n_more in reversed(range(MAX_POINTLESS)):
            if not _is_pointless(state, request):
                return self._with_limit(state, request)
            if request.proposal is not None:
                state.reject(request.proposal, "No time is left for it on enough of the rows.")
            if n_more:
                request = self._proposal(state)
        return None

    def size(self, state: SearchState, candidate: Candidate) -> Request:
        """Return the setup as it is, on the rows that the time allows."""
        return self._with_limit(state, self._size(state, candidate))

    def decide(self, state: SearchState, trial: CompletedTrial) -> Decision:
        """Stop what a first fold has cut; every score of a part of the rows may be promoted."""
        if not trial.result.is_complete:
            return Decision.STOP
        is_final = trial.fidelity >= 1.0 or (trial.candidate.key, trial.fidelity) in self.promoted
        return Decision.CONTINUE if is_final else Decision.PROMOTE

    def report(self, state: SearchState, report: TrialReport) -> None:
        """Line a setup that was too large up again, once, on fewer rows; learn how slow it was."""
        request, candidate = report.request, report.request.candidate
        if report.status not in ("stopped", "memory") or state.clock.is_endless:
            return
        if report.status == "stopped":
            if report.seconds < request.expected_seconds:  # the run ended, it was not slow
                return
            self.stopped[candidate.algorithm] += 1
            state.fit_time_model.learn(
                candidate.algorithm,
                candidate.config,
                report.seconds / state.settings.n_used,
                candidate.expected_seconds,
                request.fidelity,
            )
        least = smallest_part(state.fit_time_model, candidate)
        if candidate.key not in self.ceilings and request.fidelity > least:
            self.ceilings[candidate.key] = RETRY_SHARE * request.fidelity
            state.plan.insert(0, candidate)

    def _promotion(self, state: SearchState) -> Request | None:
        """Return the leader on twice the rows or more, when it was scored on a part of them."""
        best = state.best
        if best is None or all(waiting.number != best.number for waiting in state.promotions):
            return None
        request = self._size(state, best.candidate)
        if request.fidelity < min(1.0, MIN_PROMOTION * best.fidelity):
            return None
        self.promoted.add((best.candidate.key, best.fidelity))
        state.promotions = [t for t in state.promotions if t.number != best.number]
        return request

    def _planned(self, state: SearchState) -> Request | None:
        """Return the next of the plan that fits, in a smaller size if need be.

        One that fits as it is goes before those that have to be made smaller when it is
        near the head, or when they would have to be made much smaller. When none fits in
        any size, the quickest comes, however long it takes.
        """
        tried = state.study_log.tried
        state.plan = [c for c in state.plan if c.key not in tried or c.key in self.ceilings]
        if not state.plan:
            return None
        scored = {trial.candidate.algorithm for trial in state.completed}
        state.plan.sort(key=lambda c: c.algorithm not in scored and self._is_slow(c))
        requests = [
            self._size(state, c, may_shrink=True)
            for c in state.plan[: None if state.completed else N_SIZED_FIRST]
        ]
        limit = _trial_seconds(state)
        fits = [i for i, request in enumerate(requests) if request.expected_seconds <= limit]
        far = LOOK_AHEAD
        if fits and requests[fits[0]].fidelity <= MUCH_SMALLER:
            far = len(requests)
        whole = [i for i in fits if i < far and requests[i].is_whole(state.plan[i])]
        due = [i for i in fits[:1] if far == LOOK_AHEAD and self._has_waited(state.plan[i])]
        quickest = min(range(len(requests)), key=lambda i: requests[i].expected_seconds)
        i = (due or whole or fits or [quickest])[0]
        self.passed_over.update(candidate.key for candidate in state.plan[:i])
        state.plan.pop(i)
        return requests[i]

    def _has_waited(self, candidate: Candidate) -> bool:
        """Whether enough others went before it: the next would again, and so to the end."""
        return self.passed_over[candidate.key] >= MAX_PASSED_OVER

    def _is_slow(self, candidate: Candidate) -> bool:
        """Whether trials of the algorithm were stopped: but for one on fewer rows, it waits."""
        n_stopped = self.stopped[candidate.algorithm]
        return n_stopped >= (MAX_STOPPED if candidate.key in self.ceilings else 1)

    def _proposal(self, state: SearchState) -> Request:
        """Return what the sampler proposes, with fewer trees where nothing else makes it fit."""
        proposal = state.propose()
        request = replace(self._size(state, proposal.candidate), proposal=proposal)
        smaller = self._size(state, proposal.candidate, may_shrink=True)
        fits = request.expected_seconds <= _trial_seconds(state)
        if fits or smaller.candidate.key == proposal.candidate.key:
            return request  # as small as it can be: it is tried, whatever is expected
        needs = f"Needs about {request.expected_seconds:.1f} s; tried with fewer trees."
        state.reject(proposal, needs)
        return smaller

    def _size(self, state: SearchState, candidate: Candidate, may_shrink: bool = False) -> Request:
        """Return the candidate in the size that the time asks for.

        Only what nobody asked for in this form may have its trees taken.
        """
        clock = state.clock
        if clock.is_endless:
            return Request(candidate=candidate)
        return fit_into(
            candidate,
            state.fit_time_model,
            n_used=state.settings.n_used,
            trial_seconds=_trial_seconds(state),
            refit_seconds=min(REFIT_SHARE * clock.budget, SAFE_SHARE * clock.left),
            max_fidelity=self.ceilings.get(candidate.key, 1.0),
            task_type=state.table.task_type if may_shrink else None,
        )

    def _with_limit(self, state: SearchState, request: Request) -> Request:
        if request.fidelity < 1.0:  # a part of the rows scores less than all do
            return request
        return replace(request, stop_below=hopeless_below(state.completed))


def _is_pointless(state: SearchState, request: Request) -> bool:
    """Return whether a trial is too small, and too late, to count beside those on all rows."""
    is_late = state.search_left < LATE_PART * state.clock.budget
    best = state.best
    is_whole = best is not None and best.fidelity >= 1.0
    return is_late and is_whole and request.fidelity <= MUCH_SMALLER


def _trial_seconds(state: SearchState) -> float:
    """Return the seconds that a trial begun now should take at most."""
    left = state.search_left
    if left < LATE_PART * state.clock.budget:
        return LATE_SHARE * left
    return (USUAL_SHARE if state.completed else FIRST_SHARE) * left


def hopeless_below(completed: list[CompletedTrial]) -> float:
    """Return the first-fold score below which a setup is hopeless.

    It lies as far below the median as the median lies below the best, and farther than
    folds differ by chance.
    """
    if len(completed) < MIN_SCORED_TO_STOP:
        return -np.inf
    first = sorted(trial.result.fold_scores[0] for trial in completed)
    if np.isnan(first[0]):  # undefined by the labels of the fold, so for every setup
        return -np.inf
    noise = float(np.median([np.nanstd(trial.result.fold_scores) for trial in completed]))
    return float(min(2 * np.median(first) - first[-1], first[-1] - NOISE_FACTOR * noise))
