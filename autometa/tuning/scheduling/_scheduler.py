"""Scheduler: decides which setup is evaluated next, on how many rows, and which goes on.

The search asks, runs and records; a scheduler only decides. `AdviceFirstScheduler` is the
one that `autometa.tune` uses; another one is a class with a ``next``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from autometa.tuning._request import Request
from autometa.tuning._state import CompletedTrial, SearchState
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.workers._worker_side import EvaluationResult


class Decision(Enum):
    """What is to become of a setup that was evaluated."""

    CONTINUE = "continue"
    """It may become a member of the ensemble, as it was evaluated."""
    STOP = "stop"
    """It is hopeless: stored as pruned, and never a member."""
    PROMOTE = "promote"
    """As CONTINUE; and it is worth more rows: it waits in ``state.promotions``."""


@dataclass(frozen=True, kw_only=True)
class TrialReport:
    """How a requested evaluation ended.

    Attributes
    ----------
    request : Request
    status : {"ok", "stopped", "memory", "error"}
        ``stopped``: its time was up.
    seconds : float
        Wall-clock seconds that it ran.
    result : EvaluationResult or None
        None unless the status is ``ok``.
    """

    request: Request
    status: str
    seconds: float
    result: EvaluationResult | None = None


class Scheduler(Protocol):
    """Decides what a search evaluates. One instance serves one run.

    A subclass needs `next` only.
    """

    def next(self, state: SearchState) -> Request | None:
        """Return what to evaluate next; None ends the search.

        Asked whenever a worker is idle. A proposal of ``state.propose()`` must be
        requested, or be given to ``state.reject``.
        """

    def size(self, state: SearchState, candidate: Candidate) -> Request:
        """Return the request for a setup that was enqueued, or stored by an earlier run.

        The setup may not be changed, only the rows that it is evaluated on.
        """
        return Request(candidate=candidate)

    def decide(self, state: SearchState, trial: CompletedTrial) -> Decision:
        """Return what is to become of a setup with a score, before it joins ``state.completed``."""
        return Decision.CONTINUE if trial.result.is_complete else Decision.STOP

    def report(self, state: SearchState, report: TrialReport) -> None:
        """Take note of how an evaluation ended, whatever its end."""
