"""Options and arguments that several commands share: one name, one meaning, one help text."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.exceptions import ParameterError

DATA = "Data"
SEARCH = "What is looked for"
MACHINE = "This machine"
FILES = "Files"

STDIN = "-"  # as most commands of Unix have it
NONE = "none"

TableName = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="A csv, tsv, txt, parquet, arff or feather file, sklearn:NAME, openml:ID, or - for "
        "a csv from stdin.",
        show_default=False,
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        "-t",
        help="The column to predict.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        "-t",
        metavar="COLUMN",
        help="The column to predict; repeat it, or separate by commas, for a model of several.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="Of a file of text, such as gbk; UTF-8 or Windows-1252 when not given.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]


# The task types once more: `--help` must not wait for the imports that the library's need.
class TaskType(StrEnum):
    """What kind of target a table has; classification is as many classes as it has."""

    binary = "binary"
    multiclass = "multiclass"
    classification = "classification"
    regression = "regression"


class ListedTaskType(StrEnum):
    """What lists are of."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"


TaskTypeOption = Annotated[
    TaskType | None,
    typer.Option(
        "--task-type",
        help="Read from the target when not given.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
KindOfTask = Annotated[
    ListedTaskType | None,
    typer.Option(
        "--task-type",
        help="Only what is of use in this kind of task.",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Positive = Annotated[
    str | None,
    typer.Option(
        "--positive",
        help="The positive class of a binary task; the rarer one by default.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]


def several(values: list[str] | None) -> list[str]:
    r"""Return the values of an option that may be repeated, or hold several between commas.

    Examples
    --------
    >>> several(["knn,svm", r"a\,b"])
    ['knn', 'svm', 'a,b']
    """
    parts = [part for value in values or [] for part in re.split(r"(?<!\\),", value)]
    return [part.strip().replace("\\,", ",") for part in parts if part.strip()]


def seconds_or_none(text: str | float | None) -> float | None:
    """Return the seconds of a budget; "none" is None, no end."""
    if text is None or str(text).lower() == NONE:
        return None
    try:
        return float(text)
    except ValueError:
        raise ParameterError(
            f"'--time-budget' must be seconds or '{NONE}'. Got '{text}'; give a number."
        ) from None


def threshold_of(text: str) -> bool | float | str:
    """Return the `tune_threshold` that an option means.

    Examples
    --------
    >>> threshold_of("none"), threshold_of("0.3"), threshold_of("balanced_accuracy")
    (False, 0.3, 'balanced_accuracy')
    """
    if text.lower() == NONE:
        return False
    try:
        return float(text)
    except ValueError:
        return text


def starting_with(names: Callable[[], Any]) -> Callable[[str], list[str]]:
    """Return what completes a value in a shell: the names that begin as it does."""

    def complete(incomplete: str) -> list[str]:
        done, comma, last = incomplete.rpartition(",")
        return [f"{done}{comma}{name}" for name in names() if str(name).startswith(last)]

    return complete


def _metrics() -> list[str]:
    import autometa

    return list(autometa.list_metrics()["name"])


def _algorithms() -> list[str]:
    import autometa

    return list(autometa.list_algorithms()["name"])


complete_metric = starting_with(_metrics)
complete_algorithm = starting_with(_algorithms)

Metric = Annotated[
    str | None,
    typer.Option(
        "--metric",
        "-m",
        help="A scorer of scikit-learn, or an everyday name such as rmse ('autometa metrics' "
        "lists them); ROC AUC, log loss or RMSE when not given.",
        show_default=False,
        autocompletion=complete_metric,
        rich_help_panel=SEARCH,
    ),
]
Algorithms = Annotated[
    list[str] | None,
    typer.Option(
        "--algorithm",
        help="Only this algorithm; repeat it, or separate by commas ('autometa algorithms' lists "
        "them).",
        show_default=False,
        autocompletion=complete_algorithm,
        rich_help_panel=SEARCH,
    ),
]
OneAlgorithm = Annotated[
    str,
    typer.Option(
        "--algorithm",
        help="The algorithm ('autometa algorithms' lists them).",
        show_default=False,
        autocompletion=complete_algorithm,
        rich_help_panel=SEARCH,
    ),
]
Plots = Annotated[
    Path | None,
    typer.Option(
        "--plots",
        metavar="DIR",
        help="Folder for pictures of what was found (extra 'report').",
        show_default=False,
        rich_help_panel=FILES,
    ),
]
MaxPredictMs = Annotated[
    float | None,
    typer.Option(
        "--max-predict-ms",
        help="Milliseconds to predict a row, at most.",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Groups = Annotated[
    str | None,
    typer.Option(
        "--groups",
        metavar="COLUMN",
        help="Rows of one group (a patient, a shop) are never on both sides of a split; the "
        "column is not learnt from.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
Timestamps = Annotated[
    str | None,
    typer.Option(
        "--timestamps",
        metavar="COLUMN",
        help="Dates or numbers: setups are scored on later rows than they were fitted on.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
FoldGap = Annotated[
    str | None,
    typer.Option(
        "--gap",
        help="Left out before the rows that are held out: '3 days', a number in the units of "
        "the timestamps, or '10 rows'.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
Folds = Annotated[
    str | None,
    typer.Option(
        "--cv",
        metavar="N|KIND|FILE",
        help="Folds: how many; group, time, group-time, stratified or shuffled; or a file of a "
        "fold number for each row, or of pairs of train and test row numbers in JSON.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
Stratify = Annotated[
    bool | None,
    typer.Option(
        "--stratify/--no-stratify",
        help="Whether folds keep the shares of classes; where possible when not given.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
Threshold = Annotated[
    str,
    typer.Option(
        "--threshold",
        help="How a class is made of probabilities: auto, none (the most probable), a probability "
        "from which the positive class is predicted, or the metric of labels to choose for.",
        rich_help_panel=SEARCH,
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="COLUMN",
        help="What each row counts for in fits and scores; the column is not learnt from.",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")
]


@contextlib.contextmanager
def path_of(table: str) -> Iterator[str]:
    """Yield the name under which a table is read: of stdin, that of a temporary copy."""
    if table != STDIN:
        yield table
        return
    with tempfile.TemporaryDirectory(prefix="autometa-") as folder:
        # Readers go through a file more than once, and know its format by its ending.
        copy = Path(folder) / "stdin.csv"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield str(copy)
