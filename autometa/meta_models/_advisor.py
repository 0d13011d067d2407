"""Advisor: all that is learnt for one question, and the answers to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Matrix, Positions, Vector
from autometa.evaluation import STANDARD_SECONDS
from autometa.exceptions import KnowledgeBaseMismatchError
from autometa.meta_models._request import Request
from autometa.performance._fitted_model import Learnt
from autometa.performance._history import History, losses
from autometa.performance._kernel_regression import Settings
from autometa.performance._leaf_forest import Growth, LeafForest
from autometa.performance._leaf_similarity import TaskWeights, Weights, learn_forests
from autometa.performance._portfolio import greedy_list, greedy_schedule
from autometa.performance._reference_tasks import KnownTasks
from autometa.performance._score_model import ExpectedScores
from autometa.performance._time_model import TimeModel
from autometa.performance._unit_scores import UnitScores
from autometa.recommendation import Neighbor, Recommendation

_N_NEIGHBORS = 5
_LISTS = 300  # at most, whose errors the intervals are calibrated on,
_LIST_LENGTH = 10  # of this length


@dataclass(frozen=True)
class Forecast:
    """What is expected of every setup on one task.

    ``slowness`` is how many times slower than the standard machine the times are.
    """

    weights: Weights
    scores: ExpectedScores
    seconds: Vector
    predict_ms: Vector
    coordinates: Vector
    confidence_level: float
    slowness: float = 1.0


class Advisor:
    """What one history teaches about new tasks.

    Parameters
    ----------
    history : History
    metric : str
    without_metafeatures : bool
        Whether to learn without meta-features, for tasks that are not described.
    growth : Growth
        Of the forests.
    learnt : Learnt, optional
        What an advisor of the same history has learnt; None to learn it now.

    Attributes
    ----------
    losses : ndarray of shape (n_tasks, n_setups)
    learnt : Learnt
        What took time; an advisor of the same history is at once made of it.
    """

    def __init__(
        self,
        history: History,
        metric: str,
        without_metafeatures: bool,
        growth: Growth,
        learnt: Learnt | None = None,
    ) -> None:
        self.history, self._metric = history, metric
        self.losses = losses(history)
        self._known = KnownTasks(history, without_metafeatures)
        self._global_portfolios: dict[bytes, list[int]] = {}
        if learnt is None or not learnt.is_of(self._known.coordinates, self.losses):
            learnt = self._learn(growth)
        else:
            self._weights = self._weights_by(learnt.forests)
        self._scores = UnitScores(history, self._known, metric, learnt.listed, learnt.of_scores)
        self._seconds = self._times(history.seconds, learnt.of_seconds)
        self._predict_ms = self._times(history.predict_ms, learnt.of_predict_ms)
        self.learnt = replace(
            learnt,
            of_scores=self._scores.settings,
            of_seconds=self._seconds.settings,
            of_predict_ms=self._predict_ms.settings,
        )

    def _learn(self, growth: Growth) -> Learnt:
        known, families = self._known, self.history.families
        forests, unseen = learn_forests(
            known.coordinates, self.losses, known.described, families, growth
        )
        self._weights = self._weights_by(forests)
        return Learnt(forests, self._listed(self._weights.left_out(unseen)))

    def _weights_by(self, forests: Sequence[LeafForest]) -> TaskWeights:
        known = self._known
        points = known.known_coordinates
        return TaskWeights(points, known.described, self.history.families, forests)

    def _times(self, times: Matrix, settings: Settings | None) -> TimeModel:
        known = self._known
        described = times[known.described]
        return TimeModel(known.coordinates, known.sizes, known.families, described, settings)

    def _listed(self, weights: Matrix) -> Booleans:
        """Return which setups tasks of these weights would be given, one row a described task."""
        n_setups = self.losses.shape[1]
        length = min(_LIST_LENGTH, n_setups)
        usual = self.global_portfolio(np.arange(n_setups), length)
        listed = np.zeros((len(weights), n_setups), dtype=np.bool_)
        some = np.unique(np.linspace(0, len(weights) - 1, _LISTS).astype(np.intp))
        for row in some[weights[some].any(axis=1)]:
            columns = greedy_list(self.losses, weights[row], length, usual)
            listed[row, columns] = True
        return listed

    def forecast(
        self,
        metafeatures: pd.Series[float] | None,
        reference_seconds: Callable[[], float] | None = None,
        confidence_level: float = 0.9,
    ) -> Forecast:
        """Return what is expected of every setup on the task so described.

        Times are those of the machine that ``reference_seconds`` measures.
        """
        described = None if self._known.is_without_metafeatures else metafeatures
        place = self._known.place(described)
        here = place.coordinates
        weights = self._weights.nobody() if described is None else self._weights.of(place.known)
        slowness = 1.0
        if reference_seconds is not None and self.history.knows_machines:
            slowness = reference_seconds() / STANDARD_SECONDS
        return Forecast(
            weights,
            self._scores.expect(place, described, confidence_level),
            slowness * self._seconds.predict(here, place.sizes),
            slowness * self._predict_ms.predict(here, place.sizes),
            place.known,
            confidence_level,
            slowness,
        )

    def variants(self, metafeatures: pd.DataFrame, forecast: Forecast) -> Iterator[Forecast]:
        """Yield a forecast for the same task described otherwise, one a row.

        All that decides the order is forecast anew; scores, which do not, are left as
        they were.
        """
        weights = self._weights.many(self.coordinates(metafeatures))
        for (_, described), of_tasks in zip(metafeatures.iterrows(), weights, strict=True):
            place = self._known.place(described)
            here = place.coordinates
            yield replace(
                forecast,
                weights=of_tasks,
                seconds=forecast.slowness * self._seconds.predict(here, place.sizes),
                predict_ms=forecast.slowness * self._predict_ms.predict(here, place.sizes),
                coordinates=place.known,
            )

    @property
    def coordinate_names(self) -> Sequence[str]:
        """Meta-features by which tasks are compared."""
        return self._known.coordinate_names

    def coordinates(self, metafeatures: pd.DataFrame) -> Matrix:
        """Return the tasks so described as points, one row each."""
        return self._known.points(metafeatures)

    def weights_of(self, coordinates: Matrix) -> Matrix:
        """Return how much each known task counts for tasks at ``coordinates``, one row each."""
        return np.array([weights.values for weights in self._weights.many(coordinates)])

    def order(self, forecast: Forecast, n: int, request: Request) -> list[int]:
        """Return the columns of the setups to try, best first."""
        columns = self.eligible(forecast, request)
        losses = self.losses[:, columns]
        weights = forecast.weights.values
        n = min(n, len(columns))
        seconds = forecast.seconds[columns] * request.seconds_factor
        if request.time_budget is None or np.isnan(seconds).any():
            chosen = greedy_list(losses, weights, n, self.global_portfolio(columns, n))
        else:
            chosen = greedy_schedule(losses, weights, n, seconds, request.time_budget)
        return [int(columns[position]) for position in chosen]

    def global_portfolio(self, columns: Positions, n: int) -> list[int]:
        """Return the first ``n`` of these columns when every family of tasks counts alike."""
        known = self._global_portfolios.get(columns.tobytes(), [])
        if len(known) < n:
            known = greedy_list(self.losses[:, columns], self._weights.equal_weights, n)
            self._global_portfolios[columns.tobytes()] = known
        return known[:n]

    @property
    def timed(self) -> bool:
        """Whether any run was ever timed."""
        return bool(np.isfinite(self.history.seconds).any())

    @property
    def knows_predict_ms(self) -> bool:
        """Whether anybody ever timed how long predicting takes."""
        return bool(np.isfinite(self.history.predict_ms).any())

    def eligible(self, forecast: Forecast, request: Request) -> Positions:
        """Return the columns of the setups that were asked for and predict quickly enough."""
        columns = self._of_algorithms(request.algorithms)
        limit = request.max_predict_ms
        if limit is None or not self.knows_predict_ms:
            return columns
        expected = forecast.predict_ms[columns]
        if not (expected <= limit).any():
            raise KnowledgeBaseMismatchError(
                f"No setup is expected to predict a row within {limit:g} ms; the quickest needs "
                f"{expected.min():.3g} ms. Allow more, or other algorithms."
            )
        return np.asarray(columns[expected <= limit])

    def _of_algorithms(self, algorithms: Collection[str] | None) -> Positions:
        known = [algorithm for algorithm, _ in self.history.setups]
        if algorithms is None:
            return np.arange(len(known))
        columns = np.flatnonzero([algorithm in algorithms for algorithm in known])
        if len(columns) == 0:
            raise KnowledgeBaseMismatchError(
                f"None of the algorithms {sorted(algorithms)} is in the knowledge base, which "
                f"knows {sorted(set(known))} for such tasks."
            )
        return columns

    def probabilities_best(self, forecast: Forecast, eligible: Positions) -> dict[int, float]:
        """Return how likely each setup is the best of those eligible, by how often it was."""
        losses = self.losses[:, eligible]
        best = losses <= losses.min(axis=1, keepdims=True)
        shares = forecast.weights.values @ (best / best.sum(axis=1, keepdims=True))
        return dict(zip(eligible.tolist(), shares.tolist(), strict=True))

    def recommendation(self, forecast: Forecast, column: int, task_type: str) -> Recommendation:
        """Return the setup of that column as a recommendation."""
        algorithm, config = self.history.setups[column]
        scores = forecast.scores
        return Recommendation(
            algorithm=algorithm,
            config=json.loads(config),
            expected_score=float(scores.expected[column]),
            score_interval=(float(scores.low[column]), float(scores.high[column])),
            expected_fit_seconds=float(forecast.seconds[column]),
            expected_predict_ms=float(forecast.predict_ms[column]),
            confidence_level=forecast.confidence_level,
            neighbors=self.neighbors(forecast.weights),
            metric=self._metric,
            task_type=task_type,
            novelty=forecast.weights.novelty,
        )

    def neighbors(self, weights: Weights) -> tuple[Neighbor, ...]:
        """Return the most alike known tasks, nearest first; none for one not described."""
        described = np.flatnonzero(np.isfinite(weights.nearness))
        tasks = self.history.tasks
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
