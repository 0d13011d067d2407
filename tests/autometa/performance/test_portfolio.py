"""Greedy lists against lists one can work out by hand, and against each other's promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autometa.performance import GreedyPortfolio

order, schedule = GreedyPortfolio().order, GreedyPortfolio().schedule
EVEN = np.array([0.5, 0.5])


def test_the_first_setup_is_the_best_on_weighted_average():
    losses = np.array([[0.0, 0.4, 1.0], [1.0, 0.4, 0.0]])
    assert order(losses, EVEN, 1) == [1]
    assert order(losses, np.array([0.9, 0.1]), 1) == [0]


def test_a_near_clone_of_what_is_listed_comes_after_a_specialist():
    losses = np.array([[0.1, 0.11, 0.9], [0.5, 0.51, 0.2]])
    assert order(losses, EVEN, 3) == [0, 2, 1]


def test_when_nothing_can_be_gained_the_best_on_average_comes_next():
    losses = np.array([[0.0, 0.9, 0.3, 0.6]])
    assert order(losses, np.array([1.0]), 4) == [0, 2, 3, 1]


def test_a_short_budget_puts_the_cheap_setup_first_and_the_slow_one_after():
    losses = np.array([[0.3, 0.0]])
    seconds = np.array([0.1, 5.0])
    assert order(losses, np.array([1.0]), 2) == [1, 0]
    assert schedule(losses, np.array([1.0]), 2, seconds, 10.0) == [0, 1]


def test_setups_that_do_not_fit_come_behind_all_that_do():
    losses = np.array([[0.0, 0.5, 0.6, 0.7]])
    seconds = np.array([100.0, 1.0, 1.0, 1.0])
    assert schedule(losses, np.array([1.0]), 4, seconds, 10.0)[-1] == 0


def test_equally_fast_setups_are_ordered_by_their_gain():
    losses = np.array([[0.3, 0.1, 0.2]])
    seconds = np.full(3, 2.0)
    assert schedule(losses, np.array([1.0]), 3, seconds, 60.0) == [1, 2, 0]


@pytest.mark.parametrize("budget", [0.01, 1.0, 1e6])
@given(seed=st.integers(0, 10**6))
def test_a_list_holds_every_setup_once(budget, seed):
    rng = np.random.default_rng(seed)
    losses, weights = rng.random((6, 9)), rng.dirichlet(np.ones(6))
    seconds = np.exp(rng.normal(0, 3, 9))
    assert sorted(schedule(losses, weights, 9, seconds, budget)) == list(range(9))
    assert sorted(order(losses, weights, 9)) == list(range(9))


@given(seed=st.integers(0, 10**6))
def test_a_longer_list_begins_with_the_shorter_one(seed):
    rng = np.random.default_rng(seed)
    losses, weights = rng.random((6, 9)), rng.dirichlet(np.ones(6))
    assert order(losses, weights, 9)[:4] == order(losses, weights, 4)


@given(seed=st.integers(0, 10**6))
def test_a_greedy_list_reaches_the_share_of_the_best_list_that_theory_promises(seed):
    """Nemhauser, Wolsey and Fisher 1978: at least 1 - 1/e of the largest possible gain."""
    from itertools import combinations

    rng = np.random.default_rng(seed)
    losses, weights = rng.random((5, 7)), rng.dirichlet(np.ones(5))

    def gain(chosen):
        return weights @ (1.0 - losses[:, list(chosen)].min(axis=1))

    best = max(gain(chosen) for chosen in combinations(range(7), 3))
    assert gain(order(losses, weights, 3)) >= (1 - 1 / np.e) * best - 1e-12


@given(seed=st.integers(0, 10**6))
def test_where_all_tasks_count_alike_the_list_is_the_all_round_one(seed):
    losses = np.random.default_rng(seed).random((6, 9))
    alike = np.full(6, 1 / 6)
    global_portfolio = order(losses, alike, 9)
    assert order(losses, alike, 9, global_portfolio) == global_portfolio


@given(seed=st.integers(0, 10**6))
def test_the_first_setup_is_behind_the_all_round_one_no_more_often_when_that_is_minded(seed):
    rng = np.random.default_rng(seed)
    losses, weights = rng.random((6, 9)), rng.dirichlet(np.ones(6))
    global_portfolio = order(losses, np.full(6, 1 / 6), 1)
    usual = losses[:, global_portfolio[0]]

    def behind(chosen):
        return weights @ np.maximum(losses[:, chosen[0]] - usual, 0.0)

    minded = order(losses, weights, 1, global_portfolio)
    assert behind(minded) <= behind(order(losses, weights, 1)) + 1e-12
