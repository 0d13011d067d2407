"""Which part of the past a study needs; learnt once and shared by all studies.

What is learnt does not depend on the study's distributions.
"""

from __future__ import annotations

import json
from typing import Any

from autometa.knowledge_base import KnowledgeBase
from autometa.performance import Encoding, PastPerformance, past_performance, same
from autometa.samplers._acquisition import Acquisition
from autometa.samplers._study import StudyView

_Key = tuple[str, ...]

N_CONFIGS_READ = 100  # enough to meet each name of a hyperparameter, without reading millions


class Library:
    """The response surfaces of one knowledge base.

    Parameters
    ----------
    kb : KnowledgeBase
        Runs that are added to it count from the next trial on.
    metric, task_type, algorithm : str or None
        Which runs to use; see `WarmStartSampler`.
    fold_kind : str
        On which folds the study scores; see `WarmStartSampler`.
    performance : PastPerformance, optional
        What was learnt from ``kb``; None to learn what is needed.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        metric: str | None,
        task_type: str | None,
        algorithm: str | None,
        fold_kind: str = "shuffled",
        performance: PastPerformance | None = None,
    ) -> None:
        self.kb = kb
        self._performance = performance
        self._metric, self._task_type, self.fold_kind = metric, task_type, fold_kind
        self._encodings: dict[str, Encoding] = {}
        self._acquisitions: dict[_Key, Acquisition] = {}
        counts = kb.counts().scores_of_algorithm
        most_first = tuple(name for name, _ in counts.most_common())
        self.algorithms = most_first if algorithm is None else (algorithm,)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_acquisitions": {}}  # large, and soon made again

    def acquisition(self, view: StudyView) -> Acquisition | None:
        """Return what chooses setups for a study; None when the past says nothing of it."""
        if view.selector is not None:
            # All algorithms of the study share one model, also when this trial's is fixed.
            choices = getattr(view.distributions[view.selector], "choices", ())
            wanted = [a for a in self.algorithms if any(same(c, a) for c in choices)]
            return self._of(tuple(wanted)) if wanted else None
        algorithm = self._closest(view)
        return None if algorithm is None else self._of((algorithm,))

    def _closest(self, view: StudyView) -> str | None:
        """Return the algorithm that alone has the most of the study's parameters.

        None where several have as many: ``learning_rate`` is the name of a hyperparameter of
        all boosters, and good values of one are not those of another.
        """
        closest = self.closest(view)
        return closest[0] if len(closest) == 1 else None

    def closest(self, view: StudyView) -> list[str]:
        """Return the algorithms that have the most of the study's parameters."""
        shared = {a: self._n_shared(a, view) for a in self.algorithms}
        most = max(shared.values(), default=0)
        return [a for a in self.algorithms if most and shared[a] == most]

    def _n_shared(self, algorithm: str, view: StudyView) -> int:
        encoding = self._names(algorithm)
        return sum(encoding.find(algorithm, name) is not None for name in view.distributions)

    def _names(self, algorithm: str) -> Encoding:
        if algorithm not in self._encodings:
            configs = self.kb.configs_of(algorithm, N_CONFIGS_READ)
            self._encodings[algorithm] = Encoding([(algorithm, json.loads(c)) for c in configs])
        return self._encodings[algorithm]

    def _of(self, algorithms: _Key) -> Acquisition | None:
        performance = self._performance or past_performance(self.kb)
        learnt = performance.surface(algorithms, self._metric, self._task_type, self.fold_kind)
        if learnt is None:
            return None
        surface, runs = learnt
        kept = self._acquisitions.get(algorithms)
        if kept is None or kept.surface is not surface:
            kept = self._acquisitions[algorithms] = Acquisition(surface, runs)
        return kept
