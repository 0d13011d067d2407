"""recommend(): from a table, or its meta-features, to ordered candidates before any training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import pandas as pd

from autometa.algorithms import algorithms_for, not_installed, outdated
from autometa.datasets import check_named, named_table
from autometa.dependence import warn_of_dependence
from autometa.evaluation import cached_reference_seconds
from autometa.exceptions import ParameterError, collect_notes
from autometa.knowledge_base import (
    KnowledgeBase,
    KnowledgeBaseLike,
    base_of,
    default_identity,
    identity_of,
    measured_with,
    open_knowledge_base,
)
from autometa.meta_models import (
    AdviceRequest,
    MetaModel,
    Order,
    algorithms_of,
    chosen_algorithms,
    meta_model_of,
)
from autometa.metrics import MetricLike, ScoredRows, check_metric, metric_kind, positive_class
from autometa.recommendation import Recommendations
from autometa.tables import (
    TASK_TYPES,
    Table,
    Task,
    first_of_several,
    read_metafeatures,
    several_outputs,
    type_of_classification,
)
from autometa.validation import GapLike, ValidationRequest
from metafeatures import AnyTaskType, MetaFeatureExtractor, TaskType, list_metafeatures

if TYPE_CHECKING:
    MetaFeatures: TypeAlias = pd.Series[float] | Mapping[str, float | None]


def recommend(
    X: Any = None,
    y: Any = None,
    *,
    task_type: AnyTaskType | None = None,
    metric: MetricLike = None,
    n: int = 10,
    time_budget: float | None = None,
    algorithms: Iterable[str] | None = None,
    knowledge_base: KnowledgeBaseLike = None,
    max_predict_ms: float | None = None,
    pos_label: Any = None,
    confidence_level: float = 0.9,
    order: Order = "portfolio",
    metafeatures: MetaFeatures | None = None,
    model: MetaModel | None = None,
    groups: Any = None,
    timestamps: Any = None,
    gap: GapLike = None,
    cv: Any = None,
    stratify: bool | None = None,
    sample_weight: Any = None,
) -> Recommendations:
    """Return the most promising setups for a table, best first; nothing is trained on it.

    Parameters
    ----------
    X : DataFrame, array, sparse matrix, path or str
        Of shape (n_rows, n_columns): numbers, categories, booleans, dates, text; missing
        values allowed. Or the name of a table as for `load_dataset`: the path of a file,
        ``openml:31``, ``sklearn:iris``. None when only ``metafeatures`` are given.
    y : array-like of shape (n_rows,) or str
        Class labels or numbers, none missing, or the name of a column of ``X``. Of several
        columns the advice is for the first, and says so.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    metric : str, scorer, callable or None
        A scorer name of scikit-learn, greater is better; what `sklearn.metrics.make_scorer`
        returns; or a function of (estimator, X, y) that returns one number, whose estimator
        repeats stored predictions and whose ``X`` has rows of the table. None is ROC AUC
        for binary tasks, negated log loss for multiclass, negated root mean squared error
        for regression.
    n : int, default=10
        How many setups; fewer come when the knowledge base holds fewer.
    time_budget : float or None
        Seconds there will be for training; advice itself is not bound by it. The order is
        then by gain per second: cheap setups first.
    algorithms : sequence of str or None
        Names to choose from; None is all that suit the table.
    knowledge_base : KnowledgeBase, path, name, sequence of these, or None
        What to learn from: a folder, a name such as ``kb:team``, or several in layers, of
        which the first counts. None is ``kb:default``: the one that ships with autometa,
        with what the user added (`autometa kb add`) on top.
    max_predict_ms : float or None
        Milliseconds that predicting one row may take, on average over some hundred
        rows or more, cleaning included. Setups that are expected to need longer are left out.
    pos_label : object or None
        The positive class of a binary task; refused when it is not one of the two.
        The order does not depend on it: past runs were scored with the greater label
        as the positive class, which says as much of the one as of the other.
    confidence_level : float, default=0.9
        How often the score is to lie in ``score_interval``, above 0 and below 1.
    order : {"portfolio", "single", "seconds"}, default="portfolio"
        What comes first. "portfolio": to be tried in this order, each chosen for what it
        adds to those before it. "single": each by what is expected of it alone, best first.
        "seconds": the setups of the portfolio, the quickest to fit first.
    metafeatures : Series, mapping or None
        Values by name, as `describe` returns them, or as JSON has them with None where
        there is none. With ``task_type``, they stand in for a table that may not leave
        where it is; beside a table they save describing it.
    model : MetaModel or None
        Fitted to the knowledge base to learn from, instead of ``knowledge_base``. Without one,
        what was learnt from a knowledge base is kept until it changes.
    groups, timestamps, gap, cv, stratify
        How setups will be scored: see `tune`. Runs that were scored in the same way come first.
    sample_weight : array-like of shape (n_rows,), str or None
        What each row will count for: see `tune`. Algorithms that cannot weigh rows are left
        out; rows of weight 0 too. Meta-features count all other rows alike.

    Returns
    -------
    Recommendations
        A sequence of Recommendation, all different. ``.build()`` of each gives the
        unfitted pipeline.

    Raises
    ------
    AlgorithmNotFoundError
        If an algorithm is unknown.
    DatasetError
        If the table or the target cannot be used.
    MetricError
        If the metric is unknown or does not apply to such a task.
    ParameterError
        If another argument is out of range, or an algorithm asked for does not take such a
        table or has no runs in the knowledge base.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> advice = recommend(X, y, n=3)
    >>> len(advice)
    3

    The same without the table, which stays where it is:

    >>> from autometa import describe
    >>> described = describe(X, y)
    >>> recommend(metafeatures=described, task_type="multiclass", n=3) == advice
    True
    """
    validation = ValidationRequest(
        groups=groups, timestamps=timestamps, gap=gap, cv=cv, stratify=stratify
    )
    base = _needed(open_knowledge_base(knowledge_base))
    if model is not None:
        base = _knowledge_base_of(model, knowledge_base)
    if X is None:
        question = _Question(
            metric=metric,
            n=n,
            time_budget=time_budget,
            algorithms=algorithms,
            knowledge_base=base,
            model=model,
            max_predict_ms=max_predict_ms,
            confidence_level=confidence_level,
            fold_kind=validation.kind,
            order=order,
        )
        return _recommend_without_table(question, metafeatures, task_type)
    with collect_notes() as notes:
        outputs, further = several_outputs(y), []
        if outputs is not None:
            y = outputs.iloc[:, 0]
            further = [first_of_several(str(outputs.columns[0]), outputs.shape[1])]
        named = named_table(X, y)
        table = check_named(named, task_type, metric_kind(metric), validation, sample_weight)
        warn_of_dependence(table, validation, X=named.X)
    return recommend_for_table(
        table,
        metric=metric,
        n=n,
        time_budget=time_budget,
        algorithms=algorithms,
        knowledge_base=base,
        model=model,
        metafeatures=metafeatures,
        max_predict_ms=max_predict_ms,
        pos_label=pos_label,
        confidence_level=confidence_level,
        order=order,
        notes=[*notes, *further],
    )


def _needed(knowledge_base: KnowledgeBase | Literal[False] | None) -> KnowledgeBase | None:
    if knowledge_base is False:
        raise ParameterError(
            "recommend needs a knowledge base. Got knowledge_base=False; give None for the one "
            "that ships, or use autometa.tune, which searches without."
        )
    return knowledge_base


def _knowledge_base_of(model: MetaModel, knowledge_base: Any) -> KnowledgeBase:
    """Return what a model was fitted to; refuse one beside a knowledge base."""
    if knowledge_base is not None:
        raise ParameterError(
            "recommend takes a 'knowledge_base' or a 'model' that was fitted to one. Got both."
        )
    return model.knowledge_base_


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is asked for, whatever the table; refused before any work when out of range."""

    metric: MetricLike
    n: int
    time_budget: float | None
    algorithms: Iterable[str] | None
    knowledge_base: KnowledgeBase | None
    model: MetaModel | None
    max_predict_ms: float | None
    confidence_level: float
    fold_kind: str = "shuffled"
    order: Order

    def __post_init__(self) -> None:
        if not isinstance(self.n, int) or self.n < 1:
            raise ParameterError(
                f"The 'n' parameter of recommend must be an int >= 1. Got {self.n} instead."
            )
        AdviceRequest(
            time_budget=self.time_budget,
            max_predict_ms=self.max_predict_ms,
            confidence_level=self.confidence_level,
            order=self.order,
        )


