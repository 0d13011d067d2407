"""TuneOptions: what `tune` was asked for, apart from the table; checked before any work."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import joblib
from optuna.samplers import BaseSampler

from autometa.exceptions import ParameterError
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.meta_models import MetaModel
from autometa.metrics import MetricLike
from autometa.tuning.final_model._decision_options import TuneThreshold, check_tune_threshold
from autometa.tuning.scheduling._scheduler import Scheduler
from autometa.tuning.study._study_log import Callback
from autometa.tuning.workers._memory import check_memory_limit, n_bytes
from autometa.validation import GapLike, ValidationRequest


@dataclass(frozen=True, kw_only=True)
class TuneOptions:
    """The parameters of `autometa.tune` but for the table and its target; see there.

    Raises
    ------
    ParameterError
        If one is out of range.
    """

    metric: MetricLike = None
    time_budget: float | None = 60
    n_trials: int | None = None
    n_jobs: int | None = 1
    storage: Any = None
    random_state: Any = None
    algorithms: Iterable[str] | None = None
    ensemble: bool = True
    callbacks: Iterable[Callback] | None = None
    task_type: str | None = None
    pos_label: Any = None
    knowledge_base: KnowledgeBaseLike = None
    model: MetaModel | None = None
    name: str | None = None
    target: str | None = None
    study_name: str | None = None
    memory_limit: int | str | None = None
    max_predict_ms: float | None = None
    tune_threshold: TuneThreshold = "auto"
    isolate: bool = True
    sampler: BaseSampler | None = None
    scheduler: Callable[[], Scheduler] | None = None
    groups: Any = None
    timestamps: Any = None
    gap: GapLike = None
    cv: Any = None
    stratify: bool | None = None
    sample_weight: Any = None
    executor: Executor | None = None
    patience: int | None = None
    learn: bool = False
    verbose: bool | None = None

    @property
    def validation(self) -> ValidationRequest:
        """How rows are to be held out."""
        return ValidationRequest(
            groups=self.groups,
            timestamps=self.timestamps,
            gap=self.gap,
            cv=self.cv,
            stratify=self.stratify,
        )

    def __post_init__(self) -> None:
        self.validation  # noqa: B018  what cannot be right is said before any work
        _check_end(self.time_budget, self.n_trials)
        if self.model is not None and self.knowledge_base is not None:
            raise ParameterError(
                "tune takes a 'knowledge_base' or a 'model' that was fitted to one. Got both."
            )
        _check_n_jobs(self.n_jobs)
        if self.isolate:  # a worker takes the limit; this process has none of its own
            check_memory_limit(self.memory_bytes)
        limit = self.max_predict_ms
        if limit is not None and not (isinstance(limit, Real) and limit > 0):
            raise ParameterError(
                f"'max_predict_ms' must be a number of milliseconds > 0 or None. Got {limit!r}."
            )
        if self.verbose is not None and not isinstance(self.verbose, bool | int):
            raise ParameterError(f"'verbose' must be True, False or None. Got {self.verbose!r}.")
        check_tune_threshold(self.tune_threshold)
        _check_executor(self.executor, self.isolate)
        _check_patience(self.patience)
        if not isinstance(self.learn, bool):
            raise ParameterError(f"'learn' must be True or False. Got {self.learn!r}.")
        if self.scheduler is not None and not callable(self.scheduler):
            raise ParameterError(
                "'scheduler' must be a class, or a function without arguments, that returns a "
                f"Scheduler; one is made for each run. Got {type(self.scheduler).__name__}."
            )

    @property
    def memory_bytes(self) -> int | None:
        """The memory limit as a number."""
        return n_bytes(self.memory_limit)

    @property
    def n_workers(self) -> int:
        """Trials at a time: what `n_jobs` means on this machine, as joblib reads it."""
        if self.n_jobs is not None and self.n_jobs > 0:
            return int(self.n_jobs)  # joblib would make it 1 inside a worker of its own
        return int(joblib.effective_n_jobs(self.n_jobs))


def _check_n_jobs(n_jobs: int | None) -> None:
    is_count = isinstance(n_jobs, Integral) and not isinstance(n_jobs, bool)
    if n_jobs is not None and not (is_count and n_jobs != 0):
        raise ParameterError(
            "'n_jobs' must be an int >= 1, a negative one that counts from all cores (-1 is "
            f"all), or None. Got {n_jobs!r}."
        )


def _check_executor(executor: Any, isolate: bool) -> None:
    """Raise unless calls can be given to the executor; Dask's derives from no common class."""
    if executor is None:
        return
    if not callable(getattr(executor, "submit", None)) or isinstance(executor, type):
        raise ParameterError(
            "'executor' must have the method 'submit' of concurrent.futures.Executor, such as "
            f"Dask's Client.get_executor(). Got {executor!r}."
        )
    if hasattr(executor, "get_executor"):  # its futures are not those of concurrent.futures
        raise ParameterError(
            f"'executor' must be an executor. Got a {type(executor).__name__}; give its "
            "get_executor()."
        )
    if not isolate:
        raise ParameterError(
            "With isolate=False trials run in this process, with 'executor' elsewhere. Got both; "
            "give one."
        )


def _check_patience(patience: Any) -> None:
    is_count = isinstance(patience, Integral) and not isinstance(patience, bool)
    if patience is not None and not (is_count and patience > 0):
        raise ParameterError(f"'patience' must be an int > 0 or None. Got {patience!r}.")


def _check_end(time_budget: float | None, n_trials: int | None) -> None:
    """Raise unless seconds or trials say when to stop."""
    is_number = isinstance(time_budget, Real) and not isinstance(time_budget, bool)
    if time_budget is not None and not (is_number and time_budget > 0):  # NaN is not > 0
        raise ParameterError(
            f"'time_budget' must be a number of seconds > 0 or None. Got {time_budget!r}."
        )
    is_count = isinstance(n_trials, Integral) and not isinstance(n_trials, bool)
    if n_trials is not None and not (is_count and n_trials > 0):
        raise ParameterError(f"'n_trials' must be an int > 0 or None. Got {n_trials!r}.")
    if n_trials is None and (time_budget is None or math.isinf(time_budget)):
        raise ParameterError(
            "Without an end of the 'time_budget', 'n_trials' must say when to stop. "
            f"Got time_budget={time_budget!r} and n_trials=None."
        )
