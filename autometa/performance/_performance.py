"""Performance: all that is learnt for one question, and what it says about new tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Matrix, Positions, Vector
from autometa._common.out_of_range import OutOfRange
from autometa.evaluation import STANDARD_SECONDS
from autometa.performance._cleaning_time import cleaning_ms
from autometa.performance._fitted_model import FittedModel
from autometa.performance._history import History
from autometa.performance._known_range import KnownRange, novelty_of, widening
from autometa.performance._leaf_similarity import LeafSimilarity
from autometa.performance._learner import Learner
from autometa.performance._losses import losses
from autometa.performance._protocols import FittedSimilarity, TaskWeights
from autometa.performance._reference_tasks import ReferenceTasks
from autometa.performance._score_model import ExpectedScores
from autometa.performance._unit_scores import UnitScores

_LISTS = 300  # at most, whose errors intervals are calibrated on: their quantiles then move by 2 %
_LIST_LENGTH = 10  # setups of each: as many as advice gives unless it is asked for others


@dataclass(frozen=True)
class Forecast:
    """What is expected of every setup on one task; ``predict_ms`` with cleaning.

    ``slowness`` is how many times slower than the standard machine the times are.
    """

    weights: TaskWeights
    scores: ExpectedScores
    seconds: Vector
    predict_ms: Vector
    coordinates: Vector
    confidence_level: float
    slowness: float = 1.0
    outside: tuple[OutOfRange, ...] = ()

    @property
    def novelty(self) -> float:
        """How new the task is, jointly or on one measure; NaN when it is not described.

        The weights of earlier tasks hang on the joint distance alone: of tables larger than all
        known the largest known tell more than the all-round order.
        """
        return max(self.weights.novelty, novelty_of(self.outside))


class Performance:
    """What one history says about new tasks.

    Parameters
    ----------
    history : History
    metric : str
    learner : Learner, optional
    without_metafeatures : bool, default=False
        Whether to learn without meta-features, for tasks that are not described.
    fitted : FittedModel, optional
        Of the same history and learner; None to learn it now.

    Attributes
    ----------
    history : History
    metric : str
    losses : ndarray of shape (n_tasks, n_setups)
    portfolio : Portfolio
    fitted : FittedModel
        What took time; from it and the history, the same is at once made again.
    """

    def __init__(
        self,
        history: History,
        metric: str,
        learner: Learner | None = None,
        *,
        without_metafeatures: bool = False,
        fitted: FittedModel | None = None,
    ) -> None:
        learner = learner or Learner()
        self.history, self.metric = history, metric
        self.portfolio = learner.portfolio
        self.losses = losses(history)
        self._tasks = ReferenceTasks(history.metafeatures, history.families, without_metafeatures)
        self._range = KnownRange(self._tasks.metafeatures)
        self._global_portfolios: dict[bytes, list[int]] = {}
        if fitted is not None and not fitted.is_of(self._tasks.coordinates, self.losses):
            fitted = None
        self._similarity = self._similarity_of(learner, fitted)
        if fitted is None:
            forests = getattr(self._similarity, "forests", [])
            fitted = FittedModel(forests, self._listed(self._similarity.left_out_weights()))
        self._scores = UnitScores(history, self._tasks, metric, fitted.listed, fitted.of_scores)
        described = self._tasks.described
        self._seconds = learner.cost_model.fit(
            self._tasks, history.seconds[described], fitted.of_seconds
        )
        self._predict_ms = learner.cost_model.fit(
            self._tasks, history.predict_ms[described], fitted.of_predict_ms
        )
        self.fitted = replace(
            fitted,
            of_scores=self._scores.settings,
            of_seconds=self._seconds.settings,
            of_predict_ms=self._predict_ms.settings,
        )

    def _similarity_of(self, learner: Learner, fitted: FittedModel | None) -> FittedSimilarity:
        similarity = learner.similarity
        if fitted is not None and isinstance(similarity, LeafSimilarity):
            return similarity.restore(self._tasks, fitted.forests)
        return similarity.fit(self._tasks, self.losses)

    def _listed(self, weights: Matrix) -> Booleans:
        """Return the setups recommended for tasks of these weights, one row a described task."""
        n_setups = self.losses.shape[1]
        length = min(_LIST_LENGTH, n_setups)
        usual = self.global_portfolio(np.arange(n_setups), length)
        listed = np.zeros((len(weights), n_setups), dtype=np.bool_)
        some = np.unique(np.linspace(0, len(weights) - 1, _LISTS).astype(np.intp))
        for row in some[weights[some].any(axis=1)]:
            listed[row, self.portfolio.order(self.losses, weights[row], length, usual)] = True
        return listed

    def forecast(
        self,
        metafeatures: pd.Series[float] | None,
        reference_seconds: Callable[[], float] | None = None,
        confidence_level: float = 0.9,
    ) -> Forecast:
        """Return what is expected of every setup on the task so described.

        Times are those of the machine that ``reference_seconds`` measures; intervals are of
        ``confidence_level``.
        """
        described = None if self._tasks.is_without_metafeatures else metafeatures
        point = self._tasks.point(described)
        weights = self._all_alike()
        if described is not None:
            (weights,) = self._similarity.weights([point])
        slowness = 1.0
        if reference_seconds is not None and self.history.knows_machines:
            slowness = reference_seconds() / STANDARD_SECONDS
        outside = self._range.outside(described)
        return Forecast(
            weights,
            self._scores.expect(point, described, confidence_level, widening(outside)),
            slowness * self._seconds.predict(point),
            slowness * (self._predict_ms.predict(point) + cleaning_ms(described)),
            point.defined_coordinates,
            confidence_level,
            slowness,
            outside,
        )

    def _all_alike(self) -> TaskWeights:
        """Return the weights for a task that is not described."""
        nothing = np.full(len(self.losses), np.nan)
        return TaskWeights(self._tasks.equal_weights, nothing, float("nan"))

    def variants(self, metafeatures: pd.DataFrame, forecast: Forecast) -> Iterator[Forecast]:
        """Yield a forecast for the same task described otherwise, one a row.

        All that decides the order is forecast anew; scores, which do not, are left as
        they were.
        """
        points = self._tasks.points(metafeatures)
        rows = (row for _, row in metafeatures.iterrows())
        all_weights = self._similarity.weights(points)
        for point, weights, row in zip(points, all_weights, rows, strict=True):
            predict_ms = self._predict_ms.predict(point) + cleaning_ms(row)
            yield replace(
                forecast,
                weights=weights,
                seconds=forecast.slowness * self._seconds.predict(point),
                predict_ms=forecast.slowness * predict_ms,
                coordinates=point.defined_coordinates,
            )

    @property
    def coordinate_names(self) -> Sequence[str]:
        """Meta-features by which tasks are compared."""
        return self._tasks.coordinate_names

    def weights_of(self, metafeatures: pd.DataFrame) -> Matrix:
        """Return how much each earlier task counts for those so described, one row each."""
        points = self._tasks.points(metafeatures)
        return np.array([weights.values for weights in self._similarity.weights(points)])

    def global_portfolio(self, columns: Positions, n: int) -> list[int]:
        """Return the first ``n`` of these columns when every family of tasks counts alike."""
        key = columns.tobytes()
        chosen = self._global_portfolios.get(key, [])
        if len(chosen) < n:
            chosen = self.portfolio.order(self.losses[:, columns], self._tasks.equal_weights, n)
            self._global_portfolios[key] = chosen
        return chosen[:n]

    @property
    def has_seconds(self) -> bool:
        """Whether any run was ever timed."""
        return bool(np.isfinite(self.history.seconds).any())

    @property
    def has_predict_ms(self) -> bool:
        """Whether it was ever timed how long predicting takes."""
        return bool(np.isfinite(self.history.predict_ms).any())
