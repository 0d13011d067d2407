"""The orders that simple methods give: what advice has to beat."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from autometa._common.arrays import Integers, Matrix, Positions, Vector
from autometa.performance import (
    FeatureSpace,
    GreedyPortfolio,
    comparable,
    complete,
    distances,
    family_weights,
    filled,
)

ALL_ROUND = "greedy portfolio"
N_NEIGHBORS = 10


class Baselines:
    """Orders learnt from known tasks, without any model.

    Parameters
    ----------
    regret : ndarray of shape (n_known, n_setups)
        NaN where not measured.
    seconds : ndarray of shape (n_known, n_setups)
        NaN where unknown.
    metafeatures : DataFrame of shape (n_known, n_metafeatures)
    families : ndarray of shape (n_known,)
    alone : dict of str to int
        Columns of setups that somebody without advice would take, by what the order is called.
    """

    def __init__(
        self,
        regret: Matrix,
        seconds: Matrix,
        metafeatures: pd.DataFrame,
        families: Integers,
        alone: Mapping[str, int],
    ) -> None:
        self._regret = np.clip(complete(regret), 0.0, 1.0)
        self._weights = family_weights(families)
        self._described = np.isfinite(metafeatures.to_numpy()).any(axis=1)
        self._metafeatures = metafeatures[self._described]
        self._seconds = _typical(seconds)
        self._n_setups = regret.shape[1]
        self._alone = {name: np.array([column]) for name, column in alone.items()}

    def orders(self, metafeatures: pd.Series[float]) -> dict[str, Positions]:
        """Return the order of each method for the task so described."""
        everyone = self._by_mean(self._regret, self._weights)
        found = {
            **self._alone,
            "single best": everyone[:1],
            "average rank": self._by_rank(),
            ALL_ROUND: np.array(self._global_portfolio()),
        }
        nearest = self._nearest(metafeatures)
        if nearest is not None:
            near = self._regret[nearest]
            found[f"{N_NEIGHBORS} nearest neighbours"] = self._by_mean(near, np.ones(len(near)))
        return found

    def schedule(self, time_budget: float) -> Positions:
        """Return the all-round order for a time budget: the same for every task."""
        if np.isnan(self._seconds).any():
            return self._global_portfolio()
        return np.array(
            GreedyPortfolio().schedule(
                self._regret, self._weights, self._n_setups, self._seconds, time_budget
            )
        )

    def _global_portfolio(self) -> Positions:
        return np.array(GreedyPortfolio().order(self._regret, self._weights, self._n_setups))

    def _by_mean(self, regret: Matrix, weights: Vector) -> Positions:
        return np.argsort(weights @ regret, kind="stable")

    def _by_rank(self) -> Positions:
        ranks = pd.DataFrame(self._regret).rank(axis=1).to_numpy()
        return self._by_mean(ranks, self._weights)

    def _nearest(self, metafeatures: pd.Series[float]) -> Positions | None:
        if not self._described.any() or not np.isfinite(metafeatures.to_numpy()).any():
            return None
        known = comparable(self._metafeatures)
        space = FeatureSpace(known)
        here = space.coordinates(metafeatures.to_frame().T)
        distance = distances(filled(here), filled(space.coordinates(known)))[0]
        return np.flatnonzero(self._described)[np.argsort(distance, kind="stable")[:N_NEIGHBORS]]


def _typical(seconds: Matrix) -> Vector:
    """Return the geometric mean over tasks; a setup nobody timed takes the mean of all."""
    logs = np.log(np.maximum(seconds, 1e-4))
    known = np.isfinite(logs)
    if not known.any():
        return np.full(seconds.shape[1], np.nan)
    counts = known.sum(axis=0)
    sums = np.where(known, logs, 0.0).sum(axis=0)
    overall = sums.sum() / counts.sum()
    return np.asarray(np.exp(np.where(counts > 0, sums / np.maximum(counts, 1), overall)))
