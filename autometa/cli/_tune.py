"""``autometa tune``: a fitted pipeline for a table, within a time budget."""

from __future__ import annotations

import contextlib
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._output import (
    console,
    make_table,
    note_once,
    number,
    print_json,
    seconds,
    settings,
    talk,
)
from autometa.cli._signals import EarlyEnd
from autometa.cli._written import check_outputs, without_writing, write_outputs

if TYPE_CHECKING:
    import pandas as pd
    from optuna import Study
    from optuna.trial import FrozenTrial

STARTED = time.monotonic()  # the budget counts from the command's start
SHOWN_ROWS = 10


def tune(
    table: _options.TableName,
    target: _options.Target = None,
    time_budget: Annotated[
        float, typer.Option("--time-budget", "-b", min=0.1, help="Seconds, all included.")
    ] = 60.0,
    metric: _options.Metric = None,
    task_type: _options.TaskTypeOption = None,
    positive: _options.Positive = None,
    n_trials: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many trials.", show_default=False)
    ] = None,
    n_jobs: Annotated[int, typer.Option("--n-jobs", min=1, help="Worker processes.")] = 1,
    algorithm: Annotated[
        list[str] | None,
        typer.Option("--algorithm", "-a", help="Only these; repeat it.", show_default=False),
    ] = None,
    ensemble: Annotated[bool, typer.Option(help="Average the best models.")] = True,
    seed: Annotated[int | None, typer.Option(help="Makes a run repeatable.")] = None,
    storage: Annotated[
        str | None,
        typer.Option(help="Optuna storage URL: a stopped run resumes.", show_default=False),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the fitted pipeline here.", show_default=False)
    ] = None,
    code: Annotated[
        Path | None,
        typer.Option(help="Write a scikit-learn script that rebuilds it.", show_default=False),
    ] = None,
    knowledge_base: _options.KnowledgeBasePath = None,
    encoding: _options.Encoding = None,
    as_json: _options.AsJson = False,
) -> None:
    """Find and fit the best pipeline for TABLE within a time budget."""
    from autometa.datasets import load_dataset
    from autometa.knowledge_base import KnowledgeBase
    from autometa.metrics import metric_kind
    from autometa.tuning._tune import tune_since

    check_outputs(save, code)
    with EarlyEnd() as early:
        loaded = load_dataset(
            table, target, task_type=task_type, metric_kind=metric_kind(metric), encoding=encoding
        )
        show = _LiveTable() if talk().is_terminal and not as_json else None
        try:
            result = tune_since(
                STARTED,
                loaded.X,
                loaded.labels,
                metric=metric,
                time_budget=without_writing(time_budget, save),
                n_trials=n_trials,
                n_jobs=n_jobs,
                storage=storage,
                random_state=seed,
                algorithms=algorithm,
                ensemble=ensemble,
                callbacks=[show] if show else None,
                task_type=loaded.task_type,
                pos_label=positive,
                knowledge_base=KnowledgeBase.load(knowledge_base) if knowledge_base else None,
                name=loaded.name,
                target=loaded.target,
            )
        finally:
            if show:
                show.close()
        is_written = write_outputs(result, save, code, table, loaded.target, encoding)
        with contextlib.suppress(OSError) if early.exit_code else contextlib.nullcontext():
            _print(result, as_json)  # to a terminal that may have been closed
    if early.exit_code:
        raise typer.Exit(early.exit_code)
    if not is_written or not result.n_completed:
        raise typer.Exit(1)


def _print(result: Any, as_json: bool) -> None:
    if as_json:
        _print_json(result)
    else:
        _print_result(result)
    for said in result.notes:
        note_once(f"Note: {said}")


class _LiveTable:
    """The best trials so far, redrawn after each; an Optuna callback."""

    def __init__(self) -> None:
        from rich.live import Live

        self.live = Live(console=talk(), refresh_per_second=4, transient=True)
        self.live.start()
        self.trials: list[FrozenTrial] = []

    def __call__(self, study: Study, trial: FrozenTrial) -> None:
        self.trials.append(trial)  # the study is not asked: its storage may be slow, or gone
        done = [t for t in self.trials if t.value is not None]
        best = sorted(done, key=lambda t: t.value or 0.0, reverse=True)[:SHOWN_ROWS]
        shown = make_table(
            f"{len(self.trials)} trials",
            "trial",
            "algorithm",
            "score",
            right=("trial", "score"),
        )
        for item in best:
            algorithm = str(item.params.get("algorithm", ""))
            shown.add_row(str(item.number), algorithm, number(item.value or 0.0))
        with contextlib.suppress(OSError):  # a terminal that was closed
            self.live.update(shown)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.live.stop()


def _print_json(result: Any) -> None:
    board = result.leaderboard()
    rows = _records(board)
    print_json(
        {
            "schema": 1,
            "metric": result.metric,
            "pos_label": result.pos_label,
            "best": {**(rows[0] if result.n_completed else {}), "score": result.score},
            "score_interval": result.score_interval,
            "judged": result.n_completed,
            "is_fallback": result.is_fallback,
            "stopped_early": result.stopped_early,
            "leaderboard": rows,
            "seconds": result.seconds,
        }
    )


def _records(board: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in board.to_dict("records")]


def _print_result(result: Any) -> None:
    board = result.leaderboard()
    shown = make_table(
        f"{len(board)} trials in {seconds(result.seconds)}, judged by {result.metric} "
        "(greater is better)",
        "rank",
        "algorithm",
        "score",
        "fit",
        "weight",
        "hyperparameters",
        right=("rank", "score", "fit", "weight"),
    )
    for row in _records(board.head(SHOWN_ROWS)):
        shown.add_row(
            str(row["rank"]),
            row["algorithm"],
            number(row["score"]),
            seconds(row["fit_seconds"]),
            number(row["weight"], 2) if row["weight"] else "",
            settings(row["config"]),
        )
    out = console()
    out.print(shown)
    if result.is_fallback:
        out.print("The fitted pipeline is a small tree without a score.")
    else:
        low, high = result.score_interval
        expected = (
            f"; expect {number(low)} .. {number(high)} on new rows" if math.isfinite(low) else ""
        )
        out.print(
            f"The fitted pipeline scores {number(result.score)} in cross-validation{expected}."
        )
