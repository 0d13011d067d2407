"""Which part of a knowledge base a study needs, learnt once and kept.

What is learnt does not depend on the study's distributions, so all studies of
a process that ask the same knowledge base share it.
"""

from __future__ import annotations

import json
import threading
from weakref import WeakKeyDictionary

from autometa.knowledge_base import KnowledgeBase
from autometa.performance._ranked_runs import read_history
from autometa.samplers._dimensions import same
from autometa.samplers._matching import Encoding
from autometa.samplers._study import StudyView
from autometa.samplers._transfer import Transfer

_Key = tuple[tuple[str, ...], str | None, str | None]

N_CONFIGS_READ = 100

_lock = threading.RLock()
_kept: WeakKeyDictionary[KnowledgeBase, tuple[object, dict[_Key, Transfer | None]]]
_kept = WeakKeyDictionary()


class Library:
    """The transfer models of one knowledge base.

    Parameters
    ----------
    kb : KnowledgeBase
    metric, task_type, algorithm : str or None
        Which runs to use; see `WarmStartSampler`.
    """

    def __init__(
        self, kb: KnowledgeBase, metric: str | None, task_type: str | None, algorithm: str | None
    ) -> None:
        self.kb = kb
        self._metric, self._task_type = metric, task_type
        self._encodings: dict[str, Encoding] = {}
        counts = kb.counts().rows_of_algorithm
        most_first = tuple(name for name, _ in counts.most_common())
        self.algorithms = most_first if algorithm is None else (algorithm,)

    def transfer(self, view: StudyView) -> Transfer | None:
        """Return what is known for a study; None when that is nothing."""
        if view.selector is not None:
            # All algorithms of the study share one model, also when this trial's is fixed.
            choices = getattr(view.distributions[view.selector], "choices", ())
            wanted = [a for a in self.algorithms if any(same(c, a) for c in choices)]
            return self._learnt(tuple(wanted)) if wanted else None
        algorithm = self._closest(view)
        return None if algorithm is None else self._learnt((algorithm,))

    def _closest(self, view: StudyView) -> str | None:
        """Return the algorithm that has the most of the study's parameters."""
        shared = {a: self._n_shared(a, view) for a in self.algorithms}
        best = max(shared, key=lambda a: shared[a], default=None)
        return best if best is not None and shared[best] else None

    def _n_shared(self, algorithm: str, view: StudyView) -> int:
        encoding = self._names(algorithm)
        return sum(encoding.find(algorithm, name) is not None for name in view.distributions)

    def _names(self, algorithm: str) -> Encoding:
        if algorithm not in self._encodings:
            configs = self.kb.configs_of(algorithm, N_CONFIGS_READ)
            self._encodings[algorithm] = Encoding([(algorithm, json.loads(c)) for c in configs])
        return self._encodings[algorithm]

    def _learnt(self, algorithms: tuple[str, ...]) -> Transfer | None:
        key = (algorithms, self._metric, self._task_type)
        with _lock:
            state, models = _kept.get(self.kb, (None, {}))
            if state is not self.kb.state:
                models = {}
                _kept[self.kb] = (self.kb.state, models)
            if key not in models:
                history = read_history(self.kb, algorithms, self._metric, self._task_type)
                models[key] = Transfer(history) if history.task_ids else None
            return models[key]
