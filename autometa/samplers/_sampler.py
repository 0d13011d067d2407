"""WarmStartSampler: any Optuna study, started from what other tasks taught.

A trial is either advised, its parameters planned as one setup by the transfer
model, or left to the base sampler. Either way the base sampler sees every
trial, and what the history does not know is the base sampler's to suggest.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from autometa._common.arrays import Floats
from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.performance import (
    Encoding,
    Rows,
    rank_weights,
    same,
    single_threaded,
)
from autometa.samplers._acquisition import Acquisition
from autometa.samplers._arguments import (
    HasPerformance,
    check_fold_kind,
    check_occurs,
    checked_names,
    default_base,
    described,
    performance_of,
    resolved,
)
from autometa.samplers._library import Library
from autometa.samplers._plan import Plan, is_of_other, matched
from autometa.samplers._study import MAX_TRIALS, EncodedTrials, StudyView, renamed
from autometa.samplers._values import ABSENT

_logger = logging.getLogger("autometa.samplers")
_lock = threading.RLock()

# Every so many trials the base sampler is asked, whatever the history says, and
# more often once there are more trials than the transfer model is given.
BASE_EVERY, BASE_FROM, BASE_EVERY_LATE = 8, 10, 2


class WarmStartSampler(BaseSampler):
    """Sampler that starts from past runs on other tasks, for any Optuna study.

    The first trial is the setup that served the tasks of the knowledge base
    best; those after it weigh what the tasks taught against what the study has
    shown. When the study turns out unlike any task, its own trials alone decide.
    From the tenth trial on, every eighth is the base sampler's, which sees all
    trials; from the 128th on, every other.

    Parameters match hyperparameters of the history by name, as they are or
    behind the algorithm's name (``rf.max_depth``, ``rf__max_depth``). A study
    over several algorithms has a categorical parameter ``algorithm``. Search
    spaces may differ: values are moved into the study's distributions, and a
    parameter or choice that the history does not know is the base sampler's.

    Parameters
    ----------
    knowledge_base : KnowledgeBase, path, name or sequence of these, optional
        The past runs. None is the default knowledge base: the bundled one with what the
        user added. At most 1,000 tasks and 34,000 runs are used, as many of each task as
        there is room for. What is learnt from it is kept as long as it lives and shared with
        other samplers and with advice.
    metafeatures : Series or mapping, optional
        Describes the study's dataset by meta-features of the knowledge base: runs on
        similar datasets then count more.
    model : MetaModel, optional
        Fitted to the knowledge base to use, instead of ``knowledge_base``: what it has
        learnt is used, and what the study needs is learnt once for all who share it.
    seed : int, optional
        Makes the suggestions reproducible.
    base_sampler : BaseSampler, optional
        What is asked when the history has no answer. By default a multivariate
        TPESampler with ``group=True`` and the same seed.
    metric : str, optional
        Metric of the past runs that is nearest to the study's objective. By default
        ranks are averaged over all of them.
    task_type : str, optional
        Use only runs on such tasks.
    algorithm : str, optional
        Whose hyperparameters the study tunes, when it has no parameter
        ``algorithm``. By default the algorithm that shares the most names; none, if several
        share as many.
    fold_kind : {"shuffled", "stratified", "group", "time", "group-time", "custom"}, \
            default="shuffled"
        How the study holds out the rows it scores on. Of each task the runs on such folds
        count; a task that has none lends those of the nearest kind, which is logged.
    names : mapping of str to str, optional
        Names of the study's parameters, and what the history calls them:
        ``{"lr": "learning_rate"}``. Names that are the same, and those that the algorithm's
        library has itself (``eta``, ``feature_fraction``), need no entry.
    n_startup_trials : int, default=1
        Trials taken from a list that serves all tasks, before the study's own
        results are looked at.

    Notes
    -----
    Multi-objective studies are left to the base sampler. Messages about what
    could not be used go to the logger ``autometa.samplers``.

    Examples
    --------
    >>> import optuna, pandas as pd
    >>> from autometa.knowledge_base import KnowledgeBase, KnowledgeBaseLike, resolve_knowledge_base
    >>> past = pd.DataFrame({
    ...     "task_id": ["a"] * 3 + ["b"] * 3, "algorithm": "knn", "metric": "accuracy",
    ...     "config": [{"k": 1}, {"k": 7}, {"k": 50}] * 2, "score": [0.7, 0.9, 0.8] * 2,
    ... })
    >>> tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": "binary"})
    >>> kb = KnowledgeBase.from_frames(tasks, None, past)
    >>> study = optuna.create_study(direction="maximize", sampler=WarmStartSampler(kb, seed=0))
    >>> study.ask().suggest_int("k", 1, 100)
    7
    """

    def __init__(
        self,
        knowledge_base: KnowledgeBaseLike = None,
        *,
        metafeatures: pd.Series[float] | Mapping[str, float] | None = None,
        model: HasPerformance | None = None,
        seed: int | None = None,
        base_sampler: BaseSampler | None = None,
        metric: str | None = None,
        task_type: str | None = None,
        algorithm: str | None = None,
        fold_kind: str = "shuffled",
        names: Mapping[str, str] | None = None,
        n_startup_trials: int = 1,
    ) -> None:
        if n_startup_trials < 1:
            raise ParameterError(
                "The 'n_startup_trials' parameter of WarmStartSampler must be an int >= 1. "
                f"Got {n_startup_trials!r} instead."
            )
        check_fold_kind(fold_kind)
        performance = None if model is None else performance_of(model, knowledge_base)
        kb = performance.kb if performance else resolved(knowledge_base)
        check_occurs(kb, "metric", metric)
        check_occurs(kb, "algorithm", algorithm)
        self._library = Library(kb, metric, task_type, algorithm, fold_kind, performance)
        self._names = checked_names(names)
        self._metafeatures = described(kb, metafeatures)
        self._base = base_sampler if base_sampler is not None else default_base(seed)
        self._n_startup_trials = n_startup_trials
        self._entropy = secrets.randbits(63) if seed is None else seed
        self._plans: dict[tuple[str, int], Plan] = {}
        self._weights: tuple[tuple[str, ...], Floats] | None = None
        self._logged: set[str] = set()
        self._begun: set[tuple[str, int]] = set()
        self._encoded: tuple[str, Encoding | None, EncodedTrials] = ("", None, {})
        self._matched: dict[str, str | None] = {}

    @property
    def matched_parameters(self) -> dict[str, str | None]:
        """The hyperparameter of the history that each parameter of the study was taken for.

        ``{"eta": "lightgbm.learning_rate", "seed": None}``: None is what no run has, which the
        base sampler suggests. Of the last trial that was advised; empty before the first.
        """
        return dict(self._matched)

    def __getstate__(self) -> dict[str, Any]:
        forgotten: dict[str, Any] = {"_plans": {}, "_begun": set(), "_encoded": ("", None, {})}
        return {**self.__dict__, **forgotten, "_logged": set(self._logged)}

    def reseed_rng(self) -> None:
        """Draw new randomness, for this sampler and the base sampler."""
        self._entropy = secrets.randbits(63)
        self._base.reseed_rng()

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Let the base sampler prepare for the trial."""
        self._begun.add((study.study_name, trial.number))
        self._base.before_trial(study, trial)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Forget the trial's plan, and tell the base sampler of its end."""
        self._plans.pop((study.study_name, trial.number), None)
        self._begun.discard((study.study_name, trial.number))
        self._base.after_trial(study, trial, state, values)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return the search space that the base sampler samples jointly."""
        return self._base.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return values for all of ``search_space``: the plan's, else the base sampler's."""
        if not search_space:
            return self._base.sample_relative(study, trial, search_space)
        planned = self._planned(study, trial, search_space)
        plan = self._plans.get((study.study_name, trial.number))
        if all(n in planned or is_of_other(plan, self._names.get(n, n)) for n in search_space):
            return planned
        params = {**self._base.sample_relative(study, trial, search_space), **planned}
        for name, distribution in search_space.items():
            if name not in params:
                params[name] = self._base.sample_independent(study, trial, name, distribution)
        return params

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return the planned value of a parameter, else the base sampler's."""
        planned = self._planned(study, trial, {param_name: param_distribution})
        if param_name in planned:
            return planned[param_name]
        return self._base.sample_independent(study, trial, param_name, param_distribution)

    def _planned(
        self, study: optuna.Study, trial: FrozenTrial, asked: Mapping[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return the planned values of those of the parameters that have one."""
        if self._is_base_turn(study, trial):
            return {}
        own_names = {self._names.get(name, name): name for name in asked}
        asked = renamed(asked, self._names)
        with _one_at_a_time():
            key = (study.study_name, trial.number)
            plan = self._plans.get(key)
            if plan is None or not self._holds(plan, trial, asked):
                plan = self._plans[key] = self._make_plan(study, trial, asked)
            if plan.encoding is not None:
                present = {**dict.fromkeys(trial.params), **dict.fromkeys(own_names.values())}
                self._matched.update(matched(plan, present, self._names))
        values = {name: plan.value(name, distribution) for name, distribution in asked.items()}
        return {own_names[name]: value for name, value in values.items() if value is not ABSENT}

    def _holds(self, plan: Plan, trial: FrozenTrial, asked: Mapping[str, BaseDistribution]) -> bool:
        """Whether a plan still fits what the trial suggested since, and asks now."""
        if plan.selector is not None:
            chosen = renamed(trial.params, self._names).get(plan.selector, plan.algorithm)
            return same(chosen, plan.algorithm)
        may_differ = plan.row is None or len(self._library.algorithms) > 1
        return not may_differ or plan.names.issuperset(asked)

    def _is_base_turn(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        if len(study.directions) > 1:
            self._log_once(
                logging.WARNING, "Studies with several objectives are left to the base sampler."
            )
            return True
        every = BASE_EVERY if trial.number < MAX_TRIALS else BASE_EVERY_LATE
        return trial.number >= BASE_FROM and trial.number % every == every - 1

    def _make_plan(
        self, study: optuna.Study, trial: FrozenTrial, asked: Mapping[str, BaseDistribution]
    ) -> Plan:
        """Return the setup for ``trial``; an empty plan when the history has no answer."""
        view = StudyView.of(study, trial, asked, self._library.algorithms, self._names)
        names = frozenset(view.distributions)
        acquisition = self._library.acquisition(view)
        if acquisition is None:
            if not self._log_ambiguous(view):
                self._log_unmatched(view, names)
            return Plan(names)
        self._log_borrowed(acquisition)
        encoding = acquisition.surface.encoding
        self._log_unmatched(view, view.unknown_names(encoding), view.unasked_names(encoding))
        row = self._next_row(study, view, acquisition)
        if row is None:
            return Plan(names)
        algorithm = encoding.algorithms[row.which[0]]
        return Plan(names, algorithm, view.selector, row, encoding)

    def _log_unmatched(
        self, view: StudyView, names: Collection[str], unasked: Collection[str] = ()
    ) -> None:
        """Log which parameters are the base sampler's alone, once a whole trial was seen."""
        if names and any(trial.state == TrialState.COMPLETE for trial in view.trials):
            hint = ""
            if unasked:
                hint = (
                    f" It has {sorted(unasked)}, which the study does not ask for: where a "
                    "parameter is one of these by another name, say so by 'names'."
                )
            self._log_once(
                logging.WARNING,
                f"The knowledge base has no runs with the parameters {sorted(names)}: "
                f"the base sampler suggests them.{hint}",
            )

    def _log_ambiguous(self, view: StudyView) -> bool:
        """Log that several algorithms have the parameters of the study, where they do.

        While the first trial runs, parameters that distinguish them may be still to come.
        """
        closest = [] if view.selector is not None else self._library.closest(view)
        if len(closest) > 1 and any(t.state == TrialState.COMPLETE for t in view.trials):
            self._log_once(
                logging.WARNING,
                f"{sorted(view.distributions)} are parameters of {sorted(closest)} alike: the "
                "base sampler suggests them. Say by 'algorithm' which one the study tunes.",
            )
        return len(closest) > 1

    def _log_borrowed(self, acquisition: Acquisition) -> None:
        """Log how many tasks were scored on folds of another kind than the study's, once."""
        if acquisition.n_borrowed:
            self._log_once(
                logging.INFO,
                f"The study scores on {self._library.fold_kind} folds. Runs of "
                f"{acquisition.n_borrowed} earlier tasks were scored on folds of another kind: "
                "their order is borrowed.",
            )

    def _next_row(
        self, study: optuna.Study, view: StudyView, acquisition: Acquisition
    ) -> Rows | None:
        encoding = acquisition.surface.encoding
        space = view.space(encoding)
        if not space.allowed:
            return None
        own = {number for name, number in self._begun if name == study.study_name}
        seen = self._rows_seen(study, encoding)
        evidence = view.evidence(encoding, self._running(study, encoding), own, seen)
        fixed = view.fixed_row(encoding)
        weights = self._task_weights(acquisition.surface.task_ids)
        if len(evidence.scores) < self._n_startup_trials:
            return acquisition.first(space, evidence, weights, fixed)
        rng = np.random.default_rng([self._entropy, view.number])
        return acquisition.next(space, evidence, weights, rng, fixed)

    def _task_weights(self, task_ids: tuple[str, ...]) -> Floats:
        if self._weights is None or self._weights[0] != task_ids:
            metafeatures = self._library.kb.metafeatures
            weights = rank_weights(metafeatures, task_ids, self._metafeatures)
            self._weights = (task_ids, weights.values)
        return self._weights[1]

    def _rows_seen(self, study: optuna.Study, encoding: Encoding) -> EncodedTrials:
        """Return the rows of the finished trials of a study; those of the last one are kept."""
        name, of, rows = self._encoded
        if name != study.study_name or of is not encoding:
            rows = {}
            self._encoded = (study.study_name, encoding, rows)
        return rows

    def _running(self, study: optuna.Study, encoding: Encoding) -> dict[int, Rows]:
        """Return the setups planned in this process, by the number of their trials."""
        return {
            number: plan.row
            for (name, number), plan in self._plans.items()
            if name == study.study_name and plan.encoding is encoding and plan.row is not None
        }

    def _log_once(self, level: int, message: str) -> None:
        """Log a message, once."""
        if message not in self._logged:
            self._logged.add(message)
            _logger.log(level, message)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Plan one trial at a time: the next one counts with what this one is to try."""
    with _lock, single_threaded():
        yield
