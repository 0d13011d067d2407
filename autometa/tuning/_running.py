"""From a search that is set up to a final model: search, finish, and say what went wrong."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from autometa._common.warning import warn_user
from autometa.exceptions import FallbackWarning
from autometa.tuning._preparing import Prepared
from autometa.tuning._search import Search
from autometa.tuning.final_model._finish import Final, fit_final
from autometa.tuning.study._resume import evaluation_of
from autometa.tuning.study._stored import fit_stored

MAX_UNSAID_SECONDS = 1.0  # of a budget, left at the end: nobody wonders about less
N_CAUSES = 3  # of failures that a message names


def search_and_finish(search: Search, prepared: Prepared | None, ensemble: bool) -> Final | None:
    """Search, fit the winners; search on in what time that leaves, and fit what is better."""
    state, runner = search.state, search.runner
    if prepared is None:
        _warn_of_failure(search)
        return None
    prepared.set_up(runner)
    if state.settings.knowledge_base is not False:
        search.progress.stage("describing the table and asking the knowledge base")
    search.prepare()
    _run_until_asked(search)
    finishing = state.clock.elapsed
    final = _finish(search, ensemble)
    state.members_seconds = min(state.members_seconds, state.clock.elapsed - finishing)
    while final is not None and search.may_go_on:
        best = state.best
        _run_until_asked(search)
        if state.best is not best:
            final = _finish(search, ensemble) or final
    is_asked = search.interruption.is_asked
    if not (state.clock.is_endless or is_asked) and state.clock.left > MAX_UNSAID_SECONDS:
        left = f"Ended with {state.clock.left:.0f} s of the budget left."
        state.notes.append(f"{left} {search.ended}")
    return final


def _run_until_asked(search: Search) -> None:
    """Search until the end, or until the user wants it to end."""
    search.progress.stage("searching", search.reached)
    try:
        search.run()
    except KeyboardInterrupt:  # trials run in this process, or the handler is the user's own
        if search.interruption.is_asked:
            raise
        search.interruption.ask()
        search.stop()
    except BaseException:
        with contextlib.suppress(Exception):  # the first error is the one to be seen
            search.stop()
        raise
    n_scored = len(search.state.completed)
    if search.interruption.is_asked and n_scored:
        search.state.notes.append(
            f"Stopped early: the best of {n_scored} scored setups is handed over."
        )


def _finish(search: Search, ensemble: bool) -> Final | None:
    """Return the final model, or None, with a warning, when only the fall-back can be had."""
    state, runner = search.state, search.runner
    search.progress.stage("fitting the best on all rows")
    final = fit_stored(state, runner) or fit_final(state, runner, ensemble)
    if final is None:
        _warn_of_failure(search)
        return None
    if not final.members:
        message = "No model was fitted on all rows in time; a small tree is returned."
        state.notes.append(message)
        warn_user(FallbackWarning(message))
        return None
    return final


def _warn_of_failure(search: Search) -> None:
    state = search.state
    causes: Counter[str] = Counter()
    for trial in state.study_log.trials():
        evaluation = evaluation_of(trial)
        if evaluation.get("status", "ok") != "ok":
            causes[_cause(evaluation, search.interruption.is_asked)] += 1
    commonest = causes.most_common(N_CAUSES)
    summary = "; ".join(f"{cause} (trials: {count})" for cause, count in commonest)
    message = (
        "No setup could be scored, so a small decision tree is returned. Commonest causes: "
        f"{summary or _why_none_began(search)}."
    )
    state.notes.append(message)
    warn_user(FallbackWarning(message))


def _cause(evaluation: dict[str, Any], is_asked: bool) -> str:
    """Return why a trial has no score, as one clause."""
    status, message = evaluation["status"], str(evaluation.get("message", ""))
    if status == "stopped":  # by the run itself, whose message says no more
        return "the run was asked to end" if is_asked else "the budget ended, give more seconds"
    return f"{status}: {message}".strip(": ").rstrip(".")


def _why_none_began(search: Search) -> str:
    state = search.state
    if search.interruption.is_asked:
        return "it was asked to end before the first trial"
    if state.search_left <= MAX_UNSAID_SECONDS or not state.notes:
        return "the budget was spent before the first trial; give more seconds"
    return state.notes[-1].removesuffix(".")  # what came last kept trials from beginning
