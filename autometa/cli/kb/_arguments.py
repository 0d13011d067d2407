"""Arguments that several ``kb`` commands share."""

from __future__ import annotations

from typing import Annotated

import typer

FolderName = Annotated[
    str,
    typer.Argument(
        metavar="KB",
        help="Folder of a knowledge base; 'own' is yours, 'bundled' the one that ships.",
    ),
]
Task = Annotated[
    list[str] | None, typer.Option("--task", "-t", help="Only this task_id; repeatable.")
]
Algorithm = Annotated[
    list[str] | None, typer.Option("--algorithm", "-a", help="Only this one; repeatable.")
]
Wait = Annotated[
    float, typer.Option(min=0.0, help="Seconds to wait for another command that rewrites it.")
]
