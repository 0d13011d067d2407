"""SurfacePoints: configurations with what a response surface says of them before any trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Booleans, Floats
from autometa.performance._encoding import Rows
from autometa.performance._task_prior import squared_distances

SAME = 1e-12  # squared distance below which two configurations differ by rounding only


@dataclass(frozen=True)
class SurfacePoints:
    """Configurations, and what does not depend on a study's trials.

    Attributes
    ----------
    rows : Rows
    x : ndarray of shape (n_rows, n_columns)
        What a kernel compares; equal rows are one configuration.
    phi : ndarray of shape (n_rows, n_features)
        Features of the surface that was asked.
    by_task : ndarray of shape (n_rows, n_tasks)
        Normal scores expected on each earlier task.
    variance : ndarray of shape (n_rows,)
        Of the scores over tasks.
    """

    rows: Rows
    x: Floats
    phi: Floats
    by_task: Floats
    variance: Floats

    def with_rows(self, other: SurfacePoints) -> SurfacePoints:
        """Return these and the other points."""
        names = ("x", "phi", "by_task", "variance")
        joined = (np.concatenate([getattr(self, n), getattr(other, n)]) for n in names)
        return SurfacePoints(Rows.concatenate([self.rows, other.rows]), *joined)

    def take(self, which: Sequence[int]) -> SurfacePoints:
        """Return some of the points."""
        parts = (self.x, self.phi, self.by_task, self.variance)
        return SurfacePoints(self.rows.take(which), *(part[which] for part in parts))

    def differs_from(self, tried: SurfacePoints) -> Booleans:
        """Whether each point is none of those tried."""
        if not len(tried.x):
            return np.ones(len(self.x), dtype=bool)
        differs: Booleans = squared_distances(self.x, tried.x).min(axis=1) > SAME
        return differs
