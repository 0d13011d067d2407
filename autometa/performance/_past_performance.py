"""PastPerformance: what a knowledge base says, learnt question by question when it is asked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from autometa.exceptions import ParameterError, collect_notes
from autometa.knowledge_base import KnowledgeBase, Origin
from autometa.performance._fitted_model_file import FittedModelFile, file_of, open_fitted_model
from autometa.performance._history import read_histories
from autometa.performance._learner import Learner
from autometa.performance._performance import Performance
from autometa.performance._protocols import FittedSurface
from autometa.performance._question import Question, QuestionResolver
from autometa.performance._ranked_runs import RankedRuns, read_ranked_runs
from autometa.performance._threads import single_threaded

Progress = Callable[[str, int, int], None]
_SurfaceKey = tuple[tuple[str, ...], str | None, str | None, str]


class PastPerformance:
    """All that was learnt from one knowledge base; safe to ask from several threads.

    Parameters
    ----------
    kb : KnowledgeBase
        Runs added to it later are not seen.
    learner : Learner, optional

    Attributes
    ----------
    kb : KnowledgeBase
        As it was.
    learner : Learner
    """

    def __init__(self, kb: KnowledgeBase, learner: Learner | None = None) -> None:
        self.kb = copy(kb)  # tables that are added to become new ones
        self.learner = learner or Learner()
        self._performances: dict[tuple[Question, bool], Performance] = {}
        self._surfaces: dict[_SurfaceKey, tuple[FittedSurface, RankedRuns] | None] = {}
        self._notes: dict[tuple[Question, bool], list[str]] = {}
        self._lock = threading.RLock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()

    @cached_property
    def resolver(self) -> QuestionResolver:
        """Says which questions the knowledge base can answer."""
        return QuestionResolver(self.kb)

    @cached_property
    def algorithms(self) -> frozenset[str]:
        """Names of the algorithms that have runs."""
        return frozenset(self.kb.algorithms)

    @cached_property
    def file(self) -> FittedModelFile | None:
        """The fitted model that lies beside the knowledge base, if this learner wrote it."""
        parameters = self.learner.stored_parameters()
        return None if parameters is None else open_fitted_model(self.kb.origin, parameters)

    def of(self, question: Question, without_metafeatures: bool = False) -> Performance:
        """Return what past runs say for a question, learnt when it is first asked."""
        key = (question, without_metafeatures)
        with self._lock:
            if key not in self._performances:
                fitted = None
                if self.file is not None and not without_metafeatures:
                    fitted = self.file.get(question)
                with collect_notes() as notes:
                    history = read_histories(self.kb, question)
                self._notes[key] = notes
                with single_threaded():
                    self._performances[key] = Performance(
                        history,
                        question.metric,
                        self.learner,
                        without_metafeatures=without_metafeatures,
                        fitted=fitted,
                    )
            return self._performances[key]

    def notes_of(self, question: Question, without_metafeatures: bool = False) -> list[str] | None:
        """Return what was warned of when this was learnt; None when it was not learnt yet."""
        with self._lock:
            return self._notes.get((question, without_metafeatures))

    def surface(
        self,
        algorithms: tuple[str, ...],
        metric: str | None,
        task_type: str | None,
        fold_kind: str = "shuffled",
    ) -> tuple[FittedSurface, RankedRuns] | None:
        """Return the response surface of these algorithms and the runs it was learnt from.

        None when on no task two of their setups differ. ``metric``, ``task_type`` and
        ``fold_kind`` choose the runs, as for `read_ranked_runs`.
        """
        key = (algorithms, metric, task_type, fold_kind)
        with self._lock:
            if key not in self._surfaces:
                runs = read_ranked_runs(self.kb, algorithms, metric, task_type, fold_kind)
                with single_threaded():
                    fit = self.learner.response_surface.fit
                    self._surfaces[key] = (fit(runs), runs) if runs.task_ids else None
            return self._surfaces[key]

    def fitted_file(self, on_progress: Progress | None = None) -> bytes:
        """Learn the answers to all questions, and return them as the file of a fitted model.

        Raises
        ------
        ParameterError
            If a part of the learner is not one of autometa's own.
        """
        parameters = self.learner.stored_parameters()
        if parameters is None:
            raise ParameterError(
                "A fitted model is saved as arrays that autometa's own parts have learnt. Got a "
                f"learner with other parts, {self.learner}: fit it again where it is needed."
            )
        questions = self.resolver.all_questions()
        models = {}
        for n_done, question in enumerate(questions, start=1):
            models[question] = self.of(question).fitted
            if on_progress:
                on_progress(question.metric, n_done, len(questions))
        return file_of(models, parameters)


# Of knowledge bases named by their path, each call loads a new object: the default one and
# another are kept whatever becomes of the objects.
_N_KEPT = 2
_cache_lock = threading.Lock()
_of_origins: OrderedDict[tuple[Origin, Learner], PastPerformance] = OrderedDict()
_of_objects: WeakKeyDictionary[KnowledgeBase, tuple[object, dict[Learner, PastPerformance]]]
_of_objects = WeakKeyDictionary()


def past_performance(kb: KnowledgeBase, learner: Learner | None = None) -> PastPerformance:
    """Return what was learnt from ``kb`` as it is now; the same object until it changes.

    Only adding to a knowledge base and merging change it: its frames are given out as copies.
    """
    learner = learner or Learner()
    try:
        hash(learner)
    except TypeError:  # with a part that may change nothing can be kept
        return PastPerformance(kb, learner)
    if kb.origin is not None:
        return _of_origin(kb, kb.origin, learner)
    state = kb.state
    with _cache_lock:
        seen, kept = _of_objects.get(kb, (None, {}))
        if seen is not state:
            kept = {}
            _of_objects[kb] = (state, kept)
        if learner not in kept:
            kept[learner] = PastPerformance(kb, learner)
        return kept[learner]


def _of_origin(kb: KnowledgeBase, origin: Origin, learner: Learner) -> PastPerformance:
    with _cache_lock:
        key = (origin, learner)
        if key not in _of_origins:
            _of_origins[key] = PastPerformance(kb, learner)
        _of_origins.move_to_end(key)
        while len(_of_origins) > _N_KEPT:
            _of_origins.popitem(last=False)
        return _of_origins[key]
