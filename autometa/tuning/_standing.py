"""Standing: what the folds have said so far, and what fitting the best would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from autometa.knowledge_base import KnowledgeBase
from autometa.tables import Table
from autometa.tuning._budget import Clock, FitTimeModel
from autometa.tuning._ensemble import select
from autometa.tuning._held_out import HeldOut
from autometa.tuning._plan import Candidate
from autometa.tuning._sizing import largest_part
from autometa.tuning._study import Callback
from autometa.tuning._worker_side import EvaluationResult

MAX_KEPT = 80
MAX_KEPT_BYTES = 256 << 20  # of predictions; fewer trials are kept of tables with many rows
MIN_KEPT = 15
MIN_SCORED_TO_CUT = 4
N_LEADERS = 10
ESTIMATE_SECONDS = 0.1
SAFE_SHARE = 0.7  # of the time left, for a fit that is sized to end in it


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run was asked for, and the share of the rows that it works on."""

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
    row_share: float = 1.0
    callbacks: Sequence[Callback] = ()


@dataclass(frozen=True, kw_only=True)
class CompletedTrial:
    """A setup and what the folds said of it."""

    number: int
    candidate: Candidate
    result: EvaluationResult

    @property
    def score(self) -> float:
        """Mean over the folds where the metric is defined, greater is better."""
        return self.result.score


@dataclass(kw_only=True)
class Standing:
    """The scored trials of a run, and what follows from them.

    Attributes
    ----------
    completed : list of CompletedTrial
        Complete trials, with their out-of-fold predictions.
    members_seconds : float
        What fitting the members would take, were the search to end now.
    """

    table: Table
    settings: Settings
    clock: Clock
    fit_time_model: FitTimeModel
    held_out: HeldOut
    completed: list[CompletedTrial] = field(default_factory=list)
    members_seconds: float = 0.0

    @property
    def best(self) -> CompletedTrial | None:
        """The complete trial with the greatest score."""
        return max(self.completed, key=lambda j: j.score, default=None)

    @property
    def search_left(self) -> float:
        """Seconds until trials must make way for the refits."""
        return self.clock.left - self.clock.reserve(self.members_seconds)

    def refit_seconds(self, trial: CompletedTrial) -> float:
        """Return what one fit on all rows should take."""
        share = 1.0 - 1.0 / self.settings.n_splits
        if trial.result.fidelity < 1.0:
            candidate = trial.candidate
            return self.fit_time_model.expected(
                candidate.algorithm, candidate.config, candidate.expected_seconds
            )
        return trial.result.seconds / share

    def refit_fidelity(self, trial: CompletedTrial) -> float:
        """Return the share of rows that the setup can be fitted on in the time that is left."""
        if self.clock.is_endless or self.refit_seconds(trial) <= self.clock.left:
            return 1.0
        seconds = SAFE_SHARE * self.clock.left
        return largest_part(self.fit_time_model, trial.candidate, seconds=seconds, max_fidelity=0.5)

    def _estimate_refits(self) -> None:
        """Work out what fitting the members will take, were the search to end now."""
        leaders = sorted(self.completed, key=lambda j: j.score, reverse=True)[:N_LEADERS]
        costs = [self.refit_seconds(j) for j in leaders]
        weights = select(
            [j.result.values for j in leaders],
            self.held_out.y,
            self.settings.metric,
            self.table.n_classes,
            costs,
            max_cost=self.clock.left,
            time_limit=ESTIMATE_SECONDS,
            folds=self.held_out.folds,
            positive=self.held_out.positive,
        )
        self.members_seconds = sum(costs[i] for i in weights) / self.settings.n_jobs

    def _cut(self) -> float:
        """Return the first-fold score below which a setup is hopeless.

        It lies as far below the median as the median lies below the best, and
        farther than folds differ by chance.
        """
        if len(self.completed) < MIN_SCORED_TO_CUT:
            return -np.inf
        first = sorted(j.result.fold_scores[0] for j in self.completed)
        if np.isnan(first[0]):  # undefined by the labels of the fold, so for every setup
            return -np.inf
        noise = float(np.median([np.nanstd(j.result.fold_scores) for j in self.completed]))
        return float(min(2 * np.median(first) - first[-1], first[-1] - 4 * noise))

    def _keep(self, trial: CompletedTrial) -> None:
        """Keep a complete trial, of a setup the largest; fold models of the best that sent any."""
        self.completed = [
            j
            for j in self.completed
            if j.candidate.key != trial.candidate.key or j.result.fidelity >= trial.result.fidelity
        ]
        if trial.result.models:
            better = any(j.result.models and j.score >= trial.score for j in self.completed)
            if better:  # two ran at a time, and this one was begun before the other ended
                trial = _without_models(trial)
            else:
                self.completed = [_without_models(j) for j in self.completed]
        self.completed.append(trial)
        room = MAX_KEPT_BYTES // max(1, trial.result.values.nbytes)
        if len(self.completed) > min(MAX_KEPT, max(MIN_KEPT, room)):
            self.completed.remove(min(self.completed, key=lambda j: j.score))
        if not self.clock.is_endless:
            self._estimate_refits()


def _without_models(trial: CompletedTrial) -> CompletedTrial:
    if not trial.result.models:
        return trial
    return replace(trial, result=replace(trial.result, models=b""))
