"""What runs in a worker: score a setup on the folds, fit it on all rows, ask for advice."""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sklearn

from autometa.algorithms import (
    Rounds,
    SparseCleaner,
    Stopping,
    TableCleaner,
    get_algorithm,
)
from autometa.evaluation import (
    Costs,
    CrossValidation,
    cross_validate,
    mean_costs,
)
from autometa.knowledge_base import KnowledgeBase
from autometa.metrics import mean_score, measured_metrics
from autometa.tables import Table, take_rows
from autometa.tuning.final_model._splits import has_shared_words, make_splits
from autometa.tuning.scheduling._plan import Advice, advise
from autometa.tuning.workers._cleaning import Cleaned, part_of
from autometa.tuning.workers._sharing import take

if TYPE_CHECKING:
    from autometa.meta_models import MetaModel

MAX_MODEL_BYTES = 48 << 20
MIN_WATCHED_ROWS = 1_000  # a best number of trees among hundreds fits the chance of fewer rows
GROWING_SHARE = 0.7  # of the seconds of an evaluation; the rest is for encoding and predicting
N_METRICS = 3  # each costs every fold a moment, which is most of a trial on a small table


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkerTable:
    """The table as a worker holds it: cleaned once, used for every call."""

    table: Table
    X: pd.DataFrame
    threads: int
    cleaner: TableCleaner | SparseCleaner

    @lru_cache(maxsize=8)  # noqa: B019 - one table lives as long as its worker
    def folds(self, n_splits: int, n_used: int, seed: int, fidelity: float = 1.0) -> list[Any]:
        """Return the splits that every setup is scored on, or parts of their training rows."""
        table = self.table
        if fidelity >= 1.0:
            return make_splits(table, n_splits, n_used, seed, self.has_shared_words)
        folds = self.folds(n_splits, n_used, seed, 1.0)  # made once: a second, of a million rows
        part = table.validation.part
        return [
            (part(train, table.y, table.task_type, fidelity, seed), test) for train, test in folds
        ]

    @property
    def has_shared_words(self) -> bool:
        """Whether a single fold holds out rows that the words of the table were not read from."""
        return has_shared_words(self.cleaner, self.X.shape[0], self.table.validation.is_shuffled)

    def has_fold_text(self, n_used: int) -> bool:
        """Return whether words are learnt anew in each fold: those held out must not be known."""
        return bool(self.cleaner.text_) and not (self.has_shared_words and n_used == 1)

    @lru_cache(maxsize=8)  # noqa: B019 - as above
    def fold_table(
        self, n_splits: int, n_used: int, seed: int, fidelity: float, number: int
    ) -> pd.DataFrame:
        """Return the cleaned table as one fold may see it."""
        if not self.has_fold_text(n_used):
            return self.X
        train, _ = self.folds(n_splits, n_used, seed, fidelity)[number]
        assert isinstance(self.cleaner, TableCleaner)
        return self.cleaner.relearn_text(self.table.X, self.X, train)


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """A setup to score on the folds.

    Attributes
    ----------
    algorithm, config, seed : the setup and its random state
    metric : str
    n_splits, n_used, fold_seed : int
        How the rows are split, and how many of the splits are used.
    positive : int
        Number of the positive class of a binary task.
    fidelity : float
        Share of the training rows of each fold that are used.
    stop_below : float
        A first fold that scores less ends the evaluation.
    keep_above : float
        A mean score of at least this sends the fitted models back.
    stops_early : bool
        Whether boosting stops by the rows that each fold holds out.
    seconds : float
        What the evaluation may take: boosting stops in time for that, where it stops early.
    """

    algorithm: str
    config: dict[str, Any]
    seed: int
    metric: str
    n_splits: int
    n_used: int
    fold_seed: int
    positive: int = 1
    fidelity: float = 1.0
    stop_below: float = -np.inf
    keep_above: float = np.inf
    stops_early: bool = False
    seconds: float = np.inf


