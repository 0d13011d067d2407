"""Losses of tasks with few setups are on the scale of those with all."""

from __future__ import annotations

import numpy as np
import pytest
from histories import history

from autometa.performance._history import read_history
from autometa.performance._losses import MIN_WHOLE, losses

NAN = float("nan")
USUAL = np.array([0.95, 0.93, 0.90, 0.80, 0.70, 0.60, 0.55, 0.50])  # best first, on every task


def losses_of(scores):
    return losses(read_history(history(scores), ["binary"], "accuracy"))


def whole_tasks(n=8):
    return np.tile(USUAL, (n, 1)) - np.arange(n)[:, None] / 100


def few(scores):
    return np.array([*scores, *[NAN] * (len(USUAL) - len(scores))])


def test_good_setups_alone_do_not_make_each_other_look_bad():
    scores = np.vstack([whole_tasks(), few([0.75, 0.73, 0.70])])
    of_all, of_few = losses_of(scores)[[0, -1]]
    np.testing.assert_allclose(of_few[:3], of_all[:3], atol=1e-9)
    # what was not tried there is as bad as it is elsewhere, not as the third of the best
    np.testing.assert_allclose(of_few[3:], of_all[3:], atol=0.15)
    assert of_few[3:].min() > of_few[:3].max()


def test_the_best_of_bad_setups_is_not_the_best_of_all():
    scores = np.vstack([whole_tasks(), [NAN] * 5 + [0.40, 0.35, 0.30]])
    of_all, of_few = losses_of(scores)[[0, -1]]
    np.testing.assert_allclose(of_few[5:], of_all[5:], atol=1e-9)
    assert of_few[:2].max() < of_few[5]


def test_a_setup_that_no_other_task_has_may_be_the_best_of_all():
    scores = np.hstack([whole_tasks(), np.full((8, 1), NAN)])
    own = np.array([0.75, 0.73, 0.70, *[NAN] * 5, 0.78])
    of_few = losses_of(np.vstack([scores, own]))[-1]
    assert of_few[8] == 0.0
    assert of_few[[0, 1, 2]].tolist() == sorted(of_few[[0, 1, 2]])


def test_a_setup_that_no_other_task_has_keeps_its_lead():
    scores = np.hstack([whole_tasks(), np.full((8, 1), NAN)])
    own = np.array([0.30, 0.28, 0.25, *[NAN] * 5, 0.99])
    of_few = losses_of(np.vstack([scores, own]))[-1]
    assert of_few[8] == 0.0
    assert of_few[:3].min() > 0.9


def test_tasks_with_all_setups_keep_their_own_scale():
    scores = np.vstack([np.tile(USUAL, (70, 1)), USUAL[::-1]])
    of_all = losses_of(scores)  # in the order of names: the last row is not task 70
    usual, other = np.unique(of_all.round(9), axis=0)
    np.testing.assert_allclose(usual, other[::-1])
    assert (of_all.round(9) == usual).all(axis=1).sum() in (1, 70)


def test_without_tasks_that_have_most_setups_each_has_its_own_scale():
    scores = np.vstack([whole_tasks(MIN_WHOLE - 1), few([0.75, 0.73, 0.70])])
    assert losses_of(scores)[-1, :3] == pytest.approx([0.0, 0.4, 1.0])


def test_setups_that_tie_stay_tied():
    scores = np.vstack([whole_tasks(), few([0.75, 0.75, 0.75])])
    assert np.ptp(losses_of(scores)[-1, :3]) == 0.0
