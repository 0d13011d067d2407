"""The best trial of earlier runs on a study, when this run had no time to score it again.

The storage keeps scores, not predictions: an ensemble needs them made again, which takes as
long as the trial did. A single fit on all rows takes a part of that.
"""

from __future__ import annotations

import math

from optuna.trial import FrozenTrial

from autometa.exceptions import WorkerError
from autometa.tuning._assemble import Member
from autometa.tuning._finish import Final
from autometa.tuning._resume import evaluation_of
from autometa.tuning._search import Search
from autometa.tuning._study import candidate_of
from autometa.tuning._worker_side import refit

KEY = "stored"
SPARE = 1.3  # times the expected seconds must be there, when something else would be fitted


def best_stored(search: Search) -> FrozenTrial | None:
    """Return the best stored trial when it beats all that this run has scored; else None."""
    best = max(search.study_log.resumed, key=lambda trial: trial.value or -math.inf, default=None)
    if best is None or best.value is None:
        return None
    fidelity = evaluation_of(best).get("fidelity", 1.0)
    for trial in search.completed:
        is_it = trial.number == best.number and trial.result.fidelity >= fidelity
        if is_it or trial.score >= best.value:
            return None
    return best


def fit_stored(search: Search) -> Final | None:
    """Fit the best stored setup on all rows; None when there is no need or no time.

    Its score is the stored one: it is not scored again. A fit that fails leaves a note.
    """
    trial = best_stored(search)
    if trial is None:
        return None
    candidate = candidate_of(trial)
    about = f"Trial {trial.number} of an earlier run ({candidate.algorithm}, {trial.value:.4g})"
    if not _has_time(search, trial):
        search.notes.append(
            f"{about} is better than all that could be scored now, and there was no time to fit "
            "it again. Give more seconds."
        )
        return None
    setup = (candidate.algorithm, candidate.config, search.settings.seed, 1.0)
    model = _fit(search, setup)
    if model is None:
        search.notes.append(f"{about} is the best, but could not be fitted again in time.")
        return None
    search.notes.append(
        f"{about} was fitted again: there was no time to score it anew beside others. The score "
        "is the stored one."
    )
    return Final(
        members=[Member(name=candidate.algorithm, model=model, weight=1.0)],
        weights={trial.number: 1.0},
        expected=None,
        stored_score=float("nan") if trial.value is None else trial.value,
    )


def _has_time(search: Search, trial: FrozenTrial) -> bool:
    if search.clock.left <= 0:
        return False
    if not search.completed:
        return True
    share = 1.0 - 1.0 / search.settings.n_splits
    seconds = float(evaluation_of(trial).get("seconds", 0.0)) / share
    return SPARE * seconds + search.members_seconds <= search.clock.left


def _fit(search: Search, setup: tuple[object, ...]) -> object | None:
    timeout = None if search.clock.is_endless else search.clock.left
    try:
        search.pool.submit(KEY, refit, *setup, timeout=timeout)
        while search.clock.left > 0 and search.pool.n_busy:
            outcome = search.wait(timeout)
            if outcome is not None and outcome.key == KEY:
                return outcome.value if outcome.status == "ok" else None
    except WorkerError as error:
        search.notes.append(str(error))
    search.pool.cancel(KEY)
    return None
