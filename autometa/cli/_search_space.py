"""``autometa search-space``: where one algorithm's good setups lie on tables like this one."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._output import console, make_table


class Style(StrEnum):
    """Whose distributions are printed."""

    optuna = "optuna"
    sklearn = "sklearn"


@command(
    "search-space",
    panel=ADVICE,
    examples=[
        "autometa search-space churn.csv --target left --algorithm lightgbm --json",
        "autometa search-space sklearn:wine --algorithm random_forest --style sklearn",
    ],
    then="autometa tune churn.csv --target left --algorithm lightgbm",
)
def search_space(
    table: _options.TableName,
    algorithm: _options.OneAlgorithm,
    target: _options.Target = None,
    style: Annotated[
        Style,
        typer.Option(
            "--style",
            help="Optuna's distributions, or what RandomizedSearchCV of scikit-learn draws from.",
            rich_help_panel=_options.SEARCH,
        ),
    ] = Style.optuna,
    task_type: _options.TaskTypeOption = None,
    metric: _options.Metric = None,
    knowledge_base: _knowledge_bases.Names = None,
) -> Answer:
    """Print the part of an algorithm's search space in which good setups for TABLE lie.

    Each range is an expression in Python, of names of optuna.distributions or scipy.stats.
    """
    import autometa

    used = _knowledge_bases.used(knowledge_base)
    with _options.path_of(table) as path:
        space = autometa.search_space(
            algorithm,
            path,
            target,
            style=style.value,
            task_type=None if task_type is None else task_type.value,
            metric=metric,
            knowledge_base=used.given,
        )
    expressions = {name: _expression(drawn) for name, drawn in space.items()}
    return Answer(
        content={
            "algorithm": algorithm,
            "style": style.value,
            "space": {
                name: _facts(drawn) | {"expression": expressions[name]}
                for name, drawn in space.items()
            },
        },
        show=partial(_show, algorithm, expressions),
        knowledge_base=used.facts(),
    )


def _facts(drawn: Any) -> dict[str, Any]:
    """Return the ends of a range, or its choices, whichever library draws from it."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(drawn, CategoricalDistribution):
        return {"choices": list(drawn.choices)}
    if isinstance(drawn, list):
        return {"choices": drawn}
    if isinstance(drawn, FloatDistribution | IntDistribution):
        return {"low": drawn.low, "high": drawn.high, "log": drawn.log}
    low, high = drawn.support()
    kind = drawn.dist.name
    whole = kind == "randint"
    return {
        "low": int(low) if whole else float(low),
        "high": int(high) if whole else float(high),
        "log": kind == "loguniform",
    }


def _expression(drawn: Any) -> str:
    """Return a distribution as it is written in Python."""
    if not hasattr(drawn, "dist"):  # Optuna's, and lists, are printed as they are written
        return repr(drawn)
    return f"{drawn.dist.name}({', '.join(repr(_plain(value)) for value in drawn.args)})"


def _plain(value: Any) -> Any:
    """Return a number of Python: those of NumPy are not printed as they are written."""
    return value.item() if hasattr(value, "item") else value


def _show(algorithm: str, expressions: dict[str, str]) -> None:
    shown = make_table(algorithm, "parameter", "range")
    for name, expression in expressions.items():
        shown.add_row(name, expression)
    console().print(shown)
