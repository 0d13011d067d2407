"""Search: what runs next, until the time or the trials are spent."""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from optuna.trial import FrozenTrial

from autometa.evaluation import Outcome
from autometa.exceptions import KnowledgeBaseWarning, WorkerError
from autometa.knowledge_base import KnowledgeBase
from autometa.tuning._agenda import Agenda
from autometa.tuning._interrupt import Interruption
from autometa.tuning._plan import anchors, known_candidates, merge
from autometa.tuning._pools import Pool
from autometa.tuning._sizing import Sized
from autometa.tuning._standing import CompletedTrial
from autometa.tuning._study import candidate_of
from autometa.tuning._worker_side import EvaluationRequest, EvaluationResult, ask_advice, evaluate

ADVICE = "advice"
LOOK_SECONDS = 0.2  # how often a run looks whether it is to end
SPENT = (
    "Trials had to leave time for fitting the winners on all rows, which took less than expected."
)
MAX_RECALLED = 8
MAX_RESTARTS = 2
MIN_GO_ON = 0.05  # of the budget: for less, the search is not taken up again
MIN_SEARCH_SECONDS = 0.3  # less is not worth a trial


@dataclass(kw_only=True)
class Search(Agenda):
    """Runs trials in a pool, records them in the study, and keeps what the ensemble needs.

    Attributes
    ----------
    notes : list of str
        What did not go as planned.
    ended : str
        Why no more trials were begun.
    """

    open_pool: Callable[[], Pool]
    pool: Pool
    interruption: Interruption
    notes: list[str] = field(default_factory=list)
    running: dict[Any, tuple[FrozenTrial | None, Sized]] = field(default_factory=dict)
    recalls: deque[FrozenTrial] = field(default_factory=deque)
    awaits_advice: bool = False
    ended: str = ""
    n_restarts: int = 0

    def prepare(self) -> None:
        """Ask for advice, and line up the known setups."""
        untried = known_candidates(self.table.task_type, self.settings.algorithms)
        patience = self.clock.trial_timeout(0.0, self.search_left)
        self.plan = [*self.study_log.stopped(np.inf if patience is None else patience), *untried]
        best = sorted(self.study_log.resumed, key=lambda t: t.value or 0.0, reverse=True)
        self.recalls = deque(best[:MAX_RECALLED])
        if self.settings.knowledge_base is not False:
            self._submit_advice()
        if self.clock.is_endless:
            while self.awaits_advice and not self.interruption.is_asked:
                self._wait_once(None)

    @property
    def may_go_on(self) -> bool:
        """Whether trials ended for refits that took less time than was kept for them."""
        is_early = self.search_left > max(2 * MIN_SEARCH_SECONDS, MIN_GO_ON * self.clock.budget)
        return self.ended == SPENT and is_early and not self.pool.n_busy

    def run(self) -> None:
        """Run trials until time or trials are spent; advice under way is waited for."""
        self.ended = ""
        while not self.interruption.is_asked:
            self._start_trials()
            if not self.running and (self.ended or not self.awaits_advice):
                break
            if not self._wait_once(self.search_left):
                self.ended = self.ended or SPENT
                break
        if self.interruption.is_asked:
            self.ended = "It was asked to end."
        self.ended = self.ended or "Nothing was left to try."
        self.stop()

    def stop(self) -> None:
        """End what is under way; the study keeps it as stopped, to be tried again."""
        for key in list(self.running):
            ended = self.pool.cancel(key) or Outcome(key=key, status="stopped")
            if self.interruption.is_asked:  # it had no time of its own that ran out
                ended = replace(ended, seconds=0.0)
            self._receive(replace(ended, status="stopped", message="Stopped."))
        if self.awaits_advice:
            self.pool.cancel(ADVICE)

    def _submit_advice(self) -> None:
        base = self.settings.knowledge_base
        budget = None if self.clock.is_endless else self.clock.left / self.settings.n_used
        limit = None if self.clock.is_endless else 0.4 * self.clock.left
        knowledge_base = base if isinstance(base, KnowledgeBase) else None
        arguments = (knowledge_base, self.settings.metric, budget, self.settings.algorithms)
        self.pool.submit(ADVICE, ask_advice, *arguments, timeout=limit)
        self.awaits_advice = True

    def _start_trials(self) -> None:
        while len(self.running) < self.settings.n_jobs and self._start_one():
            pass

    def _start_one(self) -> bool:
        n_trials = self.settings.n_trials
        if self.study_log.is_stopped:
            self.ended = "A callback stopped the search."
        elif self.search_left < min(MIN_SEARCH_SECONDS, 0.1 * self.clock.budget):
            self.ended = SPENT
        elif self.recalls:
            self._start_recall(self.recalls.popleft())
            return True
        elif n_trials is not None and self.study_log.n_finished + len(self.running) >= n_trials:
            self.ended = f"All {n_trials} trials were made."
        else:
            trial, sized = self._next()
            self._submit(trial.number, trial, sized)
            return True
        return False

    def _start_recall(self, trial: FrozenTrial) -> None:
        """Score a trial of an earlier run again: its predictions are not in the storage."""
        evaluation = trial.user_attrs.get("evaluation", {})
        candidate = candidate_of(trial)
        if "seconds" in evaluation:
            candidate = replace(candidate, expected_seconds=float(evaluation["seconds"]))
        self._submit(("recall", trial.number), None, self._size(candidate))

    def _submit(self, key: Any, trial: FrozenTrial | None, sized: Sized) -> None:
        best = self.best
        candidate = sized.candidate
        is_whole = trial is not None and sized.fidelity >= 1.0
        request = EvaluationRequest(
            algorithm=candidate.algorithm,
            config=candidate.config,
            seed=self.settings.seed,
            metric=self.settings.metric,
            n_splits=self.settings.n_splits,
            n_used=self.settings.n_used,
            fold_seed=self.settings.fold_seed,
            positive=self.settings.positive,
            fidelity=sized.fidelity,
            cut=self._cut() if is_whole else -np.inf,  # part of the rows scores less
            keep_above=best.score if best else -np.inf,
        )
        timeout = self.clock.trial_timeout(sized.expected, self.search_left)
        self.pool.submit(key, evaluate, request, timeout=timeout)
        self.running[key] = (trial, sized)

    def wait(self, timeout: float | None) -> Outcome | None:
        """Return the pool's next outcome; None when the time, or the user's patience, ran out."""
        until = np.inf if timeout is None else time.monotonic() + max(0.0, timeout)
        while True:
            left = min(until - time.monotonic(), LOOK_SECONDS)
            outcome = self.pool.wait(timeout=max(0.0, left))
            is_over = time.monotonic() >= until or not self.pool.n_busy
            if outcome is not None or is_over or self.interruption.is_asked:
                return outcome

    def _wait_once(self, timeout: float | None) -> bool:
        """Take one outcome; False when the time ran out first."""
        if timeout is not None and not np.isfinite(timeout):
            timeout = None
        try:
            outcome = self.wait(timeout)
        except WorkerError as error:
            return self._restart(error)
        if outcome is None:
            return False
        self._receive(outcome)
        return True

    def _restart(self, error: WorkerError) -> bool:
        """Open another pool when a worker could not be started; give up after a few times."""
        self.notes.append(str(error))
        self.pool.close()
        for key in list(self.running):
            self._receive(Outcome(key=key, status="stopped", message=str(error)))
        self.awaits_advice = False
        self.n_restarts += 1
        if self.n_restarts > MAX_RESTARTS:
            self.ended = "Workers could not be started."
            return False
        self.pool = self.open_pool()
        return True

    def _receive(self, outcome: Outcome) -> None:
        if outcome.status != "ok":
            self.pool.refill()
        if outcome.key == ADVICE:
            self._receive_advice(outcome)
            return
        trial, sized = self.running.pop(outcome.key)
        if outcome.status == "timeout":  # the limit came from the budget: no fault of the setup
            outcome = replace(outcome, status="stopped")
        if outcome.status == "ok":
            self._receive_result(outcome.key, trial, sized, outcome.value)
            return
        if outcome.status in ("stopped", "memory"):
            self._try_smaller(sized, outcome)
        if trial is not None:
            limit = outcome.seconds if outcome.status == "stopped" else None
            self._announce(
                self.study_log.fail(trial, sized.candidate, outcome.status, outcome.message, limit)
            )

    def _receive_advice(self, outcome: Outcome) -> None:
        self.awaits_advice = False
        if outcome.status == "ok":
            defaults = anchors(self.table.task_type, self.settings.algorithms)
            self.plan = merge(outcome.value, self.plan, defaults)
            return
        self.notes.append(f"No advice of the knowledge base: {outcome.message}")
        if isinstance(self.settings.knowledge_base, KnowledgeBase):
            warnings.warn(KnowledgeBaseWarning(self.notes[-1]), stacklevel=2)

    def _receive_result(
        self, key: Any, trial: FrozenTrial | None, sized: Sized, result: EvaluationResult
    ) -> None:
        candidate = sized.candidate
        self.fit_time_model.learn(
            candidate.algorithm,
            candidate.config,
            result.seconds,
            candidate.expected_seconds,
            result.fidelity,
        )
        number = trial.number if trial is not None else key[1]
        completed = CompletedTrial(number=number, candidate=candidate, result=result)
        is_defined = np.isfinite(completed.score)
        if is_defined and result.is_complete:
            self._keep(completed)
        if trial is None:
            return
        if is_defined:
            recorded = replace(result, fidelity=result.fidelity * self.settings.row_share)
            self._announce(self.study_log.tell(trial, candidate, recorded))
        else:
            message = f"'{self.settings.metric}' cannot be computed from the predictions."
            self._announce(self.study_log.fail(trial, candidate, "error", message))
