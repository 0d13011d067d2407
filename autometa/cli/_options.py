"""Arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

TableName = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="A csv, tsv, txt, parquet, arff or feather file, sklearn:NAME, or openml:ID.",
        show_default=False,
    ),
]
Target = Annotated[
    str | None, typer.Option("--target", "-t", help="The column to predict.", show_default=False)
]


Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="Of a file of text, such as gbk; UTF-8 or Windows-1252 when not given.",
        show_default=False,
    ),
]


class TaskType(StrEnum):
    """What kind of target it is."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"


TaskTypeOption = Annotated[
    TaskType | None,
    typer.Option("--task-type", help="Read from the target when not given.", show_default=False),
]
Positive = Annotated[
    str | None,
    typer.Option(
        "--positive",
        help="The positive class of a binary task; the rarer one by default.",
        show_default=False,
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(
        "--metric",
        "-m",
        help="A scorer of scikit-learn; ROC AUC, log loss or RMSE when not given.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
KnowledgeBasePath = Annotated[
    Path | None,
    typer.Option(
        "--knowledge-base",
        "-k",
        help="Folder of the knowledge base to use instead of the bundled one and your own.",
        show_default=False,
    ),
]
