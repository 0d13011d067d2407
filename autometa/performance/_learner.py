"""Learner: which parts learn from a knowledge base, and their hyperparameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autometa.performance._leaf_similarity import LeafSimilarity
from autometa.performance._portfolio import GreedyPortfolio
from autometa.performance._protocols import CostModel, Portfolio, ResponseSurface, TaskSimilarity
from autometa.performance._response_surface import LatentTaskSurface
from autometa.performance._time_model import TimeModel


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Parts that may be exchanged; each has its hyperparameters as fields.

    Attributes
    ----------
    similarity : TaskSimilarity
    portfolio : Portfolio
    cost_model : CostModel
        Of the seconds of a fit, and of the milliseconds of a prediction.
    response_surface : ResponseSurface
    """

    similarity: TaskSimilarity = field(default_factory=LeafSimilarity)
    portfolio: Portfolio = field(default_factory=GreedyPortfolio)
    cost_model: CostModel = field(default_factory=TimeModel)
    response_surface: ResponseSurface = field(default_factory=LatentTaskSurface)

    def stored_parameters(self) -> dict[str, Any] | None:
        """Return what the file of a fitted model must be of; None when no file can say it.

        Files hold what autometa's own parts have learnt, not those of others. Threads
        change no result, and response surfaces are not in the file.
        """
        similarity, portfolio = self.similarity, self.portfolio
        if type(similarity) is not LeafSimilarity or type(portfolio) is not GreedyPortfolio:
            return None
        if self.cost_model != TimeModel():
            return None
        return {
            "n_trees": int(similarity.n_trees),
            "random_state": similarity.random_state,
            "sharpness": float(similarity.sharpness),
            "equal_share": float(similarity.equal_share),
            "caution": float(portfolio.caution),
        }
