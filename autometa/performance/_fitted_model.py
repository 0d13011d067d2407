"""FittedModel: of what is learnt for one question, the part that takes time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autometa._common.arrays import Booleans, Matrix
from autometa.performance._kernel_regression import Settings
from autometa.performance._leaf_forest import LeafForest


@dataclass(frozen=True)
class FittedModel:
    """All else follows from the history at once.

    Attributes
    ----------
    forests : sequence of LeafForest
        Empty where tasks are too few or not described.
    listed : ndarray of shape (n_described, n_setups), bool
        Setups recommended for each task by a model fitted without its family.
    of_scores : pair of tuples of float or None
        Settings of the regressions of scores and of errors; None to choose them.
    of_seconds, of_predict_ms : tuple of float or None
        Settings of the regressions of times.
    """

    forests: Sequence[LeafForest]
    listed: Booleans
    of_scores: tuple[Settings, Settings] | None = None
    of_seconds: Settings | None = None
    of_predict_ms: Settings | None = None

    def is_of(self, coordinates: Matrix, losses: Matrix) -> bool:
        """Say whether this can have been fitted to tasks at ``coordinates``."""
        n_tasks, n_coordinates = coordinates.shape
        return self.listed.shape == (n_tasks, losses.shape[1]) and all(
            forest.is_sound(n_coordinates) for forest in self.forests
        )
