"""``autometa kb import``: histories from elsewhere, one command a format.

``kb import FORMAT SOURCE...`` has the options of that format; ``kb import
SOURCE...`` recognises it. The module of a format adds its command to the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import COLLECT, Answer, Group, command, group
from autometa.cli.kb import _arguments
from autometa.cli.kb._import_run import run_import
from autometa.exceptions import KnowledgeBaseError

RECOGNISE = "recognise"  # hidden: typed by nobody, put in where the first word is a source
SCHEMA = Path(__file__).with_suffix(".json")  # of all formats


class ImportGroup(Group):
    """A group whose first word may be a format, or already a source."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the recognising command before arguments that name no format."""
        # A file called like a format is reached by its path, './table': the word means the format.
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [RECOGNISE, *args]
        return list(super().parse_args(ctx, args))


group(
    "kb import",
    "Add a history from elsewhere to a knowledge base. Without FORMAT, it is recognised.",
    panel=COLLECT,
    cls=ImportGroup,
    subcommand_metavar="[FORMAT] SOURCE...",
)

Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE", help="Paths or URLs.", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder of a new knowledge base, instead of --to.",
        show_default=False,
        rich_help_panel=_options.FILES,
    ),
]
Prefix = Annotated[
    str,
    typer.Option(help="Put before each task id, to keep tasks of several sources apart."),
]
MetricName = Annotated[
    str | None, typer.Option("--metric", "-m", help="What the values measure.", show_default=False)
]
Lower = Annotated[
    bool | None,
    typer.Option(
        "--lower-is-better/--greater-is-better",
        help="Direction of the values; by the name of the measure when not given.",
        show_default=False,
    ),
]
Features = Annotated[
    Path | None,
    typer.Option(
        "--metafeatures", help="A table of meta-features, one row a task.", show_default=False
    ),
]
Translation = Annotated[
    str,
    typer.Option(
        help="Whose names meta-features have: auto, none, openml, openml-2017, autosklearn, pymfe."
    ),
]
Approximate = Annotated[
    bool, typer.Option("--approximate", help="Also take meta-features of nearly the same meaning.")
]
TaskKind = Annotated[
    str | None,
    typer.Option(
        "--task-type",
        help="Of all tasks: binary, multiclass, classification or regression.",
        show_default=False,
    ),
]


