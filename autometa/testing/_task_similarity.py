"""What every task similarity keeps to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa._common.arrays import Floats
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import MetaModel
from autometa.performance import FittedSimilarity, ReferenceTasks, TaskSimilarity, TaskWeights

N_TASKS, N_SETUPS = 30, 4


class TaskSimilarityContract:
    """Tests of one similarity on tasks of two kinds, of which the first meta-feature tells.

    Attributes
    ----------
    similarity : TaskSimilarity
    """

    similarity: TaskSimilarity

    @pytest.fixture
    def tasks(self) -> ReferenceTasks:
        """Return earlier tasks, two a family, one without meta-features, some partly described."""
        return ReferenceTasks(_metafeatures(), np.arange(N_TASKS) // 2)

    @pytest.fixture
    def fitted(self, tasks: ReferenceTasks) -> FittedSimilarity:
        """Return the similarity fitted to them."""
        return self.similarity.fit(tasks, _losses())

    def _weights(
        self, fitted: FittedSimilarity, tasks: ReferenceTasks, rows: pd.DataFrame
    ) -> list[TaskWeights]:
        return fitted.weights(tasks.points(rows))

    def test_weights_are_shares_of_all_tasks(
        self, fitted: FittedSimilarity, tasks: ReferenceTasks
    ) -> None:
        """Whatever is defined of a new task: all, half, nothing, or what lies far off."""
        for weights in self._weights(fitted, tasks, _new_tasks()):
            assert weights.values.shape == (N_TASKS,)
            assert (weights.values >= 0).all()
            assert weights.values.sum() == pytest.approx(1.0)

    def test_nearness_and_novelty_lie_between_0_and_1(
        self, fitted: FittedSimilarity, tasks: ReferenceTasks
    ) -> None:
        """A task that is not described has no nearness."""
        for weights in self._weights(fitted, tasks, _new_tasks()):
            defined = weights.nearness[np.isfinite(weights.nearness)]
            assert ((defined >= 0) & (defined <= 1)).all()
            assert 0 <= weights.novelty <= 1
            assert np.isnan(weights.nearness[~tasks.described]).all()

    def test_tasks_of_the_same_kind_count_more(
        self, fitted: FittedSimilarity, tasks: ReferenceTasks
    ) -> None:
        """On average, for a new task in the middle of either kind."""
        small = np.arange(N_TASKS) % 2 == 0
        rows = pd.DataFrame({"size": [10.0, 1000.0], "noise": 0.0, "other": 0.0})
        of_small, of_large = (w.values for w in self._weights(fitted, tasks, rows))
        assert of_small[small].sum() > of_large[small].sum()

    def test_no_family_votes_on_itself(
        self, fitted: FittedSimilarity, tasks: ReferenceTasks
    ) -> None:
        """Weights of tasks left out: intervals would else be too narrow."""
        weights = fitted.left_out_weights()
        places = np.flatnonzero(tasks.described)
        assert weights.shape == (len(places), N_TASKS)
        families = np.arange(N_TASKS) // 2
        own = families[places][:, None] == families
        assert (weights[own] == 0).all()
        assert (weights >= 0).all()
        assert weights.sum(axis=1) == pytest.approx(np.ones(len(places)))

    def test_a_task_is_weighed_alike_alone_and_among_others(
        self, fitted: FittedSimilarity, tasks: ReferenceTasks
    ) -> None:
        """New tasks say nothing of one another."""
        rows = _new_tasks()
        together = self._weights(fitted, tasks, rows)
        for place in range(len(rows)):
            (alone,) = self._weights(fitted, tasks, rows.iloc[[place]])
            np.testing.assert_allclose(alone.values, together[place].values, atol=1e-12)

    def test_fitting_twice_gives_the_same(self, tasks: ReferenceTasks) -> None:
        """And leaves what it was given as it was."""
        losses, before = _losses(), tasks.coordinates.copy()
        first, second = (
            self._weights(self.similarity.fit(tasks, losses), tasks, _new_tasks()) for _ in range(2)
        )
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one.values, other.values)
        np.testing.assert_array_equal(losses, _losses())
        np.testing.assert_array_equal(tasks.coordinates, before)

    def test_advice_rests_on_it(self) -> None:
        """A MetaModel that is given the similarity recommends each setup once."""
        names = [f"task{i}" for i in range(N_TASKS)]
        runs = pd.DataFrame(
            {
                "task_id": np.repeat(names, N_SETUPS),
                "algorithm": np.tile([f"setup{j}" for j in range(N_SETUPS)], N_TASKS),
                "config": "{}",
                "metric": "accuracy",
                "score": 1.0 - _losses().ravel(),
            }
        )
        tasks = pd.DataFrame({"task_id": names, "task_type": "binary"})
        metafeatures = _metafeatures().set_axis(names)
        kb = KnowledgeBase.from_frames(tasks, metafeatures, runs)
        model = MetaModel(similarity=self.similarity).fit(kb)
        advice = model.recommend(_new_tasks().iloc[0])
        assert sorted(one.algorithm for one in advice) == [f"setup{j}" for j in range(N_SETUPS)]
        assert all(np.isfinite(one.expected_score) for one in advice)


def _metafeatures() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    size = np.where(np.arange(N_TASKS) % 2 == 0, 10.0, 1000.0) * rng.uniform(0.5, 2.0, N_TASKS)
    table = pd.DataFrame({"size": size, "noise": rng.normal(size=N_TASKS)})
    table["other"] = rng.normal(size=N_TASKS)
    table.iloc[3] = np.nan  # not described
    table.iloc[5:9, 2] = np.nan  # partly described
    return table


def _losses() -> Floats:
    """Return losses by which the first setup wins on small tasks, and the second on large ones."""
    small = (np.arange(N_TASKS) % 2 == 0)[:, None]
    losses = np.where(small, [0.0, 0.8, 0.3, 1.0], [0.8, 0.0, 0.3, 1.0])
    noise = np.random.default_rng(1).uniform(0, 0.02, losses.shape)
    return np.asarray(np.clip(losses + noise, 0.0, 1.0))


def _new_tasks() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "size": [12.0, 900.0, np.nan, np.nan, 1e9],
            "noise": [0.1, np.nan, 0.3, np.nan, -1e9],
            "other": [0.0, 0.5, np.nan, np.nan, 1e9],
        }
    )
