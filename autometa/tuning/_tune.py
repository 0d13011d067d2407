"""tune(): from a table to a fitted pipeline, within a budget."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from typing import Any

import optuna
import pandas as pd
from sklearn.utils import check_random_state

from autometa.advice import open_knowledge_base
from autometa.datasets import named_table
from autometa.evaluation import cached_reference_seconds, fold_seed
from autometa.exceptions import ParameterError, StorageError
from autometa.knowledge_base import KnowledgeBase
from autometa.metrics import (
    check_metric,
    depends_on_positive,
    metric_kind,
    positive_class,
)
from autometa.tables import Table, check_table
from autometa.tuning._assemble import assemble, some_rows
from autometa.tuning._budget import Clock, FitTimeModel, Size
from autometa.tuning._held_out import HeldOut
from autometa.tuning._interrupt import FINISH_SECONDS, Interruption
from autometa.tuning._metric import settle_metric
from autometa.tuning._plan import choose_algorithms, choose_folds, left_out, single_split
from autometa.tuning._pools import check_memory_limit, choose_threads, open_pool
from autometa.tuning._preparing import Preparation, part_of
from autometa.tuning._result import TuneResult
from autometa.tuning._running import search_and_finish
from autometa.tuning._search import Search
from autometa.tuning._sharing import SharedFolder
from autometa.tuning._splits import has_shared_words
from autometa.tuning._standing import Settings
from autometa.tuning._study import Callback, StudyLog

SAMPLE_ROWS = 5
MAX_SAMPLE_COLUMNS = 2_000  # a slice of a sparse table of 100,000 columns takes seconds


def tune(
    X: Any,
    y: Any = None,
    metric: str | None = None,
    time_budget: float | None = 60,
    n_trials: int | None = None,
    n_jobs: int = 1,
    storage: Any = None,
    random_state: Any = None,
    algorithms: Iterable[str] | None = None,
    ensemble: bool = True,
    callbacks: Iterable[Callback] | None = None,
    *,
    task_type: str | None = None,
    pos_label: Any = None,
    knowledge_base: KnowledgeBase | str | bool | None = None,
    name: str | None = None,
    target: str | None = None,
    study_name: str | None = None,
    memory_limit: int | None = None,
    isolate: bool = True,
    started: float | str | None = None,
    sampler: optuna.samplers.BaseSampler | None = None,
) -> TuneResult:
    """Return the best pipeline that can be found and fitted within a budget.

    Setups that the knowledge base recommends come first, then Optuna's
    search, which is told of them; the best are averaged and fitted on all
    rows. Something fitted always comes back.

    Parameters
    ----------
    X : DataFrame, array, sparse matrix, path or str
        Of shape (n_rows, n_columns): numbers, categories, booleans, dates, text; missing
        values allowed. Or the name of a table as for `load_dataset`: the path of a file,
        ``openml:31``, ``sklearn:iris``.
    y : array-like of shape (n_rows,), str or None
        Class labels or numbers, none missing, or the name of a column of ``X``.
    metric : str or None
        A scorer name of scikit-learn, greater is better. None is ROC AUC for
        binary tasks, negated log loss for multiclass, negated root mean squared
        error for regression.
    time_budget : float or None, default=60
        Seconds for everything. None has no end, for a trial neither: `n_trials` must
        then be given, and the result depends on the seed alone (with ``n_jobs=1``).
    n_trials : int or None
        Trials the study shall have, those of an earlier run with the same
        storage included.
    n_jobs : int, default=1
        Trials at a time, each in a process of its own; the cores are shared
        among them.
    storage : str, optuna storage or None
        Where Optuna keeps the study, e.g. ``sqlite:///run.db``. Each trial is
        stored before the next begins; a run that was killed goes on from there.
    random_state : int, RandomState instance or None
    algorithms : sequence of str or None
        Names to choose from; None is all that suit the table.
    ensemble : bool, default=True
        Average the best setups; False gives the single best.
    callbacks : sequence of callable, optional
        Called as ``callback(study, frozen_trial)`` after each trial; one that
        calls ``study.stop()`` ends the search.
    task_type : {"binary", "multiclass", "classification", "regression"} or None
        None reads it from ``y``.
    pos_label : object or None
        The positive class of a binary task, which F1, precision, recall and average
        precision are about. None is the rarer class; of two equally common ones the
        greater label. Predictions do not depend on it.
    knowledge_base : KnowledgeBase, path, False or None
        What to learn from: None is the bundled one with what the user added
        (`autometa kb add`) on top, False is none at all.
    name, target : str or None
        What the dataset and its target column are called. None is what the data say: the
        name of the file, of the column, of a Series; else "table" and "target".
    study_name : str or None
        None derives it from the table's content and the metric.
    memory_limit : int or None
        Bytes of address space a worker may use, 640 MiB at least, which its libraries
        take; None is four fifths of the machine's memory. Below 4 GiB workers have one
        thread.
    isolate : bool, default=True
        False runs trials in this process: quick to start, for tiny tables and
        tests, but then no trial can be stopped, and a crash ends everything.
    started : float, "process" or None
        Moment of ``time.monotonic()`` from which the budget counts; "process" is
        when this process began, None is now.
    sampler : optuna sampler or None
        What proposes setups once the recommended ones are tried; None is
        multivariate TPE, grouped by algorithm.

    Returns
    -------
    TuneResult
        ``.best_pipeline`` (fitted), ``.leaderboard()``, ``.study``,
        ``.save(path)``, ``.code()``.

    Raises
    ------
    DatasetError
        If the table or the target cannot be used.
    MetricError
        If the metric is unknown or cannot judge such a task.
    ParameterError
        If another argument is out of range.
    StorageError
        If the storage cannot be opened, or its study cannot be continued.

    Warns
    -----
    FallbackWarning
        When no setup could be judged, and why; the pipeline is then a small tree.

    Notes
    -----
    The first Ctrl-C during the search ends it: the best so far is fitted within
    some three seconds and returned, with ``stopped_early=True``; a second one raises
    KeyboardInterrupt. SIGTERM and SIGHUP, where nobody handles them, end the
    process once the study is in order. A storage that fails costs the record, not the
    result: the run goes on without it and says so in ``.notes``.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> result = tune(X, y, time_budget=None, n_trials=2, random_state=0, isolate=False,
    ...               knowledge_base=False)
    >>> result.best_pipeline.predict(X).shape
    (178,)
    """
    clock = Clock(time_budget, started)
    _check_parameters(time_budget, n_trials, n_jobs)
    if isolate:
        check_memory_limit(memory_limit)
    named = named_table(X, y, name=name, target=target)
    table = check_table(
        named.X,
        named.y,
        task_type,
        name=named.name,
        target=named.target,
        metric_kind=metric_kind(metric),
    )
    metric = check_metric(metric, table.task_type)
    positive = positive_class(table.y, table.classes, pos_label)
    names = choose_algorithms(algorithms, table)
    seed = int(check_random_state(random_state).randint(2**31 - 1 - 100))
    knowledge = open_knowledge_base(knowledge_base)
    threads = choose_threads(table, n_jobs, not clock.is_endless, memory_limit)
    opener = partial(open_pool, n_jobs, threads, memory_limit, isolate)
    notes = left_out(names, table) if algorithms is None else []
    folder = SharedFolder()
    pool = opener()
    interruption = Interruption(lambda: clock.end_within(FINISH_SECONDS), defers=isolate)
    search: Search | None = None
    study_log: StudyLog | None = None
    try:
        preparation = Preparation(table, pool, folder, clock, seed, lambda: interruption.is_asked)
        fallback = preparation.begin()
        about = str(table.classes.tolist()[positive]) if depends_on_positive(metric) else None
        ends_at = None if clock.is_endless else time.time() + clock.left
        study_log = StudyLog(
            table, metric, names, seed, storage, study_name, sampler, ends_at, about
        )
        prepared = preparation.finish(threads, notes)
        # without a trial to come, some rows say what folds and metric would have been
        part = part_of(table, some_rows(table, seed)) if prepared is None else prepared.table
        size = Size.of_table(part)
        shared_words = prepared is not None and has_shared_words(prepared.cleaner, size.n_rows)
        n_splits, n_used = _agree_on_folds(study_log, _folds(size, clock, shared_words))
        for attribute, value in _about(table).items():
            study_log.get_or_set_attr(attribute, value)
        drawn = int(study_log.get_or_set_attr("fold_seed", fold_seed(part.y, table.task_type)))
        held_out = HeldOut.of_table(part, metric, n_splits, n_used, drawn, positive, shared_words)
        metric, said = settle_metric(held_out, part)
        study_log.set_scoring_metric(metric)
        held_out = replace(held_out, metric=metric)
        settings = Settings(
            metric=metric,
            n_trials=n_trials,
            n_jobs=n_jobs,
            seed=int(study_log.get_or_set_attr("seed", seed)),
            algorithms=study_log.algorithms,
            knowledge_base=knowledge,
            n_splits=n_splits,
            n_used=n_used,
            fold_seed=drawn,
            positive=positive,
            row_share=len(part.y) / len(table.y),
            callbacks=tuple(callbacks or ()),
        )
        search = Search(
            table=part,
            settings=settings,
            study_log=study_log,
            clock=clock,
            fit_time_model=FitTimeModel(size),
            open_pool=opener,
            pool=pool,
            held_out=held_out,
            interruption=interruption,
            notes=notes + said,
        )
        with interruption:
            final = search_and_finish(search, prepared, ensemble)
            if not interruption.is_asked:  # whose seconds these are, for who imports the study
                study_log.get_or_set_attr("reference_seconds", cached_reference_seconds())
        pipeline = fallback
        if final is not None and prepared is not None:
            pipeline = assemble(prepared.cleaner, final.members, table)
            if final.expected is not None:
                final = replace(final, expected=prepared.in_table(final.expected, len(table.y)))
    finally:
        (search.pool if search is not None else pool).close()
        folder.close()
        if study_log is not None:
            study_log.close()
    interruption.pass_on()
    return TuneResult(
        best_pipeline=pipeline,
        study=study_log.study,
        metric=metric,
        score=final.score if final else float("nan"),
        seconds=clock.elapsed,
        ensemble=final.weights if final else {},
        is_fallback=final is None,
        out_of_fold=final.expected if final else None,
        stopped_early=interruption.is_asked,
        sample=_sample(table),
        task=_describe(table, study_log.dataset_hash),
        notes=tuple(dict.fromkeys([*search.pool.notes, *study_log.notes, *search.notes])),
        pos_label=table.classes.tolist()[positive] if table.n_classes == 2 else None,
    )


def _check_parameters(time_budget: float | None, n_trials: int | None, n_jobs: int) -> None:
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
    if not isinstance(n_jobs, int) or isinstance(n_jobs, bool) or n_jobs < 1:
        raise ParameterError(f"'n_jobs' must be an int >= 1. Got {n_jobs!r}.")


def _folds(size: Size, clock: Clock, shared_words: bool) -> tuple[int, int]:
    n_splits, n_used = single_split(size) if shared_words else choose_folds(size, clock.budget)
    limit = min(n_splits, size.n_rows)
    return limit, min(n_used, limit)


def _agree_on_folds(study_log: StudyLog, wanted: tuple[int, int]) -> tuple[int, int]:
    """Return the splits, and how many are used, that all trials of the study are judged on."""
    kept = study_log.get_or_set_attr("folds", list(wanted))
    if not (isinstance(kept, list) and len(kept) == 2 and all(isinstance(n, int) for n in kept)):
        raise StorageError(
            f"The study '{study_log.study.study_name}' must keep its 'folds' as two whole numbers. It "
            f"has {kept!r}; give another 'study_name'."
        )
    n_splits, n_used = kept
    if n_used < wanted[1]:
        study_log.notes.append(
            f"The study was begun on {n_used} of {n_splits} folds, and its trials are judged on "
            f"these; this budget would allow {wanted[1]}. Give another study_name for that."
        )
    return n_splits, n_used


def _sample(table: Table) -> pd.DataFrame | None:
    """Return some rows by which a saved model is compared with the one that was fitted."""
    if table.X.shape[1] > MAX_SAMPLE_COLUMNS or table.is_sparse:
        return None
    return table.X.head(SAMPLE_ROWS).copy()  # a view would keep the whole table


def _describe(table: Table, dataset_hash: str) -> pd.DataFrame:
    """Return the table as a task; an importer of the study makes the same of its attributes."""
    return pd.DataFrame([{"task_id": dataset_hash, **_about(table), "source": "tune"}])


def _about(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "task_type": table.task_type,
        "target": table.target,
        "n_rows": float(len(table.y)),
    }
