"""TrialBook: the Optuna study of a run, written by the parent alone.

A trial is a choice of ``algorithm`` and of that algorithm's hyperparameters,
named ``<algorithm>.<hyperparameter>``. Each is stored before the next begins, so
that a killed run goes on where it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, Trial, TrialState

from autometa.algorithms import get_algorithm
from autometa.tables import Table
from autometa.tuning._plan import Candidate
from autometa.tuning._worker_side import Verdict

Callback = Callable[[optuna.Study, FrozenTrial], None]

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


class TrialBook:
    """Asks Optuna for setups and tells it how they did.

    Parameters
    ----------
    table : Table
    metric : str
    algorithms : tuple of str
        What may be chosen.
    seed : int
    storage : str, optuna storage or None
    study_name : str or None
        None derives one from the table's content and the metric, so that the
        same question finds its study again.
    sampler : optuna sampler or None
        None is multivariate TPE, grouped by algorithm.
    """

    def __init__(
        self,
        table: Table,
        metric: str,
        algorithms: tuple[str, ...],
        seed: int,
        storage: Any = None,
        study_name: str | None = None,
        sampler: optuna.samplers.BaseSampler | None = None,
    ) -> None:
        self.algorithms = algorithms
        self.spaces = {name: get_algorithm(name).space(table.task_type) for name in algorithms}
        self.dataset_hash = content_hash(table)
        with _quiet():
            self.study = optuna.create_study(
                storage=storage,
                study_name=study_name or f"autometa-{self.dataset_hash}-{metric}",
                direction="maximize",
                sampler=sampler
                or optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
                load_if_exists=True,
            )
        self.resumed = [t for t in self.study.trials if t.state == TrialState.COMPLETE]
        self._fail_stale_trials()
        for name, value in {"metric": metric, "dataset": self.dataset_hash}.items():
            self._note(name, value)

    @property
    def n_finished(self) -> int:
        """Trials that ended, in whatever way, in this run and before."""
        return len(self.study.get_trials(deepcopy=False, states=FINISHED))

    @property
    def has_waiting(self) -> bool:
        """Whether a trial was enqueued, by the user or a run that was killed, and not begun."""
        return bool(self.study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))

    @property
    def tried(self) -> set[tuple[Any, ...]]:
        """Keys of the setups that have a trial."""
        trials = self.study.get_trials(deepcopy=False)
        return {candidate_of(trial).key for trial in trials if "algorithm" in trial.params}

    def agree(self, name: str, value: Any) -> Any:
        """Keep ``value`` with the study; return the one kept by the run that began it."""
        kept = self.study.user_attrs.get(name)
        if kept is None:
            self._note(name, value)
        return value if kept is None else kept

    def _note(self, name: str, value: Any) -> None:
        if self.study.user_attrs.get(name) != value:
            self.study.set_user_attr(name, value)

    def ask(self, candidate: Candidate | None = None) -> tuple[Trial, Candidate]:
        """Begin a trial of ``candidate``, or of what the sampler proposes."""
        with _quiet():
            if candidate is not None:
                self.study.enqueue_trial(candidate.params)
            trial = self.study.ask()
            algorithm = trial.suggest_categorical("algorithm", self.algorithms)
            config = {
                name: _suggest(trial, f"{algorithm}.{name}", distribution)
                for name, distribution in self.spaces[algorithm].items()
            }
        trial.set_user_attr("process", _process())
        if candidate is None or candidate.algorithm != algorithm:
            return trial, Candidate(algorithm=algorithm, config=config)
        return trial, Candidate(
            algorithm=algorithm,
            config=config,
            source=candidate.source,
            expected_seconds=candidate.expected_seconds,
        )

    def tell(self, trial: Trial, candidate: Candidate, verdict: Verdict) -> FrozenTrial:
        """Store how the trial did; one that was cut short is stored as pruned."""
        summary = {
            "source": candidate.source,
            "status": "ok" if verdict.is_complete else "pruned",
            "scores": {k: v for k, v in verdict.scores.items() if np.isfinite(v)},
            "fold_scores": verdict.fold_scores,
            "fit_seconds": verdict.fit_seconds,
            "seconds": verdict.seconds,
            "fidelity": verdict.fidelity,
        }
        trial.set_user_attr("evaluation", summary)
        score = verdict.score
        if verdict.is_complete:
            return self.study.tell(trial, score)
        trial.report(score, step=1)
        return self.study.tell(trial, state=TrialState.PRUNED)

    def skip(self, trial: Trial, candidate: Candidate, message: str) -> FrozenTrial:
        """End a trial that was not worth starting."""
        return self._end(trial, candidate, "skipped", message, TrialState.PRUNED)

    def fail(self, trial: Trial, candidate: Candidate, status: str, message: str) -> FrozenTrial:
        """Store that the trial failed, and why."""
        return self._end(trial, candidate, status, message, TrialState.FAIL)

    def announce(self, callback: Callback, trial: FrozenTrial) -> None:
        """Call back as Optuna's own loop does: ``study.stop()`` is allowed there."""
        self.study._thread_local.in_optimize_loop = True
        try:
            callback(self.study, trial)
        finally:
            self.study._thread_local.in_optimize_loop = False

    @property
    def is_stopped(self) -> bool:
        """Whether a callback called ``study.stop()``."""
        return self.study._stop_flag

    def _end(
        self, trial: Trial, candidate: Candidate, status: str, message: str, state: TrialState
    ) -> FrozenTrial:
        trial.set_user_attr(
            "evaluation", {"source": candidate.source, "status": status, "message": message}
        )
        with _quiet():
            return self.study.tell(trial, state=state)

    def _fail_stale_trials(self) -> None:
        """End the trials of a process that is gone; those of live or far ones are let be."""
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if _is_gone(trial.user_attrs.get("process")):
                message = "The process that ran it ended."
                attributes = {"source": "search", "status": "error", "message": message}
                Trial(self.study, trial._trial_id).set_user_attr("evaluation", attributes)
                with _quiet():
                    self.study.tell(trial.number, state=TrialState.FAIL)


