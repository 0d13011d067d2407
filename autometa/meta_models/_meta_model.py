"""MetaModel: learns from a knowledge base which setups to try on a new dataset."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from autometa.algorithms import algorithm_not_found, find_algorithm
from autometa.exceptions import (
    KnowledgeBaseMismatchError,
    KnowledgeBaseWarning,
    ParameterError,
    collect_notes,
)
from autometa.knowledge_base import KnowledgeBase, identity_of
from autometa.meta_models._advice_request import AdviceRequest, Order
from autometa.meta_models._advisor import Advisor, without_history
from autometa.meta_models._borrowing import say_borrowed
from autometa.meta_models._described import described_by
from autometa.meta_models._explaining import Choice
from autometa.meta_models._making import make_learner
from autometa.meta_models._model_file import read_model, write_beside, write_model
from autometa.meta_models._roles import roles_of
from autometa.metrics import canonical_name
from autometa.performance import (
    Learner,
    PastPerformance,
    Performance,
    Question,
    TaskSimilarity,
    past_performance,
    single_threaded,
)
from autometa.recommendation import Recommendations
from autometa.tables import TASK_TYPES, Task
from metafeatures import TaskType


class MetaModel(BaseEstimator):  # type: ignore[misc]
    """Orders the setups of a knowledge base for a dataset described by meta-features.

    Earlier tasks count by how alike they are in what decides between setups
    (leaf weights of forests); lists are built greedily, each setup by what it
    adds to those before it, per predicted second when there is a time budget.
    Each task type and metric is learnt when it is first asked for. A fitted model may
    be asked from several threads.

    Parameters
    ----------
    random_state : int, default=0
        Of the forests.
    n_trees : int, default=100
        Of each of the two forests.
    n_jobs : int or None, default=1
        Threads growing them.
    sharpness : float, default=1.7
        Power that leaf weights are raised to: the greater, the fewer earlier tasks decide.
    equal_share : float, default=0.05
        Share of the weight that all earlier tasks have alike, from 0 to 1.
    caution : float, default=0.75
        What a loss to the list that fits all tasks alike weighs against as large a gain;
        0 minds no loss.
    similarity : TaskSimilarity, optional
        Which earlier tasks count, instead of leaf weights: any object with a ``fit`` as
        `autometa.performance.TaskSimilarity` describes it. The parameters above but
        ``caution`` are then not used.

    Attributes
    ----------
    metafeature_names_ : list of str
        What a dataset is described by.
    performance_ : PastPerformance
        What was learnt, for whoever asks in another way: `WarmStartSampler` takes it.

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

    def __init__(
        self,
        *,
        random_state: int = 0,
        n_trees: int = 100,
        n_jobs: int | None = 1,
        sharpness: float = 1.7,
        equal_share: float = 0.05,
        caution: float = 0.75,
        similarity: TaskSimilarity | None = None,
    ) -> None:
        self.random_state = random_state
        self.n_trees = n_trees
        self.n_jobs = n_jobs
        self.sharpness = sharpness
        self.equal_share = equal_share
        self.caution = caution
        self.similarity = similarity

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
        ParameterError
            If a parameter is out of range.
        """
        return self._use(PastPerformance(kb, self._learner()))

    def _use(self, performance: PastPerformance) -> MetaModel:
        if not performance.resolver.n_metrics():
            raise KnowledgeBaseMismatchError(
                "The knowledge base has no run with a score; there is nothing to learn from. "
                "Add runs that ended well."
            )
        self.performance_ = performance
        self._asked: set[tuple[Question, bool]] = set()
        self.metafeature_names_ = [str(name) for name in performance.kb.metafeatures.columns]
        performance.file  # noqa: B018  what is damaged is said now, not when advice is asked
        questions = performance.resolver.questions()
        if len(questions) == 1 and performance.resolver.n_metrics() == 1:
            self._answer(questions[0], False)  # the only one that can be asked
        return self

    def _learner(self) -> Learner:
        """Return the parts that learn, of these parameters."""
        return make_learner(**self.get_params(deep=False))

    def save(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[str, int, int], None] | None = None,
    ) -> Path:
        """Learn the answers to all questions, and write them with what they were learnt from.

        Parameters
        ----------
        path : path, optional
            Of the file to write; `load` reads it. A MetaModel saved there is replaced, any
            other file refused. None keeps what was learnt in the folder
            of the knowledge base: a MetaModel that is fitted to the same folder later has
            nothing to learn, and gives the same advice.
        on_progress : callable, optional
            Called with a question, how many are learnt, and of how many.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        KnowledgeBaseError
            Without a path, if the knowledge base was not loaded from a folder, has changed
            since, or the folder cannot be written.
        ParameterError
            If the model has a ``similarity`` of its own, which no file can hold.
        """
        performance = self._fitted()
        if path is None:
            return write_beside(performance, on_progress)
        return write_model(Path(path), performance, on_progress)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> MetaModel:
        """Return the fitted model that `save` wrote to ``path``.

        A file holds tables, arrays and JSON: reading one runs no code of it.

        Raises
        ------
        ModelFileError
            If it is no such file, or damaged.
        """
        folder = tempfile.TemporaryDirectory(prefix="autometa-")
        try:
            kb, parameters = read_model(Path(path), Path(folder.name))
            model = cls(**parameters).fit(kb)
        except BaseException:
            folder.cleanup()
            raise
        # runs of a large knowledge base are read from the folder when they are asked for
        weakref.finalize(model.performance_, folder.cleanup)
        return model

    @property
    def knowledge_base_(self) -> KnowledgeBase:
        """What the model was fitted to, as it was then."""
        return self._fitted().kb

    def recommend(
        self,
        metafeatures: pd.Series[float] | Mapping[str, float | None] | None,
        n: int = 10,
        *,
        task_type: str | None = None,
        metric: str | None = None,
        time_budget: float | None = None,
        seconds_factor: float = 1.0,
        algorithms: Iterable[str] | None = None,
        reference_seconds: Callable[[], float] | None = None,
        max_predict_ms: float | None = None,
        confidence_level: float = 0.9,
        fold_kind: str = "shuffled",
        order: Order = "portfolio",
    ) -> Recommendations:
        """Return the setups to try on a new dataset, best first.

        Parameters
        ----------
        metafeatures : Series, mapping or None
            Values by meta-feature name, as in the knowledge base. NaN (in a mapping also
            None, as JSON has it), missing and further names are allowed. None gives the
            all-round order.
        n : int, default=10
            How many setups; fewer come when the knowledge base has fewer.
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
        algorithms : sequence of str or None
            Names to choose from; None is all. Those without runs on such tasks are left out.
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
        fold_kind : {"shuffled", "stratified", "group", "time", "group-time", "custom"}
            How setups will be scored: runs on such folds are learnt from first, and a note says
            how far the advice rests on others.
        order : {"portfolio", "single", "seconds"}, default="portfolio"
            "portfolio": to be tried in this order, each chosen for what it adds to those
            before it. "single": each by what is expected of it alone, best first.
            "seconds": the setups of the portfolio, the quickest to fit first.

        Returns
        -------
        Recommendations
            A sequence of Recommendation, all different.

        Raises
        ------
        AlgorithmNotFoundError
            If neither autometa nor the knowledge base has an algorithm of a name.
        KnowledgeBaseMismatchError
            If there is no history for the question, or no setup predicts quickly enough.
        MetricError
            If the metric is unknown or does not apply to such tasks.
        ParameterError
            If an argument is out of range.
        """
        performance = self._fitted()
        if not isinstance(n, int | np.integer) or n < 1:
            raise ParameterError(f"The 'n' parameter must be an int >= 1. Got {n!r} instead.")
        request = AdviceRequest(
            algorithms=self._names(algorithms),
            time_budget=time_budget,
            seconds_factor=seconds_factor,
            max_predict_ms=max_predict_ms,
            confidence_level=confidence_level,
            order=order,
        )
        task_type = performance.resolver.task_type(task_type)
        with collect_notes() as notes:
            question = performance.resolver.question(task_type, metric)
            question = performance.resolver.of_kind(question, fold_kind)
            described = described_by(self.metafeature_names_, metafeatures)
            answer = self._answer(question, described is None)
            say_borrowed(answer.history, question, fold_kind)
            for name in without_history(answer, request):
                warnings.warn(
                    f"The knowledge base has no such times for such tasks: '{name}' is ignored.",
                    KnowledgeBaseWarning,
                    stacklevel=2,
                )
        advisor = Advisor(answer)
        with single_threaded():
            forecast = answer.forecast(described, reference_seconds, confidence_level)
            columns = advisor.order(forecast, n, request)
        eligible = advisor.eligible(forecast, request)
        choice = Choice(advisor, forecast, columns, eligible, described, request)
        probabilities = advisor.probabilities_best(forecast, eligible)
        roles = roles_of(
            columns,
            answer.losses,
            forecast.weights.values,
            forecast.seconds,
            answer.history.tasks["name"].astype(str).tolist(),
            order,
            has_budget=time_budget is not None and answer.has_seconds,
        )
        neighbors = advisor.neighbors(forecast.weights)
        candidates = (
            dataclasses.replace(
                advisor.recommendation(forecast, column, task_type, neighbors),
                probability_best=probabilities[column],
                role=roles[place],
                _explainer=partial(choice.explain, place),
            )
            for place, column in enumerate(columns)
        )
        return Recommendations(
            candidates,
            task=Task(task_type=cast(TaskType, task_type)) if task_type in TASK_TYPES else None,
            metric=None if metric is None else canonical_name(metric, task_type),
            notes=dict.fromkeys(notes),
            order=order,
            knowledge_base=identity_of(performance.kb),
            outside=forecast.outside,
            metafeatures=described,
        )

    def _names(self, algorithms: Iterable[str] | None) -> list[str] | None:
        """Return the names of algorithms as a list; None for all. Unknown ones are refused."""
        if algorithms is None:
            return None
        names = [algorithms] if isinstance(algorithms, str) else list(algorithms)
        foreign = [name for name in names if find_algorithm(name) is None]
        for name in foreign:
            if name not in self.performance_.algorithms:
                raise algorithm_not_found(name, self.performance_.algorithms)
        return names

    def _answer(self, question: Question, without_metafeatures: bool) -> Performance:
        """Return what answers a question; what another model was warned of is said again."""
        asked = (question, without_metafeatures)
        notes = self.performance_.notes_of(*asked) if asked not in self._asked else None
        answer = self.performance_.of(*asked)
        for note in notes or ():
            warnings.warn(note, KnowledgeBaseWarning, stacklevel=3)
        self._asked.add(asked)
        return answer

    def _fitted(self) -> PastPerformance:
        if not hasattr(self, "performance_"):
            raise NotFittedError("This MetaModel is not fitted yet. Call fit(kb) first.")
        return self.performance_


def meta_model_of(kb: KnowledgeBase) -> MetaModel:
    """Return a MetaModel of default parameters for ``kb``, which learns only what is new to it.

    All of them share what was learnt from a knowledge base, until it changes; a
    `WarmStartSampler` of it does so too.
    """
    model = MetaModel()
    return model._use(past_performance(kb, model._learner()))
