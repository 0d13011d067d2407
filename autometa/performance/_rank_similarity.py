"""RankSimilarity: tasks are alike when their meta-features rank alike among all tasks.

It learns nothing from scores: so few trials as a study begins with say too little of which
meta-features decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import Matrix, Vector
from autometa.performance._protocols import TaskWeights
from autometa.performance._reference_tasks import ReferenceTasks, TaskPoint
from autometa.performance._target_scale import comparable

# Variance of a rank that is undefined: it is as likely anywhere between 0 and 1.
_UNDEFINED = 1.0 / 12.0


@dataclass(frozen=True, kw_only=True)
class RankSimilarity:
    """Parameters of the similarity by ranks.

    Parameters
    ----------
    width : float, default=0.1
        Root mean squared difference of ranks, as a share of all tasks, at which
        resemblance has fallen to exp(-1/2).
    trust : float, default=0.5
        Part of the weight that resemblance decides; the rest is the same for all.
    """

    width: float = 0.1
    trust: float = 0.5

    def fit(self, tasks: ReferenceTasks, losses: Matrix) -> RankWeights:
        """Return the similarity to these tasks; ``losses`` are not looked at."""
        return RankWeights(self, tasks)


class RankWeights:
    """Weights of the earlier tasks for any new one.

    Parameters
    ----------
    parameters : RankSimilarity
    tasks : ReferenceTasks
    """

    def __init__(self, parameters: RankSimilarity, tasks: ReferenceTasks) -> None:
        self._parameters, self._tasks = parameters, tasks
        places = np.flatnonzero(tasks.described)
        self._table = tasks.metafeatures.set_axis(places, axis=0)

    def weights(self, points: Sequence[TaskPoint]) -> list[TaskWeights]:
        """Return the weights for each of several new tasks."""
        ids = range(len(self._tasks.described))
        return [
            rank_weights(self._table, ids, point.metafeatures, self._parameters) for point in points
        ]

    def left_out_weights(self) -> Matrix:
        """Return the weights for each described task without those of its own family."""
        own = [weights.values for weights in self.weights(self._tasks.own_points())]
        shape = (len(own), len(self._tasks.described))
        return self._tasks.without_own_family(np.array(own).reshape(shape))


def rank_weights(
    metafeatures: pd.DataFrame,
    task_ids: Sequence[object],
    row: pd.Series[float] | None,
    parameters: RankSimilarity | None = None,
) -> TaskWeights:
    """Return how much each task counts for a dataset.

    Each meta-feature is replaced by its rank over the tasks, so that outliers do not
    matter; what depends on the target's unit, or says the same again, is left out.
    A value defined on one side only counts as the middle rank, and as far as chance would
    have it. Tasks that share no defined meta-feature with the dataset get their equal part
    of the weight only.

    Parameters
    ----------
    metafeatures : DataFrame
        Index task_id.
    task_ids : sequence of str
    row : Series or None
        The dataset, by names of meta-features.
    parameters : RankSimilarity, optional
    """
    parameters = parameters or RankSimilarity()
    equal = np.full(len(task_ids), 1.0 / len(task_ids))
    nearness = np.full(len(task_ids), np.nan)
    nothing = TaskWeights(equal, nearness, 1.0)
    metafeatures = comparable(metafeatures)
    shared = [] if row is None else metafeatures.columns.intersection(row.index)
    described = np.flatnonzero(pd.Index(task_ids).isin(metafeatures.index))
    if row is None or not len(shared) or not len(described):
        return nothing
    theirs = metafeatures.loc[pd.Index(task_ids)[described], shared]
    table = pd.concat([theirs, row[shared].astype("float64").to_frame().T])
    places = table.replace([np.inf, -np.inf], np.nan).rank(pct=True)
    defined, ranks = places.notna().to_numpy(), places.fillna(0.5).to_numpy()
    one_sided = defined[:-1] != defined[-1]
    squared = ((ranks[:-1] - ranks[-1]) ** 2 + _UNDEFINED * one_sided).mean(axis=1)
    alike = (defined[:-1] & defined[-1]).any(axis=1)
    if not alike.any():
        return nothing
    scale = 2.0 * parameters.width**2
    least = squared[alike].min()
    resemblance = np.where(alike, np.exp(-(squared - least) / scale), 0.0)
    weights: Vector = (1.0 - parameters.trust) * equal
    weights[described] += parameters.trust * resemblance / resemblance.sum()
    nearness[described] = np.where(alike, np.exp(-squared / scale), np.nan)
    return TaskWeights(weights, nearness, float(1.0 - np.exp(-least / scale)))
