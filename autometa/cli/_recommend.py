"""``autometa recommend``: which setups to try on a table, before any training."""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from autometa.cli import _knowledge_bases, _options
from autometa.cli._advice_text import show_advice
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._output import MODE, note, say, talk
from autometa.cli._plots import check_plots, write_plots
from autometa.cli._targets import target_names
from autometa.cli._written import check_outputs
from autometa.exceptions import ParameterError

if TYPE_CHECKING:
    from autometa.recommendation import Recommendations
    from autometa.tables import Table


# Once more: `--help` must not wait for the imports that the library's need.
class Order(StrEnum):
    """By what advice is ordered."""

    portfolio = "portfolio"
    single = "single"
    seconds = "seconds"


EVERY_RANK = 0  # --explain without a rank: the first for people, every one in JSON


class RecommendCommand(TyperCommand):
    """A command whose option ``--explain`` may stand without its value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give ``--explain`` a value where no number follows it."""
        words = []
        for word, following in itertools.pairwise([*args, ""]):
            words.append(word)
            if word == "--explain" and not following.isdigit():
                words.append(str(EVERY_RANK))
        return list(super().parse_args(ctx, words))


@command(
    "recommend",
    panel=ADVICE,
    cls=RecommendCommand,
    examples=[
        "autometa recommend churn.csv --target left",
        "autometa recommend sklearn:wine -n 3 --explain 2 --time-budget 60",
    ],
    then="autometa tune churn.csv --target left --time-budget 60 --save model",
)
def recommend(
    table: Annotated[
        str | None,
        typer.Argument(
            metavar="[TABLE]",
            help="A csv, tsv, txt, parquet, arff or feather file, sklearn:NAME, openml:ID, or - "
            "for a csv from stdin. Left out with --metafeatures.",
            show_default=False,
        ),
    ] = None,
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
    metafeatures: Annotated[
        Path | None,
        typer.Option(
            "--metafeatures",
            help="Instead of TABLE, what 'autometa describe --json' printed of it: advice for "
            "data that may not leave their place. Values alone need --task-type.",
            show_default=False,
            rich_help_panel=_options.DATA,
        ),
    ] = None,
    metric: _options.Metric = None,
    n: Annotated[
        int,
        typer.Option("--n", "-n", min=1, help="How many setups.", rich_help_panel=_options.SEARCH),
    ] = 10,
    time_budget: Annotated[
        float | None,
        typer.Option(
            "--time-budget",
            help="Seconds there will be for training: orders by gain per second. Advice itself "
            "is not bound by it.",
            show_default=False,
            rich_help_panel=_options.SEARCH,
        ),
    ] = None,
    algorithm: _options.Algorithms = None,
    max_predict_ms: _options.MaxPredictMs = None,
    confidence_level: Annotated[
        float,
        typer.Option(
            "--confidence-level",
            help="Probability with which a score lies in its interval, above 0 and below 1.",
            rich_help_panel=_options.SEARCH,
        ),
    ] = 0.9,
    order: Annotated[
        Order,
        typer.Option(
            "--order",
            help="portfolio: to be tried in this order, each chosen for what it adds to those "
            "before it; single: each by what is expected of it alone; seconds: the portfolio, "
            "the quickest first.",
            rich_help_panel=_options.SEARCH,
        ),
    ] = Order.portfolio,
    knowledge_base: _knowledge_bases.Names = None,
    explain: Annotated[
        int | None,
        typer.Option(
            "--explain",
            metavar="[RANK]",
            min=EVERY_RANK,
            help="Say why the setup of this rank stands there; the first when no rank is given.",
            show_default=False,
            rich_help_panel=_options.SEARCH,
        ),
    ] = None,
    code: Annotated[
        Path | None,
        typer.Option(
            help="Write a scikit-learn script that fits the first setup, without autometa.",
            show_default=False,
            rich_help_panel=_options.FILES,
        ),
    ] = None,
    plots: _options.Plots = None,
) -> Answer:
    """Say which algorithms and hyperparameters to try on TABLE, best first.

    Nothing is trained. A time budget is one for the training that follows.
    """
    gc.disable()  # imports make no garbage; looking for it takes a tenth of the answer's time
    if (table is None) == (metafeatures is None):
        raise ParameterError("Give a TABLE, or --metafeatures of one.")
    if code is not None and table in (None, _options.STDIN):
        raise ParameterError("'--code' needs a TABLE that can be read again: a file, or its name.")
    check_outputs(None, code)
    check_plots(plots)
    used = _knowledge_bases.used(knowledge_base)
    asked = {
        "metric": metric,
        "n": n,
        "time_budget": time_budget,
        "algorithms": _options.several(algorithm) or None,
        "max_predict_ms": max_predict_ms,
        "confidence_level": confidence_level,
        "order": order.value,
        "knowledge_base": used.given,
    }
    folds = {
        "groups": groups,
        "timestamps": timestamps,
        "gap": gap,
        "cv": cv,
        "stratify": stratify,
    }
    read = partial(
        load_table,
        target=target,
        task_type=task_type,
        encoding=encoding,
        metric=metric,
        weights=weights,
    )
    loaded = None if table is None else read(table, folds=folds)
    advice = (
        _of_metafeatures(metafeatures, task_type, asked)
        if loaded is None
        else advice_for(loaded, positive, asked)
    )
    if explain is not None and explain > len(advice):
        raise ParameterError(
            f"'--explain' must be a rank of the advice, which has {len(advice)} setups. Got "
            f"{explain}."
        )
    if plots is not None:
        write_plots(advice=advice, folder=plots)
    facts = advice.to_dict()
    for said in advice.notes:  # of warnings those were said when they came
        note(said)
    if code is not None:
        _write_code(code, loaded, advice, table, encoding)
    return Answer(
        content={key: facts[key] for key in ("task", "novelty", "outside", "neighbors", "order")}
        | {"recommendations": _ranked(advice, explain if MODE.as_json else None)},
        show=partial(show_advice, facts["task"], advice, explain),
        knowledge_base=used.facts(),
    )


