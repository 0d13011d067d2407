"""search_space(): where one algorithm's good setups lie on tables like this one.

The box is drawn around the best setups of earlier tasks (Perrone et al. 2019, "Learning search
spaces for Bayesian optimization"), each task counting by its likeness to the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from autometa._common.arrays import Floats
from autometa.exceptions import ParameterError
from autometa.hyperparameters._estimators import algorithm_of, library_parameters
from autometa.hyperparameters._table import DescribedTable, described_table
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.metrics import MetricLike
from autometa.performance import RankedRuns, index_of, rank_weights, read_ranked_runs
from metafeatures import AnyTaskType

N_BEST = 3  # setups of a task: the best alone may be lucky
OUTSIDE = 0.05  # share of the weight that may lie beyond an end, or on a choice that is left out
MARGIN = 0.05  # of the whole range, beyond each end; by benchmarks/search_spaces.py
MIN_TASKS = 10  # fewer say too little to leave anything out
INT_POINTS = 50  # of an integer on a logarithmic scale, for samplers that take a list

Style = Literal["optuna", "sklearn"]


def search_space(
    algorithm: Any,
    X: Any,
    y: Any,
    *,
    style: Style = "optuna",
    task_type: AnyTaskType | None = None,
    metric: MetricLike = None,
    knowledge_base: KnowledgeBaseLike = None,
    prefix: str = "",
) -> dict[str, Any]:
    """Return the part of an algorithm's search space in which good setups for a table lie.

    Parameters
    ----------
    algorithm : str, class or estimator
        A name of `list_algorithms`, or the estimator of its library.
    X : DataFrame, array, sparse matrix, path or str
        Of shape (n_rows, n_columns); see `recommend`.
    y : array-like of shape (n_rows,) or str
    style : {"optuna", "sklearn"}, default="optuna"
        Optuna's distributions, as ``study.ask`` takes them; or what
        `sklearn.model_selection.RandomizedSearchCV` draws from.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    metric : str, scorer, callable or None
        What setups are to be good by; None is the default of the task type.
    knowledge_base : KnowledgeBase, path, name, sequence of these, or None
        None is ``kb:default``.
    prefix : str, default=""
        Before each name, such as ``"model__"`` for a step of a Pipeline.

    Returns
    -------
    dict
        By parameter of the estimator. Hyperparameters that are no parameters of it, such as
        the scaling before it, are left out, and what no run varied keeps its range. Where fewer
        than ten tasks of the knowledge base have runs of the algorithm, it is the whole space
        that `tune` searches.

    Raises
    ------
    AlgorithmNotFoundError
        If there is no such algorithm.
    DatasetError, MetricError
        If the table or the metric cannot be used.
    ParameterError
        If another argument is out of range, or the algorithm does not solve such tasks.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.model_selection import RandomizedSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> space = search_space("random_forest", X, y, style="sklearn")
    >>> search = RandomizedSearchCV(RandomForestClassifier(), space, n_iter=2, cv=2)
    """
    styles: dict[str, Callable[[BaseDistribution], Any]] = {
        "optuna": lambda distribution: distribution,
        "sklearn": _for_scikit_learn,
    }
    if style not in styles:
        raise ParameterError(f"'style' must be one of {sorted(styles)}. Got {style!r}.")
    own = algorithm_of(algorithm)
    asked = described_table(X, y, task_type, metric, knowledge_base)
    task_type = asked.table.task_type
    if task_type not in own.task_types:
        raise ParameterError(
            f"'{own.name}' cannot solve {task_type} tasks, but {', '.join(own.task_types)}."
        )
    whole = own.space(task_type)
    parameters = library_parameters(own, own.setups(task_type)["library"], task_type)
    narrowed = _narrowed(own.name, whole, asked)
    return {
        prefix + name: styles[style](distribution)
        for name, distribution in narrowed.items()
        if name in parameters
    }


def _narrowed(
    algorithm: str, whole: dict[str, BaseDistribution], asked: DescribedTable
) -> dict[str, BaseDistribution]:
    base, task_type = asked.knowledge_base, asked.table.task_type
    known = asked.metric if asked.metric in base.counts().tasks_of_metric else None
    runs = read_ranked_runs(base, [algorithm], known, task_type)
    if len(runs.task_ids) < MIN_TASKS:
        return whole
    weights = rank_weights(base.metafeatures, runs.task_ids, asked.metafeatures).values
    return box_around(whole, runs, weights)


def box_around(
    whole: dict[str, BaseDistribution], runs: RankedRuns, by_task: Floats
) -> dict[str, BaseDistribution]:
    """Return the part of a space in which the best setups of tasks of some weights lie."""
    setups: list[int] = []
    weights: list[float] = []
    for weight, rows, scores, failed in zip(
        by_task, runs.rows, runs.scores, runs.failed, strict=True
    ):
        order = np.argsort(-scores, kind="stable")
        best = rows[order[~failed[order]]][:N_BEST]
        setups += best.tolist()
        weights += [weight / max(1, len(best))] * len(best)
    configs = [runs.setups[i][1] for i in setups]
    return {
        name: _around(distribution, [config.get(name) for config in configs], np.array(weights))
        if len({repr(config.get(name)) for _, config in runs.setups}) > 1
        else distribution  # what was never varied may be best anywhere
        for name, distribution in whole.items()
    }


def _around(whole: BaseDistribution, values: list[Any], weights: Floats) -> BaseDistribution:
    """Return the part of a distribution in which all but a little of the weight lies."""
    if isinstance(whole, CategoricalDistribution):
        places = np.array([-1 if (i := index_of(v, whole.choices)) is None else i for v in values])
        shares = [weights[places == i].sum() / weights.sum() for i in range(len(whole.choices))]
        kept = [c for c, share in zip(whole.choices, shares, strict=True) if share >= OUTSIDE]
        return CategoricalDistribution(kept) if kept else whole
    if not isinstance(whole, FloatDistribution | IntDistribution):
        return whole
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    inside = np.isfinite(numbers)
    if not inside.any():
        return whole
    to, back = (np.log, np.exp) if whole.log else (np.asarray, np.asarray)
    low, high = _ends(to(np.clip(numbers[inside], whole.low, whole.high)), weights[inside])
    room = MARGIN * float(to(whole.high) - to(whole.low))
    low, high = max(whole.low, float(back(low - room))), min(whole.high, float(back(high + room)))
    if isinstance(whole, IntDistribution):
        return IntDistribution(int(np.floor(low)), int(np.ceil(high)), log=whole.log)
    return FloatDistribution(float(f"{low:.3g}"), float(f"{high:.3g}"), log=whole.log)


def _ends(positions: Floats, weights: Floats) -> tuple[float, float]:
    """Return between which positions all but ``OUTSIDE`` of the weight on each side lies."""
    order = np.argsort(positions, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    first = int(np.searchsorted(reached, OUTSIDE))
    last = int(np.searchsorted(reached, 1 - OUTSIDE))
    last = min(last, len(order) - 1)  # rounding errors of the sum
    return float(positions[order[first]]), float(positions[order[last]])


def _for_scikit_learn(distribution: BaseDistribution) -> Any:
    """Return a distribution of SciPy, or a list of values."""
    from scipy import stats

    if isinstance(distribution, CategoricalDistribution):
        return list(distribution.choices)
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = distribution.low, distribution.high
    if isinstance(distribution, IntDistribution):
        if not distribution.log:
            return stats.randint(int(low), int(high) + 1)
        points = np.geomspace(low, high, INT_POINTS)
        return sorted({round(point) for point in points.tolist()})
    if low == high:
        return [low]
    return stats.loguniform(low, high) if distribution.log else stats.uniform(low, high - low)
