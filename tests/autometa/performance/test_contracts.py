"""The parts of this room, and one from outside, keep to their contracts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autometa.performance import (
    GreedyPortfolio,
    LatentTaskSurface,
    LeafSimilarity,
    RankSimilarity,
    TaskWeights,
    TimeModel,
)
from autometa.testing import (
    CostModelContract,
    PortfolioContract,
    ResponseSurfaceContract,
    TaskSimilarityContract,
)


class TestLeafSimilarity(TaskSimilarityContract):
    similarity = LeafSimilarity(n_trees=30)


class TestRankSimilarity(TaskSimilarityContract):
    similarity = RankSimilarity()


class TestGreedyPortfolio(PortfolioContract):
    portfolio = GreedyPortfolio()


class TestTimeModel(CostModelContract):
    cost_model = TimeModel()


class TestLatentTaskSurface(ResponseSurfaceContract):
    response_surface = LatentTaskSurface()


@dataclass(frozen=True)
class Nearest:
    """A similarity of somebody else's: tasks count by how near they are in plain distance."""

    width: float = 0.5

    def fit(self, tasks, losses):
        return NearestWeights(tasks, self.width)


class NearestWeights:
    def __init__(self, tasks, width):
        self.tasks, self.width = tasks, width

    def weights(self, points):
        return [self.of(point) for point in points]

    def of(self, point):
        apart = np.sqrt(((self.tasks.coordinates - point.coordinates) ** 2).mean(axis=1))
        near = np.exp(-apart / self.width)
        nearness = np.full(len(self.tasks.described), np.nan)
        nearness[self.tasks.described] = near
        values = np.nan_to_num(nearness) + 1e-9
        return TaskWeights(values / values.sum(), nearness, float(1.0 - near.max()))

    def left_out_weights(self):
        own = np.array([weights.values for weights in self.weights(self.tasks.own_points())])
        return self.tasks.without_own_family(own)


class TestASimilarityOfSomebodyElse(TaskSimilarityContract):
    similarity = Nearest()
