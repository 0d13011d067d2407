"""``autometa recommend``: which setups to try on a table, before any training."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, number, print_json, seconds, settings, visible


def recommend(
    table: _options.TableName,
    target: _options.Target = None,
    metric: _options.Metric = None,
    task_type: _options.TaskTypeOption = None,
    positive: _options.Positive = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="How many setups.")] = 10,
    time_budget: Annotated[
        float | None,
        typer.Option(
            "--time-budget", "-b", help="Seconds for training: cheap first.", show_default=False
        ),
    ] = None,
    max_predict_ms: Annotated[
        float | None,
        typer.Option(help="Milliseconds to predict a row, at most.", show_default=False),
    ] = None,
    knowledge_base: _options.KnowledgeBasePath = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why the first stands where it does.")
    ] = False,
    encoding: _options.Encoding = None,
    as_json: _options.AsJson = False,
) -> None:
    """Say which algorithms and hyperparameters to try on TABLE, best first."""
    gc.disable()  # imports make no garbage; looking for it takes a tenth of the answer's time
    from autometa.advice import recommend_for_table
    from autometa.datasets import load_dataset
    from autometa.knowledge_base import KnowledgeBase
    from autometa.metrics import check_metric, metric_kind, positive_class

    loaded = load_dataset(
        table, target, task_type=task_type, metric_kind=metric_kind(metric), encoding=encoding
    )
    number_of_positive = positive_class(loaded.y, loaded.classes, positive)
    advice = recommend_for_table(
        loaded,
        metric=metric,
        n=n,
        time_budget=time_budget,
        max_predict_ms=max_predict_ms,
        knowledge_base=KnowledgeBase.load(knowledge_base) if knowledge_base else None,
    )
    metric = check_metric(metric, loaded.task_type)
    task = {
        "name": loaded.name,
        "target": loaded.target,
        "task_type": loaded.task_type,
        "metric": metric,
        "scores_of": advice[0].metric if advice else metric,  # another where it has no history
        "pos_label": loaded.classes.tolist()[number_of_positive] if loaded.n_classes == 2 else None,
        "n_rows": len(loaded.X),
        "n_columns": loaded.X.shape[1],
    }
    if as_json:
        _print_json(task, advice, explain)
        return
    _print_table(task, advice)
    if explain and advice:
        console().print(f"\n{advice[0].explain()}")


def _print_json(task: dict[str, Any], advice: Sequence[Any], explain: bool) -> None:
    ranked = [
        {
            "rank": i,
            **found.to_dict(),
            **({"explanation": found.explain().to_dict()} if explain else {}),
        }
        for i, found in enumerate(advice, start=1)
    ]
    print_json({"schema": 1, "task": task, "recommendations": ranked})


def _judged(task: dict[str, Any]) -> str:
    """Say by what setups are ordered, and whose scores are shown."""
    if task["scores_of"] == task["metric"]:
        return f"judged by {task['metric']}"
    return f"asked for {task['metric']}, ordered and scored by {task['scores_of']}"


def _print_table(task: dict[str, Any], advice: Sequence[Any]) -> None:
    title = (
        f"{task['name']}: {task['task_type']}, {task['n_rows']} rows x "
        f"{task['n_columns']} columns, {_judged(task)} (greater is better)"
    )
    shown = make_table(
        title,
        "rank",
        "algorithm",
        "score",
        "90 % interval",
        "fit",
        "hyperparameters",
        right=("rank", "score", "90 % interval", "fit"),
    )
    for rank, found in enumerate(advice, start=1):
        low, high = found.score_interval
        shown.add_row(
            str(rank),
            found.algorithm,
            number(found.expected_score),
            f"{number(low, 3)} .. {number(high, 3)}",
            seconds(found.expected_fit_seconds),
            settings(found.config),
        )
    out = console()
    out.print(shown)
    if advice and advice[0].neighbors:
        names = ", ".join(visible(neighbor.name) for neighbor in advice[0].neighbors[:5])
        out.print(f"Most like this dataset: {names}.")
        out.print(_familiarity(advice[0].novelty))


def _familiarity(novelty: float) -> str:
    """Say how far the advice rests on tasks like this one."""
    if novelty >= 1.0:
        return "It is unlike every known task: this is the all-round order, and less is certain."
    if novelty > 0.0:
        return f"It is unusual: {novelty:.0%} of the advice is the all-round order."
    return "It is as near to them as known tasks are to each other."
