"""Which tasks of a history resemble a dataset, by meta-features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.meta_models._target_scale import comparable

FloatArray = npt.NDArray[np.float64]

# Root mean squared difference of ranks, as a share of all tasks, at which
# resemblance has fallen to exp(-1/2).
WIDTH = 0.1
# Part of the weight that resemblance decides; the rest is the same for all.
TRUST = 0.5


def task_weights(
    metafeatures: pd.DataFrame, task_ids: Sequence[str], row: pd.Series[float] | None
) -> FloatArray:
    """Return how much each task counts, summing to 1.

    Each meta-feature is replaced by its rank over the tasks, so that outliers do not
    matter; what depends on the target's unit, or says the same again, is left out.
    Undefined values count as the middle rank. Tasks without meta-features get their equal
    part of the weight only.

    Parameters
    ----------
    metafeatures : DataFrame
        Index task_id.
    task_ids : sequence of str
    row : Series or None
        The dataset, by names of meta-features.
    """
    equal = np.full(len(task_ids), 1.0 / len(task_ids))
    metafeatures = comparable(metafeatures)
    shared = [] if row is None else metafeatures.columns.intersection(row.index)
    described = np.flatnonzero(pd.Index(task_ids).isin(metafeatures.index))
    if row is None or not len(shared) or not len(described):
        return equal
    known = metafeatures.loc[pd.Index(task_ids)[described], shared]
    table = pd.concat([known, row[shared].astype("float64").to_frame().T])
    ranks = table.replace([np.inf, -np.inf], np.nan).rank(pct=True).fillna(0.5).to_numpy()
    squared = ((ranks[:-1] - ranks[-1]) ** 2).mean(axis=1)
    resemblance = np.exp(-(squared - squared.min()) / (2.0 * WIDTH**2))
    weights: FloatArray = (1.0 - TRUST) * equal
    weights[described] += TRUST * resemblance / resemblance.sum()
    return weights
