"""Errors in units of the target: an RMSE says little until divided by the target's spread."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from autometa._common.arrays import Vector
from autometa.metrics import get_metric

TARGET_SD = "target_sd"


def units(metafeatures: pd.DataFrame, metric: str) -> Vector | None:
    """Return what to divide the scores of each task by; NaN where its spread is undefined or 0.

    None when the metric has no unit, or too few tasks tell their target's spread.
    """
    power = get_metric(metric).target_power
    if power is None or TARGET_SD not in metafeatures.columns:
        return None
    spread = metafeatures[TARGET_SD].to_numpy(dtype=np.float64)
    usable = np.isfinite(spread) & (spread > 0)
    if 2 * usable.sum() < len(usable):
        return None
    return np.where(usable, spread, np.nan) ** power


def comparable(metafeatures: pd.DataFrame) -> pd.DataFrame:
    """Return the meta-features by which tasks can be compared.

    Those that change with unit or offset of the target are left out: every regression is
    fitted on a target of mean 0 and variance 1, which has neither. So is one of two that are
    the same number, which would count twice.
    """
    present = set(metafeatures.columns)
    doubles = [name for name, same in equal_metafeatures().items() if present >= {name, same}]
    return metafeatures.drop(columns=[*of_target_units(), *doubles], errors="ignore")


@cache
def of_target_units() -> frozenset[str]:
    """Return meta-features that change with a factor of the target, or with what is added."""
    from metafeatures import list_metafeatures  # imports all families: only when asked

    catalogue = list_metafeatures("regression").set_index("name")["varies_with"]
    return frozenset({TARGET_SD} | {name for name, marks in catalogue.items() if "target" in marks})


@cache
def equal_metafeatures() -> Mapping[str, str]:
    """Return meta-features that are the same number as another one, and which."""
    from metafeatures import list_metafeatures  # imports all families: only when asked

    catalogue = list_metafeatures().set_index("name")["same_as"]
    return MappingProxyType(catalogue[catalogue != ""].to_dict())
