"""Errors in units of the target: an RMSE says little until divided by the target's spread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.knowledge_base import metric_of

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

TARGET_SD = "target_sd"


def units(metafeatures: pd.DataFrame, metric: str) -> Vector | None:
    """Return what to divide the scores of each task by; NaN where its target is not known.

    None when the metric has no unit, or too few tasks tell their target's spread.
    """
    power = metric_of(metric).target_power
    if power is None or TARGET_SD not in metafeatures.columns:
        return None
    spread = metafeatures[TARGET_SD].to_numpy(dtype=np.float64)
    known = np.isfinite(spread) & (spread > 0)
    if 2 * known.sum() < len(known):
        return None
    return np.where(known, spread, np.nan) ** power


def without_unit(metafeatures: pd.DataFrame) -> pd.DataFrame:
    """Return the meta-features by which tasks can be compared: all but the target's spread."""
    return metafeatures.drop(columns=TARGET_SD, errors="ignore")