def recommend_for_table(
    table: Table,
    *,
    metric: MetricLike = None,
    n: int = 10,
    time_budget: float | None = None,
    algorithms: Iterable[str] | None = None,
    knowledge_base: KnowledgeBase | None = None,
    model: MetaModel | None = None,
    metafeatures: MetaFeatures | None = None,
    max_predict_ms: float | None = None,
    pos_label: Any = None,
    confidence_level: float = 0.9,
    order: Order = "portfolio",
    notes: Iterable[str] = (),
) -> Recommendations:
    """Return what `recommend` does, for a table already checked; ``notes`` are said of it."""
    positive = positive_class(table.y, table.classes, pos_label)
    rows = ScoredRows(X=table.X, y=table.y, weights=table.weights)
    question = _Question(
        metric=check_metric(metric, table.task_type, table.classes, positive, rows),
        n=n,
        time_budget=time_budget,
        algorithms=algorithms,
        knowledge_base=knowledge_base,
        model=model,
        max_predict_ms=max_predict_ms,
        confidence_level=confidence_level,
        fold_kind=table.validation.kind,
        order=order,
    )
    labels = table.classes.tolist()
    task = replace(table.task, pos_label=labels[positive] if len(labels) == 2 else None)
    with collect_notes() as further:
        base = base_of(question.knowledge_base)
        if metafeatures is None:
            metafeatures = describe_table(table, base)
    return _answer(
        question,
        base,
        task,
        usable_algorithms(table),
        metafeatures,
        notes=[*notes, *further],
        is_sparse=table.is_sparse,
    )


