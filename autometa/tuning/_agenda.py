"""Agenda: what is tried next, and in which size.

Enqueued trials come first, then the leader on more rows, then the plan (what past runs
advise, and known setups), then what the sampler proposes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from optuna.trial import FrozenTrial

from autometa.evaluation import Outcome
from autometa.tuning._plan import Candidate
from autometa.tuning._sizing import Sized, fit_into, smallest_part
from autometa.tuning._standing import SAFE_SHARE, Standing
from autometa.tuning._study import StudyLog

LOOK_AHEAD = 3  # places of the plan: what is advised first is worth being made smaller
N_SIZED_FIRST = 40  # of the plan, while nothing is scored and the first trial is waited for
MAX_PROPOSALS = 5  # of the sampler, before a setup is made smaller to fit
LATE_SHARE = 0.25  # of the budget; then a trial may take most of what is left
REFIT_SHARE = 0.3  # of the budget: no more is kept for the end
MIN_PROMOTION = 1.9  # times the rows: less would hardly change a score


@dataclass(kw_only=True)
class Agenda(Standing):
    """Chooses setups and their size.

    Attributes
    ----------
    plan : list of Candidate
        What is lined up, in order.
    ceilings : dict
        By setup, the share of rows that it may not exceed after more were too many.
    promoted : set
        Leaders that were tried on more rows.
    """

    study_log: StudyLog
    plan: list[Candidate] = field(default_factory=list)
    ceilings: dict[Any, float] = field(default_factory=dict)
    promoted: set[Any] = field(default_factory=set)

    def _next(self) -> tuple[FrozenTrial, Sized]:
        """Return what was enqueued, a leader on more rows, what is planned, or a proposal."""
        enqueued = self.study_log.take_enqueued()
        if enqueued is not None:
            trial, candidate = enqueued
            return trial, self._size(candidate)
        sized = self._promotion() or self._planned()
        if sized is None:
            return self._proposal()
        trial, candidate = self.study_log.ask(sized.candidate)
        return trial, replace(sized, candidate=candidate)

    def _promotion(self) -> Sized | None:
        """Return the leader on twice the rows or more, when it was scored on a part of them."""
        best = self.best
        if best is None or best.result.fidelity >= 1.0:
            return None
        key = (best.candidate.key, best.result.fidelity)
        sized = self._size(best.candidate)
        if key in self.promoted or sized.fidelity < min(1.0, MIN_PROMOTION * best.result.fidelity):
            return None
        self.promoted.add(key)
        return sized

    def _planned(self) -> Sized | None:
        """Return the next of the plan that fits, in a smaller size if need be.

        One that fits as it is goes before those that have to be made smaller when it is
        near the head. When none fits in any size, the quickest comes, however long it
        takes.
        """
        tried = self.study_log.tried
        again = [c for c in self.plan if c.key in self.ceilings]
        self.plan = [c for c in self.plan if c.key not in tried or c in again]
        if not self.plan:
            return None
        sizes = [
            self._size(c, may_shrink=True)
            for c in self.plan[: None if self.completed else N_SIZED_FIRST]
        ]
        fits = [i for i, sized in enumerate(sizes) if sized.expected <= self._trial_seconds]
        whole = [i for i in fits if i < LOOK_AHEAD and sizes[i].is_whole(self.plan[i])]
        quickest = min(range(len(sizes)), key=lambda i: sizes[i].expected)
        i = (whole or fits or [quickest])[0]
        self.plan.pop(i)
        return sizes[i]

    def _proposal(self) -> tuple[FrozenTrial, Sized]:
        """Return what the sampler proposes, with fewer trees where nothing else makes it fit."""
        for _ in range(MAX_PROPOSALS):
            trial, candidate = self.study_log.ask()
            sized = self._size(candidate)
            if sized.expected <= self._trial_seconds:
                return trial, sized
            smaller = self._size(candidate, may_shrink=True)
            if smaller.candidate.key == candidate.key:
                break  # as small as it can be: it is tried, whatever is expected
            needs = f"Needs about {sized.expected:.1f} s; tried with fewer trees."
            self._announce(self.study_log.skip(trial, candidate, needs))
            trial, candidate = self.study_log.ask(smaller.candidate)
            return trial, replace(smaller, candidate=candidate)
        return trial, sized

    @property
    def _trial_seconds(self) -> float:
        """Seconds that a trial begun now should take at most."""
        left = self.search_left
        is_late = left < LATE_SHARE * self.clock.budget
        return (0.8 if is_late else 0.3 if self.completed else 0.15) * left

    def _size(self, candidate: Candidate, may_shrink: bool = False) -> Sized:
        """Return the candidate in the size that the time asks for.

        Only what nobody asked for in this form may have its trees taken.
        """
        if self.clock.is_endless:
            return Sized(candidate=candidate)
        return fit_into(
            candidate,
            self.fit_time_model,
            n_used=self.settings.n_used,
            trial_seconds=self._trial_seconds,
            refit_seconds=min(REFIT_SHARE * self.clock.budget, SAFE_SHARE * self.clock.left),
            max_fidelity=self.ceilings.get(candidate.key, 1.0),
            task_type=self.table.task_type if may_shrink else None,
        )

    def _try_smaller(self, sized: Sized, outcome: Outcome) -> None:
        """Line a setup that was too large up again, once, on fewer rows; learn how slow it was."""
        candidate = sized.candidate
        is_too_large = outcome.status == "memory" or outcome.seconds >= sized.expected
        if self.clock.is_endless or not is_too_large:
            return
        if outcome.status == "stopped":
            self.fit_time_model.learn(
                candidate.algorithm,
                candidate.config,
                outcome.seconds / self.settings.n_used,
                candidate.expected_seconds,
                sized.fidelity,
            )
        if candidate.key not in self.ceilings and sized.fidelity > smallest_part(
            self.fit_time_model, candidate
        ):
            self.ceilings[candidate.key] = sized.fidelity / 4
            self.plan.insert(0, candidate)

    def _announce(self, trial: FrozenTrial) -> None:
        for callback in self.settings.callbacks:
            self.study_log.announce(callback, trial)
