"""The best trial of earlier runs on a study, when this run had no time to score it again.

The storage keeps scores, not predictions: an ensemble needs them made again, which takes as
long as the trial did. A single fit on all rows takes a part of that.
"""

from __future__ import annotations

import math

from optuna.trial import FrozenTrial

from autometa.evaluation import config_as_scored
from autometa.exceptions import WorkerError
from autometa.tuning._state import SearchState
from autometa.tuning.final_model._assemble import Member
from autometa.tuning.final_model._finish import Final
from autometa.tuning.study._resume import candidate_of, evaluation_of
from autometa.tuning.workers._runner import TrialRunner
from autometa.tuning.workers._worker_side import refit

KEY = "stored"
SPARE = 1.3  # times the expected seconds must be left, when something else would be fitted


def best_stored(state: SearchState) -> FrozenTrial | None:
    """Return the best stored trial when it beats all that this run has scored; else None."""
    best = max(state.study_log.resumed, key=lambda trial: trial.value or -math.inf, default=None)
    if best is None or best.value is None:
        return None
    fidelity = evaluation_of(best).get("fidelity", 1.0)
    for trial in state.completed:
        is_it = trial.number == best.number and trial.result.fidelity >= fidelity
        if is_it or trial.score >= best.value:
            return None
    return best


def fit_stored(state: SearchState, runner: TrialRunner) -> Final | None:
    """Fit the best stored setup on all rows; None when there is no need or no time.

    Its score is the stored one: it is not scored again. A fit that fails leaves a note.
    """
    trial = best_stored(state)
    if trial is None:
        return None
    candidate = candidate_of(trial)
    about = f"Trial {trial.number} of an earlier run ({candidate.algorithm}, {trial.value:.4g})"
    if not _has_time(state, trial):
        state.notes.append(
            f"{about} is better than all that could be scored now, and there was no time to fit "
            "it again. Give more seconds."
        )
        return None
    config = config_as_scored(candidate.config, evaluation_of(trial))
    setup = (candidate.algorithm, config, state.settings.seed, 1.0)
    model = _fit(state, runner, setup)
    if model is None:
        state.notes.append(f"{about} is the best, but could not be fitted again in time.")
        return None
    state.notes.append(
        f"{about} was fitted again: there was no time to score it anew beside others. The score "
        "is the stored one."
    )
    return Final(
        members=[Member(name=candidate.algorithm, model=model, weight=1.0)],
        weights={trial.number: 1.0},
        expected=None,
        stored_score=float("nan") if trial.value is None else trial.value,
    )


def _has_time(state: SearchState, trial: FrozenTrial) -> bool:
    if state.clock.left <= 0:
        return False
    if not state.completed:
        return True
    seconds = float(evaluation_of(trial).get("seconds", 0.0)) / state.settings.train_share
    return SPARE * seconds + state.members_seconds <= state.clock.left


def _fit(state: SearchState, runner: TrialRunner, setup: tuple[object, ...]) -> object | None:
    timeout = None if state.clock.is_endless else state.clock.left
    try:
        runner.submit(KEY, refit, *setup, timeout=timeout)
        while state.clock.left > 0 and runner.n_busy:
            outcome = runner.wait(timeout)
            if outcome is not None and outcome.key == KEY:
                return outcome.value if outcome.status == "ok" else None
    except WorkerError as error:
        state.notes.append(str(error))
    runner.cancel(KEY)
    return None
