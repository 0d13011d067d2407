"""Search: what runs next, until the time or the trials are spent."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from optuna.trial import FrozenTrial, Trial

from autometa.evaluation import Outcome
from autometa.exceptions import KnowledgeBaseWarning, WorkerError
from autometa.knowledge_base import KnowledgeBase
from autometa.tables import Table
from autometa.tuning._budget import Clock, Pace
from autometa.tuning._ensemble import select
from autometa.tuning._plan import Candidate, anchors, known_candidates, merge
from autometa.tuning._pools import Pool
from autometa.tuning._study import Callback, TrialBook, candidate_of
from autometa.tuning._worker_side import Request, Verdict, ask_advice, judge

ADVICE = "advice"
MAX_PROPOSALS = 15
MAX_RECALLED = 8
MAX_KEPT = 80
MIN_SCORED_TO_CUT = 4
N_LEADERS = 10
ESTIMATE_SECONDS = 0.1
MAX_RESTARTS = 2


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run was asked for."""

    metric: str
    n_trials: int | None
    n_jobs: int
    seed: int
    algorithms: tuple[str, ...]
    knowledge_base: KnowledgeBase | bool | None
    n_splits: int
    n_used: int
    fold_seed: int = 0
    positive: int = 1
    callbacks: Sequence[Callback] = ()


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A setup and what the folds said of it."""

    number: int
    candidate: Candidate
    verdict: Verdict

    @property
    def score(self) -> float:
        """Mean over the folds where the metric is defined, greater is better."""
        return self.verdict.score


@dataclass
class Search:
    """Runs trials in a pool, tells the study, and keeps what the ensemble needs.

    Attributes
    ----------
    judged : list of Judged
        Complete trials, with their out-of-fold predictions.
    notes : list of str
        What did not go as planned.
    """

    table: Table
    settings: Settings
    book: TrialBook
    clock: Clock
    pace: Pace
    open_pool: Callable[[], Pool]
    pool: Pool
    judged: list[Judged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    running: dict[Any, tuple[Trial | None, Candidate]] = field(default_factory=dict)
    plan: list[Candidate] = field(default_factory=list)
    recalls: deque[FrozenTrial] = field(default_factory=deque)
    awaits_advice: bool = False
    n_restarts: int = 0
    members_seconds: float = 0.0

    def prepare(self) -> None:
        """Ask for advice, and line up what is known already."""
        self.plan = known_candidates(self.table.task_type, self.settings.algorithms)
        best = sorted(self.book.resumed, key=lambda t: t.value or 0.0, reverse=True)
        self.recalls = deque(best[:MAX_RECALLED])
        if self.settings.knowledge_base is not False:
            self._submit_advice()
        if self.clock.is_endless:
            while self.awaits_advice:
                self._wait_once(None)

    def run(self) -> None:
        """Run trials until time, trials or ideas are spent."""
        while True:
            self._start_trials()
            if not self.running:
                break
            if not self._wait_once(self.search_left):
                break
        for key in list(self.running):
            self._receive(
                self.pool.cancel(key) or Outcome(key=key, status="stopped", message="Stopped.")
            )
        if self.awaits_advice:
            self.pool.cancel(ADVICE)

    @property
    def best(self) -> Judged | None:
        """The complete trial with the greatest score."""
        return max(self.judged, key=lambda j: j.score, default=None)

    @property
    def search_left(self) -> float:
        """Seconds until trials must make way for the refits."""
        return self.clock.left - self.clock.reserve(self.members_seconds)

    def refit_seconds(self, judged: Judged) -> float:
        """Return what one fit on all rows should take."""
        share = 1.0 - 1.0 / self.settings.n_splits
        return judged.verdict.seconds / share

    def _estimate_refits(self) -> None:
        """Work out what fitting the members will take, were the search to end now."""
        leaders = sorted(self.judged, key=lambda j: j.score, reverse=True)[:N_LEADERS]
        costs = [self.refit_seconds(j) for j in leaders]
        weights = select(
            [j.verdict.values for j in leaders],
            self.table.y,
            self.settings.metric,
            self.table.n_classes,
            costs,
            max_cost=self.clock.left,
            time_limit=ESTIMATE_SECONDS,
        )
        self.members_seconds = sum(costs[i] for i in weights) / self.settings.n_jobs

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
        if self.book.is_stopped or self.search_left < min(0.3, 0.1 * self.clock.budget):
            return False
        if self._start_recall():
            return True
        n_trials = self.settings.n_trials
        if n_trials is not None and self.book.n_finished + len(self.running) >= n_trials:
            return False
        chosen = self._next()
        if chosen is None:
            return False
        trial, candidate = chosen
        self._submit(trial.number, trial, candidate)
        return True

    def _start_recall(self) -> bool:
        """Judge a trial of an earlier run again: its predictions are not in the storage."""
        while self.recalls:
            trial = self.recalls.popleft()
            known = trial.user_attrs.get("evaluation", {})
            if known.get("seconds", 0.0) * self.settings.n_used < 0.3 * self.search_left:
                self._submit(("recall", trial.number), None, candidate_of(trial))
                return True
        return False

    def _next(self) -> tuple[Trial, Candidate] | None:
        """Return what was enqueued, else what the plan has time for, else a proposal."""
        if self.book.has_waiting:
            return self.book.ask()
        tried = self.book.tried
        self.plan = [c for c in self.plan if c.key not in tried]
        for candidate in self.plan:
            if self._is_affordable(candidate):
                self.plan.remove(candidate)
                return self.book.ask(candidate)
        for _ in range(MAX_PROPOSALS):
            trial, candidate = self.book.ask()
            if self._is_affordable(candidate):
                return trial, candidate
            expected = self._expected(candidate)
            self._announce(self.book.skip(trial, candidate, f"Needs about {expected:.1f} s."))
        return None

    def _expected(self, candidate: Candidate) -> float:
        per_fit = self.pace.expected(
            candidate.algorithm, candidate.config, candidate.expected_seconds
        )
        return per_fit * self.settings.n_used

    def _is_affordable(self, candidate: Candidate) -> bool:
        left = self.search_left
        is_late = left < 0.25 * self.clock.budget
        share = 0.8 if is_late else 0.3 if self.judged else 0.15
        return self._expected(candidate) <= share * left

    def _submit(self, key: Any, trial: Trial | None, candidate: Candidate) -> None:
        best = self.best
        request = Request(
            algorithm=candidate.algorithm,
            config=candidate.config,
            seed=self.settings.seed,
            metric=self.settings.metric,
            n_splits=self.settings.n_splits,
            n_used=self.settings.n_used,
            fold_seed=self.settings.fold_seed,
            positive=self.settings.positive,
            cut=self._cut() if trial is not None else -np.inf,
            keep_above=np.inf if self.clock.is_endless else best.score if best else -np.inf,
        )
        timeout = self.clock.trial_timeout(self._expected(candidate), self.search_left)
        self.pool.submit(key, judge, request, timeout=timeout)
        self.running[key] = (trial, candidate)

    def _cut(self) -> float:
        """Return the first-fold score below which a setup is hopeless.

        It lies as far below the median as the median lies below the best, and
        farther than folds differ by chance.
        """
        if len(self.judged) < MIN_SCORED_TO_CUT:
            return -np.inf
        first = sorted(j.verdict.fold_scores[0] for j in self.judged)
        if np.isnan(first[0]):  # undefined by the labels of the fold, so for every setup
            return -np.inf
        noise = float(np.median([np.nanstd(j.verdict.fold_scores) for j in self.judged]))
        return float(min(2 * np.median(first) - first[-1], first[-1] - 4 * noise))

    def _wait_once(self, timeout: float | None) -> bool:
        """Take one outcome; False when the time ran out first."""
        if timeout is not None and not np.isfinite(timeout):
            timeout = None
        try:
            outcome = self.pool.wait(timeout=None if timeout is None else max(0.0, timeout))
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
            self._receive(Outcome(key=key, status="error", message=str(error)))
        self.awaits_advice = False
        self.n_restarts += 1
        if self.n_restarts > MAX_RESTARTS:
            return False
        self.pool = self.open_pool()
        return True

    def _receive(self, outcome: Outcome) -> None:
        if outcome.status != "ok":
            self.pool.refill()
        if outcome.key == ADVICE:
            self._receive_advice(outcome)
            return
        trial, candidate = self.running.pop(outcome.key)
        if outcome.status == "timeout":  # the limit came from the budget: no fault of the setup
            outcome = replace(outcome, status="stopped")
        if outcome.status == "ok":
            self._receive_verdict(outcome.key, trial, candidate, outcome.value)
        elif trial is not None:
            told = self.book.fail(trial, candidate, outcome.status, outcome.message)
            self._announce(told)

    def _receive_advice(self, outcome: Outcome) -> None:
        self.awaits_advice = False
        if outcome.status == "ok":
            defaults = anchors(self.table.task_type, self.settings.algorithms)
            self.plan = merge(outcome.value, self.plan, defaults)
            return
        self.notes.append(f"No advice of the knowledge base: {outcome.message}")
        if isinstance(self.settings.knowledge_base, KnowledgeBase):
            warnings.warn(KnowledgeBaseWarning(self.notes[-1]), stacklevel=2)

    def _receive_verdict(
        self, key: Any, trial: Trial | None, candidate: Candidate, verdict: Verdict
    ) -> None:
        self.pace.learn(
            candidate.algorithm, candidate.config, verdict.seconds, candidate.expected_seconds
        )
        number = trial.number if trial is not None else key[1]
        judged = Judged(number=number, candidate=candidate, verdict=verdict)
        is_defined = np.isfinite(judged.score)
        if is_defined and verdict.is_complete:
            self._keep(judged)
        if trial is None:
            return
        if is_defined:
            self._announce(self.book.tell(trial, candidate, verdict))
        else:
            message = f"'{self.settings.metric}' cannot be computed from the predictions."
            self._announce(self.book.fail(trial, candidate, "error", message))

    def _keep(self, judged: Judged) -> None:
        """Keep a complete trial; fold models only of the best."""
        if judged.verdict.models:
            self.judged = [
                replace(j, verdict=replace(j.verdict, models=b"")) if j.verdict.models else j
                for j in self.judged
            ]
        self.judged.append(judged)
        if len(self.judged) > MAX_KEPT:
            self.judged.remove(min(self.judged, key=lambda j: j.score))
        if not self.clock.is_endless:
            self._estimate_refits()

    def _announce(self, trial: FrozenTrial) -> None:
        for callback in self.settings.callbacks:
            self.book.announce(callback, trial)
