"""MetaModel: learns from a knowledge base which setups to try on a new dataset."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Collection, Mapping
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from threadpoolctl import threadpool_limits

from autometa.exceptions import (
    KnowledgeBaseError,
    KnowledgeBaseMismatchError,
    KnowledgeBaseWarning,
    ParameterError,
)
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models._advisor import Advisor
from autometa.meta_models._explaining import Choice
from autometa.meta_models._request import Request
from autometa.performance._fitted_model_file import read_ready, write_ready
from autometa.performance._history import read_histories
from autometa.performance._leaf_forest import Growth
from autometa.performance._question import Question, QuestionResolver
from autometa.recommendation import Recommendation
from autometa.tables import read_metafeatures


class MetaModel(BaseEstimator):  # type: ignore[misc]
    """Orders the setups of a knowledge base for a dataset described by meta-features.

    Earlier tasks count by how alike they are in what decides between setups
    (leaf weights of forests); lists are built greedily, each setup by what it
    adds to those before it, per predicted second when there is a time budget.
    Each task type and metric is learnt when it is first asked for.

    Parameters
    ----------
    random_state : int, default=0
        Of the forests.
    n_trees : int, default=100
        Of each of the two forests.
    n_jobs : int or None, default=1
        Threads growing them.

    Attributes
    ----------
    metafeature_names_ : list of str
        What a dataset is described by.

    Examples
    --------
    On small tasks the tree won, on large ones the forest:

    >>> tasks = pd.DataFrame({"task_id": list("abcd"), "task_type": "binary"})
    >>> metafeatures = pd.DataFrame({"n_rows": [50.0, 60.0, 5000.0, 6000.0]}, index=list("abcd"))
    >>> runs = pd.DataFrame({"task_id": list("abcd") * 2,
    ...                      "algorithm": ["tree"] * 4 + ["forest"] * 4, "config": "{}",
    ...                      "metric": "accuracy",
    ...                      "score": [0.9, 0.8, 0.7, 0.6, 0.8, 0.7, 0.9, 0.8]})
    >>> kb = KnowledgeBase.from_frames(tasks, metafeatures, runs)
    >>> model = MetaModel().fit(kb)
    >>> model.recommend(pd.Series({"n_rows": 5500.0}), n=1)[0].algorithm
    'forest'
    """

    def __init__(self, random_state: int = 0, n_trees: int = 100, n_jobs: int | None = 1) -> None:
        self.random_state = random_state
        self.n_trees = n_trees
        self.n_jobs = n_jobs

    def fit(self, kb: KnowledgeBase, y: Any = None) -> MetaModel:
        """Learn from ``kb`` and return ``self``.

        Parameters
        ----------
        kb : KnowledgeBase
            With one scored run or more. Runs added to it later are not seen.
        y : None
            Ignored; scikit-learn's convention.

        Raises
        ------
        KnowledgeBaseMismatchError
            If no run has a score.
        """
        if not (isinstance(self.n_trees, int) and self.n_trees >= 1):
            raise ParameterError(f"'n_trees' must be an int >= 1. Got {self.n_trees!r} instead.")
        self._kb = copy(kb)  # tables that are added to become new ones
        self._desk = QuestionResolver(self._kb)
        if not self._desk.n_metrics():
            raise KnowledgeBaseMismatchError(
                "The knowledge base has no run with a score; there is nothing to learn from. "
                "Add runs that ended well."
            )
        self._advisors: dict[tuple[Question, bool], Advisor] = {}
        self._ready = read_ready(kb.origin, self._growth)
        self.metafeature_names_ = [str(name) for name in kb.metafeatures.columns]
        questions = self._desk.questions()
        if len(questions) == 1 and self._desk.n_metrics() == 1:
            with threadpool_limits(limits=1, user_api="blas"):  # on small matrices threads wait
                self._advisor(questions[0], without_metafeatures=False)
        return self

    def write_ready(self, on_progress: Callable[[str, int, int], None] | None = None) -> Path:
        """Learn the answers to all questions and keep them beside the knowledge base.

        A MetaModel that is fitted to the same folder later finds them there and
        has nothing to learn; it gives the same advice.

        Parameters
        ----------
        on_progress : callable, optional
            Called with a question, how many are learnt, and of how many.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        KnowledgeBaseError
            If the knowledge base was not loaded from a folder, has changed since, or
            the folder cannot be written.
        """
        origin = self._kb.origin
        if origin is None:
            raise KnowledgeBaseError(
                "Ready-made answers lie beside the knowledge base they were learnt from. This one "
                "was made in memory or has changed since it was loaded: save it and load it again."
            )
        questions = self._desk.all_questions()
        learnt = {}
        for n_done, question in enumerate(questions, start=1):
            with threadpool_limits(limits=1, user_api="blas"):
                learnt[question] = self._advisor(question, without_metafeatures=False).learnt
            if on_progress:
                on_progress(question.metric, n_done, len(questions))
        return write_ready(origin, self._growth, learnt)

    def recommend(
        self,
        metafeatures: pd.Series[float] | Mapping[str, float | None] | None,
        n: int = 10,
        *,
        task_type: str | None = None,
        metric: str | None = None,
        time_budget: float | None = None,
        seconds_factor: float = 1.0,
        algorithms: Collection[str] | None = None,
        reference_seconds: Callable[[], float] | None = None,
        max_predict_ms: float | None = None,
        confidence_level: float = 0.9,
    ) -> list[Recommendation]:
        """Return the setups to try on a new dataset, best first.

        Parameters
        ----------
        metafeatures : Series, mapping or None
            Values by meta-feature name, as in the knowledge base. NaN (in a mapping also
            None, as JSON has it), missing and further names are allowed. None gives the
            all-round order.
        n : int, default=10
            How many setups; fewer come when fewer are known.
        task_type : {"binary", "multiclass", "classification", "regression"} or None
            Which tasks to learn from. Tasks said to be "classification" count
            for "binary" and "multiclass" too. None is allowed when the knowledge
            base holds one kind only.
        metric : str or None
            What to be good at; None is the metric with most runs. A scorer of
            scikit-learn without history is answered by the closest metric with
            some: its name is then the ``metric`` of the recommendations, whose
            scores are on its scale, and a KnowledgeBaseWarning says so.
        time_budget : float or None
            Seconds there are to try setups one after the other. The order is
            then by gain per time spent, and setups that are predicted not to
            fit come last.
        seconds_factor : float, default=1.0
            Fits it takes to try one setup (folds).
        algorithms : collection of str or None
            Recommend only these.
        reference_seconds : callable or None
            Times the reference workload on the machine that will fit, as
            `autometa.evaluation.reference_seconds` does here. Called only when the
            knowledge base says by which machines it was measured: expected
            times are then those of this one.
        max_predict_ms : float or None
            Milliseconds that predicting one row may take, among as many as a fold
            holds. Setups that are predicted to need more are not recommended.
        confidence_level : float, default=0.9
            How often the score is to lie in ``score_interval``, above 0 and below 1.

        Returns
        -------
        list of Recommendation
            All different.

        Raises
        ------
        KnowledgeBaseMismatchError
            If there is no history for the question, or no setup predicts quickly enough.
        MetricError
            If the metric is unknown or cannot judge such tasks.
        ParameterError
            If an argument is out of range.
        """
        if not hasattr(self, "_kb"):
            raise NotFittedError("This MetaModel is not fitted yet. Call fit(kb) first.")
        if not isinstance(n, int | np.integer) or n < 1:
            raise ParameterError(f"The 'n' parameter must be an int >= 1. Got {n!r} instead.")
        request = Request(
            algorithms=algorithms,
            time_budget=time_budget,
            seconds_factor=seconds_factor,
            max_predict_ms=max_predict_ms,
            confidence_level=confidence_level,
        )
        task_type = self._desk.task_type(task_type)
        question = self._desk.question(task_type, metric)
        described = self._described(metafeatures)
        with threadpool_limits(limits=1, user_api="blas"):
            advisor = self._advisor(question, without_metafeatures=described is None)
            for name in _unknown(advisor, request):
                warnings.warn(
                    f"The knowledge base has no such times for such tasks: '{name}' is ignored.",
                    KnowledgeBaseWarning,
                    stacklevel=2,
                )
            forecast = advisor.forecast(described, reference_seconds, confidence_level)
            columns = advisor.order(forecast, n, request)
        eligible = advisor.eligible(forecast, request)
        choice = Choice(advisor, forecast, columns, eligible, described, request)
        probabilities = advisor.probabilities_best(forecast, eligible)
        return [
            dataclasses.replace(
                advisor.recommendation(forecast, column, task_type),
                probability_best=probabilities[column],
                _explainer=partial(choice.explain, place),
            )
            for place, column in enumerate(columns)
        ]

    @property
    def _growth(self) -> Growth:
        return Growth(self.n_trees, self.random_state, self.n_jobs)

    def _described(
        self, metafeatures: pd.Series[float] | Mapping[str, float | None] | None
    ) -> pd.Series[float] | None:
        """Return the meta-features the knowledge base knows; None when none is finite."""
        if metafeatures is None:
            return None
        values = read_metafeatures(metafeatures).reindex(self.metafeature_names_)
        if len(values) and not np.isfinite(values).any():
            warnings.warn(
                f"None of the {len(metafeatures)} meta-features given is known here with a finite "
                f"value; known are {self.metafeature_names_[:5]} and so on. The order is the "
                "all-round one.",
                KnowledgeBaseWarning,
                stacklevel=3,
            )
        return values if np.isfinite(values).any() else None

    def _advisor(self, question: Question, without_metafeatures: bool) -> Advisor:
        """Return the advisor of a question, learnt when it is first asked."""
        key = (question, without_metafeatures)
        if key not in self._advisors:
            history = read_histories(self._kb, question)
            learnt = self._ready.get(question) if self._ready and not without_metafeatures else None
            self._advisors[key] = Advisor(
                history, question.metric, without_metafeatures, self._growth, learnt
            )
        return self._advisors[key]


def _unknown(advisor: Advisor, request: Request) -> list[str]:
    """Return the limits that were asked for and about which nothing is known."""
    limits = {
        "time_budget": (request.time_budget, advisor.timed),
        "max_predict_ms": (request.max_predict_ms, advisor.knows_predict_ms),
    }
    return [name for name, (limit, known) in limits.items() if limit is not None and not known]
