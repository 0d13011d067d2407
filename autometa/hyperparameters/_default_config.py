"""default_config(): the setup of one algorithm that is advised for a table, in library's words."""

from __future__ import annotations

from typing import Any

from autometa.advice import recommend
from autometa.hyperparameters._estimators import algorithm_of, library_parameters
from autometa.hyperparameters._table import first_output
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.metrics import MetricLike
from metafeatures import AnyTaskType


def default_config(
    algorithm: Any,
    X: Any,
    y: Any,
    *,
    task_type: AnyTaskType | None = None,
    metric: MetricLike = None,
    knowledge_base: KnowledgeBaseLike = None,
) -> dict[str, Any]:
    """Return the parameters that one library's estimator is best begun with on a table.

    It is the setup that is expected to score best alone, which `recommend` gives with
    ``order="single"``; nothing is trained on the table.

    Parameters
    ----------
    algorithm : str, class or estimator
        A name of `list_algorithms`, or the estimator of its library: ``"lightgbm"``,
        ``lightgbm.LGBMClassifier``.
    X : DataFrame, array, sparse matrix, path or str
        Of shape (n_rows, n_columns); see `recommend`.
    y : array-like of shape (n_rows,) or str
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    metric : str, scorer, callable or None
        What the setup is to be good by; None is the default of the task type.
    knowledge_base : KnowledgeBase, path, name, sequence of these, or None
        None is ``kb:default``.

    Returns
    -------
    dict
        Parameters by the names of the estimator's constructor. Threads, seeds and verbosity
        are not among them. Setups of linear models, neighbours, networks and support vectors
        were measured on columns of mean 0 and variance 1, and those of regressions on such
        a target.

    Raises
    ------
    AlgorithmNotFoundError
        If there is no such algorithm.
    DatasetError, MetricError, ParameterError
        As `recommend`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import ExtraTreesClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> config = default_config("extra_trees", X, y)
    >>> model = ExtraTreesClassifier(**config).fit(X, y)
    """
    own = algorithm_of(algorithm)
    advice = recommend(
        X,
        first_output(X, y),
        task_type=task_type,
        metric=metric,
        n=1,
        algorithms=[own.name],
        knowledge_base=knowledge_base,
        order="single",
    )
    setup = advice[0]
    return library_parameters(own, setup.config, setup.task_type, setup.n_rows)
