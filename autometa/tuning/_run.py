"""Run: one run of `tune`, stage by stage, from a table to a fitted pipeline."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from autometa._common.readable import readable
from autometa.evaluation import cached_reference_seconds, slowness
from autometa.evaluation._machine import usable_cores
from autometa.exceptions import collect_notes
from autometa.tables import Table
from autometa.tuning._budget import Clock, FitTimeModel, size_of
from autometa.tuning._context import RunContext
from autometa.tuning._interrupt import FINISH_SECONDS, Interruption
from autometa.tuning._learning import check_learning, learn_from
from autometa.tuning._metric import settle_metric
from autometa.tuning._options import TuneOptions
from autometa.tuning._preparing import Preparation, Prepared
from autometa.tuning._progress import Progress
from autometa.tuning._question import Question
from autometa.tuning._result import TuneResult
from autometa.tuning._running import search_and_finish
from autometa.tuning._search import Search
from autometa.tuning._state import SearchSettings, SearchState
from autometa.tuning._validation import FoldPlan, choose_validation
from autometa.tuning.final_model._assemble import assemble, decide_by, some_rows
from autometa.tuning.final_model._calibrated import CalibratedPipeline
from autometa.tuning.final_model._conformal import JUDGED_AT, calibrate, drift_of
from autometa.tuning.final_model._finish import Final
from autometa.tuning.final_model._splits import has_shared_words
from autometa.tuning.scheduling._advice_first import AdviceFirstScheduler
from autometa.tuning.study._optuna_study_log import OptunaStudyLog
from autometa.tuning.workers._early import import_for_workers
from autometa.tuning.workers._executor_runner import ExecutorRunner
from autometa.tuning.workers._pools import choose_threads, open_pool
from autometa.tuning.workers._runner import PoolRunner, TrialRunner
from autometa.tuning.workers._sharing import SharedFolder

_logger = logging.getLogger("autometa.tuning")

SAMPLE_ROWS = 5  # enough to tell two models apart, and quick to predict
MAX_SAMPLE_COLUMNS = 2_000  # a slice of a sparse table of 100,000 columns takes seconds


def run(
    X: Any,
    y: Any,
    options: TuneOptions,
    started: float | None = None,
    progress: Progress | None = None,
) -> TuneResult:
    """Return what `tune` does.

    ``started`` is when the budget began, None is now; ``progress`` shows what is done, None
    is as ``options.verbose`` says.
    """
    clock = Clock(options.time_budget, started)
    stage = "reading the table" if progress is None else "checking the table"
    with progress or Progress.of(options.verbose) as progress:
        progress.set_clock(clock.started, clock.budget)
        progress.stage(stage)
        if options.learn:
            check_learning()
        if options.isolate and options.n_workers >= usable_cores():  # then of one thread each
            import_for_workers()
        with collect_notes() as remarks:
            question = Question.of(X, y, options)
        current = Run(question, options, clock, progress, remarks)
        with current.interruption:  # to the very end: what is found by then must not be lost
            with current:
                progress.stage("cleaning the table and fitting a first model")
                ready = current.prepare()
                search = current.set_up(ready)
                final = current.find(search, ready)
                pipeline = current.pipeline(ready, final)
            result = current.result(pipeline, final, search.state)
            if options.learn:
                result = learn_from(result)
        current.interruption.pass_on()
        progress.close(_summary(result))
    return result


def _summary(result: TuneResult) -> str:
    """Say what came of a run, in a line."""
    if result.is_fallback:
        return "done: a small tree, for no setup could be scored"
    n = result.n_completed
    return f"done: {result.metric} {readable(result.score)} of {n} scored setups"


@dataclass(frozen=True, kw_only=True, eq=False)
class Ready:
    """What the search begins with.

    Attributes
    ----------
    fallback : Pipeline
        A small tree, already fitted.
    prepared : Prepared or None
        The cleaned table; None when there was no time for that.
    study_log : OptunaStudyLog
    """

    fallback: Pipeline
    prepared: Prepared | None
    study_log: OptunaStudyLog


class Run:
    """What one run holds open: workers, shared files, the study, and the signals it handles."""

    def __init__(
        self,
        question: Question,
        options: TuneOptions,
        clock: Clock,
        progress: Progress | None = None,
        remarks: Sequence[str] = (),
    ) -> None:
        self.question, self.options, self.clock = question, options, clock
        self.remarks = tuple(remarks)  # what warnings said of the table
        self.progress = progress or Progress()
        self.notes = list(question.notes)
        self.late_notes: list[str] = []  # of what follows the search
        self.threads = choose_threads(
            question.table, options.n_workers, not clock.is_endless, options.memory_bytes
        )
        self.interruption = Interruption(
            lambda: clock.end_within(FINISH_SECONDS), defers=options.isolate
        )
        self.folder = SharedFolder()
        # With an executor, trials run elsewhere: this machine's workers clean, advise and refit.
        n_here = options.n_workers
        if options.executor is not None:
            n_here = min(n_here, usable_cores())
        opener = partial(
            open_pool,
            n_here,
            self.threads,
            options.memory_bytes,
            options.isolate,
            # Without advice to ask for or a clock to kill by, it would have nothing to do.
            has_spare=options.knowledge_base is not False or not clock.is_endless,
        )
        self.runner: TrialRunner = PoolRunner(opener, self._is_asked_to_end)
        if options.executor is not None:
            self.runner = ExecutorRunner(
                self.runner, n_here, options.executor, options.memory_bytes, self._is_asked_to_end
            )
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._open.callback(self.folder.close)
        self._open.callback(self.runner.close)  # before the files that its workers have mapped
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _is_asked_to_end(self) -> bool:
        return self.interruption.is_asked

    def prepare(self) -> Ready:
        """Clean the table, fit the fall-back, and open the study meanwhile."""
        preparation = Preparation(
            self.question.table,
            self.runner,
            self.folder,
            self.clock,
            self.question.seed,
            self._is_asked_to_end,
        )
        fallback = preparation.begin()
        study_log = self._open_study()
        prepared = preparation.finish(self.threads, self.notes)
        return Ready(fallback=fallback, prepared=prepared, study_log=study_log)

    def _open_study(self) -> OptunaStudyLog:
        question, options = self.question, self.options
        study_log = OptunaStudyLog(
            question.table,
            question.metric,
            question.algorithms,
            question.seed,
            options.storage,
            options.study_name,
            options.sampler,
            ends_at=None if self.clock.is_endless else time.time() + self.clock.left,
            pos_label=question.study_label,
        )
        self._open.callback(study_log.close)
        for name, value in about(question.table).items():
            study_log.get_or_set_attr(name, value)
        return study_log

    def set_up(self, ready: Ready) -> Search:
        """Choose folds and metric, and make the search that is to run."""
        question, prepared, study_log = self.question, ready.prepared, ready.study_log
        table = self._table_of_trials(prepared)
        size = size_of(table)
        shared_words = prepared is not None and has_shared_words(
            prepared.cleaner, size.n_rows, table.validation.is_shuffled
        )
        plan = choose_validation(table, size, self.clock, study_log, shared_words)
        held_out = plan.hold_out(table, question.metric, question.positive)
        metric, notes = settle_metric(held_out, table)
        study_log.set_scoring_metric(metric)
        state = SearchState(
            table=table,
            settings=self._settings(metric, plan, table, study_log, len(held_out.y)),
            clock=self.clock,
            fit_time_model=FitTimeModel(size, 1.0 if self.clock.is_endless else slowness()),
            held_out=replace(held_out, metric=metric, decides=question.decision.decides(metric)),
            study_log=study_log,
            notes=self.notes + notes,
        )
        return Search(
            state=state,
            scheduler=(self.options.scheduler or AdviceFirstScheduler)(),
            runner=self.runner,
            interruption=self.interruption,
            progress=self.progress,
        )

    def _table_of_trials(self, prepared: Prepared | None) -> Table:
        """Return the rows that trials work on.

        Without a trial to come, some rows say what folds and metric would have been.
        """
        if prepared is not None:
            return prepared.table
        table = self.question.table
        return table.take(some_rows(table, self.question.seed))

    def _settings(
        self,
        metric: str,
        plan: FoldPlan,
        table: Table,
        study_log: OptunaStudyLog,
        n_held_out: int,
    ) -> SearchSettings:
        question, options = self.question, self.options
        return SearchSettings(
            metric=metric,
            n_trials=options.n_trials,
            n_jobs=options.n_workers,
            seed=int(study_log.get_or_set_attr("seed", question.seed)),
            algorithms=study_log.algorithms,
            knowledge_base=question.knowledge_base,
            n_splits=plan.n_splits,
            n_used=plan.n_used,
            fold_seed=plan.fold_seed,
            train_share=plan.train_share,
            validation=plan.facts(table, n_held_out),
            positive=question.positive,
            row_share=len(table.y) / len(question.table.y),
            stops_early=True,
            max_predict_ms=options.max_predict_ms,
            decision=question.decision,
            patience=options.patience,
            callbacks=tuple(options.callbacks or ()),
        )

    def find(self, search: Search, ready: Ready) -> Final | None:
        """Search and fit; None when only the fall-back can be handed over."""
        final = search_and_finish(search, ready.prepared, self.options.ensemble)
        if not self.interruption.is_asked:  # whose seconds these are, for importers
            ready.study_log.get_or_set_attr("reference_seconds", cached_reference_seconds())
        if final is None or ready.prepared is None or final.expected is None:
            return final
        table = self.question.table
        expected = ready.prepared.in_table(final.expected, len(table.y))
        if table.counted is not None:  # rows of weight 0 are rows of the user's table, too
            rows = np.flatnonzero(table.counted)[expected.rows]
            expected = replace(expected, rows=rows, n_rows=len(table.counted))
        return replace(final, expected=expected)

    def calibrated(self, pipeline: Pipeline, final: Final) -> Pipeline:
        """Return the pipeline with the errors of its out-of-fold predictions, if it has some."""
        expected, table = final.expected, self.question.table
        if expected is None:
            return pipeline
        rows, groups = expected.rows, table.validation.groups
        if table.counted is not None:  # they are those of the user's table; see `find`
            rows = np.searchsorted(np.flatnonzero(table.counted), rows)
        calibration = calibrate(
            expected.ensemble,
            table.y[rows],
            expected.folds,
            None if groups is None else groups[rows],
            self.question.seed,
            table.weights_of(rows),
        )
        if table.validation.is_forward:
            calibration = replace(calibration, last_covered=drift_of(calibration, expected.folds))
            self._note_drift(calibration.last_covered)
        return CalibratedPipeline.of(pipeline, calibration)

    def _note_drift(self, covered: float | None) -> None:
        """Say what intervals and sets are worth in time: rows to come may be of another kind."""
        measured = ""
        if covered is not None:
            measured = f" Of the last fold, those of {JUDGED_AT:.0%} hold {covered:.0%}."
        self.late_notes.append(
            "Intervals and sets are of rows like those held out; where a trend goes on, later rows "
            f"lie outside more often.{measured}"
        )

    def decided(self, step: tuple[str, Any]) -> tuple[str, Any]:
        """Return the last step of the fall-back with the threshold that was asked for."""
        name, model = step
        return name, decide_by(model, self.question.decision.fixed, self.question.positive)

    def pipeline(self, ready: Ready, final: Final | None) -> Pipeline:
        """Return the fitted pipeline: of the final model, or the fall-back."""
        if final is None or ready.prepared is None:
            ready.fallback.steps[-1] = self.decided(ready.fallback.steps[-1])
            return ready.fallback
        made = assemble(
            ready.prepared.cleaner,
            final.members,
            self.question.table,
            final.rule,
            self.question.positive,
        )
        return self.calibrated(made, final)

    def result(self, pipeline: Pipeline, final: Final | None, state: SearchState) -> TuneResult:
        """Return the fitted pipeline with all that is to be said of it."""
        table, study_log = self.question.table, state.study_log
        given = self.options.sample_weight
        notes = tuple(
            dict.fromkeys([*self.runner.notes, *study_log.notes, *state.notes, *self.late_notes])
        )
        for note in notes:
            _logger.info(note)
        return TuneResult(
            best_pipeline=pipeline,
            study=study_log.study,
            metric=state.settings.metric,
            score=final.score if final else float("nan"),
            seconds=self.clock.elapsed,
            weights=final.weights if final else {},
            rule=final.rule if final else self.question.decision.fixed,
            is_fallback=final is None,
            is_weighted=table.is_weighted or table.counted is not None,
            has_equal_weights=not table.is_weighted,
            weights_column=given if isinstance(given, str) else None,
            out_of_fold=final.expected if final else None,
            stopped_early=self.interruption.is_asked,
            sample=_sample(table),
            metafeatures=_one_row(state.metafeatures, study_log.dataset_hash),
            task=replace(
                table.task,
                task_id=study_log.dataset_hash,
                pos_label=self.question.pos_label,
                source="tune",
            ),
            notes=notes,
            pos_label=self.question.pos_label,
            validation=dict(state.settings.validation),
            context=RunContext.of(self.question, self.options, state, self.remarks),
        )


def _sample(table: Table) -> pd.DataFrame | None:
    """Return some rows by which a saved model is compared with the one that was fitted."""
    if table.X.shape[1] > MAX_SAMPLE_COLUMNS or table.is_sparse:
        return None
    return table.X.head(SAMPLE_ROWS).copy()  # a view would keep the whole table


def _one_row(metafeatures: pd.Series[float] | None, task_id: str) -> pd.DataFrame | None:
    return None if metafeatures is None else metafeatures.to_frame(task_id).T


def about(table: Table) -> dict[str, Any]:
    """Return what the study keeps of the table."""
    return {
        "name": table.name,
        "task_type": table.task_type,
        "target": table.target,
        "n_rows": float(len(table.y)),
    }
