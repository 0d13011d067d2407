"""What every cost model keeps to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa._common.arrays import Floats
from autometa.performance import CostModel, ReferenceTasks

N_TASKS = 40
PER_ROW = (1e-4, 1e-3, 1e-2)  # seconds a row of each setup


class CostModelContract:
    """Tests of one cost model on times that grow with the number of rows.

    Attributes
    ----------
    cost_model : CostModel
    """

    cost_model: CostModel

    @pytest.fixture
    def tasks(self) -> ReferenceTasks:
        """Return earlier tasks of many sizes."""
        return ReferenceTasks(_metafeatures(), np.arange(N_TASKS))

    def test_times_are_positive_and_of_the_right_order(self, tasks: ReferenceTasks) -> None:
        """One a setup; the slower setup is expected to be slower, within a factor of 3."""
        fitted = self.cost_model.fit(tasks, _times())
        for n_rows in (300.0, 3000.0):
            times = fitted.predict(tasks.point(pd.Series({"n_rows": n_rows, "noise": 0.0})))
            assert times.shape == (len(PER_ROW),)
            true = n_rows * np.array(PER_ROW)
            assert (np.abs(np.log(times / true)) < np.log(3.0)).all()

    def test_larger_tasks_take_longer(self, tasks: ReferenceTasks) -> None:
        """Beyond the largest earlier task too."""
        fitted = self.cost_model.fit(tasks, _times())
        sizes = (100.0, 10_000.0, 1_000_000.0)
        points = [tasks.point(pd.Series({"n_rows": n, "noise": 0.0})) for n in sizes]
        small, large, huge = (fitted.predict(point) for point in points)
        assert (small < large).all()
        assert (large < huge).all()
        assert np.isfinite(huge).all()

    def test_cells_without_a_time_are_allowed(self, tasks: ReferenceTasks) -> None:
        """And a task that is not described has times all the same."""
        times = _times()
        times[::2, 1] = np.nan
        times[5] = np.nan
        fitted = self.cost_model.fit(tasks, times)
        expected = fitted.predict(tasks.point(None))
        assert np.isfinite(expected).all()
        assert (expected > 0).all()

    def test_nothing_is_expected_where_nothing_was_timed(self, tasks: ReferenceTasks) -> None:
        """NaN, for all setups."""
        fitted = self.cost_model.fit(tasks, np.full((N_TASKS, 3), np.nan))
        assert np.isnan(fitted.predict(tasks.point(None))).all()

    def test_settings_save_the_time_and_change_nothing(self, tasks: ReferenceTasks) -> None:
        """They are what the file of a fitted model keeps: numbers, or None."""
        first = self.cost_model.fit(tasks, _times())
        second = self.cost_model.fit(tasks, _times(), first.settings)
        point = tasks.point(pd.Series({"n_rows": 500.0, "noise": 1.0}))
        np.testing.assert_allclose(first.predict(point), second.predict(point), rtol=1e-12)
        assert second.settings == first.settings


def _metafeatures() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n_rows = np.exp(rng.uniform(np.log(50), np.log(20_000), N_TASKS))
    return pd.DataFrame({"n_rows": n_rows, "noise": rng.normal(size=N_TASKS)})


def _times() -> Floats:
    noise = np.exp(np.random.default_rng(1).normal(0, 0.1, (N_TASKS, len(PER_ROW))))
    n_rows = _metafeatures()["n_rows"].to_numpy(dtype=np.float64)
    return np.asarray(n_rows[:, None] * np.array(PER_ROW) * noise)
