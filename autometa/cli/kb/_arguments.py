"""Options that several ``kb`` commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from autometa.cli import _options

Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--task",
        help="Only this task_id; repeat it, or separate by commas.",
        show_default=False,
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        "-m",
        help="Only this metric; repeat it, or separate by commas.",
        show_default=False,
        autocompletion=_options.complete_metric,
    ),
]
Wait = Annotated[
    float, typer.Option(min=0.0, help="Seconds to wait for another command that rewrites it.")
]
