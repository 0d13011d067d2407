"""Which tasks of a history resemble a dataset, by meta-features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from autometa._common.arrays import Floats
from autometa.performance._target_scale import comparable

# Root mean squared difference of ranks, as a share of all tasks, at which
# resemblance has fallen to exp(-1/2).
WIDTH = 0.1
# Variance of a rank of which nothing is known: it is as likely anywhere between 0 and 1.
UNKNOWN = 1.0 / 12.0
# Part of the weight that resemblance decides; the rest is the same for all.
TRUST = 0.5


def task_weights(
    metafeatures: pd.DataFrame, task_ids: Sequence[str], row: pd.Series[float] | None
) -> Floats:
    """Return how much each task counts, summing to 1.

    Each meta-feature is replaced by its rank over the tasks, so that outliers do not
    matter; what depends on the target's unit, or says the same again, is left out.
    A value known of one side only counts as the middle rank, and as far as chance would
    have it. Tasks that share no known meta-feature with the dataset get their equal part
    of the weight only.

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
    places = table.replace([np.inf, -np.inf], np.nan).rank(pct=True)
    told, ranks = places.notna().to_numpy(), places.fillna(0.5).to_numpy()
    one_sided = told[:-1] != told[-1]
    squared = ((ranks[:-1] - ranks[-1]) ** 2 + UNKNOWN * one_sided).mean(axis=1)
    alike = (told[:-1] & told[-1]).any(axis=1)
    if not alike.any():
        return equal
    least = squared[alike].min()
    resemblance = np.where(alike, np.exp(-(squared - least) / (2.0 * WIDTH**2)), 0.0)
    weights: Floats = (1.0 - TRUST) * equal
    weights[described] += TRUST * resemblance / resemblance.sum()
    return weights
