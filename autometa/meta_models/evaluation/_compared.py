"""What was predicted for held-out tasks, compared with what was measured there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def widths_needed(predictions: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return by what each interval must be stretched from the expected score to hold the true one.

    0 where the score is the expected one, however narrow the interval.
    """
    off = (predictions["score"] - predictions["expected"]).to_numpy(np.float64)
    above = (predictions["high"] - predictions["expected"]).to_numpy(np.float64)
    below = (predictions["expected"] - predictions["low"]).to_numpy(np.float64)
    room = np.where(off > 0, above, below)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(off == 0, 0.0, np.abs(off) / room)


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return how often an algorithm was advised first (columns) where which was best (rows)."""
    first = predictions.sort_values("place").groupby(["repeat", "task_id"]).first()["algorithm"]
    scored = predictions[predictions["score"].notna()]
    best = scored.loc[scored.groupby(["repeat", "task_id"])["score"].idxmax()]
    best = best.set_index(["repeat", "task_id"])["algorithm"]
    table = pd.crosstab(best, first.reindex(best.index))
    names = sorted(set(table.index) | set(table.columns))
    return table.reindex(index=names, columns=names, fill_value=0)
