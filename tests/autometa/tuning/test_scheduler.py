"""Schedulers: exchanged in one place, and what the one that ships decides."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autometa.algorithms import Size, get_algorithm
from autometa.exceptions import ParameterError
from autometa.testing import SchedulerContract
from autometa.tuning import AdviceFirstScheduler, Decision, Request, Scheduler, tune
from autometa.tuning._budget import Clock, FitTimeModel
from autometa.tuning._state import CompletedTrial
from autometa.tuning.scheduling._advice_first import (
    FIRST_SHARE,
    _is_pointless,
    hopeless_below,
)
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.scheduling._scheduler import TrialReport
from autometa.tuning.workers._worker_side import EvaluationResult


class Halving(Scheduler):
    """Setups begin on a ninth of the rows; the best third of a rung goes on to three times more."""

    def __init__(self):
        self.rungs = {}

    def next(self, state):
        if state.promotions:
            trial = max(state.promotions, key=lambda waiting: waiting.score)
            state.promotions.remove(trial)
            return Request(candidate=trial.candidate, fidelity=min(1.0, 3 * trial.fidelity))
        if state.plan:
            return Request(candidate=state.plan.pop(0), fidelity=1 / 9)
        proposal = state.propose()
        return Request(candidate=proposal.candidate, proposal=proposal, fidelity=1 / 9)

    def decide(self, state, trial):
        scores = self.rungs.setdefault(round(trial.fidelity, 3), [])
        scores.append(trial.score)
        n_better = sum(score > trial.score for score in scores)
        if trial.fidelity < 1.0 and n_better < len(scores) // 3:
            return Decision.PROMOTE
        return super().decide(state, trial)


class OneSetup(Scheduler):
    def next(self, state):
        return Request(candidate=state.plan.pop()) if not state.completed else None


class TestAdviceFirst(SchedulerContract):
    def make_scheduler(self):
        return AdviceFirstScheduler()


@pytest.mark.slow
class TestHalving(SchedulerContract):
    def make_scheduler(self):
        return Halving()

    def test_the_best_of_a_rung_go_on_to_more_rows(self):
        board = self.run(n_trials=16).leaderboard()
        sizes = board["fidelity"].round(3).value_counts()
        assert sizes[0.111] > sizes[0.333] >= 1
        small, larger = (board[board["fidelity"].round(3) == share] for share in (0.111, 0.333))
        promoted = small[small["config"].map(repr).isin(set(larger["config"].map(repr)))]
        assert len(promoted) == len(larger)
        assert promoted["score"].mean() > small["score"].mean()


@pytest.fixture
def inline(mixed, features):
    return lambda **options: tune(
        features,
        mixed["two"],
        algorithms=["naive_bayes", "decision_tree"],
        time_budget=None,
        knowledge_base=False,
        isolate=False,
        random_state=0,
        **options,
    )


def test_a_scheduler_that_has_nothing_left_ends_the_search(inline):
    result = inline(n_trials=9, scheduler=OneSetup)
    assert len(result.leaderboard()) == 1
    assert len(result.weights) == 1


def test_a_scheduler_that_is_none_is_refused(inline):
    with pytest.raises(ParameterError, match="returns a Scheduler; one is made for each run"):
        inline(n_trials=1, scheduler="halving")


def completed(number, fold_scores):
    result = EvaluationResult(
        scores={},
        fold_scores=fold_scores,
        fit_seconds=0.1,
        seconds=0.1,
        values=np.zeros(3),
    )
    candidate = Candidate(algorithm="ridge", config={"alpha": float(number)})
    return CompletedTrial(number=number, candidate=candidate, result=result)


def test_a_first_fold_is_hopeless_far_below_the_median_and_beyond_chance():
    trials = [completed(i, [score, score]) for i, score in enumerate([0.5, 0.7, 0.8, 0.9])]
    assert hopeless_below(trials) == pytest.approx(2 * 0.75 - 0.9)  # no noise: the median rules
    noisy = [completed(i, [s, s - 0.2]) for i, s in enumerate([0.5, 0.7, 0.8, 0.9])]
    assert hopeless_below(noisy) == pytest.approx(0.9 - 4 * 0.1)
    assert hopeless_below(trials[:3]) == -math.inf
    assert hopeless_below([completed(i, [math.nan, 0.5]) for i in range(4)]) == -math.inf


def test_setups_of_an_algorithm_that_is_stopped_again_and_again_wait_for_all_others():
    neighbors = [
        Candidate(algorithm="nearest_neighbors", config=config)
        for config in get_algorithm("nearest_neighbors").setups("binary").values()
    ]
    other = Candidate(algorithm="naive_bayes", config={})
    state = SimpleNamespace(
        table=SimpleNamespace(task_type="binary"),
        settings=SimpleNamespace(n_used=1),
        clock=Clock(3600.0),
        fit_time_model=FitTimeModel(Size(n_rows=150_000, n_columns=20, n_classes=2)),
        study_log=SimpleNamespace(tried={neighbors[0].key}),
        plan=[*neighbors, other],
        completed=[],
        search_left=3000.0,
    )
    scheduler = AdviceFirstScheduler()

    def stop(request):
        report = TrialReport(request=request, status="stopped", seconds=700.0)
        scheduler.report(state, report)
        return scheduler._planned(state).candidate

    assert stop(Request(candidate=neighbors[0], fidelity=1.0, expected_seconds=100.0)) == other
    # the one that was stopped comes once more, on fewer rows, before others of its algorithm
    again = scheduler._planned(state)
    assert again.candidate == neighbors[0]
    assert again.fidelity < 1.0
    state.plan.append(other)
    assert stop(replace(again, expected_seconds=100.0)) == other
    assert scheduler._planned(state).candidate in neighbors  # nothing is given up


@pytest.mark.parametrize(
    ("left", "fidelity", "best", "is_pointless"),
    [
        (10.0, 0.25, 1.0, True),
        (10.0, 0.5, 1.0, False),  # half of the rows say something
        (30.0, 0.25, 1.0, False),  # there is time to try it on more
        (10.0, 0.25, 0.5, False),  # nothing is scored on all rows: parts are compared
    ],
)
def test_near_the_end_setups_are_not_tried_on_a_small_part_of_the_rows(
    left, fidelity, best, is_pointless
):
    state = SimpleNamespace(
        clock=Clock(60.0), search_left=left, best=SimpleNamespace(fidelity=best)
    )
    request = Request(candidate=Candidate(algorithm="ridge", config={}), fidelity=fidelity)
    assert _is_pointless(state, request) is is_pointless


def test_a_setup_that_fits_on_all_rows_goes_before_one_on_a_few_wherever_it_stands():
    slow = [
        Candidate(algorithm="nearest_neighbors", config=config)
        for config in get_algorithm("nearest_neighbors").setups("binary").values()
    ]
    quick = Candidate(algorithm="naive_bayes", config={})
    state = SimpleNamespace(
        table=SimpleNamespace(task_type="binary"),
        settings=SimpleNamespace(n_used=1),
        clock=Clock(60.0),
        fit_time_model=FitTimeModel(Size(n_rows=150_000, n_columns=20, n_classes=2)),
        study_log=SimpleNamespace(tried=set()),
        plan=[*slow, quick],
        completed=[],
        search_left=50.0,
    )
    scheduler = AdviceFirstScheduler()
    assert scheduler._planned(state).candidate == quick  # fifth of the plan
    assert scheduler._planned(state).fidelity <= 0.25


def test_a_setup_that_must_be_smaller_is_passed_over_twice_at_most():
    large = Candidate(
        algorithm="extra_trees", config=get_algorithm("extra_trees").setups("binary")["library"]
    )
    quick = [Candidate(algorithm="naive_bayes", config={"n": i}) for i in range(6)]
    state = SimpleNamespace(
        table=SimpleNamespace(task_type="binary"),
        settings=SimpleNamespace(n_used=1),
        fit_time_model=FitTimeModel(Size(n_rows=150_000, n_columns=20, n_classes=2)),
        study_log=SimpleNamespace(tried=set()),
        plan=[large, *quick],
        completed=[],
    )
    whole = state.fit_time_model.expected("extra_trees", large.config)
    state.search_left = 0.6 * whole / FIRST_SHARE  # half of the rows fit
    state.clock = Clock(1.2 * state.search_left)
    scheduler = AdviceFirstScheduler()
    order = [scheduler._planned(state) for _ in range(4)]
    names = [request.candidate.algorithm for request in order]
    assert names == ["naive_bayes", "naive_bayes", "extra_trees", "naive_bayes"]
    assert 0.25 < order[2].fidelity < 1.0
