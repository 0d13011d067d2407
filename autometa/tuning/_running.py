"""From a search that is set up to a final model: search, finish, and say what went wrong."""

from __future__ import annotations

import contextlib
import warnings
from collections import Counter
from collections.abc import Callable

from autometa.exceptions import FallbackWarning
from autometa.tuning._finish import Final, fit_final
from autometa.tuning._pools import Pool
from autometa.tuning._preparing import Prepared
from autometa.tuning._resume import evaluation_of
from autometa.tuning._search import Search
from autometa.tuning._stored import fit_stored

MAX_UNSAID_SECONDS = 1.0  # of a budget, left at the end


def search_and_finish(search: Search, prepared: Prepared | None, ensemble: bool) -> Final | None:
    """Search, fit the winners; search on in what time that leaves, and fit what is better."""
    if prepared is None:
        _warn_of_failure(search)
        return None
    search.open_pool = _with_table(search.open_pool, prepared)
    prepared.set_up(search.pool)
    search.prepare()
    _run_until_asked(search)
    finishing = search.clock.elapsed
    final = _finish(search, ensemble)
    search.members_seconds = min(search.members_seconds, search.clock.elapsed - finishing)
    while final is not None and search.may_go_on:
        best = search.best
        _run_until_asked(search)
        if search.best is not best:
            final = _finish(search, ensemble) or final
    is_asked = search.interruption.is_asked
    if not (search.clock.is_endless or is_asked) and search.clock.left > MAX_UNSAID_SECONDS:
        left = f"Ended with {search.clock.left:.0f} s of the budget left."
        search.notes.append(f"{left} {search.ended}")
    return final


def _with_table(open_pool: Callable[[], Pool], prepared: Prepared) -> Callable[[], Pool]:
    return lambda: prepared.set_up(open_pool())


def _run_until_asked(search: Search) -> None:
    """Search until the end, or until the user wants it to end."""
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
    if search.interruption.is_asked:
        search.notes.append(
            f"Stopped early: the best of {len(search.completed)} scored setups is handed over."
        )


def _finish(search: Search, ensemble: bool) -> Final | None:
    """Return the final model, or None, with a warning, when there is only the fall-back."""
    final = fit_stored(search) or fit_final(search, ensemble)
    if final is None:
        _warn_of_failure(search)
        return None
    if not final.members:
        message = "No model was fitted on all rows in time; a small tree is returned."
        search.notes.append(message)
        warnings.warn(FallbackWarning(message), stacklevel=3)
        return None
    return final


def _warn_of_failure(search: Search) -> None:
    causes: Counter[str] = Counter()
    for trial in search.study_log.record.trials():
        evaluation = evaluation_of(trial)
        if evaluation.get("status", "ok") != "ok":
            causes[f"{evaluation['status']}: {evaluation.get('message', '')}".strip(": ")] += 1
    summary = "; ".join(f"{cause} ({count}x)" for cause, count in causes.most_common(3))
    message = (
        "No setup could be scored, so a small decision tree is returned. Commonest causes: "
        f"{summary or 'the budget was spent before the first trial; give more seconds'}."
    )
    search.notes.append(message)
    warnings.warn(FallbackWarning(message), stacklevel=4)