def _recommend_without_table(
    question: _Question, metafeatures: MetaFeatures | None, task_type: str | None
) -> Recommendations:
    if metafeatures is not None and task_type == "classification":
        task_type = type_of_classification(read_metafeatures(metafeatures))
    if metafeatures is None or task_type not in TASK_TYPES:
        raise ParameterError(
            "recommend needs a table X with its target y, or 'metafeatures' with a 'task_type' of "
            f"{list(TASK_TYPES)}. Got no X, metafeatures of type {type(metafeatures).__name__} and "
            f"task_type={task_type!r}."
        )
    values = read_metafeatures(metafeatures)
    # where they are not given, 0 is within every algorithm's limits
    sizes = values.reindex(["n_rows", "n_classes"]).fillna(0).astype(int).tolist()
    usable = [algorithm.name for algorithm in algorithms_for(task_type, *sizes)]
    task = Task(task_type=cast(TaskType, task_type), n_rows=sizes[0] or None)
    with collect_notes() as notes:
        base = base_of(question.knowledge_base)
    return _answer(question, base, task, usable, values, notes=notes)


def _answer(
    question: _Question,
    base: KnowledgeBase,
    task: Task,
    usable: Collection[str],
    metafeatures: MetaFeatures | None,
    *,
    notes: Iterable[str] = (),
    is_sparse: bool = False,
) -> Recommendations:
    """Return the advice for a task, among the algorithms that are usable for it."""
    is_default = question.knowledge_base is None
    metric = check_metric(question.metric, task.task_type)
    with collect_notes() as further:
        model = question.model or meta_model_of(base)
        candidates = algorithms_of(model.performance_, usable, is_default)
        advice = model.recommend(
            metafeatures,
            n=question.n,
            task_type=task.task_type,
            metric=metric,
            time_budget=question.time_budget,
            algorithms=chosen_algorithms(question.algorithms, candidates, task.task_type),
            reference_seconds=cached_reference_seconds,
            max_predict_ms=question.max_predict_ms,
            confidence_level=question.confidence_level,
            fold_kind=question.fold_kind,
            order=question.order,
        )
    remarks = [
        not_installed(model.performance_.algorithms, task.task_type, task.n_rows or 0),
        outdated({one.algorithm for one in advice}, measured_with(None if is_default else base)),
    ]
    return Recommendations(
        (
            replace(one, n_rows=task.n_rows, is_sparse=is_sparse, fold_kind=question.fold_kind)
            for one in advice
        ),
        task=task,
        metric=metric,
        notes=dict.fromkeys([*notes, *further, *filter(None, remarks)]),
        order=question.order,
        knowledge_base=default_identity() if is_default else identity_of(base),
        outside=advice.outside,
        metafeatures=advice.metafeatures,
    )


def describe_table(table: Table, knowledge_base: KnowledgeBase) -> pd.Series[float] | None:
    """Return the meta-features of a checked table that a knowledge base knows, None if none."""
    catalogue = set(list_metafeatures(table.task_type)["name"])
    names = [name for name in knowledge_base.metafeatures.columns if name in catalogue]
    if not names:
        return None
    # one seed for all: the same table must get the same advice
    extractor = MetaFeatureExtractor(names=names, random_state=0)
    return table.describe(extractor)


def usable_algorithms(table: Table) -> list[str]:
    """Return the algorithms that are installed and take a table of this size."""
    algorithms = algorithms_for(
        table.task_type,
        len(table.y),
        table.n_classes,
        table.is_sparse,
        table.n_rarest,
        table.is_weighted,
    )
    return [algorithm.name for algorithm in algorithms]
