"""build_pipeline(): a setup as an unfitted scikit-learn pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from metafeatures import AnyTaskType


def build_pipeline(
    algorithm: str,
    config: Mapping[str, Any],
    task_type: AnyTaskType,
    *,
    random_state: int | None = 0,
    n_jobs: int = 1,
    n_rows: int | None = None,
    is_sparse: bool = False,
) -> Pipeline:
    """Return the unfitted scikit-learn pipeline of a setup: cleaning, encoding, estimator.

    Parameters
    ----------
    algorithm : str
    config : mapping
        Hyperparameter values; those left out keep the library's default.
    task_type : {"binary", "multiclass", "classification", "regression"}
    random_state : int or None, default=0
    n_jobs : int, default=1
        Threads of the estimator.
    n_rows : int or None, default=None
        Rows of the table, which lower limits that count rows in tables too small for them.
    is_sparse : bool, default=False
        Whether the table is a sparse matrix that is never made dense.

    Raises
    ------
    AlgorithmNotFoundError
        If autometa has no such algorithm.
    ParameterError
        If the algorithm has no such hyperparameter.

    Examples
    --------
    >>> build_pipeline("decision_tree", {"max_depth": 3}, "binary", random_state=7)[-1].random_state
    7
    """
    from autometa.algorithms import get_algorithm  # advice is a value; building needs libraries

    return get_algorithm(algorithm).build(
        dict(config),
        task_type,
        random_state=random_state,
        n_jobs=n_jobs,
        is_sparse=is_sparse,
        n_rows=n_rows,
    )
