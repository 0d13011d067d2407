"""StudyLog: what a run needs of the study that keeps its trials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import optuna
from optuna.trial import FrozenTrial

from autometa.tuning._request import Proposal
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.workers._worker_side import EvaluationResult

Callback = Callable[[optuna.Study, FrozenTrial], None]


class StudyLog(Protocol):
    """Proposes setups, stores trials as they begin and end, and resumes earlier runs.

    Attributes
    ----------
    dataset_hash : str
        Names the table by its content.
    algorithms : tuple of str
        What can be chosen in this study.
    resumed : list of FrozenTrial
        Complete trials of earlier runs that this one can use.
    notes : list of str
        What is stored and not used, and what became of the storage.
    """

    dataset_hash: str
    algorithms: tuple[str, ...]
    resumed: list[FrozenTrial]
    notes: list[str]

    @property
    def study(self) -> optuna.Study:
        """The study with every trial."""

    @property
    def tried(self) -> set[tuple[Any, ...]]:
        """Keys of the setups that have a trial, but for those that an earlier run cut short."""

    @property
    def n_finished(self) -> int:
        """Trials that count towards `n_trials`."""

    @property
    def is_stopped(self) -> bool:
        """Whether a callback called ``study.stop()``."""

    def trials(self) -> list[FrozenTrial]:
        """Return all trials by number, those of other runs too."""

    def propose(self, candidate: Candidate | None = None) -> Proposal:
        """Ask the sampler for a setup, or to fill in what ``candidate`` leaves open."""

    def begin(self, proposal: Proposal) -> FrozenTrial:
        """Store a trial that runs from now on."""

    def begin_enqueued(self) -> tuple[FrozenTrial, Candidate] | None:
        """Begin the first trial that was enqueued; None when there is none."""

    def tell(
        self, trial: FrozenTrial, candidate: Candidate, result: EvaluationResult
    ) -> FrozenTrial:
        """Store how a trial did; one that was cut after a fold is stored as pruned."""

    def skip(self, trial: FrozenTrial, candidate: Candidate, message: str) -> FrozenTrial:
        """End a trial that was not worth starting."""

    def fail(
        self,
        trial: FrozenTrial,
        candidate: Candidate,
        status: str,
        message: str,
        limit: float | None = None,
    ) -> FrozenTrial:
        """Store that a trial failed or was stopped, and why; ``limit`` is the time it had."""

    def cut_short(self, seconds: float) -> list[Candidate]:
        """Return the setups that earlier runs cut short, where a trial may take ``seconds`` now."""

    def announce(self, callback: Callback, trial: FrozenTrial) -> None:
        """Call back as Optuna's own loop does: ``study.stop()`` is allowed then."""

    def set_scoring_metric(self, metric: str) -> None:
        """Keep with the study the metric of its scores, where another was asked for."""

    def get_or_set_attr(self, name: str, value: Any, *, must_equal: bool = False) -> Any:
        """Keep ``value`` with the study; return the one kept by the run that began it."""

    def close(self) -> None:
        """Take note that the run is over."""