@command(f"kb import {RECOGNISE}", hidden=True)
def recognise(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    metric: MetricName = None,
    lower_is_better: Lower = None,
    metafeatures: Features = None,
    task_type: TaskKind = None,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Import sources whose format is recognised by their content."""
    from autometa.importers import formats  # pandas loads with it: not for --help

    format = None
    # Options before the format ('--out kb table runs.csv') hide it from the group: here it is.
    if len(sources) > 1 and sources[0] in formats() and not Path(sources[0]).exists():
        format, *sources = sources
    options = {
        "metric": metric,
        "lower_is_better": lower_is_better,
        "metafeatures": metafeatures,
        "task_type": task_type,
    }
    # Only what was given: the formats take different options, and refuse others by name.
    given = {name: value for name, value in options.items() if value is not None}
    return run_import(format, sources, to, out, task_prefix, dry_run, given)


@command(
    "kb import aslib",
    examples=[
        "autometa kb import aslib SAT11-HAND QBF-2014 --out kb",
        "autometa kb import aslib scenario --metric runtime --dry-run",
    ],
    then="autometa kb info kb:own",
)
def aslib(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    metric: _arguments.Metrics = None,
    task_type: TaskKind = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Folders of ASlib scenarios, with their features and folds."""
    options = {"measures": _options.several(metric) or None, "task_type": task_type}
    options |= _features(translation, approximate)
    return run_import("aslib", sources, to, out, task_prefix, dry_run, options)


@command(
    "kb import matrix",
    examples=[
        "autometa kb import matrix oboe/ --out kb",
        "autometa kb import matrix errors.csv --metric error_rate --to kb:team",
    ],
    then="autometa kb info kb:own",
)
def matrix(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    metric: MetricName = None,
    lower_is_better: Lower = None,
    seconds: Annotated[
        Path | None, typer.Option(help="A matrix of fit times.", show_default=False)
    ] = None,
    metafeatures: Features = None,
    algorithm: Annotated[
        str, typer.Option(help="Of columns that name hyperparameters alone.")
    ] = "model",
    transpose: Annotated[
        bool, typer.Option("--transpose", help="Rows are setups, columns are tasks.")
    ] = False,
    task_type: TaskKind = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Matrices of tasks by setups, as Oboe's: files, or a folder of them."""
    options = {
        "metric": metric,
        "lower_is_better": lower_is_better,
        "seconds": seconds,
        "metafeatures": metafeatures,
        "algorithm": algorithm,
        "transpose": transpose,
        "task_type": task_type,
    }
    options |= _features(translation, approximate)
    return run_import("matrix", sources, to, out, task_prefix, dry_run, options)


@command(
    "kb import table",
    examples=[
        "autometa kb import table results.csv --column score=Result --metric rmse",
        "autometa kb import table runs.parquet --task-prefix mine: --to kb:team --dry-run",
    ],
    then="autometa kb info kb:own",
)
def table(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            help="Which column is what: score=Result; repeat it, or separate by commas.",
            show_default=False,
        ),
    ] = None,
    metric: MetricName = None,
    lower_is_better: Lower = None,
    task_id: Annotated[
        str | None, typer.Option(help="Of all rows, when no column says.", show_default=False)
    ] = None,
    algorithm: Annotated[
        str | None, typer.Option(help="Of all rows, when no column says.", show_default=False)
    ] = None,
    rest_are_parameters: Annotated[
        bool, typer.Option("--rest-are-parameters", help="Other columns are hyperparameters.")
    ] = False,
    metafeatures: Features = None,
    task_type: TaskKind = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Long tables, one run a row: CSV, TSV, Parquet, ARFF, Feather, JSON lines."""
    options = {
        "columns": _pairs(_options.several(column)),
        "metric": metric,
        "lower_is_better": lower_is_better,
        "task_id": task_id,
        "algorithm": algorithm,
        "rest_are_parameters": rest_are_parameters,
        "metafeatures": metafeatures,
        "task_type": task_type,
    }
    options |= _features(translation, approximate)
    return run_import("table", sources, to, out, task_prefix, dry_run, options)


@command(
    "kb import optuna",
    examples=[
        "autometa kb import optuna sqlite:///study.db",
        "autometa kb import optuna postgresql://ann@db/optuna --study iris,wine --to kb:team",
    ],
    then="autometa kb info kb:own",
)
def optuna(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    study: Annotated[
        list[str] | None,
        typer.Option(help="Only this study; repeat it, or separate by commas.", show_default=False),
    ] = None,
    metric: MetricName = None,
    objective: Annotated[
        str | None, typer.Option(help="The one of several: name, or from 0.", show_default=False)
    ] = None,
    task_id: Annotated[str | None, typer.Option(help="Of all studies.", show_default=False)] = None,
    algorithm: Annotated[str, typer.Option(help="Of trials that name none.")] = "study",
    curves: Annotated[
        bool, typer.Option("--curves", help="Keep intermediate values, as fidelities.")
    ] = False,
    metafeatures: Features = None,
    task_type: TaskKind = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Optuna storages: URLs (sqlite:///, postgresql://, ...), SQLite and journal files."""
    options = {
        "studies": _options.several(study) or None,
        "metric": metric,
        "objective": objective,
        "task_id": task_id,
        "algorithm": algorithm,
        "curves": curves,
        "metafeatures": metafeatures,
        "task_type": task_type,
    }
    options |= _features(translation, approximate)
    return run_import("optuna", sources, to, out, task_prefix, dry_run, options)


@command(
    "kb import tune",
    examples=[
        "autometa kb import tune model",
        "autometa kb import tune models/* --to kb:team",
    ],
    then="autometa kb info kb:own",
)
def tune(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    metafeatures: Features = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Files that ``autometa tune --save`` wrote."""
    options = {"metafeatures": metafeatures, **_features(translation, approximate)}
    return run_import("tune", sources, to, out, task_prefix, dry_run, options)


@command(
    "kb import kb",
    examples=[
        "autometa kb import kb other/folder",
        "autometa kb import kb theirs --task-prefix theirs: --to kb:team",
    ],
    then="autometa kb info kb:own",
)
def knowledge_base(
    sources: Sources,
    to: _knowledge_bases.To = None,
    out: Out = None,
    task_prefix: Prefix = "",
    dry_run: _options.DryRun = False,
) -> Answer:
    """Folders of knowledge bases."""
    return run_import("kb", sources, to, out, task_prefix, dry_run, {})


def _features(translation: str, approximate: bool) -> dict[str, Any]:
    allowed = ("auto", "none", "openml", "openml-2017", "autosklearn", "pymfe")
    if translation not in allowed:
        raise KnowledgeBaseError(
            f"'--translation' must be one of {', '.join(allowed)}. Got '{translation}'."
        )
    return {
        "translation": None if translation == "none" else translation,
        "approximate": approximate,
    }


def _pairs(texts: Sequence[str]) -> dict[str, str] | None:
    pairs = [text.partition("=") for text in texts]
    wrong = [
        text for text, (_, sign, name) in zip(texts, pairs, strict=True) if not (sign and name)
    ]
    if wrong:
        raise KnowledgeBaseError(
            f"'--column' must say which column is what, as score=NAME. Got '{wrong[0]}'."
        )
    return {role: name for role, _, name in pairs} or None  # None: columns go by their names
