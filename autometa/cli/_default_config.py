"""``autometa default-config``: the parameters that one algorithm is best begun with on a table."""

from __future__ import annotations

from functools import partial
from typing import Any

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._output import console, make_table


@command(
    "default-config",
    panel=ADVICE,
    examples=[
        "autometa default-config sklearn:wine --algorithm random_forest",
        "autometa default-config churn.csv --target left --algorithm lightgbm --json",
    ],
    then="autometa search-space churn.csv --target left --algorithm lightgbm",
)
def default_config(
    table: _options.TableName,
    algorithm: _options.OneAlgorithm,
    target: _options.Target = None,
    task_type: _options.TaskTypeOption = None,
    metric: _options.Metric = None,
    knowledge_base: _knowledge_bases.Names = None,
) -> Answer:
    """Print the parameters of one library's estimator that are advised for TABLE.

    Nothing is trained: it is the setup that is expected to score best alone.
    """
    import autometa

    used = _knowledge_bases.used(knowledge_base)
    with _options.path_of(table) as path:
        config = autometa.default_config(
            algorithm,
            path,
            target,
            task_type=None if task_type is None else task_type.value,
            metric=metric,
            knowledge_base=used.given,
        )
    return Answer(
        content={"algorithm": algorithm, "config": config},
        show=partial(_show, algorithm, config),
        knowledge_base=used.facts(),
    )


def _show(algorithm: str, config: dict[str, Any]) -> None:
    shown = make_table(algorithm, "parameter", "value")
    for name, value in config.items():
        shown.add_row(name, repr(value))
    console().print(shown)
