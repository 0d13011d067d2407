"""What may be exchanged in this room: each contract, and the values that pass through it.

An unfitted part is a small set of parameters; its ``fit`` returns what it has learnt from
earlier tasks, an object that is asked about new ones. `autometa.testing` holds a test class
for each contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from autometa._common.arrays import Matrix, Vector

if TYPE_CHECKING:
    from autometa.performance._encoding import Encoding, Rows
    from autometa.performance._kernel_regression import Settings
    from autometa.performance._posterior import Posterior
    from autometa.performance._ranked_runs import RankedRuns
    from autometa.performance._reference_tasks import ReferenceTasks, TaskPoint
    from autometa.performance._surface_points import SurfacePoints


@dataclass(frozen=True)
class TaskWeights:
    """How much each earlier task counts for a new one.

    Attributes
    ----------
    values : ndarray of shape (n_tasks,)
        At least 0, sum 1.
    nearness : ndarray of shape (n_tasks,)
        From 0 to 1; NaN for tasks that are not described, or share no meta-feature with
        the new one.
    novelty : float
        From 0 (as near to its neighbours as earlier tasks are to theirs) to 1.
    """

    values: Vector
    nearness: Vector
    novelty: float


class FittedSimilarity(Protocol):
    """Weights of earlier tasks for any new one."""

    def weights(self, points: Sequence[TaskPoint]) -> list[TaskWeights]:
        """Return the weights of all earlier tasks for each of the new ones."""

    def left_out_weights(self) -> Matrix:
        """Return the weights for each described task as if its family had not been seen.

        Of shape (n_described, n_tasks). A row sums to 1, or to 0 where no other family is
        left; tasks of the row's own family have weight 0. Intervals of scores rest on them.
        """


class TaskSimilarity(Protocol):
    """Learns which earlier tasks a new one resembles."""

    def fit(self, tasks: ReferenceTasks, losses: Matrix) -> FittedSimilarity:
        """Learn from the tasks and the ``losses`` of all setups on them.

        Parameters
        ----------
        tasks : ReferenceTasks
        losses : ndarray of shape (n_tasks, n_setups)
            0 is the best score of the task, 1 its worst, a failure a little more.
        """


class Portfolio(Protocol):
    """Orders setups, so that the first few of the list do well together."""

    def order(
        self, losses: Matrix, weights: Vector, n: int, global_portfolio: Sequence[int] = ()
    ) -> list[int]:
        """Return the first ``n`` setups when time does not matter.

        ``global_portfolio`` is the list to be no worse than, at every place.
        """

    def schedule(
        self, losses: Matrix, weights: Vector, n: int, seconds: Vector, time_budget: float
    ) -> list[int]:
        """Return the first ``n`` setups when ``time_budget`` seconds are to be spent on them."""

    def risks(self, losses: Matrix, weights: Vector, left: Vector, usual: Vector) -> Vector:
        """Return what it costs each setup that it may end up behind the global portfolio."""


class FittedCosts(Protocol):
    """Times of all setups on any new task."""

    @property
    def settings(self) -> Settings | None:
        """What of the fit took time, to be handed to `CostModel.fit`; None for nothing."""

    def predict(self, point: TaskPoint) -> Vector:
        """Return the time of each setup; NaN for all when no run was ever timed."""


class CostModel(Protocol):
    """Learns how long setups take."""

    def fit(
        self, tasks: ReferenceTasks, times: Matrix, settings: Settings | None = None
    ) -> FittedCosts:
        """Learn from the times of setups on the described tasks.

        Parameters
        ----------
        tasks : ReferenceTasks
        times : ndarray of shape (n_described, n_setups)
            Greater than 0; NaN where unknown.
        settings : tuple of float, optional
            As `FittedCosts.settings` of an earlier fit to the same.
        """


class FittedSurface(Protocol):
    """Scores of any configuration on the task of a study."""

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The earlier tasks, in the order of weights."""

    @property
    def encoding(self) -> Encoding:
        """How configurations are written as rows."""

    def at(self, rows: Rows) -> SurfacePoints:
        """Return the configurations with all that does not depend on a study's trials."""

    def posterior(
        self, trials: SurfacePoints, scores: Vector, candidates: SurfacePoints, weights: Vector
    ) -> Posterior:
        """Return what the scores of trials, and tasks of these weights, say of candidates."""


class ResponseSurface(Protocol):
    """Learns how scores of configurations vary, and how much tasks have in common."""

    def fit(self, runs: RankedRuns) -> FittedSurface:
        """Learn from the ranks of configurations on one task or more."""