@dataclass(frozen=True, kw_only=True)
class EvaluationResult(Costs):
    """What the folds said of a setup.

    Attributes
    ----------
    scores : dict of str to float
        Mean over the folds where a metric is defined, by metric.
    fold_scores : list of float
        Of the metric asked for; NaN in folds whose labels leave it undefined.
    fit_seconds, predict_seconds : float
        See `Costs`; the mean over the folds.
    seconds : float
        Wall-clock seconds of one fit and its predictions.
    values : ndarray
        Predictions of the rows that the folds in use hold out, in the order of the
        table and in double precision, from which the scores were computed; NaN in
        folds that were not reached.
    is_complete : bool
        False when it was cut after the first fold.
    models : bytes
        The pickled models that stand in for a late refit, or nothing: those of the folds,
        or one fitted on all rows where words differ by fold.
    fidelity : float
        Share of the training rows of each fold that were used.
    rounds : list of Rounds
        Of each fold, the trees at which it stopped by itself; empty where it did not.
    """

    scores: dict[str, float]
    fold_scores: list[float]
    seconds: float
    values: npt.NDArray[np.float64]
    is_complete: bool = True
    models: bytes = b""
    fidelity: float = 1.0
    rounds: list[Rounds] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Mean over the folds where the metric asked for is defined."""
        return mean_score(self.fold_scores)

    @property
    def n_rounds(self) -> float | None:
        """Mean number of trees that the scores are of; None where it did not stop by itself."""
        return float(np.mean([one.best for one in self.rounds])) if self.rounds else None


def warm_up() -> None:
    """Do nothing: that this is called imports what calls will need."""


def load(shared: Any, cleaned: Any, threads: int) -> WorkerTable:
    """Return the table that was cleaned once for all calls of all workers."""
    content: Cleaned = take(cleaned)
    return WorkerTable(table=take(shared), X=content.X, threads=threads, cleaner=content.cleaner)


def evaluate(state: WorkerTable, request: EvaluationRequest) -> EvaluationResult:
    """Cross-validate a setup; stop after the first fold when that is hopeless."""
    table = state.table
    metrics = dict.fromkeys([request.metric, *measured_metrics(table.task_type)[:N_METRICS]])
    has_fold_text = state.has_fold_text(request.n_used)  # the whole table's words differ
    keep = request.keep_above < np.inf
    start = time.perf_counter()
    growing = _Growing(state, request)
    parts = []
    split = request.n_splits, request.n_used, request.fold_seed, request.fidelity
    held_out = np.sort(np.concatenate([test for _, test in state.folds(*split)]))
    for number, fold in enumerate(state.folds(*split)):
        with sklearn.config_context(skip_parameter_validation=True):
            part = cross_validate(
                growing.pipeline(),
                state.fold_table(*split, number),
                table,
                [fold],
                metrics,
                keep_models=keep and not has_fold_text,
                max_train_rows=0,
                positive=request.positive,
                stopping=growing.stopping(number, len(fold[1])),
            )
        growing.learn(part)
        parts.append(part)
        if part.scores[request.metric] < request.stop_below:
            break
    seconds = (time.perf_counter() - start) / len(parts)
    values = parts[0].values
    for part in parts[1:]:
        values = np.where(np.isnan(values), part.values, values)
    fold_scores = [part.scores[request.metric] for part in parts]
    means = {m: mean_score(part.scores[m] for part in parts) for m in metrics}
    wanted = keep and means[request.metric] >= request.keep_above
    return EvaluationResult(
        scores=means,
        fold_scores=fold_scores,
        **mean_costs(parts),
        seconds=seconds,
        values=values[held_out],
        is_complete=len(parts) == request.n_used,
        models=_stand_ins(state, request, parts) if wanted else b"",
        fidelity=request.fidelity,
        rounds=growing.rounds,
    )


class _Growing:
    """How many trees the folds of an evaluation grow.

    The first fold says how many are enough, by the rows that it holds out, and the others grow
    as many: were each judged on the rows that have chosen its trees, scores would flatter
    (benchmarks/early_stopping.py). The seconds are shared among the folds, so that one that is
    slow ends with fewer trees, not without a model.
    """

    def __init__(self, state: WorkerTable, request: EvaluationRequest) -> None:
        self.state, self.request, self.config = state, request, request.config
        self.rounds: list[Rounds] = []
        self.ends_at = time.monotonic() + GROWING_SHARE * request.seconds

    def pipeline(self) -> Any:
        """Return the unfitted pipeline of the next fold."""
        request = self.request
        return _build(self.state, request.algorithm, self.config, request.seed, request.fidelity)

    def stopping(self, number: int, n_held_out: int) -> Stopping | None:
        """Return how the fit of a fold is to end early; None where it is not."""
        request = self.request
        if not request.stops_early:
            return None
        # Forward in time the first fold learns from the fewest rows, and would stop too soon.
        # A fold that is alone is judged on the rows that have chosen its trees.
        is_watched = number == 0 and not self.state.table.validation.is_forward
        if request.n_used == 1:
            is_watched &= n_held_out >= MIN_WATCHED_ROWS
        now = time.monotonic()
        deadline = now + (self.ends_at - now) / (request.n_used - number)
        algorithm = get_algorithm(request.algorithm)
        return algorithm.stopping(self.config, is_watched=is_watched, deadline=deadline)

    def learn(self, part: CrossValidation) -> None:
        """Have the folds to come grow as many trees as the one before has kept."""
        if part.rounds:
            algorithm = get_algorithm(self.request.algorithm)
            self.config = algorithm.with_rounds(self.config, part.rounds[0].best)
            self.rounds += part.rounds
        elif self.rounds:
            best = self.rounds[-1].best
            self.rounds.append(Rounds(best=best, grown=best))


def _stand_ins(
    state: WorkerTable, request: EvaluationRequest, parts: list[CrossValidation]
) -> bytes:
    """Return the models that serve when no refit is ready in time: those of the folds.

    Where words are learnt anew in each fold, the final pipeline does not have the words of
    these models: one is fitted on all rows, which takes a little more than a fold, and only
    the setups that lead do.
    """
    if not state.has_fold_text(request.n_used):
        models = [m for part in parts for m in part.models]
        # forward in time, each fold learns from all rows of those before it, and more
        return _pack(models[-1:] if state.table.validation.kind == "time" else models, state.table)
    setup = request.algorithm, request.config, request.seed, request.fidelity
    return _pack([refit(state, *setup)], state.table)


def refit(
    state: WorkerTable, algorithm: str, config: dict[str, Any], seed: int, fidelity: float = 1.0
) -> Any:
    """Return the setup fitted on all rows, or on a share of them; classes are numbers."""
    model = _build(state, algorithm, config, seed, fidelity)
    if fidelity >= 1.0:
        return state.table.fit(model, state.X)
    rows = part_of(state.table, fidelity)
    return state.table.fit(model, take_rows(state.X, rows), rows)


def ask_advice(
    state: WorkerTable,
    knowledge_base: KnowledgeBase | MetaModel | None,
    metric: str,
    time_budget: float | None,
    algorithms: tuple[str, ...],
    max_predict_ms: float | None = None,
) -> Advice:
    """Return what the knowledge base recommends for the worker's table."""
    return advise(state.table, knowledge_base, metric, time_budget, algorithms, max_predict_ms)


def _build(
    state: WorkerTable, algorithm: str, config: dict[str, Any], seed: int, fidelity: float
) -> Any:
    """Return the unfitted setup; of a part of the rows fewer can be neighbours, or in a leaf."""
    chosen = get_algorithm(algorithm)
    table = state.table
    return chosen.build(
        config,
        table.task_type,
        seed,
        state.threads,
        table.is_sparse,
        n_rows=max(1, int(fidelity * len(table.y))),
        n_classes=table.n_classes,
    )[1:]


def _pack(models: list[Any], table: Table) -> bytes:
    """Pickle the models for the parent; nothing when they are too large or miss a class."""
    if any(len(getattr(m, "classes_", table.classes)) < table.n_classes for m in models):
        return b""
    packed = pickle.dumps(models, protocol=pickle.HIGHEST_PROTOCOL)
    return packed if len(packed) <= MAX_MODEL_BYTES else b""
