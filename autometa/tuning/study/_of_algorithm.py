"""One algorithm's trials as a study with short names, which Optuna's plots can show."""

from __future__ import annotations

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from autometa.exceptions import ParameterError
from autometa.tuning.study._quiet import quiet
from autometa.tuning.study._resume import algorithm_of, candidate_of, evaluation_of


def study_of(study: optuna.Study, algorithm: str) -> optuna.Study:
    """Return what `TuneResult.study_of` does."""
    scored = [trial for trial in study.trials if _is_scored(trial)]
    chosen = [trial for trial in scored if algorithm_of(trial) == algorithm]
    if not chosen:
        names = sorted({algorithm_of(trial) for trial in scored})
        raise ParameterError(
            f"'algorithm' must be one with a score on all rows: {names}. Got {algorithm!r} instead."
        )
    with quiet():
        found = optuna.create_study(study_name=algorithm, directions=study.directions)
    found.add_trials([_short(trial, algorithm) for trial in chosen])
    return found


def _is_scored(trial: FrozenTrial) -> bool:
    """Say whether a trial's score compares with others: it is not of a part of the rows."""
    evaluation = evaluation_of(trial)
    is_whole = evaluation.get("status") == "ok" and evaluation.get("fidelity", 1.0) == 1.0
    return is_whole and trial.value is not None and bool(algorithm_of(trial))


def _short(trial: FrozenTrial, algorithm: str) -> FrozenTrial:
    """Return the trial with the names of its algorithm's parameters."""
    params = candidate_of(trial).config
    # a trial added by hand has no duration of its own
    short = create_trial(
        state=TrialState.COMPLETE,
        value=trial.value,
        params=params,
        distributions={name: trial.distributions[f"{algorithm}.{name}"] for name in params},
        user_attrs={"number": trial.number},
    )
    short.datetime_start, short.datetime_complete = trial.datetime_start, trial.datetime_complete
    return short