def load_table(
    table: str,
    target: list[str] | None,
    task_type: str | None,
    encoding: str | None,
    metric: str | None,
    folds: dict[str, Any],
    weights: str | None,
) -> Table:
    """Return a table that was named, checked."""
    from autometa.datasets import load_dataset
    from autometa.dependence import warn_of_dependence
    from autometa.metrics import metric_kind
    from autometa.tables import first_of_several
    from autometa.validation import ValidationRequest

    request = ValidationRequest(**folds)
    with _options.path_of(table) as path:
        names = target_names(target, path, encoding)
        loaded = load_dataset(
            path,
            names[0] if names else None,
            task_type=task_type,
            metric_kind=metric_kind(metric),
            encoding=encoding,
            validation=request,
            sample_weight=weights,
            leave_out=names[1:],
        )
    if len(names) > 1:
        note(first_of_several(names[0], len(names)))
    warn_of_dependence(loaded, request)
    return loaded


def advice_for(loaded: Table, positive: str | None, asked: dict[str, Any]) -> Recommendations:
    """Return the advice for a table; on a terminal something moves meanwhile."""
    from autometa.advice import recommend_for_table

    shown = talk() if talk().is_terminal and not MODE.as_json else None
    with shown.status("describing the table") if shown else contextlib.nullcontext():
        return recommend_for_table(loaded, pos_label=positive, **asked)


def _write_code(
    path: Path, loaded: Any, advice: Recommendations, table: str | None, encoding: str | None
) -> None:
    from autometa.tuning import script_of
    from autometa.tuning.saved._outputs import write_whole

    if not advice:
        raise ParameterError("'--code' writes the first setup that is advised. There is none.")
    script = script_of(advice[0], loaded, source=str(table), encoding=encoding)
    write_whole(path, script.encode())
    say(f"Wrote '{path}'.")


def _of_metafeatures(
    path: Path | None, task_type: _options.TaskType | None, asked: dict[str, Any]
) -> Recommendations:
    import autometa

    assert path is not None  # the other of TABLE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ParameterError(
            f"'{path}' must be what 'autometa describe --json' prints. It is no JSON: {error}."
        ) from error
    kind: Any = task_type.value if task_type else None  # from a file: `recommend` checks it
    if isinstance(content, dict) and "metafeatures" in content:  # the whole answer, not values
        task = content.get("task")
        kind = kind or (task.get("task_type") if isinstance(task, dict) else None)
        content = content["metafeatures"]
    if kind is None:
        raise ParameterError(f"Give --task-type: the values in '{path}' do not say it.")
    return autometa.recommend(metafeatures=content, task_type=kind, **asked)


def _ranked(advice: Recommendations, explain: int | None) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            **one.to_dict(),
            **({"explanation": one.explain().to_dict()} if explain in (EVERY_RANK, rank) else {}),
        }
        for rank, one in enumerate(advice, start=1)
    ]