def _suggest(trial: Trial, name: str, distribution: BaseDistribution) -> Any:
    if isinstance(distribution, FloatDistribution):
        low, high = distribution.low, distribution.high
        return trial.suggest_float(name, low, high, step=distribution.step, log=distribution.log)
    if isinstance(distribution, IntDistribution):
        low, high = distribution.low, distribution.high
        return trial.suggest_int(name, low, high, step=distribution.step, log=distribution.log)
    assert isinstance(distribution, CategoricalDistribution)
    return trial.suggest_categorical(name, distribution.choices)


def candidate_of(trial: FrozenTrial) -> Candidate:
    """Return the setup of a stored trial."""
    algorithm = trial.params["algorithm"]
    prefix = f"{algorithm}."
    config = {
        name.removeprefix(prefix): value
        for name, value in trial.params.items()
        if name.startswith(prefix)
    }
    source = trial.user_attrs.get("evaluation", {}).get("source", "search")
    return Candidate(algorithm=algorithm, config=config, source=source)


def content_hash(table: Table) -> str:
    """Return 12 hexadecimal digits that tell this table and target from others."""
    digest = hashlib.sha256()
    for name in table.X.columns:
        column = table.X[name]
        digest.update(f"{name}\n{column.dtype}\n".encode())
        try:
            hashed = pd.util.hash_pandas_object(column, index=False)
        except TypeError:
            hashed = pd.util.hash_pandas_object(column.astype(str), index=False)
        digest.update(hashed.to_numpy().tobytes())
    digest.update(np.ascontiguousarray(table.y).tobytes())
    digest.update(repr(table.classes.tolist()).encode())
    return digest.hexdigest()[:12]


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_gone(process: str | None) -> bool:
    if process is None:
        return True
    host, _, number = process.rpartition(":")
    if host != socket.gethostname():
        return False
    if process == _process():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from announcing what a run does as a matter of course."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)
