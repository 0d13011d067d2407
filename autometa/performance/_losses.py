"""Losses: how far each setup was behind the best of each task, on one scale for all tasks.

A task on which a few setups were tried does not show how bad the others are. What a user's
own runs add are mostly such tasks, of setups that were advised: measured by their own worst, a
good setup beside a better one would count as a disaster. Their scale is therefore taken from
the tasks that were measured nearly whole: what part of the whole range the same setups have
there, and how far the best of them is behind the best of all.
"""

from __future__ import annotations

import numpy as np

from autometa._common.arrays import Booleans, Matrix, Positions
from autometa.performance._completion import complete
from autometa.performance._history import History

# A catastrophic score must not make all others look alike: the worst score that
# counts lies this many times as far below the best as the median does.
WORST_IN_MEDIANS = 5.0
FAILURE = 1.1  # a little worse than the worst score: it costs the time as well
WHOLE = 0.8  # of the most setups of a task: one with so many has its own scale
MIN_WHOLE = 5  # tasks, without which there is no scale to go by
MAX_WHOLE = 60  # their medians are then known to a tenth of their spread
MIN_RANGE = 0.1  # of the whole: near-equal setups would otherwise be blown up by their noise


def losses(history: History) -> Matrix:
    """Return how far each setup was behind the best of each task.

    0 is the best score of the task, 1 its worst, and a failure a little more; a setup
    that failed in some of its runs lies in between. On a task with few of the setups, best and
    worst are what they would be among all. Cells nobody has measured are filled from the
    pattern of the others, as is a task on which one setup alone was tried: it does not say
    which setup is better than which.
    """
    scores, failures = history.scores, history.failures
    loss = np.full(scores.shape, np.nan)
    is_scored = np.isfinite(scores)
    whole = _whole(is_scored, failures)
    for row, scored in enumerate(is_scored):
        if scored.sum() > 1 or (scored.any() and (failures[row] > 0).any()):
            loss[row, scored] = task_losses(scores[row, scored])
    of_whole = _spread(np.where(failures[whole] > 0, 1.0, loss[whole]))
    for few in np.setdiff1d(np.flatnonzero(is_scored.sum(axis=1) > 1), whole):
        if len(whole) >= MIN_WHOLE:
            scored = is_scored[few]
            loss[few, scored] = _rescaled(loss[few, scored], of_whole[:, scored])
    loss[failures == 1.0] = FAILURE
    loss += useless(failures) * (FAILURE - loss)
    return np.clip(complete(loss), 0.0, FAILURE)


def useless(failures: Matrix) -> Matrix:
    """Return how likely setups are of no use that fail in this share of their runs.

    They must end well twice: when they are tried, and when they are fitted on all rows.
    """
    return np.asarray(1.0 - (1.0 - failures) ** 2)


def task_losses(scores: Matrix) -> Matrix:
    """Return losses of the setups of a task, by the best and the worst of these."""
    behind = scores.max() - scores
    worst = behind.max()
    middle = np.median(behind)
    if middle > 0:
        worst = min(worst, WORST_IN_MEDIANS * middle)
    return np.asarray(np.minimum(behind / worst, 1.0) if worst > 0 else np.zeros_like(behind))


def _whole(is_scored: Booleans, failures: Matrix) -> Positions:
    """Return the tasks with most setups, and those with nearly as many.

    Not with most of all setups: a user's own searches add some that no other task has.
    """
    counts = (is_scored | (failures > 0)).sum(axis=1)
    return np.flatnonzero(counts >= WHOLE * counts.max(initial=1))


def _spread(rows: Matrix) -> Matrix:
    """Return at most so many rows as medians need, spread over all."""
    if len(rows) <= MAX_WHOLE:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MAX_WHOLE).astype(np.intp)]


def _rescaled(own: Matrix, elsewhere: Matrix) -> Matrix:
    """Return the losses of a task on the scale of tasks that were measured whole.

    Parameters
    ----------
    own : ndarray of shape (n_setups,)
        0 is the best of these setups, 1 the worst.
    elsewhere : ndarray of shape (n_tasks, n_setups)
        Losses of the same setups among all; NaN where they were not measured.
    """
    shared = np.isfinite(elsewhere).all(axis=0)
    if shared.sum() < 2:
        return own
    best = elsewhere[:, shared].min(axis=1)
    part = float(np.median(elsewhere[:, shared].max(axis=1) - best))
    own_best = own[shared].min()
    own_range = float(own[shared].max() - own_best)
    if own_range == 0.0:  # they tie here, and say nothing of the scale of the others
        return own
    scale = max(part, MIN_RANGE) / own_range
    # below 0 where a setup that no other task has is better than these by more than any is
    behind_all = max(float(np.median(best)) - own_best * scale, 0.0)
    return np.asarray(np.minimum(behind_all + own * scale, 1.0))
