"""Advisor: performance on a new task as an ordered list of setups."""

from __future__ import annotations

import json
from collections.abc import Collection

import numpy as np
import pandas as pd

from autometa._common.arrays import Positions
from autometa.exceptions import KnowledgeBaseMismatchError
from autometa.meta_models._advice_request import AdviceRequest
from autometa.performance import Forecast, Performance, TaskWeights
from autometa.recommendation import Neighbor, Recommendation

MOSTLY = 0.5  # share of tasks like this on which a setup failed: it cannot be counted on
_N_NEIGHBORS = 5  # as many names as a reader takes in


class Advisor:
    """Lists setups by what one history says of them.

    Parameters
    ----------
    performance : Performance
    """

    def __init__(self, performance: Performance) -> None:
        self.performance = performance

    def order(self, forecast: Forecast, n: int, request: AdviceRequest) -> list[int]:
        """Return the columns of the setups to try, in the order that was asked for."""
        if request.order == "single":
            return self._by_score(forecast, request)[:n]
        portfolio = self._portfolio(forecast, n, request)
        if request.order == "seconds":  # unknown seconds, NaN, come last
            portfolio.sort(key=lambda c: np.nan_to_num(forecast.seconds[c], nan=np.inf))
        return portfolio

    def _by_score(self, forecast: Forecast, request: AdviceRequest) -> list[int]:
        """Return all eligible columns, the highest expected score first.

        Where the metric has no score of its own, the least expected regret counts. What fails
        on most tasks like this comes last, whatever it scores on the others.
        """
        performance, weights = self.performance, forecast.weights.values
        scores = forecast.scores.expected
        fails = weights @ performance.history.failures > MOSTLY
        regret = weights @ performance.losses
        value = np.where(np.isfinite(scores), scores, -np.inf)
        columns = self.eligible(forecast, request)
        order = np.lexsort((regret[columns], -value[columns], fails[columns]))
        return [int(column) for column in columns[order]]

    def _portfolio(self, forecast: Forecast, n: int, request: AdviceRequest) -> list[int]:
        """Return the columns of the setups, each by what it adds to those before it."""
        performance = self.performance
        columns = self.eligible(forecast, request)
        losses = performance.losses[:, columns]
        weights = forecast.weights.values
        n = min(n, len(columns))
        seconds = forecast.seconds[columns] * request.seconds_factor
        if request.time_budget is None or np.isnan(seconds).any():
            usual = performance.global_portfolio(columns, n)
            chosen = performance.portfolio.order(losses, weights, n, usual)
        else:
            budget = request.time_budget
            chosen = performance.portfolio.schedule(losses, weights, n, seconds, budget)
        return [int(columns[position]) for position in chosen]

    def eligible(self, forecast: Forecast, request: AdviceRequest) -> Positions:
        """Return the columns of the setups that were asked for and predict quickly enough.

        A setup that violated a constraint wherever it was tried is none of them, unless there is
        no other.
        """
        columns = self._of_algorithms(request.algorithms)
        forbidden = self.performance.history.forbidden[columns]
        if not forbidden.all():
            columns = columns[~forbidden]
        limit = request.max_predict_ms
        if limit is None or not self.performance.has_predict_ms:
            return columns
        expected = forecast.predict_ms[columns]
        if not (expected <= limit).any():
            raise KnowledgeBaseMismatchError(
                f"No setup is expected to predict a row within {limit:g} ms; the quickest needs "
                f"{expected.min():.3g} ms. Allow more, or other algorithms."
            )
        return np.asarray(columns[expected <= limit])

    def _of_algorithms(self, algorithms: Collection[str] | None) -> Positions:
        names = [algorithm for algorithm, _ in self.performance.history.setups]
        if algorithms is None:
            return np.arange(len(names))
        columns = np.flatnonzero([algorithm in algorithms for algorithm in names])
        if len(columns) == 0:
            raise KnowledgeBaseMismatchError(
                f"None of the algorithms {sorted(algorithms)} is in the knowledge base, which "
                f"has runs of {sorted(set(names))} on such tasks."
            )
        return columns

    def probabilities_best(self, forecast: Forecast, eligible: Positions) -> dict[int, float]:
        """Return how likely each setup is the best of those eligible, by how often it was."""
        losses = self.performance.losses[:, eligible]
        best = losses <= losses.min(axis=1, keepdims=True)
        shares = forecast.weights.values @ (best / best.sum(axis=1, keepdims=True))
        return dict(zip(eligible.tolist(), shares.tolist(), strict=True))

    def recommendation(
        self, forecast: Forecast, column: int, task_type: str, neighbors: tuple[Neighbor, ...]
    ) -> Recommendation:
        """Return the setup of that column as a recommendation.

        All of one forecast have the same `neighbors`, which take longer than the rest of it.
        """
        algorithm, config = self.performance.history.setups[column]
        scores = forecast.scores
        return Recommendation(
            algorithm=algorithm,
            config=json.loads(config),
            expected_score=float(scores.expected[column]),
            score_interval=(float(scores.low[column]), float(scores.high[column])),
            expected_fit_seconds=float(forecast.seconds[column]),
            expected_predict_ms=float(forecast.predict_ms[column]),
            confidence_level=forecast.confidence_level,
            neighbors=neighbors,
            metric=self.performance.metric,
            task_type=task_type,
            novelty=forecast.novelty,
        )

    def neighbors(self, weights: TaskWeights) -> tuple[Neighbor, ...]:
        """Return the most alike earlier tasks, nearest first; none for one not described."""
        described = np.flatnonzero(np.isfinite(weights.nearness))
        tasks = self.performance.history.tasks
        ids = tasks["task_id"].to_numpy()[described]
        order = np.argsort(-weights.nearness[described], kind="stable")
        once = pd.Series(ids[order]).drop_duplicates().index  # a task may have rows of two metrics
        order = order[once][:_N_NEIGHBORS]
        return tuple(
            Neighbor(
                task_id=str(tasks["task_id"].iloc[row]),
                name=str(tasks["name"].iloc[row]),
                distance=float(np.clip(1.0 - weights.nearness[row], 0.0, 1.0)),
                weight=float(weights.values[row]),
            )
            for row in described[order]
        )


def without_history(performance: Performance, request: AdviceRequest) -> list[str]:
    """Return the limits that were asked for and of which no run says anything."""
    limits = {
        "time_budget": (request.time_budget, performance.has_seconds),
        "max_predict_ms": (request.max_predict_ms, performance.has_predict_ms),
    }
    return [
        name for name, (limit, is_timed) in limits.items() if limit is not None and not is_timed
    ]
