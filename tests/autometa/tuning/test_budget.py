"""Clock and FitTimeModel: what is left, and what a fit will take."""

from __future__ import annotations

import math
import time

import pytest

from autometa.algorithms import Size, get_algorithm
from autometa.tuning._budget import Clock, FitTimeModel

SIZE = Size(n_rows=1_000, n_columns=10, n_classes=2)


def test_the_clock_counts_from_when_it_is_told():
    clock = Clock(60.0, started=time.monotonic() - 50.0)
    assert clock.elapsed == pytest.approx(50.0, abs=1.0)
    assert 8.0 < clock.left < 10.0  # what is handed over at the end takes a moment


def test_a_clock_without_budget_has_no_end():
    clock = Clock(None)
    assert clock.is_endless
    assert clock.left == math.inf
    assert clock.reserve(10.0) == 0.0
    assert clock.trial_timeout(3600.0, math.inf) is None


@pytest.mark.parametrize(
    ("refit", "reserve"),
    [(0.0, 5.0), (5.0, 9.0), (1000.0, 35.0)],  # 5 % at least, 1.4 x + 2 %, 35 % at most
)
def test_the_reserve_follows_the_refits_within_bounds(refit, reserve):
    assert Clock(100.0).reserve(refit) == pytest.approx(reserve)


def test_a_trial_is_killed_before_the_search_ends():
    assert Clock(60.0).trial_timeout(expected=30.0, search_left=12.0) == 12.0
    assert Clock(60.0).trial_timeout(expected=0.1, search_left=50.0) == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        (0.1, 9.0),  # a guess may be wrong by far: .15 of the budget
        (2.5, 12.5),  # five times what was expected
        (7.0, 15.0),  # a quarter of the budget
        (16.0, 24.0),  # more was expected of it
    ],
)
def test_a_slow_trial_does_not_hold_its_worker_for_half_of_the_run(expected, seconds):
    assert Clock(60.0).trial_timeout(expected, search_left=50.0) == pytest.approx(seconds)


def test_nearest_neighbours_of_a_part_of_the_rows_predict_all_that_is_held_out():
    model = FitTimeModel(Size(n_rows=200_000, n_columns=10, n_classes=2))
    config = get_algorithm("nearest_neighbors").setups("binary")["library"]
    whole, part = (model.expected("nearest_neighbors", config, None, f) for f in (1.0, 0.25))
    assert part == pytest.approx(whole / 4, rel=0.01)
    assert model.size.part(0.5).part(0.5) == model.size.part(0.25)


def test_pace_learns_how_slow_this_machine_is():
    fit_time_model = FitTimeModel(SIZE)
    before = fit_time_model.expected("lightgbm", {"n_estimators": 100})
    for _ in range(5):
        fit_time_model.learn("lightgbm", {"n_estimators": 100}, 3 * before)
    assert fit_time_model.expected("lightgbm", {"n_estimators": 100}) == pytest.approx(
        3 * before, rel=0.01
    )
    other = FitTimeModel(SIZE).expected("ridge", {})
    assert fit_time_model.expected("ridge", {}) == pytest.approx(3 * other, rel=0.01)


def test_pace_believes_the_knowledge_base_before_its_own_guess():
    assert FitTimeModel(SIZE).expected("lightgbm", {}, advised=20.0) == pytest.approx(20.0, abs=0.1)


def test_pace_doubts_a_knowledge_base_that_is_far_too_hopeful():
    large = FitTimeModel(Size(n_rows=100_000, n_columns=50, n_classes=10))
    rough = large.expected("lightgbm", {"n_estimators": 300})
    hopeful = large.expected("lightgbm", {"n_estimators": 300}, advised=0.01)
    assert hopeful == pytest.approx(0.3 * rough, rel=0.01)
