"""Search: asks a scheduler what to evaluate, runs it, and records it, until the end.

What is tried is the scheduler's business, how it is run the runner's, and how it is kept
the study log's. The search counts trials and seconds, and passes on what happened.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from optuna.trial import FrozenTrial

from autometa._common.readable import readable
from autometa._common.warning import warn_user
from autometa.algorithms import get_algorithm
from autometa.evaluation import Outcome
from autometa.exceptions import KnowledgeBaseWarning, WorkerError
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import MetaModel
from autometa.tuning._advice_here import ask_here, can_ask_here
from autometa.tuning._expected_gain import ExpectedGain
from autometa.tuning._interrupt import Interruption
from autometa.tuning._progress import Progress
from autometa.tuning._request import Request
from autometa.tuning._scorer_failures import ScorerFailures
from autometa.tuning._state import CompletedTrial, SearchState
from autometa.tuning.scheduling._plan import Advice, Candidate, anchors, merge, preset_candidates
from autometa.tuning.scheduling._scheduler import Decision, Scheduler, TrialReport
from autometa.tuning.scheduling._target_forms import with_target_forms
from autometa.tuning.study._resume import candidate_of, evaluation_of
from autometa.tuning.workers._runner import TrialRunner
from autometa.tuning.workers._worker_side import (
    EvaluationRequest,
    EvaluationResult,
    ask_advice,
    evaluate,
)

ADVICE = "advice"
ADVICE_SHARE = 0.4  # of the time left: known setups are tried meanwhile, so it may well be late
SPENT = (
    "Trials had to leave time for fitting the winners on all rows, which took less than expected."
)
MAX_RECALLED = 8  # stored trials that are scored again: as many as a small ensemble has members
MIN_GO_ON = 0.05  # of the budget: for less, the search is not taken up again
MIN_SEARCH_SECONDS = 0.3  # less is not worth a trial
MIN_SEARCH_SHARE = 0.1  # of the budget, where that is less: a second has room for a trial too


@dataclass(kw_only=True)
class Search:
    """Runs the trials that a scheduler requests, and records them in the study.

    Attributes
    ----------
    state : SearchState
    scheduler : Scheduler
    runner : TrialRunner
    interruption : Interruption
    progress : Progress
        Shows that advice has come.
    running : dict
        By key of the call, the trial (None for one that is scored again) and its request.
    recalls : deque of FrozenTrial
        Trials of earlier runs to score again.
    ended : str
        Why no more trials were begun.
    """

    state: SearchState
    scheduler: Scheduler
    runner: TrialRunner
    interruption: Interruption
    running: dict[Any, tuple[FrozenTrial | None, Request]] = field(default_factory=dict)
    recalls: deque[FrozenTrial] = field(default_factory=deque)
    progress: Progress = field(default_factory=Progress)
    awaits_advice: bool = False
    gain: ExpectedGain = field(default_factory=ExpectedGain)
    scorer_failures: ScorerFailures = field(init=False)
    ended: str = ""

    def __post_init__(self) -> None:
        settings = self.state.settings
        self.scorer_failures = ScorerFailures(settings.metric, len(settings.algorithms))

    def prepare(self) -> None:
        """Ask for advice, and line up the known setups."""
        state, settings = self.state, self.state.settings
        untried = with_target_forms(
            preset_candidates(state.table.task_type, settings.algorithms),
            state.table,
            settings.metric,
        )
        seconds = state.clock.trial_timeout(0.0, state.search_left)
        state.plan = [
            *state.study_log.cut_short(np.inf if seconds is None else seconds),
            *untried,
        ]
        best = sorted(state.study_log.resumed, key=lambda t: t.value or 0.0, reverse=True)
        self.recalls = deque(best[:MAX_RECALLED])
        if settings.knowledge_base is not False:
            self._ask_for_advice()
        if state.clock.is_endless:  # the result must not depend on how soon advice comes
            while self.awaits_advice and not self.interruption.is_asked:
                self._wait_once(None)

    def reached(self) -> str:
        """Return what was reached so far, in a clause: for whoever looks on."""
        state = self.state
        best, n = state.best, len(state.completed)
        parts = [f"{n} scored" if n else "the first trials are under way"]
        if best is not None:
            score = readable(best.score)
            parts.append(f"best {state.settings.metric} {score} by {best.candidate.algorithm}")
        if self.awaits_advice:
            parts.append("the table is being described for advice")
        return ", ".join(parts)

    @property
    def may_go_on(self) -> bool:
        """Whether trials ended for refits that took less time than was kept for them."""
        least = max(2 * MIN_SEARCH_SECONDS, MIN_GO_ON * self.state.clock.budget)
        return self.ended == SPENT and self.state.search_left > least and not self.runner.n_busy

    def run(self) -> None:
        """Run trials until time or trials are spent; advice under way is waited for."""
        self.ended = ""
        while not self.interruption.is_asked:
            self._start_trials()
            if not self.running and (self.ended or not self.awaits_advice):
                break
            if not self._wait_once(self.state.search_left):
                self.ended = self.ended or SPENT
                break
        if self.interruption.is_asked:
            self.ended = "It was asked to end."
        self.ended = self.ended or "Nothing was left to try."
        self.stop()

    def stop(self) -> None:
        """End what is under way; the study keeps it as stopped, to be tried again."""
        for key in list(self.running):
            outcome = self.runner.cancel(key) or Outcome(key=key, status="stopped")
            if self.interruption.is_asked:  # it had no time of its own that ran out
                outcome = replace(outcome, seconds=0.0)
            self._receive(replace(outcome, status="stopped", message="Stopped."))
        if self.awaits_advice:
            self.runner.cancel(ADVICE)

    def _ask_for_advice(self) -> None:
        """Ask in a worker, or in this process where that takes less than workers take to start."""
        settings, clock = self.state.settings, self.state.clock
        base = settings.knowledge_base
        budget = None if clock.is_endless else clock.left / settings.n_used
        knowledge_base = base if isinstance(base, KnowledgeBase | MetaModel) else None
        question = settings.metric, budget, settings.algorithms, settings.max_predict_ms
        if can_ask_here(self.state.table, knowledge_base, clock):
            self._receive_advice(ask_here(ADVICE, self.state.table, knowledge_base, *question))
            return
        limit = None if clock.is_endless else ADVICE_SHARE * clock.left
        self.runner.submit(ADVICE, ask_advice, knowledge_base, *question, timeout=limit)
        self.awaits_advice = True

    def _start_trials(self) -> None:
        while len(self.running) < self.state.settings.n_jobs and self._start_one():
            pass

    def _start_one(self) -> bool:
        """Begin one more trial; False, with the reason in ``ended``, when the search is over."""
        state, n_trials = self.state, self.state.settings.n_trials
        least = min(MIN_SEARCH_SECONDS, MIN_SEARCH_SHARE * state.clock.budget)
        if state.study_log.is_stopped:
            self.ended = "A callback stopped the search."
        elif state.search_left < least:
            self.ended = SPENT
        elif self.recalls:
            self._start_recall(self.recalls.popleft())
            return True
        elif self.gain.is_spent(state):
            self.ended = self.gain.ended(state)
        elif n_trials is not None and state.study_log.n_finished + len(self.running) >= n_trials:
            self.ended = f"All {n_trials} trials were made."
        else:
            return self._start_enqueued() or self._start_requested()
        return False

    def _start_recall(self, trial: FrozenTrial) -> None:
        """Score a trial of an earlier run again: its predictions are not in the storage."""
        evaluation = trial.user_attrs.get("evaluation", {})
        candidate = candidate_of(trial)
        if "seconds" in evaluation:
            candidate = replace(candidate, expected_seconds=float(evaluation["seconds"]))
        request = self.scheduler.size(self.state, candidate)
        self._submit(("recall", trial.number), None, replace(request, stop_below=-np.inf))

    def _start_enqueued(self) -> bool:
        enqueued = self.state.study_log.begin_enqueued()
        if enqueued is None:
            return False
        trial, candidate = enqueued
        self._submit(trial.number, trial, self.scheduler.size(self.state, candidate))
        return True

    def _start_requested(self) -> bool:
        request = self.scheduler.next(self.state)
        if request is None:
            self.ended = "The scheduler had nothing left to try."
            return False
        study_log = self.state.study_log
        proposal = request.proposal or study_log.propose(request.candidate)
        trial = study_log.begin(proposal)
        self._submit(trial.number, trial, replace(request, candidate=proposal.candidate))
        return True

    def _submit(self, key: Any, trial: FrozenTrial | None, request: Request) -> None:
        state, settings, candidate = self.state, self.state.settings, request.candidate
        timeout = state.clock.trial_timeout(request.expected_seconds, state.search_left)
        call = EvaluationRequest(
            algorithm=candidate.algorithm,
            config=candidate.config,
            seed=settings.seed,
            metric=settings.metric,
            n_splits=settings.n_splits,
            n_used=settings.n_used,
            fold_seed=settings.fold_seed,
            positive=settings.positive,
            fidelity=request.fidelity,
            stop_below=request.stop_below,
            keep_above=state.best.score if state.best else -np.inf,
            stops_early=settings.stops_early,
            seconds=np.inf if timeout is None else timeout,
        )
        self.runner.submit(key, evaluate, call, timeout=timeout)
        self.running[key] = (trial, request)

    def _wait_once(self, timeout: float | None) -> bool:
        """Take one outcome; False when the time ran out first."""
        if timeout is not None and not np.isfinite(timeout):
            timeout = None
        try:
            outcome = self.runner.wait(timeout)
        except WorkerError as error:
            return self._restart(error)
        if outcome is None:
            return False
        self._receive(outcome)
        return True

    def _restart(self, error: WorkerError) -> bool:
        """Open other workers when one could not be started; give up after a few times."""
        self.state.notes.append(str(error))
        can_go_on = self.runner.restart()
        for key in list(self.running):
            self._receive(Outcome(key=key, status="stopped", message=str(error)))
        self.awaits_advice = False
        if not can_go_on:
            self.ended = "Workers could not be started."
        return can_go_on

    def _receive(self, outcome: Outcome) -> None:
        if outcome.status != "ok":
            self.runner.refill()
        if outcome.key == ADVICE:
            self._receive_advice(outcome)
            return
        trial, request = self.running.pop(outcome.key)
        if outcome.status == "timeout":  # the limit came from the budget: no fault of the setup
            outcome = replace(outcome, status="stopped")
        if outcome.status == "ok":
            self._receive_result(outcome, trial, request)
            return
        self._report(request, outcome)
        if trial is not None:
            limit = outcome.seconds if outcome.status == "stopped" else None
            failure = outcome.status, outcome.message, limit
            self._announce(self.state.study_log.fail(trial, request.candidate, *failure))
            if outcome.status == "error" and not self._has_scores:
                self.scorer_failures.learn(request.candidate.algorithm, outcome.message)

    @property
    def _has_scores(self) -> bool:
        """Whether a setup was scored, by this run or by one whose study it goes on with."""
        return bool(self.state.completed or self.state.study_log.resumed)

    def _receive_advice(self, outcome: Outcome) -> None:
        state, settings = self.state, self.state.settings
        self.awaits_advice = False
        if outcome.status == "ok":
            defaults = anchors(state.table.task_type, settings.algorithms)
            advice: Advice = outcome.value
            merged = merge(advice.candidates, state.plan, defaults, n_before=advice.n_before)
            state.plan = with_target_forms(merged, state.table, settings.metric)
            self.progress.event(f"advice: {len(advice.candidates)} setups to try first")
            state.metafeatures, state.advice = advice.metafeatures, advice.recommendations
            return
        message = f"No advice of the knowledge base: {outcome.message}"
        state.notes.append(message)
        if isinstance(settings.knowledge_base, KnowledgeBase | MetaModel):
            warn_user(KnowledgeBaseWarning(message))

    def _receive_result(
        self, outcome: Outcome, trial: FrozenTrial | None, request: Request
    ) -> None:
        state, candidate = self.state, request.candidate
        result: EvaluationResult = outcome.value
        state.fit_time_model.learn(
            candidate.algorithm,
            _config_grown(candidate, result),
            result.seconds,
            candidate.expected_seconds,
            result.fidelity,
        )
        key: Any = outcome.key
        number = trial.number if trial is not None else key[1]
        completed = CompletedTrial(number=number, candidate=candidate, result=result)
        is_defined = bool(np.isfinite(completed.score))
        if is_defined and result.is_complete:
            self.gain.learn(completed.score, state.clock.elapsed)
        if is_defined and not self._keep(completed):
            result = replace(result, is_complete=False)
        self._report(request, outcome)
        if trial is None:
            return
        if is_defined:
            result = replace(result, fidelity=result.fidelity * state.settings.row_share)
            ended = state.study_log.tell(trial, candidate, result)
            if evaluation_of(ended).get("status") == "infeasible":
                state.forget(completed)
            self._announce(ended)
        else:
            message = f"'{state.settings.metric}' cannot be computed from the predictions."
            self._announce(state.study_log.fail(trial, candidate, "error", message))

    def _keep(self, trial: CompletedTrial) -> bool:
        """Do with a scored trial what the scheduler decides; False when it is dropped."""
        decision = self.scheduler.decide(self.state, trial)
        if decision is Decision.STOP:
            return False
        self.state.keep(trial)
        if decision is Decision.PROMOTE:
            self.state.promotions.append(trial)
        return True

    def _report(self, request: Request, outcome: Outcome) -> None:
        report = TrialReport(
            request=request,
            status=outcome.status,
            seconds=outcome.seconds,
            result=outcome.value if outcome.status == "ok" else None,
        )
        self.scheduler.report(self.state, report)

    def _announce(self, trial: FrozenTrial) -> None:
        for callback in self.state.settings.callbacks:
            self.state.study_log.announce(callback, trial)


def _config_grown(candidate: Candidate, result: EvaluationResult) -> dict[str, Any]:
    """Return the configuration with as many trees as were grown: the seconds are of these."""
    if not result.rounds:
        return candidate.config
    grown = float(np.mean([one.grown for one in result.rounds]))
    return get_algorithm(candidate.algorithm).with_rounds(candidate.config, grown)
