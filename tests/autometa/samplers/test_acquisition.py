"""Which setup comes next: the greedy list of what the tasks have seen, then improvement."""

from __future__ import annotations

import numpy as np
import pytest
from optuna.distributions import FloatDistribution

from autometa.performance import LatentTaskSurface, RankedRuns, Rows
from autometa.samplers._acquisition import FIRST_REFERENCE, Acquisition, Evidence
from autometa.samplers._space import Space

XS = np.linspace(0.0, 1.0, 21)
SPACE = Space(allowed=(0,), distributions={0: FloatDistribution(0.0, 1.0)})
NOTHING = Evidence(
    Rows(np.zeros(0, int), np.zeros((0, 1))), np.zeros(0), Rows(np.zeros(0, int), np.zeros((0, 1)))
)


def peaks(*bottoms):
    """Return what was learnt from tasks, each of which is best at a place of its own."""
    rows = np.arange(len(XS))
    runs = RankedRuns(
        task_ids=tuple(f"t{i}" for i in range(len(bottoms))),
        setups=tuple(("a", {"x": float(x)}) for x in XS),
        rows=tuple(rows for _ in bottoms),
        scores=tuple(1.5 - 6.0 * np.abs(XS - bottom) for bottom in bottoms),
    )
    return Acquisition(LatentTaskSurface().fit(runs), runs)


def evidence(xs, scores):
    trials = Rows(np.zeros(len(xs), int), np.array(xs, dtype=float)[:, None])
    return Evidence(trials, np.array(scores, dtype=float), NOTHING.pending)


def first_ones(acquisition, weights, n):
    found = []
    for _ in range(n):
        seen = evidence(found, np.zeros(len(found)))
        found.append(float(acquisition.first(SPACE, seen, np.array(weights)).positions[0, 0]))
    return found


@pytest.mark.parametrize(
    ("weights", "order"),
    [
        ([0.6, 0.3, 0.1], [0.1, 0.5, 0.9]),  # each serves the heaviest that is left
        ([0.1, 0.3, 0.6], [0.9, 0.5, 0.1]),
        ([0.5, 0.0, 0.5], None),
    ],
)
def test_the_list_serves_the_tasks_by_their_weight(weights, order):
    acquisition = peaks(0.1, 0.1, 0.5, 0.5, 0.9, 0.9)
    by_task = np.repeat(np.array(weights) / 2, 2)
    found = first_ones(acquisition, by_task, 3)
    if order is None:
        assert sorted(found[:2]) == pytest.approx([0.1, 0.9], abs=0.11)
    else:
        assert found == pytest.approx(order, abs=0.11)


def test_the_list_is_greedy_in_what_the_surrogates_say_of_the_setups_of_the_history():
    acquisition = peaks(0.1, 0.3, 0.5, 0.7, 0.9)
    weights = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    points = acquisition.surface.at(acquisition.surface.encoding.setups.take(acquisition._best))
    reached = np.full(5, FIRST_REFERENCE)
    by_hand = []
    for _ in range(4):
        gains = [sum(w * max(s - r, 0) for w, s, r in zip(weights, row, reached, strict=True))
                 for row in points.by_task]  # fmt: skip
        pick = int(np.argmax(gains))
        by_hand.append(float(points.rows.positions[pick, 0]))
        reached = np.maximum(reached, points.by_task[pick])
    assert first_ones(acquisition, weights, 4) == pytest.approx(by_hand)


def test_setups_that_run_already_are_not_first_again_and_open_trials_take_their_turn():
    acquisition = peaks(0.1, 0.1, 0.5, 0.9)
    weights = np.array([0.4, 0.2, 0.3, 0.1])
    one, two, three = first_ones(acquisition, weights, 3)
    pending = Rows(np.zeros(1, int), np.array([[one]]))
    beside = Evidence(NOTHING.trials, NOTHING.scores, pending)
    assert acquisition.first(SPACE, beside, weights).positions[0, 0] == two
    waiting = Evidence(NOTHING.trials, NOTHING.scores, NOTHING.pending, n_open=2)
    assert acquisition.first(SPACE, waiting, weights).positions[0, 0] == three


@pytest.mark.parametrize("bottom", [0.1, 0.9])
def test_what_the_trials_say_decides_between_tasks_that_disagree(bottom):
    """Half of the tasks want .1, half .9; four trials tell which half this one is like."""
    acquisition = peaks(*[0.1] * 4, *[0.9] * 4)
    xs = [0.1, 0.3, 0.7, 0.9]
    known = evidence(xs, [-abs(x - bottom) for x in xs])
    rng = np.random.default_rng(0)
    found = acquisition.next(SPACE, known, np.full(8, 1 / 8), rng).positions[0, 0]
    assert found == pytest.approx(bottom, abs=0.12)
    assert min(abs(found - x) for x in xs) > 0  # and it is none of those tried
