"""SearchState: what a search knows so far, for whoever decides what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from autometa.algorithms import get_algorithm
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import MetaModel
from autometa.recommendation import Recommendations
from autometa.tables import Table
from autometa.tuning._budget import Clock, FitTimeModel
from autometa.tuning._request import Proposal
from autometa.tuning.final_model._deciding import NO_CHOICE, DecisionPolicy
from autometa.tuning.final_model._ensemble import select
from autometa.tuning.final_model._held_out import HeldOut
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.scheduling._sizing import largest_part
from autometa.tuning.study._study_log import Callback, StudyLog
from autometa.tuning.workers._worker_side import EvaluationResult

# Trials whose predictions are kept for the ensemble. Greedy selection looks at 60 candidates at
# most (see `_ensemble.max_candidates`); the others are spare for setups that cannot be refitted.
MAX_KEPT = 80
MAX_KEPT_BYTES = 256 << 20  # of predictions; fewer trials are kept of tables with many rows
MIN_KEPT = 15  # even so, or the ensemble would have nothing to choose among
N_LEADERS = 10  # looked at for an estimate of the refits: members are nearly always among them
ESTIMATE_SECONDS = 0.1  # of greedy selection after each trial; the final one has more
SAFE_SHARE = 0.7  # of the time left, for a fit that is sized to end in it: expected seconds err
HALF = 0.5  # a refit that does not fit on all rows is tried on half of them, then on less


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """What a run was asked for, and the share of the rows that it works on."""

    metric: str
    n_trials: int | None
    n_jobs: int
    seed: int
    algorithms: tuple[str, ...]
    knowledge_base: KnowledgeBase | MetaModel | bool | None
    n_splits: int
    n_used: int
    fold_seed: int = 0
    train_share: float = 0.8  # of the rows, that a fold trains on
    validation: Mapping[str, Any] = field(default_factory=dict)  # what is said of the folds
    positive: int = 1
    row_share: float = 1.0
    stops_early: bool = False
    max_predict_ms: float | None = None
    decision: DecisionPolicy = NO_CHOICE
    patience: int | None = None
    callbacks: Sequence[Callback] = ()


@dataclass(frozen=True, kw_only=True)
class CompletedTrial:
    """A setup and its evaluation on the folds.

    Attributes
    ----------
    number : int
        Of the trial in the study.
    candidate : Candidate
    result : EvaluationResult
    """

    number: int
    candidate: Candidate
    result: EvaluationResult

    @property
    def score(self) -> float:
        """Mean over the folds where the metric is defined, greater is better."""
        return self.result.score

    @property
    def fidelity(self) -> float:
        """Share of the training rows of each fold that were used."""
        return self.result.fidelity

    def config(self, growth: float = 1.0) -> dict[str, Any]:
        """Return the configuration that was scored: with the trees at which boosting stopped.

        ``growth`` times as many where it is to be fitted on more rows than that.
        """
        n_rounds, candidate = self.result.n_rounds, self.candidate
        if n_rounds is None:
            return candidate.config
        algorithm = get_algorithm(candidate.algorithm)
        return algorithm.with_rounds(candidate.config, n_rounds * growth)


@dataclass(kw_only=True)
class SearchState:
    """The scored trials of a run, what is planned, and what follows from them.

    Attributes
    ----------
    completed : list of CompletedTrial
        Complete trials, with their out-of-fold predictions; of each setup that with most
        rows.
    plan : list of Candidate
        Setups to try before the sampler is asked: cut short earlier, advised by the
        knowledge base, and the algorithms' own, in this order. A scheduler may change it.
    promotions : list of CompletedTrial
        Those that `Scheduler.decide` promoted and `Scheduler.next` has not taken up.
    members_seconds : float
        What fitting the members would take, were the search to end now.
    metafeatures : Series or None
        Of the table, once the knowledge base was asked.
    advice : Recommendations or None
        What it recommended.
    notes : list of str
        What did not go as planned.
    """

    table: Table
    settings: SearchSettings
    clock: Clock
    fit_time_model: FitTimeModel
    held_out: HeldOut
    study_log: StudyLog
    completed: list[CompletedTrial] = field(default_factory=list)
    plan: list[Candidate] = field(default_factory=list)
    promotions: list[CompletedTrial] = field(default_factory=list)
    members_seconds: float = 0.0
    metafeatures: pd.Series[float] | None = None
    advice: Recommendations | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def best(self) -> CompletedTrial | None:
        """The complete trial with the greatest score."""
        return max(self.completed, key=lambda trial: trial.score, default=None)

    @property
    def search_left(self) -> float:
        """Seconds until trials must make way for the refits."""
        return self.clock.left - self.clock.reserve(self.members_seconds)

    def propose(self) -> Proposal:
        """Ask Optuna's sampler for a setup; it is to be requested, or rejected."""
        return self.study_log.propose()

    def reject(self, proposal: Proposal, reason: str) -> None:
        """Store a proposal as skipped: the sampler has another one to make."""
        trial = self.study_log.begin(proposal)
        ended = self.study_log.skip(trial, proposal.candidate, reason)
        for callback in self.settings.callbacks:
            self.study_log.announce(callback, ended)

    def predict_ms(self, trial: CompletedTrial) -> float:
        """Return the milliseconds that the model of a trial takes to predict a row."""
        rows_of_fold = len(self.held_out.y) / self.settings.n_used
        return 1e3 * trial.result.predict_seconds / rows_of_fold

    def refit_seconds(self, trial: CompletedTrial) -> float:
        """Return what one fit on all rows should take."""
        candidate = trial.candidate
        if trial.fidelity < 1.0:
            return self.fit_time_model.expected(
                candidate.algorithm, trial.config(), candidate.expected_seconds
            )
        return trial.result.seconds / self.settings.train_share

    def refit_fidelity(self, trial: CompletedTrial) -> float:
        """Return the share of rows that the setup can be fitted on in the time that is left."""
        if self.clock.is_endless or self.refit_seconds(trial) <= self.clock.left:
            return 1.0
        seconds = SAFE_SHARE * self.clock.left
        return largest_part(
            self.fit_time_model, trial.candidate, seconds=seconds, max_fidelity=HALF
        )

    def keep(self, trial: CompletedTrial) -> None:
        """Keep a complete trial, of a setup the largest; fold models of the best that sent any."""
        self.completed = [
            other
            for other in self.completed
            if other.candidate.key != trial.candidate.key or other.fidelity >= trial.fidelity
        ]
        if trial.result.models:
            if any(o.result.models and o.score >= trial.score for o in self.completed):
                # two ran at a time, and this one was begun before the other ended
                trial = _without_models(trial)
            else:
                self.completed = [_without_models(other) for other in self.completed]
        self.completed.append(trial)
        room = MAX_KEPT_BYTES // max(1, trial.result.values.nbytes)
        if len(self.completed) > min(MAX_KEPT, max(MIN_KEPT, room)):
            self.completed.remove(min(self.completed, key=lambda other: other.score))
        if not self.clock.is_endless:
            self._estimate_refits(trial.number)

    def forget(self, trial: CompletedTrial) -> None:
        """Take a trial back that violates a constraint: it is no candidate for the final model."""
        self.completed = [other for other in self.completed if other.number != trial.number]
        self.promotions = [other for other in self.promotions if other.number != trial.number]

    def _estimate_refits(self, newest: int) -> None:
        """Work out what fitting the members will take, were the search to end now.

        A trial that is none of the leaders changes nothing.
        """
        leaders = sorted(self.completed, key=lambda t: t.score, reverse=True)[:N_LEADERS]
        if all(trial.number != newest for trial in leaders):
            return
        costs = [self.refit_seconds(trial) for trial in leaders]
        weights = select(
            [trial.result.values for trial in leaders],
            self.held_out.y,
            self.settings.metric,
            self.table.n_classes,
            costs,
            max_cost=self.clock.left,
            time_limit=ESTIMATE_SECONDS,
            folds=self.held_out.folds,
            positive=self.held_out.positive,
            decides=self.held_out.decides,
        )
        members = [costs[i] for i in weights]
        # workers share the members, but no member is fitted by two of them
        self.members_seconds = max([sum(members) / self.settings.n_jobs, *members])


def _without_models(trial: CompletedTrial) -> CompletedTrial:
    if not trial.result.models:
        return trial
    return replace(trial, result=replace(trial.result, models=b""))
