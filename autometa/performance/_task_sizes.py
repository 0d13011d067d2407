"""TaskSizes: how many rows, columns and classes a task has, on scales that times grow along."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autometa._common.arrays import Matrix

_NAMES = (  # ours, then OpenML's
    ("n_rows", "NumberOfInstances"),
    ("n_columns", "NumberOfFeatures"),
    ("n_classes", "NumberOfClasses"),
)
_MANY_ROWS = 2_000  # from here on a fit takes longer than what surrounds it


class TaskSizes:
    """Logarithms of sizes, learnt from the described tasks.

    Parameters
    ----------
    metafeatures : DataFrame of shape (n_tasks, n_metafeatures)
        NaN allowed. Without any size there is no scale.
    """

    def __init__(self, metafeatures: pd.DataFrame) -> None:
        self._names = [
            name
            for alternatives in _NAMES
            for name in [n for n in alternatives if n in metafeatures.columns][:1]
            if metafeatures[name].nunique() > 1
        ]
        raw = self._raw(metafeatures)
        self._mean = np.nanmean(raw, axis=0) if raw.size else np.zeros(raw.shape[1])
        spread = np.nanstd(raw, axis=0) if raw.size else np.ones(raw.shape[1])
        self._spread = np.where(spread > 0, spread, 1.0)

    def of(self, metafeatures: pd.DataFrame) -> Matrix:
        """Return one row a task, of mean 0 and spread 1; an unknown size is the mean, 0."""
        return np.nan_to_num((self._raw(metafeatures) - self._mean) / self._spread, nan=0.0)

    def _raw(self, metafeatures: pd.DataFrame) -> Matrix:
        values = metafeatures.reindex(columns=self._names).to_numpy(dtype=np.float64)
        values = np.maximum(np.where(np.isfinite(values), values, np.nan), 0.0)
        scales = [np.log1p(values)]
        if self._names and self._names[0] in _NAMES[0]:
            scales.append(np.log1p(values[:, :1] / _MANY_ROWS))
        return np.hstack(scales)
