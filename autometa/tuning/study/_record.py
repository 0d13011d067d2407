"""StudyRecord: the trials of a study, which a run keeps when its storage fails.

All that a run writes of its trials passes here. What was read or written is
remembered, so that a full disk or a server that went away costs the record on
disk, not the trials: the study goes on in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import optuna
from optuna.distributions import BaseDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState

from autometa.tuning.study._patience import PatientCaller
from autometa.tuning.study._quiet import quiet
from autometa.tuning.study._storage import (
    close_connections,
    describe,
    faults,
    is_lost_connection,
    reason_of,
)

Result = TypeVar("Result")

# SQLite with eight writers answered within two seconds; a server that needs more than half a
# minute is as good as gone.
MIN_ANSWER_SECONDS, MAX_ANSWER_SECONDS = 2.0, 30.0
ANSWER_SHARE = 0.2  # of the time left


class StudyRecord:
    """A study and its trials, on disk while that is possible.

    Parameters
    ----------
    study : optuna.Study
    notes : list of str
        Where it is said that the storage failed.
    ends_at : float or None
        Moment of ``time.time()`` at which the run ends: a storage is waited for
        less, the less time is left.

    Attributes
    ----------
    study : optuna.Study
        The one given; a copy in memory after its storage failed.
    """

    def __init__(self, study: optuna.Study, notes: list[str], ends_at: float | None = None) -> None:
        self.study = study
        self.notes = notes
        self._ends_at = ends_at
        self._caller = PatientCaller()
        self._seen: dict[int, FrozenTrial] = {}
        self._ids: dict[int, int] = {}
        self._attributes: dict[str, Any] = {}

    def close(self) -> None:
        """Let go of what watches over the storage."""
        self._caller.close()

    def trials(self) -> list[FrozenTrial]:
        """Return all trials by number, those of other processes too."""
        trials = self._call(
            lambda study: study._storage.get_all_trials(study._study_id, deepcopy=False)
        )
        self._remember(trials)
        return sorted(trials, key=lambda trial: trial.number)

    def attribute(self, name: str) -> Any:
        """Return what the study says of itself under that name; None when nothing."""
        value = self._call(lambda study: study.user_attrs.get(name))
        self._attributes[name] = value
        return value

    def set_attribute(self, name: str, value: Any) -> None:
        """Keep a value with the study."""
        self._attributes[name] = value
        self._call(lambda study: study.set_user_attr(name, value))

    def begin(
        self,
        params: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
        attributes: Mapping[str, Any],
    ) -> FrozenTrial:
        """Store a trial that runs from now on, in one piece."""
        template = optuna.trial.create_trial(
            state=TrialState.RUNNING,
            params=dict(params),
            distributions=dict(distributions),
            user_attrs=dict(attributes),
        )

        def create(study: optuna.Study) -> FrozenTrial:
            identifier = study._storage.create_new_trial(study._study_id, template)
            trial = study._storage.get_trial(identifier)
            if trial.number in self._seen:  # a journal with a torn line takes what it cannot read
                raise RuntimeError("it did not keep a new trial")
            return trial

        return self._keep(self._call(create))

    def waiting(self) -> list[FrozenTrial]:
        """Return the trials that were enqueued and are nobody's yet."""
        return [trial for trial in self.trials() if trial.state == TrialState.WAITING]

    def take(self, number: int, attributes: Mapping[str, Any]) -> FrozenTrial | None:
        """Begin a trial that was enqueued; None when another process was quicker."""

        def take(study: optuna.Study) -> FrozenTrial | None:
            storage, identifier = study._storage, self._ids[number]
            try:
                if not storage.set_trial_state_values(identifier, TrialState.RUNNING):
                    return None
            except UpdateFinishedTrialError:
                return None
            for name, value in attributes.items():
                storage.set_trial_user_attr(identifier, name, value)
            return storage.get_trial(identifier)

        taken = self._call(take)
        return None if taken is None else self._keep(taken)

    def set_params(
        self,
        number: int,
        params: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
    ) -> FrozenTrial:
        """Store what a trial that was enqueued is made of."""

        def store(study: optuna.Study) -> FrozenTrial:
            identifier = self._ids[number]
            for name, value in params.items():
                inside = distributions[name].to_internal_repr(value)
                study._storage.set_trial_param(identifier, name, inside, distributions[name])
            return study._storage.get_trial(identifier)

        return self._keep(self._call(store))

    def end(
        self,
        number: int,
        state: TrialState,
        value: float | None = None,
        attributes: Mapping[str, Any] | None = None,
        constraints: Mapping[str, float] | None = None,
    ) -> FrozenTrial:
        """Store how a trial ended; what another process ended already stays as it is."""

        def store(study: optuna.Study) -> FrozenTrial:
            storage, identifier = study._storage, self._ids[number]
            try:
                for name, content in (attributes or {}).items():
                    storage.set_trial_user_attr(identifier, name, content)
                for name, limit in (constraints or {}).items():  # as Trial.set_constraint does
                    storage.set_trial_system_attr(identifier, f"constraints:{name}", limit)
                if state == TrialState.PRUNED and value is not None:
                    storage.set_trial_intermediate_value(identifier, 1, value)
                values = None if value is None else [value]
                storage.set_trial_state_values(identifier, state, values)
            except UpdateFinishedTrialError:
                pass
            return storage.get_trial(identifier)

        return self._keep(self._call(store))

    def enqueue(self, params: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
        """Queue a trial for whoever asks next."""
        self._call(lambda study: study.enqueue_trial(dict(params), dict(attributes)))

    def _keep(self, trial: FrozenTrial) -> FrozenTrial:
        self._remember([trial])
        return trial

    def _remember(self, trials: list[FrozenTrial]) -> None:
        for trial in trials:
            self._seen[trial.number] = trial
            self._ids[trial.number] = trial._trial_id

    def _call(self, operation: Callable[[optuna.Study], Result]) -> Result:
        """Do something with the study; in memory when its storage cannot."""
        if not isinstance(self.study._storage, InMemoryStorage):
            try:
                return self._ask(operation)
            except faults() as error:
                self._move_to_memory(error)
        return _quietly(operation, self.study)

    def _ask(self, operation: Callable[[optuna.Study], Result]) -> Result:
        """Do something with the stored study; once more when only the connection was lost."""
        study = self.study
        try:
            return self._caller.call(lambda: _quietly(operation, study), self._patience)
        except faults() as error:
            if not is_lost_connection(error):
                raise
        return self._caller.call(lambda: _quietly(operation, study), self._patience)

    @property
    def _patience(self) -> float:
        """Seconds that a storage may take for an answer."""
        if self._ends_at is None:
            return MAX_ANSWER_SECONDS
        share = ANSWER_SHARE * (self._ends_at - time.time())
        return min(max(share, MIN_ANSWER_SECONDS), MAX_ANSWER_SECONDS)

    def _move_to_memory(self, error: Exception) -> None:
        failed = self.study
        self.notes.append(
            f"The storage '{describe(failed._storage)}' failed ({reason_of(error)}). The run went "
            f"on without it: trials after number {max(self._seen, default=-1)} are not stored."
        )
        with quiet():
            study = optuna.create_study(
                study_name=failed.study_name, direction="maximize", sampler=failed.sampler
            )
            for number in range(max(self._seen, default=-1) + 1):
                trial = self._seen.get(number) or _nothing()
                study._storage.create_new_trial(study._study_id, trial)
            for name, value in self._attributes.items():
                study.set_user_attr(name, value)
        study._stop_flag = failed._stop_flag
        close_connections(failed._storage)
        self.study = study
        self._ids = {trial.number: trial._trial_id for trial in study.get_trials(deepcopy=False)}


def _quietly(operation: Callable[[optuna.Study], Result], study: optuna.Study) -> Result:
    with quiet():
        return operation(study)


def _nothing() -> FrozenTrial:
    """Return what keeps the place of a trial that was never read."""
    now = datetime.now()
    trial = optuna.trial.create_trial(state=TrialState.FAIL)
    trial.datetime_start = trial.datetime_complete = now
    return trial
