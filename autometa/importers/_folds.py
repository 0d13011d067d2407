"""The folds that came with imported tasks: evaluations on them compare with published ones."""

from __future__ import annotations

import pandas as pd

from autometa.knowledge_base._knowledge_base import KnowledgeBase


def folds_of(kb: KnowledgeBase) -> pd.Series[int]:
    """Return the fold of each task that came with one, as ASlib's scenarios do.

    Parameters
    ----------
    kb : KnowledgeBase
        As imported, or saved, merged and loaded since.

    Returns
    -------
    Series of int
        Index ``task_id``, tasks of ``kb`` alone. Empty when no source had folds.

    Examples
    --------
    >>> kb = KnowledgeBase.from_frames(
    ...     tasks=pd.DataFrame({"task_id": ["a", "b"], "task_type": "classification",
    ...                         "fold": [1, 2]}),
    ...     metafeatures=None,
    ...     runs=pd.DataFrame({"task_id": ["a", "b"], "algorithm": "knn", "config": "{}",
    ...                        "metric": "accuracy", "score": [0.8, 0.9]}),
    ... )
    >>> folds_of(kb).to_dict()
    {'a': 1, 'b': 2}
    """
    folds = kb.tasks.set_index("task_id")["fold"].dropna()
    return folds.astype("int64").set_axis(folds.index.astype(object))
