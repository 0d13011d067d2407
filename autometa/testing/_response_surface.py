"""What every response surface keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from autometa._common.arrays import Floats, Integers
from autometa.performance import FittedSurface, RankedRuns, ResponseSurface, Rows, SurfacePoints

N_TASKS, N_RUNS = 6, 25


class ResponseSurfaceContract:
    """Tests of one response surface on tasks that score best near one configuration.

    Attributes
    ----------
    response_surface : ResponseSurface
    """

    response_surface: ResponseSurface

    @pytest.fixture
    def surface(self) -> FittedSurface:
        """Return the surface fitted to the tasks."""
        return self.response_surface.fit(_runs())

    def test_it_names_its_tasks_and_writes_configurations(self, surface: FittedSurface) -> None:
        """Tasks in the order of weights; a dimension for each hyperparameter that varies."""
        assert tuple(surface.task_ids) == _runs().task_ids
        assert {dimension.name for dimension in surface.encoding.dimensions} == {"x", "kind"}

    def test_points_are_joined_taken_and_told_apart(self, surface: FittedSurface) -> None:
        """Each is a configuration, with an expected score on each task."""
        points = _at(surface, [0.1, 0.5])
        joined = points.with_rows(_at(surface, [0.9]))
        assert joined.by_task.shape == (3, N_TASKS)
        assert len(joined.take([2]).rows) == 1
        assert joined.differs_from(points).tolist() == [False, False, True]

    def test_earlier_tasks_say_where_scores_are_high(self, surface: FittedSurface) -> None:
        """On every task, the best configuration of all is expected above a poor one."""
        points = _at(surface, [0.3, 0.95])
        assert (points.by_task[0] > points.by_task[1]).all()

    def test_trials_are_believed(self, surface: FittedSurface) -> None:
        """A study whose scores go the other way is expected to go on so."""
        positions = np.linspace(0.0, 1.0, 9)
        trials, scores = _at(surface, positions), 3.0 * positions
        candidates = _at(surface, [0.33, 0.97])
        mean = surface.posterior(trials, scores, candidates, _alike()).mean()
        assert mean[1] > mean[0]

    @pytest.mark.parametrize("n_trials", [1, 2, 12])
    def test_a_posterior_is_finite(self, surface: FittedSurface, n_trials: int) -> None:
        """After one trial, after many, of equal scores, and for tasks of unlike weights."""
        positions = np.linspace(0.0, 1.0, n_trials)
        trials, candidates = _at(surface, positions), _at(surface, [0.2, 0.4, 0.8])
        unlike = np.r_[1.0, np.zeros(N_TASKS - 1)]
        for scores in (np.zeros(n_trials), np.sin(9 * positions)):
            for weights in (_alike(), unlike):
                posterior = surface.posterior(trials, scores, candidates, weights)
                gain = posterior.expected_improvement(float(scores.max()))
                assert np.isfinite(posterior.mean()).all()
                assert gain.shape == (3,)
                assert (gain >= 0).all()

    def test_fitting_twice_gives_the_same(self, surface: FittedSurface) -> None:
        """Nothing is drawn that is not fixed."""
        again = self.response_surface.fit(_runs())
        np.testing.assert_array_equal(
            _at(surface, [0.2, 0.7]).by_task, _at(again, [0.2, 0.7]).by_task
        )


def _at(surface: FittedSurface, positions: Sequence[float] | Floats) -> SurfacePoints:
    """Return configurations with the best kind and these values of ``x``."""
    values = np.asarray(positions, dtype=np.float64)
    encoding = surface.encoding
    rows = [encoding.trial_row("toy", {"x": float(v), "kind": "b"}) for v in values]
    return surface.at(Rows(np.zeros(len(values), dtype=np.int64), np.array(rows)))


def _alike() -> Floats:
    return np.full(N_TASKS, 1.0 / N_TASKS)


def _runs() -> RankedRuns:
    """Return ranks on tasks whose scores fall with the distance of ``x`` to about 0.3."""
    rng = np.random.default_rng(0)
    setups: list[tuple[str, dict[str, Any]]] = []
    rows: list[Integers] = []
    scores: list[Floats] = []
    for _ in range(N_TASKS):
        best = 0.3 + 0.02 * rng.standard_normal()
        x, kinds = rng.uniform(size=N_RUNS), rng.choice(["a", "b"], N_RUNS)
        rows.append(np.arange(len(setups), len(setups) + N_RUNS))
        setups += [("toy", {"x": float(v), "kind": str(k)}) for v, k in zip(x, kinds, strict=True)]
        ranks = np.argsort(np.argsort(-np.abs(x - best) - 0.2 * (kinds == "a")))
        scores.append(np.asarray((ranks - (N_RUNS - 1) / 2) / (N_RUNS / 4), dtype=np.float64))
    names = tuple(f"task{i}" for i in range(N_TASKS))
    return RankedRuns(names, tuple(setups), tuple(rows), tuple(scores))
