"""What every scheduler of `tune` keeps to, whatever it tries."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from optuna.storages import InMemoryStorage

from autometa.tuning import Scheduler, TuneResult, tune

N_ROWS = 200  # enough for folds of parts of the rows, quick to fit
N_TRIALS = 10  # past what the algorithms name as their own setups, so that the sampler is asked too
ALGORITHMS = ("decision_tree", "naive_bayes")  # quick to fit, and random in nothing


class SchedulerContract:
    """Tests of a scheduler, in real runs of `tune` on a small table.

    A test suite says which one::

        class TestMine(SchedulerContract):
            def make_scheduler(self):
                return MyScheduler()
    """

    def make_scheduler(self) -> Scheduler:
        """Return a new scheduler."""
        raise NotImplementedError("A SchedulerContract needs a 'make_scheduler'.")

    def run(self, **options: Any) -> TuneResult:
        """Return a run of `tune` that depends on the seed alone."""
        rng = np.random.default_rng(0)
        X = pd.DataFrame(rng.normal(size=(N_ROWS, 4)), columns=list("abcd"))
        y = np.where(X["a"] + X["b"] ** 2 + rng.normal(size=N_ROWS) > 1, "yes", "no")
        settings: dict[str, Any] = {
            "time_budget": None,
            "n_trials": N_TRIALS,
            "algorithms": ALGORITHMS,
            "knowledge_base": False,
            "isolate": False,
            "random_state": 0,
            "scheduler": self.make_scheduler,
        }
        return tune(X, y, **settings | options)

    def test_the_trials_asked_for_are_made_and_a_model_comes_back(self) -> None:
        """No more of them, and fewer only when the scheduler has nothing left to try."""
        result = self.run()
        assert 1 <= len(result.leaderboard()) <= N_TRIALS
        assert not result.is_fallback
        assert result.leaderboard()["weight"].sum() == pytest.approx(1.0)
        assert result.score > 0.5  # the area under the curve of a guess

    def test_the_result_is_a_function_of_the_seed(self) -> None:
        """Where no clock is running."""
        boards = [self.run().leaderboard().drop(columns="fit_seconds") for _ in range(2)]
        pd.testing.assert_frame_equal(*boards)

    def test_each_trial_is_on_a_share_of_the_rows(self) -> None:
        """Above none, at most all."""
        shares = self.run().leaderboard()["fidelity"]
        assert shares.between(0.0, 1.0, inclusive="right").all()

    def test_no_setup_is_scored_twice_on_the_same_rows(self) -> None:
        """That would say nothing new."""
        board = self.run().leaderboard().query("status == 'ok'")
        counts = Counter(
            zip(board["algorithm"], board["config"].map(repr), board["fidelity"], strict=True)
        )
        assert max(counts.values()) == 1

    def test_setups_that_were_enqueued_are_tried_as_they_are(self) -> None:
        """The user asked for them."""
        storage = InMemoryStorage()
        first = self.run(n_trials=1, storage=storage)
        asked = {"algorithm": "decision_tree", "decision_tree.max_depth": 3}
        first.study.enqueue_trial(asked)
        again = self.run(n_trials=2, storage=storage)
        tried = again.study.trials[1].params
        assert {name: tried[name] for name in asked} == asked

    def test_a_callback_ends_the_search(self) -> None:
        """After the trial that it was called for."""
        result = self.run(callbacks=[lambda study, trial: study.stop()])
        assert len(result.leaderboard()) == 1
