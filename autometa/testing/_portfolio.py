"""What every portfolio keeps to."""

from __future__ import annotations

import numpy as np
import pytest

from autometa._common.arrays import Floats
from autometa.performance import Portfolio

N_TASKS, N_SETUPS = 8, 12
ROUNDING = 1e-9


@pytest.mark.parametrize("seed", range(5))
class PortfolioContract:
    """Tests of one way to list setups, on random losses.

    Attributes
    ----------
    portfolio : Portfolio
    """

    portfolio: Portfolio

    def test_a_list_holds_every_setup_once(self, seed: int) -> None:
        """With a time budget and without."""
        losses, weights, seconds = _case(seed)
        for budget in (0.01, 1.0, 1e6):
            listed = self.portfolio.schedule(losses, weights, N_SETUPS, seconds, budget)
            assert sorted(listed) == list(range(N_SETUPS))
        assert sorted(self.portfolio.order(losses, weights, N_SETUPS)) == list(range(N_SETUPS))

    def test_a_longer_list_begins_with_the_shorter_one(self, seed: int) -> None:
        """Whoever asks for three is given the first three of ten."""
        losses, weights, _ = _case(seed)
        short, long = (self.portfolio.order(losses, weights, n) for n in (3, 10))
        assert long[:3] == short

    def test_a_setup_that_is_best_everywhere_comes_first(self, seed: int) -> None:
        """And it is the only one that is needed."""
        losses, weights, _ = _case(seed)
        losses[:, 7] = 0.0
        assert self.portfolio.order(losses, weights, 1) == [7]

    def test_setups_that_do_not_fit_come_behind_all_that_do(self, seed: int) -> None:
        """However good they are."""
        losses, weights, seconds = _case(seed)
        losses[:, 7], seconds[:] = 0.0, 0.5
        seconds[7] = 100.0
        assert self.portfolio.schedule(losses, weights, N_SETUPS, seconds, 10.0)[-1] == 7

    def test_where_all_tasks_count_alike_it_is_the_global_portfolio(self, seed: int) -> None:
        """Minding that list changes nothing that is it already."""
        losses, _, _ = _case(seed)
        alike = np.full(N_TASKS, 1 / N_TASKS)
        usual = self.portfolio.order(losses, alike, N_SETUPS)
        assert self.portfolio.order(losses, alike, N_SETUPS, usual) == usual

    def test_risks_are_those_of_setups_that_may_be_worse(self, seed: int) -> None:
        """None for the setup of the global portfolio itself, and none below 0."""
        losses, weights, _ = _case(seed)
        left = np.ones(N_TASKS)
        risks = self.portfolio.risks(losses, weights, left, losses[:, 4])
        assert risks.shape == (N_SETUPS,)
        assert (risks >= 0).all()
        assert risks[4] <= ROUNDING


def _case(seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    losses, weights = rng.random((N_TASKS, N_SETUPS)), rng.dirichlet(np.ones(N_TASKS))
    return losses, weights, np.exp(rng.normal(0, 3, N_SETUPS))
