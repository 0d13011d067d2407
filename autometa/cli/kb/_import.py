"""``autometa kb import``: histories from elsewhere, one command a format.

``kb import FORMAT SOURCE...`` has the options of that format; ``kb import
SOURCE...`` recognises it. A format adds its command to `app`, with one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from autometa.cli import _options
from autometa.cli.kb._import_openml import import_openml
from autometa.cli.kb._import_run import run_import
from autometa.exceptions import KnowledgeBaseError

RECOGNISE = "recognise"  # hidden: typed by nobody, put in where the first word is a source


class ImportGroup(TyperGroup):
    """A group whose first word may be a format, or already a source."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the recognising command before arguments that name no format."""
        # A file called like a format is reached by its path, './table': the word means the format.
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [RECOGNISE, *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=ImportGroup,
    no_args_is_help=True,
    subcommand_metavar="[FORMAT] SOURCE... [OPTIONS]",
    help="Add a history from elsewhere to a knowledge base. Without FORMAT, it is recognised.",
)
app.command("openml")(import_openml)

Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE", help="Paths or URLs.", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of the knowledge base, new or to be added to.", show_default=False),
]
Prefix = Annotated[
    str,
    typer.Option(help="Put before each task id, to keep tasks of several sources apart."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be imported.")]
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


@app.command(RECOGNISE, hidden=True)
def recognise(
    sources: Sources,
    out: Out = None,
    metric: MetricName = None,
    lower_is_better: Lower = None,
    metafeatures: Features = None,
    task_type: TaskKind = None,
    task_prefix: Prefix = "",
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
    """Import sources whose format is recognised by their content."""
    from autometa.importers import FORMATS  # pandas loads with it: not for --help

    format = None
    # Options before the format ('--out kb table runs.csv') hide it from the group: here it is.
    if len(sources) > 1 and sources[0] in FORMATS and not Path(sources[0]).exists():
        format, *sources = sources
    options = {
        "metric": metric,
        "lower_is_better": lower_is_better,
        "metafeatures": metafeatures,
        "task_type": task_type,
    }
    # Only what was given: the formats take different options, and refuse others by name.
    given = {name: value for name, value in options.items() if value is not None}
    run_import(format, sources, out, task_prefix, dry_run, as_json, given)


@app.command()
def aslib(
    sources: Sources,
    out: Out = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="Only this performance measure; repeat it.", show_default=False),
    ] = None,
    task_type: TaskKind = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
    """Folders of ASlib scenarios, with their features and folds."""
    options = {"measures": measure or None, "task_type": task_type}
    options |= _features(translation, approximate)
    run_import("aslib", sources, out, task_prefix, dry_run, as_json, options)


@app.command()
def matrix(
    sources: Sources,
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
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
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
    run_import("matrix", sources, out, task_prefix, dry_run, as_json, options)


@app.command()
def table(
    sources: Sources,
    out: Out = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            "-c",
            help="Which column is what: score=Result; repeat it.",
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
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
    """Long tables, one run a row: CSV, TSV, Parquet, Feather, JSON lines."""
    options = {
        "columns": _pairs(column or []),
        "metric": metric,
        "lower_is_better": lower_is_better,
        "task_id": task_id,
        "algorithm": algorithm,
        "rest_are_parameters": rest_are_parameters,
        "metafeatures": metafeatures,
        "task_type": task_type,
    }
    options |= _features(translation, approximate)
    run_import("table", sources, out, task_prefix, dry_run, as_json, options)


@app.command()
def optuna(
    sources: Sources,
    out: Out = None,
    study: Annotated[
        list[str] | None, typer.Option(help="Only this study; repeat it.", show_default=False)
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
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
    """Optuna storages: URLs (sqlite:///, postgresql://, ...), SQLite and journal files."""
    options = {
        "studies": study or None,
        "metric": metric,
        "objective": objective,
        "task_id": task_id,
        "algorithm": algorithm,
        "curves": curves,
        "metafeatures": metafeatures,
        "task_type": task_type,
    }
    options |= _features(translation, approximate)
    run_import("optuna", sources, out, task_prefix, dry_run, as_json, options)


@app.command()
def tune(
    sources: Sources,
    out: Out = None,
    metafeatures: Features = None,
    translation: Translation = "auto",
    approximate: Approximate = False,
    task_prefix: Prefix = "",
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
    """Files that ``autometa tune --save`` wrote."""
    options = {"metafeatures": metafeatures, **_features(translation, approximate)}
    run_import("tune", sources, out, task_prefix, dry_run, as_json, options)


@app.command("kb")
def knowledge_base(
    sources: Sources,
    out: Out = None,
    task_prefix: Prefix = "",
    dry_run: DryRun = False,
    as_json: _options.AsJson = False,
) -> None:
    """Folders of knowledge bases."""
    run_import("kb", sources, out, task_prefix, dry_run, as_json, {})


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
