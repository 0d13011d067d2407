"""warm_start(): a study of one's own, begun with what is known of one algorithm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.samplers import RandomSampler, TPESampler

from autometa.hyperparameters import algorithm_of, described_table
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.metrics import MetricLike
from autometa.samplers._sampler import WarmStartSampler
from metafeatures import AnyTaskType


def warm_start(
    study: optuna.Study,
    X: Any,
    y: Any,
    *,
    algorithm: Any,
    names: Mapping[str, str] | None = None,
    task_type: AnyTaskType | None = None,
    metric: MetricLike = None,
    knowledge_base: KnowledgeBaseLike = None,
    seed: int | None = None,
) -> WarmStartSampler:
    """Let a study begin with setups of an algorithm that did well on tables like this one.

    The study's sampler is replaced by a `WarmStartSampler` that knows the table. Parameters
    are recognised by scikit-learn's and the library's own names: ``learning_rate`` or ``eta``,
    ``colsample_bytree`` or ``feature_fraction``. Ranges need not be those of the past runs.

    Parameters
    ----------
    study : optuna.Study
        With one objective; a sampler other than Optuna's TPE or random one stays in use as
        the base sampler.
    X : DataFrame, array, sparse matrix, path or str
        Of shape (n_rows, n_columns); see `recommend`.
    y : array-like of shape (n_rows,) or str
    algorithm : str, class or estimator
        What the study tunes: a name of `list_algorithms` or the estimator of its library.
    names : mapping of str to str, optional
        The study's own names of parameters, and what the knowledge base calls them:
        ``{"lr": "learning_rate"}``.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    metric : str, scorer, callable or None
        The metric that the objective returns, or the nearest to it; None is the default of
        the task type. Its direction is the study's.
    knowledge_base : KnowledgeBase, path, name, sequence of these, or None
        None is ``kb:default``.
    seed : int, optional
        Makes the suggestions reproducible.

    Returns
    -------
    WarmStartSampler
        The study's sampler from now on.

    Raises
    ------
    AlgorithmNotFoundError
        If there is no such algorithm.
    DatasetError, MetricError
        If the table or the metric cannot be used.
    ParameterError
        If ``names`` calls two parameters alike.

    Examples
    --------
    >>> import optuna
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> study = optuna.create_study(direction="maximize")
    >>> sampler = warm_start(study, X, y, algorithm="lightgbm", seed=0)
    >>> trial = study.ask()
    >>> rate = trial.suggest_float("eta", 0.001, 1.0, log=True)
    """
    own = algorithm_of(algorithm)
    asked = described_table(X, y, task_type, metric, knowledge_base)
    is_ours = type(study.sampler) in (TPESampler, RandomSampler)
    has_metric = asked.metric in asked.knowledge_base.counts().tasks_of_metric
    study.sampler = sampler = WarmStartSampler(
        asked.knowledge_base,
        metafeatures=asked.metafeatures,
        seed=seed,
        base_sampler=None if is_ours else study.sampler,
        metric=asked.metric if has_metric else None,
        task_type=asked.table.task_type,
        algorithm=own.name,
        names=names,
    )
    return sampler
