"""Request: a setup that a scheduler wants evaluated, and on how many rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optuna.trial import Trial

from autometa.tuning.scheduling._plan import Candidate


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A setup that Optuna's sampler proposed, or completed; not stored yet.

    Attributes
    ----------
    candidate : Candidate
    trial : optuna.trial.Trial
        Of the sampler's own study in memory.
    """

    candidate: Candidate
    trial: Trial


@dataclass(frozen=True, kw_only=True)
class Request:
    """A setup to evaluate.

    Attributes
    ----------
    candidate : Candidate
    fidelity : float
        Share of the training rows of each fold, above 0 and at most 1.
    expected_seconds : float
        Of all folds together; the deadline of the trial follows from it.
    stop_below : float
        A first fold that scores less ends the trial, which is then stored as pruned.
    proposal : Proposal or None
        What the sampler proposed, where the candidate is that; None has the sampler's
        study take note of the candidate as of any other.
    """

    candidate: Candidate
    fidelity: float = 1.0
    expected_seconds: float = 0.0
    stop_below: float = -math.inf
    proposal: Proposal | None = None

    def is_whole(self, candidate: Candidate) -> bool:
        """Return whether it is ``candidate`` itself, on all rows."""
        return self.fidelity >= 1.0 and self.candidate.key == candidate.key
