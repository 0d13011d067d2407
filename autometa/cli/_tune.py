"""``autometa tune``: a fitted pipeline for a table, within a time budget."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._live import progress_and_callbacks
from autometa.cli._output import (
    note,
    say,
)
from autometa.cli._plots import check_plots
from autometa.cli._signals import EarlyEnd
from autometa.cli._targets import check_several, target_names
from autometa.cli._tune_text import records, show
from autometa.cli._written import (
    check_outputs,
    pictures_written,
    without_writing,
    write_outputs,
)
from autometa.exceptions import ParameterError

if TYPE_CHECKING:
    pass

STARTED = time.monotonic()  # the budget counts from the command's start


@command(
    "tune",
    panel=ADVICE,
    examples=[
        "autometa tune churn.csv --target left --time-budget 60 --save model --code train.py",
        "autometa tune sklearn:wine --time-budget none --n-trials 20 --seed 0 --save model",
    ],
    then="autometa predict model new.csv --out predictions.csv",
)
def tune(
    table: _options.TableName,
    target: _options.Targets = None,
    task_type: _options.TaskTypeOption = None,
    positive: _options.Positive = None,
    encoding: _options.Encoding = None,
    groups: _options.Groups = None,
    timestamps: _options.Timestamps = None,
    gap: _options.FoldGap = None,
    cv: _options.Folds = None,
    stratify: _options.Stratify = None,
    weights: _options.Weights = None,
    metric: _options.Metric = None,
    time_budget: Annotated[
        str,
        typer.Option(
            "--time-budget",
            metavar="SECONDS",
            help="For everything, imports and writing included. 'none' has no end: give "
            "--n-trials; the result then depends on --seed alone.",
            rich_help_panel=_options.SEARCH,
        ),
    ] = "60",
    n_trials: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Stop after so many trials.",
            show_default=False,
            rich_help_panel=_options.SEARCH,
        ),
    ] = None,
    algorithm: _options.Algorithms = None,
    max_predict_ms: _options.MaxPredictMs = None,
    threshold: _options.Threshold = "auto",
    ensemble: Annotated[
        bool, typer.Option(help="Average the best models.", rich_help_panel=_options.SEARCH)
    ] = True,
    knowledge_base: _knowledge_bases.Names = None,
    no_knowledge_base: Annotated[
        bool,
        typer.Option(
            "--no-knowledge-base",
            help="Learn from no earlier run: search alone.",
            rich_help_panel=_options.SEARCH,
        ),
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Makes a run repeatable.", show_default=False, rich_help_panel=_options.SEARCH
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="End early when so many scored trials in a row were no better, and little more "
            "is expected of the seconds that are left.",
            show_default=False,
            rich_help_panel=_options.SEARCH,
        ),
    ] = None,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn",
            help="Add the trials to your own knowledge base, which later advice reads.",
            rich_help_panel=_options.FILES,
        ),
    ] = False,
    n_jobs: Annotated[
        int | None,
        typer.Option(
            "--n-jobs",
            help="Trials at a time; -1 is one a core, as when not given. With '--time-budget "
            "none' it is then 1: the result depends on --seed alone.",
            show_default=False,
            rich_help_panel=_options.MACHINE,
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run trials on the Dask cluster of this scheduler, as many at a time as it has "
            "threads when --n-jobs is not given.",
            show_default=False,
            rich_help_panel=_options.MACHINE,
        ),
    ] = None,
    memory_limit: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Address space of a worker, such as 4GB; four fifths of the machine's memory "
            "when not given.",
            show_default=False,
            rich_help_panel=_options.MACHINE,
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            help="Optuna storage URL: a stopped run resumes.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ] = None,
    study_name: Annotated[
        str | None,
        typer.Option(
            help="Of the study in the storage; of the table's content when not given.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            help="Write the fitted pipeline here, in place of a model saved earlier; as ONNX where "
            "the name ends in .onnx.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ] = None,
    code: Annotated[
        Path | None,
        typer.Option(
            help="Write a scikit-learn script that rebuilds it.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ] = None,
    plots: _options.Plots = None,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Write a page on the run to this HTML file (extra report), some seconds after "
            "the budget.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ] = None,
) -> Answer:
    """Find and fit the best pipeline for TABLE within a time budget.

    Without --save the fitted pipeline is gone when the command ends.
    """
    budget = _options.seconds_or_none(time_budget)
    if no_knowledge_base and knowledge_base:
        raise ParameterError("Give one of --knowledge-base and --no-knowledge-base.")
    if code is not None and table == _options.STDIN:
        raise ParameterError("'--code' needs a table that can be read again. Got '-'; give a file.")
    check_outputs(save, code, report)
    check_plots(plots)
    if save is None:
        say("The model will not be kept; give --save FILE.")
    used = _knowledge_bases.used(knowledge_base)
    if n_jobs is None and dask is None:
        n_jobs = 1 if budget is None else -1  # trials beside each other end in any order
    if n_jobs == -1:
        from autometa.tuning.workers._early import import_for_workers

        import_for_workers()
    progress, callbacks = progress_and_callbacks()
    with EarlyEnd() as early, progress, contextlib.ExitStack() as opened:
        progress.set_clock(STARTED, math.inf if budget is None else budget)
        progress.stage("reading the table")
        # what takes a second to import is imported once the first stage is shown
        from autometa.tuning._tune import tune_since
        from autometa.tuning.workers._memory import n_bytes

        limit = n_bytes(memory_limit)  # refused before the table is read
        executor = None
        if dask is not None:
            from autometa.building import dask_executor

            executor, n_threads = opened.enter_context(dask_executor(dask))
            n_jobs = n_threads if n_jobs is None else n_jobs

        with _options.path_of(table) as path:
            names = target_names(target, path, encoding)
            check_several(names, save, code)
            loaded = _load(path, names, task_type, metric, encoding)
        result = tune_since(
            STARTED,
            loaded.X,
            loaded.y,
            metric=metric,
            time_budget=without_writing(budget, save),
            n_trials=n_trials,
            n_jobs=n_jobs,
            storage=storage,
            study_name=study_name,
            random_state=seed,
            algorithms=_options.several(algorithm) or None,
            ensemble=ensemble,
            callbacks=callbacks,
            task_type=loaded.task_type,
            pos_label=positive,
            knowledge_base=False if no_knowledge_base else used.given,
            memory_limit=limit,
            max_predict_ms=max_predict_ms,
            tune_threshold=_options.threshold_of(threshold),
            name=loaded.name,
            target=loaded.target,
            groups=groups,
            timestamps=timestamps,
            gap=gap,
            cv=cv,
            stratify=stratify,
            sample_weight=weights,
            executor=executor,
            patience=patience,
            learn=learn,
            progress=progress,
        )
        early.is_found = True
        is_written = write_outputs(result, save, code, table, loaded.target, encoding, report)
    if plots is not None:
        is_written = pictures_written(result, plots) and is_written
    for said in result.notes:
        note(said)
    is_failure = not is_written or not result.n_completed
    return Answer(
        content=_content(loaded, result),
        show=partial(show, result),
        knowledge_base=None if no_knowledge_base else used.facts(),
        exit_code=early.exit_code or int(is_failure),
    )


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    """A table as `tune` takes it; ``y`` has a column for each of several targets."""

    X: Any
    y: Any
    name: str
    target: str
    targets: list[str]
    task_type: str | None


def _load(
    path: str, names: list[str], task_type: Any, metric: str | None, encoding: str | None
) -> _Loaded:
    from autometa.datasets import load_dataset, named_table
    from autometa.metrics import metric_kind

    if len(names) < 2:
        table = load_dataset(
            path,
            names[0] if names else None,
            task_type=task_type,
            metric_kind=metric_kind(metric),
            encoding=encoding,
        )
        return _Loaded(
            X=table.X,
            y=table.labels,
            name=table.name,
            target=table.target,
            targets=[table.target],
            task_type=table.task_type,
        )
    named = named_table(path, names[0], encoding=encoding)
    y = named.X[names[1:]].copy()
    y.insert(0, names[0], named.y)
    return _Loaded(
        X=named.X.drop(columns=names[1:]),
        y=y,
        name=named.name,
        target=", ".join(names),
        targets=names,
        task_type=task_type,  # each output says its own where none is given
    )


def _content(loaded: Any, result: Any) -> dict[str, Any]:
    rows = records(result.leaderboard())
    return {
        "task": {
            "name": loaded.name,
            "target": loaded.target,
            "targets": loaded.targets,
            "task_type": result.task.task_type,
            "metric": result.metric,
            "pos_label": result.pos_label,
            "n_rows": len(loaded.X),
            "n_columns": loaded.X.shape[1],
        },
        "metric": result.metric,
        "pos_label": result.pos_label,
        "best": _best(rows, result.score),
        "score_interval": result.score_interval,
        "decision": result.decision,
        "n_completed": result.n_completed,
        "is_fallback": result.is_fallback,
        "stopped_early": result.stopped_early,
        "validation": result.validation,
        "leaderboard": rows,
        "outputs": _outputs(result),
        "seconds": result.seconds,
    }


def _outputs(result: Any) -> dict[str, Any] | None:
    """Return what there is to say of each of several outputs; None of one."""
    outputs = getattr(result, "outputs", None)
    return outputs and {
        name: {
            "task_type": one.task.task_type,
            "metric": one.metric,
            "score": one.score,
            "score_interval": one.score_interval,
            "decision": one.decision,
        }
        for name, one in outputs.items()
    }


def _best(rows: list[dict[str, Any]], score: float) -> dict[str, Any]:
    """Return what the fitted pipeline is: one setup or several, and the score of just that."""
    named = ("output", "trial", "algorithm", "config", "weight")
    weighed = [row for row in rows if row["weight"]]
    members = [{key: row[key] for key in named if key in row} for row in weighed]
    members.sort(key=lambda member: -member["weight"])
    alone = members[0] if len(members) == 1 else {}
    return {
        "algorithm": alone.get("algorithm", "ensemble" if members else None),
        "config": alone.get("config"),
        "score": score,
        "members": members,
    }
